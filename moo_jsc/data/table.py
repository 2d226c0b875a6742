"""A labeled table as it comes from a source: checked features in raw units, and class codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data.errors import DataError
from moo_jsc.foundation.names import unknown_name

Columns = Mapping[str, NDArray[Any]]
"""Named arrays of shape (n,), or (n, k) for k columns ``NAME_0`` to ``NAME_{k-1}``."""

LARGEST = 1e30
"""Largest size of a feature: float32, in which networks compute, ends near 3e38."""

FEWEST_CLASSES, MOST_CLASSES = 2, 1000


@dataclass(frozen=True, eq=False)
class LabeledTable:
    """Features and class codes, one row a sample.

    Attributes
    ----------
    name
        What the data are, for tables and figures.
    features
        float64, shape (n, d), raw units, all finite.
    labels
        int64, shape (n,), codes into `class_names`.
    feature_names
        Of the d columns.
    class_names
        At least 2 and at most 1000; the code of a class is its place here.

    Raises
    ------
    DataError
        Shapes that do not fit, a value that is not finite, a code that is no class's, repeated
        names.
    """

    name: str
    features: NDArray[np.float64]
    labels: NDArray[np.int64]
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        rows = len(self.labels)
        if self.features.shape != (rows, len(self.feature_names)) or self.labels.ndim != 1:
            raise DataError(
                f"{self.name}: features {self.features.shape} and labels {self.labels.shape}; "
                f"expected (n, {len(self.feature_names)}) and (n,)"
            )
        for what, names in (("feature", self.feature_names), ("class", self.class_names)):
            if len(set(names)) != len(names):
                raise DataError(f"{self.name}: {what} names {names}; expected each once")
        if not FEWEST_CLASSES <= len(self.class_names) <= MOST_CLASSES:
            raise DataError(
                f"{self.name}: {len(self.class_names)} classes; "
                f"expected {FEWEST_CLASSES} to {MOST_CLASSES}"
            )
        if not np.isfinite(self.features).all():
            row, column = np.argwhere(~np.isfinite(self.features))[0]
            raise DataError(
                f"{self.name}: column {self.feature_names[column]!r}, data row {row + 1} is "
                f"{self.features[row, column]}; expected a finite number"
            )
        if rows and not 0 <= self.labels.min() <= self.labels.max() < len(self.class_names):
            raise DataError(
                f"{self.name}: class codes {self.labels.min()} to {self.labels.max()}; "
                f"expected 0 to {len(self.class_names) - 1}"
            )

    def __repr__(self) -> str:
        rows, features = self.features.shape
        return (
            f"<LabeledTable {self.name!r}: {rows} rows, {features} features, "
            f"{len(self.class_names)} classes>"
        )


def labeled_table(
    where: str,
    name: str,
    columns: Columns,
    *,
    label: str,
    features: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
) -> LabeledTable:
    """Turn named columns into features and class codes, or say what is wrong with them.

    Parameters
    ----------
    where
        The file or source, to begin messages with.
    name
        What the data are, for tables and figures.
    columns
        Arrays of n rows.
    label
        The column that holds the class.
    features
        Columns to take, in this order; by default all but `label`.
    classes
        Names of the classes in the order of their codes; the column may then hold names or
        codes. By default the column's distinct values, numbers in numerical and text in
        alphabetical order.

    Raises
    ------
    DataError
        A missing column, columns of unequal length, no rows, a cell that is empty or no finite
        number, an unknown class, fewer than 2 or more than 1000 classes.

    Examples
    --------
    >>> table = labeled_table(
    ...     "memory", "petals", {"width": np.array([1.0, 2.0]), "kind": np.array(["b", "a"])},
    ...     label="kind")
    >>> table.feature_names, table.class_names, table.labels.tolist()
    (('width',), ('a', 'b'), [1, 0])
    """
    columns = _expanded(where, columns)
    wanted = [each for each in columns if each != label] if features is None else list(features)
    for column in (*wanted, label):
        if column not in columns:
            if features is not None:
                raise DataError(
                    f"{where}: column {column!r} is missing; expected the {len(wanted)} features "
                    f"and {label!r}"
                )
            error = unknown_name(f"{where}: label column", column, columns)
            raise DataError(f"{error}{_if_no_header(columns)}")
    if not wanted:
        raise DataError(f"{where}: no column beside {label!r}; expected at least one feature")
    rows = columns[label].shape
    if rows[0] == 0:
        raise DataError(f"{where}: column {label!r} has shape {rows}; expected at least one row")
    values = np.empty((rows[0], len(wanted)))
    for place, column in enumerate(wanted):
        if columns[column].shape != rows:
            raise DataError(
                f"{where}: column {column!r} has shape {columns[column].shape}; expected {rows}, "
                f"the shape of {label!r}"
            )
        values[:, place] = _finite(where, column, columns[column])
    labels = _as_text(columns[label])
    if classes is None:
        codes, names = _found_classes(where, label, labels)
    else:
        codes, names = _given_classes(where, label, labels, classes), tuple(classes)
    return LabeledTable(name, values, codes, tuple(wanted), names)


def few(names: Sequence[str], most: int = 20) -> str:
    """Return the first of some names, and how many more there are.

    Examples
    --------
    >>> few(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def _if_no_header(columns: Mapping[str, Any]) -> str:
    """Return a hint where most of a table's names are numbers, as in a row of data."""
    numbers = [name for name in columns if not np.isnan(_number_or_nan(name))]
    return "; is the header missing?" if len(numbers) > len(columns) / 2 else ""


def _expanded(where: str, columns: Columns) -> dict[str, NDArray[Any]]:
    """Give each column of a matrix a name of its own."""
    found: dict[str, NDArray[Any]] = {}
    for name, values in columns.items():
        if values.ndim == 2:
            found |= {f"{name}_{place}": values[:, place] for place in range(values.shape[1])}
        elif values.ndim == 1:
            found[name] = values
        else:
            raise DataError(
                f"{where}: column {name!r} has shape {values.shape}; expected (n,) or (n, k)"
            )
    return found


def _finite(where: str, column: str, values: NDArray[Any]) -> NDArray[np.float64]:
    if values.dtype.kind in "cmMV":
        raise DataError(f"{where}: column {column!r} holds {values.dtype}; expected numbers")
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.array([_number_or_nan(value) for value in values])
    bad = np.flatnonzero(~(np.abs(numbers) <= LARGEST))
    if len(bad):
        raise DataError(
            f"{where}: column {column!r}, data row {bad[0] + 1} is {_shown(values[bad[0]])}; "
            f"expected a finite number of at most {LARGEST:g}"
        )
    return numbers


def _number_or_nan(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _as_text(values: NDArray[Any]) -> NDArray[np.str_]:
    """Return labels as text: whole numbers without a point, bytes decoded."""
    if values.dtype == bool:
        return values.astype(str)
    if np.issubdtype(values.dtype, np.floating):
        return np.array([f"{value:.15g}" for value in values])
    if values.dtype.kind == "S":
        return np.char.decode(values, "utf-8", "replace")
    return np.array(
        [value.decode() if isinstance(value, bytes) else str(value) for value in values]
    )


def _found_classes(
    where: str, label: str, labels: NDArray[np.str_]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    distinct, places = np.unique(labels, return_inverse=True)
    for text in distinct:
        if text.strip().lower() in ("", "nan", "none", "<na>", "nat"):
            row = int(np.flatnonzero(labels == text)[0]) + 1
            raise DataError(f"{where}: column {label!r}, data row {row} is empty; expected a class")
    if not FEWEST_CLASSES <= len(distinct) <= MOST_CLASSES:
        raise DataError(
            f"{where}: column {label!r} has {len(distinct)} different "
            f"value{'s' if len(distinct) > 1 else ''}; expected "
            f"{FEWEST_CLASSES} to {MOST_CLASSES} classes"
        )
    numbers = [_number_or_nan(text) for text in distinct]
    order = np.arange(len(distinct)) if np.isnan(numbers).any() else np.argsort(numbers)
    codes = np.empty(len(distinct), dtype=np.int64)
    codes[order] = np.arange(len(distinct))
    return codes[places.reshape(-1)], tuple(str(distinct[place]) for place in order)


def _given_classes(
    where: str, label: str, labels: NDArray[np.str_], classes: Sequence[str]
) -> NDArray[np.int64]:
    codes = {
        **{str(code): code for code in range(len(classes))},
        **{name: code for code, name in enumerate(classes)},
    }
    distinct, places = np.unique(labels, return_inverse=True)
    for text in distinct:
        if text not in codes:
            row = int(np.flatnonzero(labels == text)[0]) + 1
            raise DataError(
                f"{where}: column {label!r}, data row {row} is {_shown(text)}; expected one of "
                f"{', '.join(classes)} or a code from 0 to {len(classes) - 1}"
            )
    return np.array([codes[text] for text in distinct], dtype=np.int64)[places.reshape(-1)]


def _shown(value: Any) -> str:
    return repr(value.item() if isinstance(value, np.generic) else value)
