"""Files that are either whole or absent: atomic writes and content hashes."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moo_jsc.foundation.errors import InputError

DISK_FAULTS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.ENAMETOOLONG}
)
"""Error numbers that speak of the disk, not of the program."""

_SHOWN_LETTERS = 120


@contextmanager
def atomic_path(target: Path | str) -> Iterator[Path]:
    """Give a temporary path beside `target`; rename it to `target` when the block succeeds.

    Parameters
    ----------
    target
        The file to write. Its folder is created.

    Yields
    ------
    pathlib.Path
        Where to write. Removed, and `target` left as it was, when the block raises.

    Raises
    ------
    InputError
        The folder cannot be made or written to, or the disk is full.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> with atomic_path(folder / "a.txt") as path:
    ...     _ = path.write_text("whole")
    >>> (folder / "a.txt").read_text()
    'whole'
    """
    target = Path(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except (OSError, ValueError) as error:
        raise disk_fault(target, error) from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        if error.errno in DISK_FAULTS or error.filename2 == str(target):
            raise disk_fault(target, error) from None
        raise
    finally:
        temporary.unlink(missing_ok=True)


def disk_fault(target: Path | str, error: Exception) -> InputError:
    """Return the line that says why a file or folder cannot be written.

    Examples
    --------
    >>> disk_fault("out/a.csv", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    InputError('out/a.csv: cannot be written (No space left on device)')
    """
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(f"{_shortened(target)}: cannot be written ({reason})")


def require_writable(folder: Path | str) -> None:
    """Check that a folder for results is one, or can be made, and can be written to.

    No trace is left, so that it can be asked before anything is computed.

    Raises
    ------
    InputError
        It is a file, or cannot be written to.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{_shortened(folder)}: expected a folder")
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    probe = folder / ".writable"
    with atomic_path(probe):
        pass
    probe.unlink()
    for path in missing:
        path.rmdir()


def _shortened(path: Path | str) -> str:
    text = str(path)
    return text if len(text) <= _SHOWN_LETTERS else f"{text[:_SHOWN_LETTERS]}..."


def write_text(target: Path | str, text: str) -> None:
    """Write a whole text file or nothing (see `atomic_path`)."""
    with atomic_path(target) as path:
        path.write_text(text, encoding="utf-8")


def sha256_of(*parts: bytes | str) -> str:
    """Hash the parts, each preceded by its length, so that boundaries matter.

    Examples
    --------
    >>> sha256_of("ab", "c") == sha256_of("a", "bc")
    False
    >>> len(sha256_of("ab"))
    64
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def sha256_of_file(path: Path | str) -> str:
    """Hash a file's bytes (hexadecimal, 64 digits)."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
