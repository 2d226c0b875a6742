"""Files that tell when they have been damaged: arrays and records with a hash over them.

Arrays are kept as safetensors, records as JSON. What is read must be, byte for byte, what
writing the same content for the same purpose gives; so no change of a file goes unnoticed, be it
in a value, a name or a blank.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.files import atomic_path, sha256_of

Arrays = Mapping[str, NDArray[Any]]
Record = TypeVar("Record", bound=msgspec.Struct)


class BrokenSeal(Exception):  # noqa: N818
    """A file is not what was written. The message is one line that names it."""


class OtherPurpose(BrokenSeal):
    """A file is whole, but was written for another purpose."""


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
        The file cannot be written.
    """
    contiguous = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    with atomic_path(path) as temporary:
        temporary.write_bytes(_sealed(contiguous, purpose))


def read_sealed(path: Path, purpose: str) -> dict[str, NDArray[Any]] | None:
    """Return the arrays of a file after checking their hash; None if there is no such file.

    Raises
    ------
    BrokenSeal
        The file is damaged; as `OtherPurpose`, it was written for another purpose.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "sums.safetensors"
    >>> write_sealed(path, {"sum": np.array([1.0, 3.0])}, "example")
    >>> read_sealed(path, "example")
    {'sum': array([1., 3.])}
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    data = _bytes_of(path)
    if data is None:
        return None
    try:
        arrays = load(data)
        length = int.from_bytes(data[:8], "little")
        recorded, _ = json.loads(data[8 : 8 + length])["__metadata__"]["sha256"].split()
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenSeal(f"{path}: damaged, {_one_line(error)}") from None
    return _checked(path, arrays, purpose, recorded, data)


def write_record(path: Path, record: msgspec.Struct, purpose: str) -> None:
    """Write a record as JSON with a hash over it and over what it is for, atomically.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(_sealed_record(record, purpose))


def read_record(path: Path, kind: type[Record], purpose: str) -> Record | None:
    """Return a record after checking its hash; None if there is no such file.

    Raises
    ------
    BrokenSeal
        The file is damaged, or was written for another purpose.
    """
    data = _bytes_of(path)
    if data is None:
        return None
    try:
        envelope = msgspec.json.decode(data, type=_Envelope)
        record = msgspec.json.decode(envelope.record, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BrokenSeal(f"{path}: damaged, {_one_line(error)}") from None
    if data != _sealed_record(record, purpose):
        raise BrokenSeal(f"{path}: damaged, its content does not match its hash")
    return record


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sha256: str
    record: msgspec.Raw


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise BrokenSeal(f"{path}: cannot be read, {error.strerror}") from None


def _checked(
    path: Path, arrays: dict[str, NDArray[Any]], purpose: str, recorded: str, data: bytes
) -> dict[str, NDArray[Any]]:
    if data == _sealed(arrays, purpose):
        return arrays
    if recorded != sha256_of(purpose):
        raise OtherPurpose(f"{path}: written for another purpose, or damaged")
    raise BrokenSeal(f"{path}: damaged, its content does not match its hash")


def _sealed(arrays: Arrays, purpose: str) -> bytes:
    from safetensors.numpy import save

    parts: list[bytes | str] = [purpose]
    for name in sorted(arrays):
        array = arrays[name]
        parts += [name, str(array.dtype), str(array.shape), array.tobytes()]
    return save(dict(arrays), {"sha256": f"{sha256_of(purpose)} {sha256_of(*parts)}"})


def _sealed_record(record: msgspec.Struct, purpose: str) -> bytes:
    content = msgspec.json.encode(record)
    envelope = _Envelope(sha256_of(purpose, content), msgspec.Raw(content))
    return msgspec.json.format(msgspec.json.encode(envelope), indent=1) + b"\n"


def _one_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
