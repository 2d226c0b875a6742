"""Jets ready for training: a deterministic stratified split, standardised on its train part."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data.jets.columns import CLASSES, FEATURES
from moo_jsc.data.jets.errors import JetDataError
from moo_jsc.foundation.files import sha256_of

#: Shares of the train, validation and test splits in each class.
SHARES = (0.6, 0.2, 0.2)

_FEWEST_ROWS = 5


@dataclass(frozen=True)
class RawJets:
    """Checked jets as they come from a source.

    Attributes
    ----------
    name
        What the data are, for tables and figures.
    features
        float64, shape (n, 16), raw units, columns in the order of `FEATURES`, all finite.
    labels
        int64, shape (n,), codes 0 to 4 in the order of `CLASSES`.
    """

    name: str
    features: NDArray[np.float64]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class JetSplit:
    """One part of the data.

    Attributes
    ----------
    features
        float32, shape (n, 16), C-contiguous, standardised by the train split's mean and standard
        deviation, in shuffled order.
    labels
        int64, shape (n,), codes 0 to 4 in the order of `CLASSES`.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        """Jets in this part."""
        return len(self.labels)


@dataclass(frozen=True)
class Jets:
    """A data set in three parts.

    Attributes
    ----------
    train, validation, test
        60, 20 and 20 % of each class.
    name
        What the data are, for tables and figures.
    mean, std
        float64, shape (16,), raw units: the train split's mean and population standard deviation.
    fingerprint
        sha256 over the arrays of the three parts, hexadecimal. Equal data and split seed give an
        equal fingerprint on every platform.

    Notes
    -----
    Raw units are recovered as ``split.features * jets.std + jets.mean``.
    """

    train: JetSplit
    validation: JetSplit
    test: JetSplit
    name: str
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    fingerprint: str


def split_jets(raw: RawJets, split_seed: int = 0) -> Jets:
    """Shuffle, split class by class into 60, 20 and 20 %, and standardise on the first part.

    Parameters
    ----------
    raw
        Checked jets, at least 5 of each class.
    split_seed
        Seed of the permutation, a whole number from 0.

    Returns
    -------
    Jets
        Depends on `raw` and `split_seed` only: the permutation sorts the raw stream of PCG64, and
        means are correctly rounded sums, so neither the platform nor numpy's version matters.

    Raises
    ------
    JetDataError
        A class with fewer than 5 rows, a constant feature, a negative seed.

    Examples
    --------
    >>> labels = np.repeat(np.arange(5), 10)
    >>> features = np.arange(800.0).reshape(50, 16)
    >>> jets = split_jets(RawJets("fifty", features, labels))
    >>> len(jets.train), len(jets.validation), len(jets.test)
    (30, 10, 10)
    >>> np.bincount(jets.test.labels).tolist()
    [2, 2, 2, 2, 2]
    """
    if split_seed < 0:
        raise JetDataError(f"split seed = {split_seed}: expected a whole number from 0")
    rows = _stratified_rows(raw, split_seed)
    mean, std = _mean_and_deviation(raw, rows[0])
    parts = [
        JetSplit(
            np.ascontiguousarray((raw.features[part] - mean) / std, dtype=np.float32),
            raw.labels[part].astype(np.int64),
        )
        for part in rows
    ]
    fingerprint = sha256_of(
        *(
            array.astype(array.dtype.newbyteorder("<")).tobytes()
            for part in parts
            for array in (part.features, part.labels)
        )
    )
    return Jets(parts[0], parts[1], parts[2], raw.name, mean, std, fingerprint)


def _stratified_rows(raw: RawJets, split_seed: int) -> list[NDArray[np.int64]]:
    """Row numbers of the three parts, each in the order of one seeded permutation."""
    keys = np.random.PCG64(split_seed).random_raw(len(raw.labels))
    order = np.argsort(keys, kind="stable")
    part_of = np.empty(len(order), dtype=np.int64)
    for code, label in enumerate(CLASSES):
        places = np.flatnonzero(raw.labels[order] == code)
        count = len(places)
        if count < _FEWEST_ROWS:
            raise JetDataError(
                f"{raw.name}: class {label!r} has {count} rows; expected at least {_FEWEST_ROWS}"
            )
        train_end = round(count * SHARES[0])
        validation_end = round(count * (SHARES[0] + SHARES[1]))
        part_of[places[:train_end]] = 0
        part_of[places[train_end:validation_end]] = 1
        part_of[places[validation_end:]] = 2
    return [order[part_of == part] for part in range(len(SHARES))]


def _mean_and_deviation(
    raw: RawJets, rows: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and population standard deviation of each feature, from correctly rounded sums."""
    mean, std = np.empty(len(FEATURES)), np.empty(len(FEATURES))
    for column, feature in enumerate(FEATURES):
        values = raw.features[rows, column]
        mean[column] = math.fsum(values.tolist()) / len(values)
        deviations = values - mean[column]
        std[column] = math.sqrt(math.fsum((deviations * deviations).tolist()) / len(values))
        if std[column] == 0.0:
            raise JetDataError(
                f"{raw.name}: column {feature!r} is {values[0]} in every row; "
                "expected a feature that varies"
            )
    return mean, std
