"""Read jets from files and from OpenML, checked column by column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data.errors import DataError
from moo_jsc.data.jets.columns import CLASS_COLUMN, CLASSES, FEATURES, jet_table
from moo_jsc.data.loading import fetch_openml_columns
from moo_jsc.data.readers import (
    READERS,
    first_line,
    h5py_module,
    numeric,
    read_columns,
    require_file,
)
from moo_jsc.data.table import Columns, LabeledTable, labeled_table

OPENML_ID = 42468

HDF5_DATASET = "t_allpar_new"

HDF5_ENDINGS = (".h5", ".hdf5", ".z")


def read_file(path: Path) -> LabeledTable:
    """Read jets from a file; its extension says how.

    Parameters
    ----------
    path
        ``.csv``, ``.parquet``: the 16 feature names and ``class`` among the columns.
        ``.npz``: one array of shape (n,) for each of these 17 names.
        ``.h5``, ``.hdf5``, ``.z``: the data set ``t_allpar_new`` with the fields ``j_<feature>``
        and ``j_g``, ``j_q``, ``j_t``, ``j_w``, ``j_z``, of which exactly one is 1 in each row.
        Classes elsewhere are letters (g, q, t, w, z) or codes 0 to 4. Other columns are left
        alone.

    Raises
    ------
    DataError
        Missing or unreadable file, unknown extension, missing column, a value that is not finite,
        an unknown class; for HDF5 also when h5py is not installed.

    Examples
    --------
    >>> read_file(Path("nowhere.csv"))
    Traceback (most recent call last):
    moo_jsc.data.errors.DataError: nowhere.csv: no such file
    """
    ending = path.suffix.lower()
    if ending in HDF5_ENDINGS:
        columns = _read_hdf5(path)
    elif ending in READERS:
        columns = read_columns(path)
    else:
        plain = [each for each in READERS if each not in HDF5_ENDINGS]
        raise DataError(
            f"{path}: unknown kind of file {path.suffix!r}; expected 'sample', 'openml' or a file "
            f"that ends in {', '.join((*plain, *HDF5_ENDINGS))}"
        )
    return check_columns(str(path), path.name, columns)


def read_openml() -> LabeledTable:
    """Fetch OpenML 42468 `hls4ml_lhc_jets_hlf` (830,000 jets) through scikit-learn's cache.

    Raises
    ------
    DataError
        OpenML cannot be reached or answers with something else than the 17 columns.

    Examples
    --------
    >>> len(read_openml().labels)  # doctest: +SKIP
    830000
    """
    columns, _ = fetch_openml_columns(data_id=OPENML_ID)
    where = f"OpenML {OPENML_ID}"
    return check_columns(where, f"{where} hls4ml_lhc_jets_hlf", columns)


def check_columns(where: str, name: str, columns: Columns) -> LabeledTable:
    """Turn named columns into jets, or say what is wrong with them.

    Parameters
    ----------
    where
        The file or source, to begin messages with.
    name
        What the data are, for tables and figures.
    columns
        One array of shape (n,) for each of the 16 features and for ``class``.

    Raises
    ------
    DataError
        See `moo_jsc.data.table.labeled_table`; a feature that does not vary.

    Examples
    --------
    >>> check_columns("memory", "two", {"zlogz": np.zeros(2)})
    Traceback (most recent call last):
    moo_jsc.data.errors.DataError: memory: column 'c1_b0_mmdt' is missing; ...
    """
    table = labeled_table(
        where, name, columns, label=CLASS_COLUMN, features=FEATURES, classes=CLASSES
    )
    return jet_table(name, table.features, table.labels)


def _read_hdf5(path: Path) -> Columns:
    require_file(path)
    h5py = h5py_module(path)
    try:
        with h5py.File(path, "r") as file:
            dataset = file.get(HDF5_DATASET)
            if not isinstance(dataset, h5py.Dataset):
                raise DataError(f"{path}: data set {HDF5_DATASET!r} is missing")
            names = [f"j_{name}" for name in (*FEATURES, *CLASSES)]
            for name in names:
                if name not in (dataset.dtype.names or ()):
                    raise DataError(
                        f"{path}: field {name!r} of data set {HDF5_DATASET!r} is missing"
                    )
            table = dataset.fields(names)[()]
    except OSError as error:
        raise DataError(f"{path}: not a readable HDF5 file ({first_line(error)})") from None
    one_hot = np.stack([numeric(path, f"j_{each}", table[f"j_{each}"]) for each in CLASSES], axis=1)
    bad = np.flatnonzero(~np.isin(one_hot, (0, 1)).all(axis=1) | (one_hot.sum(axis=1) != 1))
    if len(bad):
        raise DataError(
            f"{path}: fields j_g to j_z, data row {bad[0] + 1} are {one_hot[bad[0]].tolist()}; "
            "expected exactly one 1 and otherwise 0"
        )
    columns: dict[str, NDArray[Any]] = {
        name: numeric(path, f"j_{name}", table[f"j_{name}"]) for name in FEATURES
    }
    columns[CLASS_COLUMN] = one_hot.argmax(axis=1)
    return columns
