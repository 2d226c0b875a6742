"""Data ready for training: a deterministic stratified split, standardized on its train part."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moo_jsc.data.errors import DataError
from moo_jsc.data.table import LabeledTable
from moo_jsc.foundation.files import sha256_of
from moo_jsc.foundation.names import checked_name
from moo_jsc.foundation.notebooks import html_table

SplitName = Literal["train", "validation", "test"]
SPLITS: tuple[SplitName, ...] = get_args(SplitName)

SHARES = (0.6, 0.2, 0.2)
"""Shares of the train, validation and test splits in each class."""

_FEWEST_ROWS = 5


@dataclass(frozen=True, eq=False)
class Split:
    """One part of a data set.

    Attributes
    ----------
    features
        float32, shape (n, d), C-contiguous, standardized by the train split's mean and standard
        deviation unless raw units were asked for, in shuffled order.
    labels
        int64, shape (n,), codes of the data set's classes.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        """Rows in this part."""
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A labeled table in three parts.

    Attributes
    ----------
    train, validation, test
        The parts.
    name
        What the data are, for tables and figures.
    mean, std
        float64, shape (d,), raw units: the train split's mean and population standard deviation;
        1 for a feature that does not vary there. 0 and 1 where features are left in raw units.
    fingerprint
        sha256 over the arrays of the three parts, hexadecimal. Equal data and split seed give an
        equal fingerprint on every platform.
    feature_names, class_names
        Of the d columns and of the label codes.

    Notes
    -----
    Raw units are recovered as ``split.features * data.std + data.mean``.
    """

    train: Split
    validation: Split
    test: Split
    name: str
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    fingerprint: str
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]

    def part(self, name: SplitName) -> Split:
        """Return a part by its name.

        Raises
        ------
        InputError
            There is no such part.
        """
        return getattr(self, checked_name("split", name, SPLITS))

    def __repr__(self) -> str:
        rows = ", ".join(f"{len(self.part(name))} {name}" for name in SPLITS)
        return (
            f"<Dataset {self.name!r}: {len(self.feature_names)} features, "
            f"{len(self.class_names)} classes; {rows}>"
        )

    def _repr_html_(self) -> str:
        """Rows of each class in each part, for a notebook."""
        counts = [
            np.bincount(self.part(name).labels, minlength=len(self.class_names)) for name in SPLITS
        ]
        rows = list(zip(self.class_names, *counts, strict=True))
        title = f"{self.name}, {len(self.feature_names)} features"
        return html_table(title, ("class", *SPLITS), rows)


def split_table(
    table: LabeledTable,
    *,
    split_seed: int = 0,
    shares: Sequence[float] = SHARES,
    parts: ArrayLike | None = None,
    standardize: bool = True,
) -> Dataset:
    """Shuffle, split and standardize a table.

    Parameters
    ----------
    table
        At least 5 rows of each class.
    split_seed
        Seed of the permutation, a whole number from 0.
    shares
        Of train, validation and test in each class: positive, summing to 1.
    parts
        Each row's part by name, shape (n,): a split of your own instead of a drawn one. Rows are
        shuffled inside their part.
    standardize
        By the train split's mean and deviation. False leaves features in raw units (mean 0 and
        deviation 1 are recorded), for a network that was trained on them so.

    Returns
    -------
    Dataset
        Depends on the arguments only: the permutation sorts the raw stream of PCG64, and
        means are correctly rounded sums, so neither the platform nor numpy's version matters.

    Raises
    ------
    DataError
        Too few rows of a class, a negative seed, shares or parts that are none, features too
        large to standardize.

    Examples
    --------
    >>> features, labels = np.arange(60.0).reshape(30, 2), np.repeat([0, 1, 2], 10)
    >>> table = LabeledTable("thirty", features, labels, ("x", "y"), ("a", "b", "c"))
    >>> data = split_table(table)
    >>> data
    <Dataset 'thirty': 2 features, 3 classes; 18 train, 6 validation, 6 test>
    >>> np.bincount(data.test.labels).tolist()
    [2, 2, 2]
    """
    if type(split_seed) is not int or split_seed < 0:
        raise DataError(f"split seed = {split_seed}: expected a whole number from 0")
    keys = np.random.PCG64(split_seed).random_raw(len(table.labels))
    order = np.argsort(keys, kind="stable")
    if parts is None:
        part_of = _drawn_parts(table, order, shares)
    else:
        part_of = _given_parts(table, parts)[order]
    rows = [order[part_of == place] for place in range(len(SPLITS))]
    mean, std = _mean_and_deviation(table, rows[0])
    if not standardize:
        mean, std = np.zeros_like(mean), np.ones_like(std)
    made = [
        Split(
            np.ascontiguousarray((table.features[part] - mean) / std, dtype=np.float32),
            table.labels[part].astype(np.int64),
        )
        for part in rows
    ]
    fingerprint = sha256_of(
        *(
            array.astype(array.dtype.newbyteorder("<")).tobytes()
            for part in made
            for array in (part.features, part.labels)
        )
    )
    names = table.feature_names, table.class_names
    return Dataset(made[0], made[1], made[2], table.name, mean, std, fingerprint, *names)


def _drawn_parts(
    table: LabeledTable, order: NDArray[np.int64], shares: Sequence[float]
) -> NDArray[np.int64]:
    """Return the part of each row in the order of the permutation, class by class."""
    if len(shares) != len(SPLITS) or min(shares) <= 0 or not math.isclose(sum(shares), 1.0):
        raise DataError(f"shares = {tuple(shares)}: expected three positive ones that sum to 1")
    part_of = np.empty(len(order), dtype=np.int64)
    for code, name in enumerate(table.class_names):
        places = np.flatnonzero(table.labels[order] == code)
        count = len(places)
        train_end = round(count * shares[0])
        validation_end = round(count * (shares[0] + shares[1]))
        if count < _FEWEST_ROWS:
            raise DataError(
                f"{table.name}: class {name!r} has {count} row{'s' if count > 1 else ''}; "
                f"expected at least {_FEWEST_ROWS}"
            )
        if not 0 < train_end < validation_end < count:
            raise DataError(
                f"{table.name}: class {name!r} has {count} rows; expected enough for a row in "
                f"each part with shares {tuple(shares)}"
            )
        part_of[places[:train_end]] = 0
        part_of[places[train_end:validation_end]] = 1
        part_of[places[validation_end:]] = 2
    return part_of


def _given_parts(table: LabeledTable, parts: ArrayLike) -> NDArray[np.int64]:
    given: NDArray[Any] = np.asarray(parts).astype(str)
    if given.shape != table.labels.shape:
        raise DataError(
            f"{table.name}: parts have shape {given.shape}; expected {table.labels.shape}"
        )
    for name in np.unique(given):
        checked_name(f"{table.name}: split", str(name), SPLITS)
    places = np.array([SPLITS.index(name) for name in given.tolist()], dtype=np.int64)
    for place, part in enumerate(SPLITS):
        present = np.bincount(table.labels[places == place], minlength=len(table.class_names))
        if not present.sum():
            raise DataError(f"{table.name}: no row is of the {part} split; expected some")
        if part == "train" and not present.all():
            name = table.class_names[int(present.argmin())]
            raise DataError(f"{table.name}: class {name!r} has no row in the train split")
    return places


def _mean_and_deviation(
    table: LabeledTable, rows: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and population standard deviation of each feature, from correctly rounded sums."""
    count = len(table.feature_names)
    mean, std = np.empty(count), np.empty(count)
    for column, feature in enumerate(table.feature_names):
        values = table.features[rows, column]
        try:
            mean[column] = math.fsum(values.tolist()) / len(values)
            with np.errstate(over="raise"):
                deviations = values - mean[column]
                squares = deviations * deviations
            std[column] = math.sqrt(math.fsum(squares.tolist()) / len(values))
        except (OverflowError, FloatingPointError):
            raise DataError(
                f"{table.name}: column {feature!r} holds {np.abs(values).max():g}; expected "
                "numbers whose squares can be summed"
            ) from None
    std[std == 0.0] = 1.0
    return mean, std
