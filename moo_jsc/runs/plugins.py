"""Files of a user that add problems, objectives, spaces and samplers to the registries.

A Python file is run once; what it registers is then known by name. A CSV file is a table of costs
(`moo_jsc.objectives.layer_table`), each of whose columns becomes an objective. Packages may offer
the same by an entry point of the group ``moo_jsc.plugins``.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from moo_jsc.foundation.code import code_hash
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of, sha256_of_file
from moo_jsc.foundation.functions import what_failed, where_failed
from moo_jsc.objectives import OBJECTIVES, read_cost_table
from moo_jsc.objectives.objective import register
from moo_jsc.problems.catalog import RECIPES
from moo_jsc.problems.precision import PRECISION_SPACES
from moo_jsc.problems.registered import PROBLEMS
from moo_jsc.samplers import SAMPLERS

GROUP = "moo_jsc.plugins"

REGISTRIES: tuple[dict[str, Any], ...] = (
    OBJECTIVES,
    PRECISION_SPACES,
    RECIPES,
    PROBLEMS,
    SAMPLERS,
)

_HASH_LETTERS = 16


@dataclass(frozen=True)
class Plugin:
    """What was loaded.

    Attributes
    ----------
    place
        The file, or the entry point's object reference.
    hash
        Beginning of the SHA-256 over the file, or over the code of the package.
    added
        Names that it registered, for each of `REGISTRIES`.
    """

    place: str
    hash: str
    added: tuple[tuple[str, ...], ...]


LOADED: dict[str, Plugin] = {}
"""Plugins by the file's or the entry point's name."""


def plugin_hashes() -> dict[str, str]:
    """Return the hash of every plugin that was loaded, by its name."""
    return {name: plugin.hash for name, plugin in sorted(LOADED.items())}


def load_plugin(given: Path | str) -> Plugin:
    r"""Load a file, unless it was loaded before and has not changed since.

    Parameters
    ----------
    given
        A Python or CSV file, as ``trees.py``, or with the hash that it must have, as
        ``trees.py@0123456789abcdef`` (`pinned`).

    Raises
    ------
    InputError
        There is no such file, it has another hash, it fails (the message names the line), it
        registers a name that is taken, or another plugin has its name.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "costs.csv"
    >>> _ = path.write_text("layer,dsp [DSP]\nseq_blocks_2,3\n")
    >>> load_plugin(path).added[0], OBJECTIVES["dsp"].unit
    (('dsp',), 'DSP')
    >>> unload("costs.csv")
    """
    path, wanted = _split(str(given))
    if not path.is_file():
        raise InputError(f"plugin {path}: no such file")
    if path.suffix not in (".py", ".csv"):
        raise InputError(f"plugin {path}: expected a Python file (.py) or costs (.csv)")
    found = sha256_of_file(path)[:_HASH_LETTERS]
    if wanted and found != wanted:
        raise InputError(
            f"plugin {path}: changed, its hash is {found}, expected {wanted}; take the file as it "
            f"was, or name it anew: --plugin {path}"
        )
    place = str(path.resolve())
    before = LOADED.get(path.name)
    if before is not None and before.place != place:
        raise InputError(f"plugin {path}: another plugin, {before.place}, has its name")
    if before is not None and before.hash == found:
        return before
    unload(path.name)
    load = _run_file if path.suffix == ".py" else _register_costs
    return _noted(path.name, place, found, lambda: load(path.resolve()), str(path))


def load_installed_plugins() -> None:
    """Load what installed packages offer by entry points of the group ``moo_jsc.plugins``.

    Raises
    ------
    InputError
        One of them fails; the message names it.
    """
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        if point.name not in LOADED:
            what = f"plugin {point.name} ({point.value})"
            _noted(point.name, point.value, _package_hash(point, what), point.load, what)


def pinned(given: str) -> str:
    """Return a plugin with the hash of the file that was loaded.

    Examples
    --------
    >>> pinned("never-loaded.py")
    'never-loaded.py'
    """
    path, _ = _split(given)
    plugin = LOADED.get(path.name)
    return f"{path}@{plugin.hash}" if plugin else given


def unload(name: str) -> None:
    """Take back what a plugin registered; nothing happens where it was not loaded."""
    plugin = LOADED.pop(name, None)
    for registry, added in zip(REGISTRIES, plugin.added if plugin else (), strict=False):
        for key in added:
            registry.pop(key, None)


def _noted(name: str, place: str, found: str, load: Any, what: str) -> Plugin:
    """Load, note what was registered, and take it back where loading fails."""
    before = [dict(registry) for registry in REGISTRIES]
    try:
        load()
    except (Exception, SystemExit) as error:  # Whatever a user's file raises.
        for registry, kept in zip(REGISTRIES, before, strict=True):
            registry.clear()
            registry.update(kept)
        if isinstance(error, InputError) and place.endswith(".csv"):
            raise
        where = where_failed(error, place) if Path(place).is_file() else what
        raise InputError(f"plugin {where}: {what_failed(error)}") from None
    added = tuple(
        tuple(key for key in registry if key not in kept)
        for registry, kept in zip(REGISTRIES, before, strict=True)
    )
    LOADED[name] = Plugin(place, found, added)
    return LOADED[name]


def _split(given: str) -> tuple[Path, str]:
    """Return the path and the hash that it must have, if it has one."""
    path, at, wanted = given.rpartition("@")
    if at and len(wanted) == _HASH_LETTERS and set(wanted) <= set("0123456789abcdef"):
        return Path(path), wanted
    return Path(given), ""


def _run_file(path: Path) -> None:
    name = f"moo_jsc_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    _travel_by_value(module)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise


def _travel_by_value(module: ModuleType) -> None:
    """Let what a file defines be sent to processes that have not loaded it."""
    for pickler in ("joblib.externals.cloudpickle", "cloudpickle"):  # Dask has the latter.
        with suppress(ImportError):
            importlib.import_module(pickler).register_pickle_by_value(module)


def _register_costs(path: Path) -> None:
    for objective in read_cost_table(path):
        register(objective)


def _package_hash(point: EntryPoint, what: str) -> str:
    top = point.module.partition(".")[0]
    spec = importlib.util.find_spec(top)
    if spec is None or spec.origin is None:
        raise InputError(f"{what}: there is no package {top}")
    code = code_hash(top) if spec.submodule_search_locations else sha256_of_file(spec.origin)
    version = point.dist.version if point.dist else ""
    return sha256_of(version, code)[:_HASH_LETTERS]
