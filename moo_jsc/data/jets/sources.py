"""Read jets from files and from OpenML, checked column by column."""

import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data.jets.columns import CLASS_COLUMN, CLASSES, FEATURES
from moo_jsc.data.jets.dataset import RawJets
from moo_jsc.data.jets.errors import JetDataError

OPENML_ID = 42468

HDF5_DATASET = "t_allpar_new"

Columns = Mapping[str, NDArray[Any]]


def read_file(path: Path) -> RawJets:
    """Read jets from a file; its extension says how.

    Parameters
    ----------
    path
        ``.csv``: a header line with the 16 feature names and ``class`` among the columns.
        ``.npz``: one array of shape (n,) for each of these 17 names.
        ``.h5``, ``.hdf5``, ``.z``: the data set ``t_allpar_new`` with the fields ``j_<feature>``
        and ``j_g``, ``j_q``, ``j_t``, ``j_w``, ``j_z``, of which exactly one is 1 in each row.
        Classes in ``.csv`` and ``.npz`` are letters (g, q, t, w, z) or codes 0 to 4. Other columns
        are left alone.

    Returns
    -------
    RawJets

    Raises
    ------
    JetDataError
        Missing or unreadable file, unknown extension, missing column, a value that is not finite,
        an unknown class; for HDF5 also when h5py is not installed.

    Examples
    --------
    >>> read_file(Path("nowhere.csv"))
    Traceback (most recent call last):
    moo_jsc.data.jets.errors.JetDataError: nowhere.csv: no such file
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise JetDataError(
            f"{path}: unknown kind of file {path.suffix!r}; expected 'sample', 'openml' or a file "
            f"that ends in {', '.join(_READERS)}"
        )
    if not path.is_file():
        raise JetDataError(f"{path}: no such file")
    return check_columns(str(path), path.name, reader(path))


def read_openml() -> RawJets:
    """Fetch OpenML 42468 `hls4ml_lhc_jets_hlf` (830,000 jets) through scikit-learn's cache.

    Returns
    -------
    RawJets

    Raises
    ------
    JetDataError
        OpenML cannot be reached or answers with something else than the 17 columns.

    Examples
    --------
    >>> len(read_openml().labels)  # doctest: +SKIP
    830000
    """
    from sklearn.datasets import fetch_openml

    where = f"OpenML {OPENML_ID}"
    try:
        frame = fetch_openml(data_id=OPENML_ID, as_frame=True, parser="auto").frame
    except Exception as error:
        raise JetDataError(
            f"{where}: cannot be fetched ({_first_line(error)}); expected network access or "
            "scikit-learn's cached copy"
        ) from None
    columns = {str(name): frame[name].to_numpy() for name in frame.columns}
    return check_columns(where, f"{where} hls4ml_lhc_jets_hlf", columns)


def check_columns(where: str, name: str, columns: Columns) -> RawJets:
    """Turn named columns into features and label codes, or say what is wrong with them.

    Parameters
    ----------
    where
        The file or source, to begin messages with.
    name
        What the data are, for tables and figures.
    columns
        One array of shape (n,) for each of the 16 features and for ``class``.

    Returns
    -------
    RawJets

    Raises
    ------
    JetDataError
        A missing column, columns of unequal length, no rows, a value that is not a finite number,
        an unknown class.

    Examples
    --------
    >>> check_columns("memory", "two", {"zlogz": np.zeros(2)})
    Traceback (most recent call last):
    moo_jsc.data.jets.errors.JetDataError: memory: column 'c1_b0_mmdt' is missing; ...
    """
    for column in (*FEATURES, CLASS_COLUMN):
        if column not in columns:
            raise JetDataError(
                f"{where}: column {column!r} is missing; expected the 16 features and "
                f"{CLASS_COLUMN!r}"
            )
    rows = columns[CLASS_COLUMN].shape
    if len(rows) != 1 or rows[0] == 0:
        raise JetDataError(
            f"{where}: column {CLASS_COLUMN!r} has shape {rows}; expected one row for each jet"
        )
    features = np.empty((rows[0], len(FEATURES)))
    for place, column in enumerate(FEATURES):
        if columns[column].shape != rows:
            raise JetDataError(
                f"{where}: column {column!r} has shape {columns[column].shape}; expected {rows}, "
                f"the shape of {CLASS_COLUMN!r}"
            )
        features[:, place] = _finite(where, column, columns[column])
    return RawJets(name, features, _label_codes(where, columns[CLASS_COLUMN]))


def _finite(where: str, column: str, values: NDArray[Any]) -> NDArray[np.float64]:
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.array([_number_or_nan(value) for value in values])
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        raise JetDataError(
            f"{where}: column {column!r}, data row {bad[0] + 1} is {_shown(values[bad[0]])}; "
            "expected a finite number"
        )
    return numbers


def _number_or_nan(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _label_codes(where: str, values: NDArray[Any]) -> NDArray[np.int64]:
    codes = {
        **{label: code for code, label in enumerate(CLASSES)},
        **{str(code): code for code in range(len(CLASSES))},
    }
    if np.issubdtype(values.dtype, np.floating):
        values = np.array([f"{value:g}" for value in values])
    distinct, places = np.unique(values.astype(str), return_inverse=True)
    for text in distinct:
        if text not in codes:
            row = int(np.flatnonzero(distinct[places] == text)[0]) + 1
            raise JetDataError(
                f"{where}: column {CLASS_COLUMN!r}, data row {row} is {_shown(text)}; expected "
                f"one of {', '.join(CLASSES)} or a code from 0 to {len(CLASSES) - 1}"
            )
    return np.array([codes[text] for text in distinct], dtype=np.int64)[places]


def _read_csv(path: Path) -> Columns:
    import pandas as pd

    try:
        frame = pd.read_csv(path, skipinitialspace=True)
    except (OSError, ValueError) as error:
        raise JetDataError(
            f"{path}: not a readable CSV file ({_first_line(error)}); expected a header line and "
            "rows of equal length"
        ) from None
    return {str(name): frame[name].to_numpy() for name in frame.columns}


def _read_npz(path: Path) -> Columns:
    wanted = (*FEATURES, CLASS_COLUMN)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in wanted if name in archive.files}
    except (
        OSError,
        ValueError,
        EOFError,
        KeyError,
        AttributeError,
        zlib.error,
        zipfile.BadZipFile,
    ) as error:
        raise JetDataError(
            f"{path}: not a readable npz file ({_first_line(error)}); expected plain arrays, one "
            "for each column"
        ) from None


def _read_hdf5(path: Path) -> Columns:
    try:
        import h5py
    except ImportError:
        raise JetDataError(
            f"{path}: reading HDF5 needs h5py: pip install 'moo-jsc[hdf5]'"
        ) from None
    try:
        with h5py.File(path, "r") as file:
            if HDF5_DATASET not in file:
                raise JetDataError(f"{path}: data set {HDF5_DATASET!r} is missing")
            dataset = file[HDF5_DATASET]
            names = [f"j_{name}" for name in (*FEATURES, *CLASSES)]
            for name in names:
                if name not in (dataset.dtype.names or ()):
                    raise JetDataError(
                        f"{path}: field {name!r} of data set {HDF5_DATASET!r} is missing"
                    )
            table = dataset.fields(names)[()]
    except OSError as error:
        raise JetDataError(f"{path}: not a readable HDF5 file ({_first_line(error)})") from None
    one_hot = np.stack([table[f"j_{label}"] for label in CLASSES], axis=1)
    bad = np.flatnonzero(~np.isin(one_hot, (0, 1)).all(axis=1) | (one_hot.sum(axis=1) != 1))
    if len(bad):
        raise JetDataError(
            f"{path}: fields j_g to j_z, data row {bad[0] + 1} are {one_hot[bad[0]].tolist()}; "
            "expected exactly one 1 and otherwise 0"
        )
    columns: dict[str, NDArray[Any]] = {name: table[f"j_{name}"] for name in FEATURES}
    columns[CLASS_COLUMN] = one_hot.argmax(axis=1)
    return columns


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def _shown(value: Any) -> str:
    return repr(value.item() if isinstance(value, np.generic) else value)


_READERS: dict[str, Callable[[Path], Columns]] = {
    ".csv": _read_csv,
    ".npz": _read_npz,
    ".h5": _read_hdf5,
    ".hdf5": _read_hdf5,
    ".z": _read_hdf5,
}
