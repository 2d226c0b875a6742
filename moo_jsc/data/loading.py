"""One entrance to a user's own data: files, data frames, arrays, OpenML."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moo_jsc.data.dataset import SHARES, Dataset, split_table
from moo_jsc.data.errors import DataError
from moo_jsc.data.readers import first_line, frame_columns, read_columns
from moo_jsc.data.table import Columns, LabeledTable, few, labeled_table
from moo_jsc.foundation.names import unknown_name

if TYPE_CHECKING:
    import pandas as pd

OPENML_PREFIX = "openml:"


def load_dataset(
    source: str | Path | pd.DataFrame | Mapping[str, ArrayLike],
    *,
    label: str | None = None,
    features: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    leave_out: Sequence[str] = (),
    split_column: str | None = None,
    split_seed: int = 0,
    shares: Sequence[float] = SHARES,
    standardize: bool = True,
    name: str | None = None,
) -> Dataset:
    """Load a labeled table, split and standardized.

    Parameters
    ----------
    source
        The path of a ``.csv``, ``.npz``, ``.h5``, ``.hdf5`` or ``.parquet`` file; a pandas data
        frame; a mapping from names to arrays or tensors of n rows (a matrix ``x`` gives the
        columns ``x_0``, ``x_1``, ...); ``"openml:ID"`` or ``"openml:NAME"``.
    label
        The column that holds the class; for OpenML the data set's own target by default.
    features, classes
        See `moo_jsc.data.table.labeled_table`.
    leave_out
        Columns that are no features, such as the number of a row.
    split_column
        A column that says ``train``, ``validation`` or ``test`` of each row; by default the
        split is drawn, stratified by class.
    split_seed, shares, standardize
        See `moo_jsc.data.dataset.split_table`.
    name
        What the data are; by default the file's name.

    Raises
    ------
    DataError
        One line: what is wrong, where, and what was expected.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> load_dataset({"x": rng.normal(size=(50, 3)), "kind": np.arange(50) % 2}, label="kind")
    <Dataset 'table': 3 features, 2 classes; 30 train, 10 validation, 10 test>
    """
    where, columns, target = _columns(source)
    label = label or target
    if label is None:
        named = few(list(columns))
        raise DataError(f"{where}: which column holds the class? expected label=NAME, of {named}")
    columns = dict(columns)
    for column in leave_out:
        _taken(columns, column, f"{where}: column to leave out")
    parts = None
    if split_column is not None:
        parts = _taken(columns, split_column, f"{where}: split column")
    shown = name or (Path(where).name if isinstance(source, str | Path) else where)
    table = labeled_table(where, shown, columns, label=label, features=features, classes=classes)
    return split_table(
        table, split_seed=split_seed, shares=shares, parts=parts, standardize=standardize
    )


def from_arrays(
    features: ArrayLike,
    labels: ArrayLike,
    *,
    feature_names: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
    name: str = "table",
) -> LabeledTable:
    """Return a table of features (n, d) and labels (n,), for `split_table`.

    Raises
    ------
    DataError
        See `moo_jsc.data.table.labeled_table`.

    Examples
    --------
    >>> from_arrays([[1.0, 2.0], [3.0, 4.0]], ["b", "a"]).feature_names
    ('x_0', 'x_1')
    """
    matrix: NDArray[Any] = np.asarray(features)
    if matrix.ndim != 2:
        raise DataError(f"{name}: features have shape {matrix.shape}; expected (n, d)")
    names = list(feature_names or [f"x_{column}" for column in range(matrix.shape[1])])
    if len(names) != matrix.shape[1]:
        raise DataError(f"{name}: {len(names)} feature names for {matrix.shape[1]} columns")
    columns = {each: matrix[:, place] for place, each in enumerate(names)}
    label = next(each for each in ("label", "class", "class of the row") if each not in columns)
    columns[label] = np.asarray(labels)
    return labeled_table(name, name, columns, label=label, features=names, classes=class_names)


def fetch_openml_columns(**wanted: Any) -> tuple[Columns, str | None]:
    """Fetch a data set through scikit-learn's cache; return its columns and its target's name.

    Raises
    ------
    DataError
        OpenML cannot be reached or has no such data set.
    """
    from sklearn.datasets import fetch_openml

    shown = wanted.get("data_id") or wanted.get("name")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            found = fetch_openml(as_frame=True, parser="auto", **wanted)
    except Exception as error:
        raise DataError(
            f"OpenML {shown}: cannot be fetched ({first_line(error)}); expected network access or "
            "scikit-learn's cached copy"
        ) from None
    target = found.get("target_names")
    return frame_columns(found.frame), target[0] if target else None


def _taken(columns: dict[str, NDArray[Any]], name: str, what: str) -> NDArray[Any]:
    """Take a column out of a table, or say that it is not there."""
    if name not in columns:
        raise DataError(str(unknown_name(what, name, columns)))
    return columns.pop(name)


def _columns(source: Any) -> tuple[str, Columns, str | None]:
    """Return where columns come from, the columns, and the label's name where one is known."""
    if isinstance(source, str) and source.startswith(OPENML_PREFIX):
        which = source.removeprefix(OPENML_PREFIX)
        wanted = {"data_id": int(which)} if which.isdigit() else {"name": which}
        return f"OpenML {which}", *fetch_openml_columns(**wanted)
    if isinstance(source, str | Path):
        return str(source), read_columns(Path(source), expected="'openml:ID' or a file"), None
    if isinstance(source, Mapping):
        return "table", {str(k): np.asarray(v) for k, v in source.items()}, None
    if hasattr(source, "columns"):
        return "frame", frame_columns(source), None
    raise DataError(
        f"data of type {type(source).__name__}: expected a path, a data frame or named arrays"
    )
