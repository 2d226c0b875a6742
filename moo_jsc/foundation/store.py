"""The one place for results that can be made again: keyed, sealed, verified when read."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import disk_fault
from moo_jsc.foundation.sealed import Arrays, BrokenSeal, read_sealed, write_sealed

ROOT_VARIABLE = "MOO_JSC_CACHE"
"""Environment variable with the store's folder; processes started from here inherit it."""

log = logging.getLogger(__name__)


def default_root() -> Path:
    """Return the store's folder: ``$MOO_JSC_CACHE``, by default the user's cache folder."""
    from platformdirs import user_cache_path

    given = os.environ.get(ROOT_VARIABLE)
    return Path(given) if given else user_cache_path("moo_jsc", appauthor=False)


def use_root(root: Path | str | None) -> None:
    """Make a folder the store of this process and of those that it starts; None: no change.

    What ``--cache`` of every study does.

    Raises
    ------
    InputError
        The folder cannot be made.
    """
    if root is None:
        return
    try:
        Path(root).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise InputError(f"cache {str(root)!r}: cannot be made ({error})") from None
    os.environ[ROOT_VARIABLE] = str(Path(root).absolute())


@dataclass(frozen=True)
class Store:
    """A folder of sealed files on shelves (``tables``, ``fronts``, ``latency``, ...).

    A file's name shows what it is and begins its key; the key covers everything that its
    content depends on: code, data, settings and versions of packages (see
    `moo_jsc.foundation.code`). A damaged file is named in a warning and made again.

    Attributes
    ----------
    root
        The folder; it is made when something is written.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> store = Store(Path(tempfile.mkdtemp()))
    >>> def squares():
    ...     print("computed")
    ...     return {"squares": np.arange(4) ** 2}
    >>> store.made("examples", "squares", "0123456789abcdef", squares)
    computed
    {'squares': array([0, 1, 4, 9])}
    >>> store.made("examples", "squares", "0123456789abcdef", squares)
    {'squares': array([0, 1, 4, 9])}
    """

    root: Path

    @classmethod
    def at(cls, root: Path | str | None = None) -> Store:
        """Return the store in a folder, by default the user's (`default_root`)."""
        return cls(default_root() if root is None else Path(root))

    def path(self, shelf: str, name: str, key: str, ending: str = ".safetensors") -> Path:
        """Return where a file (or, with an empty ending, a folder) of a shelf is.

        Examples
        --------
        >>> Store(Path("cache")).path("fronts", "my space/1", "0123456789abcdef0123").as_posix()
        'cache/fronts/my-space-1-0123456789abcdef.safetensors'
        """
        shown = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)
        return self.root / shelf / f"{shown[:80]}-{key[:16]}{ending}"

    def read(self, path: Path, key: str) -> dict[str, NDArray[Any]] | None:
        """Return the verified arrays of a file; None where there is none, or a damaged one."""
        try:
            return read_sealed(path, key)
        except BrokenSeal as error:
            log.warning("%s; it is made again", error)
            return None

    def made(
        self, shelf: str, name: str, key: str, make: Callable[[], Arrays]
    ) -> dict[str, NDArray[Any]]:
        """Return arrays from the store; make and keep them where they are not there.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        path = self.path(shelf, name, key)
        kept = self.read(path, key)
        if kept is None:
            kept = dict(make())
            write_sealed(path, kept, key)
        return kept

    @contextmanager
    def locked(self, path: Path) -> Iterator[None]:
        """Let one process at a time make a file of the store.

        Raises
        ------
        InputError
            The lock cannot be made.
        """
        with file_lock(path):
            yield


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold the lock of a file, ``.<name>.lock`` beside it; wait where another process has it.

    Raises
    ------
    InputError
        The folder cannot be written to.
    """
    from filelock import FileLock

    lock = FileLock(path.with_name(f".{path.name}.lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except (OSError, NotImplementedError) as error:
        raise disk_fault(path, error) from None
    try:
        yield
    finally:
        lock.release()
