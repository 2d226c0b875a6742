import dataclasses

import numpy as np
import pytest

from moo_jsc.data import DataError, LabeledTable, split_table
from moo_jsc.data.jets import FEATURES, jet_table


@pytest.fixture
def raw() -> LabeledTable:
    generator = np.random.default_rng(0)
    labels = np.repeat(np.arange(5), [50, 40, 60, 55, 45])
    features = generator.normal(3.0, 2.0, (250, 16))
    features[:, 0] = np.arange(250)
    return jet_table("made up", features, labels)


def test_every_row_is_in_exactly_one_part(raw: LabeledTable) -> None:
    jets = split_table(raw)
    parts = (jets.train, jets.validation, jets.test)
    rows = np.concatenate([part.features[:, 0] * jets.std[0] + jets.mean[0] for part in parts])
    assert np.sort(rows.round()).tolist() == list(range(250))
    labels = np.concatenate([part.labels for part in parts])
    assert labels.tolist() == raw.labels[rows.round().astype(int)].tolist()


def test_each_class_is_split_60_20_20(raw: LabeledTable) -> None:
    jets = split_table(raw)
    assert np.bincount(jets.train.labels).tolist() == [30, 24, 36, 33, 27]
    assert np.bincount(jets.validation.labels).tolist() == [10, 8, 12, 11, 9]
    assert np.bincount(jets.test.labels).tolist() == [10, 8, 12, 11, 9]


def test_train_part_is_standardized_and_types_are_as_promised(raw: LabeledTable) -> None:
    jets = split_table(raw)
    assert jets.train.features.mean(axis=0) == pytest.approx(np.zeros(16), abs=1e-6)
    assert jets.train.features.std(axis=0) == pytest.approx(np.ones(16), abs=1e-6)
    for part in (jets.train, jets.validation, jets.test):
        assert part.features.dtype == np.float32
        assert part.features.flags.c_contiguous
        assert part.labels.dtype == np.int64
        assert len(part) == len(part.features)
    assert jets.mean.dtype == jets.std.dtype == np.float64


def test_same_seed_same_split_and_another_seed_another(raw: LabeledTable) -> None:
    first, again, other = split_table(raw), split_table(raw), split_table(raw, split_seed=1)
    assert first.fingerprint == again.fingerprint
    assert first.train.features.tobytes() == again.train.features.tobytes()
    assert first.fingerprint != other.fingerprint


def test_split_is_pinned(raw: LabeledTable) -> None:
    jets = split_table(raw)
    rows = (jets.test.features[:6, 0] * jets.std[0] + jets.mean[0]).round()
    assert rows.tolist() == [57.0, 49.0, 249.0, 12.0, 16.0, 158.0]


def test_rows_are_shuffled(raw: LabeledTable) -> None:
    labels = split_table(raw).train.labels
    assert np.count_nonzero(np.diff(labels)) > len(labels) / 2


def test_fingerprint_covers_labels(raw: LabeledTable) -> None:
    labels = raw.labels.copy()
    labels[[0, -1]] = labels[[-1, 0]]
    changed = dataclasses.replace(raw, labels=labels)
    assert split_table(changed).fingerprint != split_table(raw).fingerprint


def test_a_class_with_too_few_rows(raw: LabeledTable) -> None:
    small = jet_table("small", raw.features[:94], raw.labels[:94])
    with pytest.raises(DataError, match=r"^small: class 't' has 4 rows; expected at least 5$"):
        split_table(small)


def test_a_constant_feature(raw: LabeledTable) -> None:
    raw.features[:, FEATURES.index("mass_mmdt")] = 80.0
    with pytest.raises(DataError, match=r"^made up: column 'mass_mmdt' is 80.0 in every row; "):
        jet_table(raw.name, raw.features, raw.labels)


def test_a_negative_seed(raw: LabeledTable) -> None:
    with pytest.raises(DataError, match=r"^split seed = -1: expected a whole number from 0$"):
        split_table(raw, split_seed=-1)
