import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moo_jsc.evaluation.samples import GroupedSamples
from moo_jsc.foundation.errors import InputError


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(1, 12))
def test_every_sample_is_in_one_chunk_of_its_class(labels, longest):
    labels = np.array(labels)
    features = np.arange(2 * len(labels), dtype=np.float32).reshape(-1, 2)
    samples = GroupedSamples.of(features, labels, longest)
    order = samples.order.numpy()
    assert sorted(order) == list(range(len(labels)))
    position = 0
    for chunk in samples.chunks:
        assert chunk.start == position
        assert 1 <= chunk.stop - chunk.start <= longest
        rows = order[chunk.start : chunk.stop]
        assert (labels[rows] == chunk.label).all()
        np.testing.assert_array_equal(chunk.features.numpy(), features[rows].T)
        position = chunk.stop
    assert position == len(labels)


def test_no_samples():
    with pytest.raises(InputError, match="n of at least 1"):
        GroupedSamples.of(np.empty((0, 3), dtype=np.float32), np.empty(0, dtype=np.int64), 4)
