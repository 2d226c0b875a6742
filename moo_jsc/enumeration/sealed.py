"""Arrays in a file that tells when it has been damaged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.files import atomic_path, sha256_of

Arrays = Mapping[str, NDArray[Any]]


class BrokenSeal(Exception):  # noqa: N818
    """A file is not what was written, or not written for this purpose."""


def write_sealed(path: Path, arrays: Arrays, purpose: str) -> None:
    """Write arrays with a hash over them and over what they are for, atomically.

    Parameters
    ----------
    path
        A safetensors file; its folder is created.
    arrays
        By name.
    purpose
        Any text; reading takes the same.

    Raises
    ------
    InputError
        The folder cannot be written to.
    """
    from safetensors.numpy import save_file

    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    with atomic_path(path) as temporary:
        save_file(contiguous, temporary, {"sha256": _seal(contiguous, purpose)})


def read_sealed(path: Path, purpose: str) -> dict[str, NDArray[Any]] | None:
    """Return the arrays of a file after checking their hash; None if there is no such file.

    Raises
    ------
    BrokenSeal
        The file is damaged, or was written for another purpose. The message names it.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            arrays = {name: np.array(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
            recorded = (file.metadata() or {}).get("sha256")
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise BrokenSeal(f"{path}: {error}") from None
    if recorded != _seal(arrays, purpose):
        raise BrokenSeal(f"{path}: its content does not match its hash")
    return arrays


def _seal(arrays: Arrays, purpose: str) -> str:
    parts: list[bytes | str] = [purpose]
    for name in sorted(arrays):
        array = arrays[name]
        parts += [name, str(array.dtype), str(array.shape), array.tobytes()]
    return sha256_of(*parts)
