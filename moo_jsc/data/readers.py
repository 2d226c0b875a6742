"""Named columns from files: CSV, npz, HDF5, Parquet."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data.errors import DataError
from moo_jsc.data.table import Columns


def read_columns(path: Path, *, expected: str = "a file") -> Columns:
    """Read every column of a table; the file's extension says how.

    Parameters
    ----------
    path
        ``.csv``: a header line and rows. ``.npz``: arrays of n rows. ``.h5``, ``.hdf5``: data
        sets of n rows, or one of named fields. ``.parquet``: where pyarrow is installed.
    expected
        What else could have been given in place of a path, for the message.

    Raises
    ------
    DataError
        Missing or unreadable file, unknown extension, a library that is not installed.

    Examples
    --------
    >>> read_columns(Path("nowhere.csv"))
    Traceback (most recent call last):
    moo_jsc.data.errors.DataError: nowhere.csv: no such file
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(
            f"{path}: unknown kind of file {path.suffix!r}; expected {expected} "
            f"that ends in {', '.join(READERS)}"
        )
    require_file(path)
    return reader(path)


def require_file(path: Path) -> None:
    """Raise a DataError unless the file is there."""
    if not path.is_file():
        raise DataError(f"{path}: no such file")


def frame_columns(frame: Any) -> Columns:
    """Return the columns of a pandas data frame."""
    return {str(name): frame[name].to_numpy() for name in frame.columns}


def first_line(error: Exception) -> str:
    """Return the first line of an error's message."""
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def h5py_module(path: Path) -> Any:
    """Return h5py, or say how to get it."""
    try:
        import h5py
    except ImportError:
        raise DataError(f"{path}: reading HDF5 needs h5py: pip install 'moo-jsc[hdf5]'") from None
    return h5py


def _read_csv(path: Path) -> Columns:
    import pandas as pd

    try:
        frame = pd.read_csv(path, skipinitialspace=True)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: not a readable CSV file (byte {error.object[error.start]:#04x} is no UTF-8); "
            "expected one saved in UTF-8"
        ) from None
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path}: not a readable CSV file ({first_line(error)}); expected a header line and "
            "rows of equal length"
        ) from None
    if frame.shape[1] == 1 and any(mark in str(frame.columns[0]) for mark in _OTHER_SEPARATORS):
        raise DataError(
            f"{path}: one column {str(frame.columns[0])!r}; expected commas between the columns"
        )
    return frame_columns(frame)


_OTHER_SEPARATORS = ";\t|"


def _read_npz(path: Path) -> Columns:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (
        OSError,
        ValueError,
        EOFError,
        KeyError,
        AttributeError,
        TypeError,
        zlib.error,
        zipfile.BadZipFile,
    ) as error:
        raise DataError(
            f"{path}: not a readable npz file ({first_line(error)}); expected plain arrays, one "
            "for each column"
        ) from None


def _read_hdf5(path: Path) -> Columns:
    h5py = h5py_module(path)
    try:
        with h5py.File(path, "r") as file:
            found = {name: node for name, node in file.items() if isinstance(node, h5py.Dataset)}
            compound = [name for name, node in found.items() if node.dtype.names]
            if len(compound) == 1 == len(found):
                table = found[compound[0]][()]
                return {name: table[name] for name in table.dtype.names}
            if compound or not found:
                raise DataError(
                    f"{path}: data sets {', '.join(found) or 'none'}; expected one of named "
                    "fields, or plain arrays of as many rows"
                )
            return {name: node[()] for name, node in found.items()}
    except OSError as error:
        raise DataError(f"{path}: not a readable HDF5 file ({first_line(error)})") from None


def _read_parquet(path: Path) -> Columns:
    import pandas as pd

    try:
        return frame_columns(pd.read_parquet(path))
    except ImportError:
        raise DataError(f"{path}: reading Parquet needs pyarrow: pip install pyarrow") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a readable Parquet file ({first_line(error)})") from None


READERS: dict[str, Callable[[Path], Columns]] = {
    ".csv": _read_csv,
    ".npz": _read_npz,
    ".h5": _read_hdf5,
    ".hdf5": _read_hdf5,
    ".parquet": _read_parquet,
}
"""Readers by extension."""


def numeric(path: Path, name: str, values: NDArray[Any]) -> NDArray[Any]:
    """Return values (n,) of a field that must hold plain numbers."""
    if values.ndim != 1 or values.dtype.kind not in "fiub":
        raise DataError(
            f"{path}: field {name!r} holds {values.dtype} of shape {values.shape}; "
            "expected one number a row"
        )
    return values
