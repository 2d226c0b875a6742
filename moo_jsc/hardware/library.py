"""The library that traces circuits, imported where it is needed."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

from moo_jsc.foundation.errors import InputError

PACKAGE = "alkaid"

SHIPPED_BY = Path(__file__).parent / "tables" / "tracer.txt"
"""Holds the version that made the shipped traces; `studies/trace_circuits.py` writes both."""


def tracer_module(name: str) -> ModuleType:
    """Import ``alkaid.<name>``.

    Raises
    ------
    InputError
        The package is not installed.
    """
    try:
        return import_module(f"{PACKAGE}.{name}")
    except ImportError:
        raise InputError(
            f"costs of circuits need the package {PACKAGE}: pip install 'moo-jsc[hardware]'"
        ) from None


def tracer_version() -> str:
    """Return the installed version of the tracer, or the one that made the shipped traces.

    So what is shipped answers without the tracer; with another version of it everything is
    traced anew.
    """
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return SHIPPED_BY.read_text(encoding="utf-8").strip()
