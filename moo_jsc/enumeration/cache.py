"""Where results of an enumeration are kept, and what they are keyed by."""

from __future__ import annotations

import os
from functools import cache
from importlib.metadata import version
from pathlib import Path

from moo_jsc.foundation.files import sha256_of, sha256_of_file
from moo_jsc.problems.problem import Problem

_FORMAT = "1"
_PACKAGE = Path(__file__).parents[1]
_ROOMS = ("foundation", "networks", "quantization", "objectives", "evaluation", "problems")
_LIBRARIES = ("numpy", "torch")


def default_cache() -> Path:
    """Return the cache folder: ``$MOO_JSC_CACHE``, by default ``~/.cache/moo_jsc``."""
    given = os.environ.get("MOO_JSC_CACHE")
    return Path(given) if given else Path.home() / ".cache" / "moo_jsc"


@cache
def code_version() -> str:
    """Return a SHA-256 over the sources and library versions that values depend on."""
    sources = sorted(path for room in _ROOMS for path in (_PACKAGE / room).glob("*.py"))
    return sha256_of(
        _FORMAT,
        *(f"{path.relative_to(_PACKAGE)} {sha256_of_file(path)}" for path in sources),
        *(f"{library} {version(library)}" for library in _LIBRARIES),
    )


def cache_key(problem: Problem, *settings: str) -> str:
    """Return a SHA-256 over a problem's fingerprint, the code version and settings.

    The fingerprint covers network weights, data, space and objectives.
    """
    return sha256_of(problem.fingerprint, code_version(), *settings)


def file_name(name: str, key: str) -> str:
    """Return a name for a file or folder that shows both.

    Examples
    --------
    >>> file_name("my space/1", "0123456789abcdef0123")
    'my-space-1-0123456789abcdef'
    """
    shown = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)
    return f"{shown}-{key[:16]}"
