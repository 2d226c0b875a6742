"""A value whose whole range rounds to one code is a constant."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moo_jsc.hardware.dense import DenseForm
from moo_jsc.quantization.formats import FixedPoint

pytest.importorskip("alkaid")

CODES = np.arange(-4, 4)[:, None] / 2.0


def rounded(weight, bias, fmt):
    from moo_jsc.hardware.tracing import trace_layer

    layer = DenseForm(
        FixedPoint(3, 1), False, np.array([[weight]]), np.array([bias]), (), np.array([[1]])
    )
    (circuit,) = trace_layer(layer, [fmt])
    return circuit.logits(CODES)[:, 0]


def test_a_saturated_value_is_the_lowest_code():
    assert (rounded(0.0625, -0.5625, FixedPoint(3, 3)) == -0.5).all()


@given(
    weight=st.integers(-8, 8),
    bias=st.integers(-70, 70),
    rounding=st.sampled_from(["even", "up", "down"]),
)
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_rounding_is_that_of_the_reference(weight, bias, rounding):
    import torch

    from moo_jsc.quantization.fixed_point import quantize

    fmt = FixedPoint(3, 3, rounding=rounding)
    exact = torch.from_numpy(CODES[:, 0] * weight / 64 + bias / 64)
    expected = quantize(exact, fmt).numpy()
    np.testing.assert_array_equal(rounded(weight / 64, bias / 64, fmt), expected)
