"""What code and which packages decide a value: one hash for every key and every record."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from moo_jsc.foundation.files import sha256_of

ROOMS = (
    "foundation",
    "data",
    "networks",
    "quantization",
    "objectives",
    "hardware",
    "evaluation",
    "problems",
)
"""Rooms of `moo_jsc` that values of a problem come from; each imports only those before it."""

DECISIVE_PACKAGES = ("numpy", "scipy", "torch")
"""Packages whose version can change a value of a problem."""


@cache
def code_hash(*names: str) -> str:
    """Return a SHA-256 over the Python files of packages and modules, without importing them.

    Parameters
    ----------
    names
        Import names, for instance ``"moo_jsc.networks"`` (with all that is below it) or
        ``"moo_jsc.objectives.size"``.

    Raises
    ------
    ValueError
        A name belongs to no file.

    Examples
    --------
    >>> len(code_hash("moo_jsc.foundation"))
    64
    """
    parts: list[bytes | str] = []
    for name in names:
        for root, path in _files(name):
            parts += [f"{name}/{path.relative_to(root).as_posix()}", path.read_bytes()]
    return sha256_of(*parts)


def rooms_hash(*rooms: str) -> str:
    """Return the `code_hash` of rooms of `moo_jsc`, as far as they are installed.

    Raises
    ------
    ValueError
        None of them is.
    """
    found = [f"moo_jsc.{room}" for room in rooms if _exists(f"moo_jsc.{room}")]
    if not found:
        raise ValueError(f"none of {', '.join(rooms)} is a room of moo_jsc here")
    return code_hash(*found)


def version_key() -> str:
    """Return a SHA-256 over the code that values come from and the decisive packages' versions."""
    versions = package_versions(DECISIVE_PACKAGES)
    return sha256_of(rooms_hash(*ROOMS), *(f"{name} {found}" for name, found in versions.items()))


def package_versions(names: Sequence[str]) -> dict[str, str]:
    """Return the installed version of each distribution, ``"none"`` where it is missing.

    Examples
    --------
    >>> package_versions(["no-such-package"])
    {'no-such-package': 'none'}
    """
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def _files(name: str) -> list[tuple[Path, Path]]:
    """Return (folder, file) for every Python file of a package or module."""
    top, *below = name.split(".")
    spec = find_spec(top)
    found = []
    for location in (spec.submodule_search_locations if spec else None) or ():
        place = Path(location, *below)
        if place.is_dir():
            found += [(place, path) for path in sorted(place.rglob("*.py"))]
        elif below and place.with_suffix(".py").is_file():
            found.append((place.parent, place.with_suffix(".py")))
    if not found:
        raise ValueError(f"{name!r} names no Python file")
    return found


def _exists(name: str) -> bool:
    try:
        return bool(_files(name))
    except ValueError:
        return False
