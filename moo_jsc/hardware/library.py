"""The library that traces circuits, imported where it is needed."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from types import ModuleType

from moo_jsc.foundation.errors import InputError

PACKAGE = "alkaid"


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
    """Return the installed version of the tracer.

    Raises
    ------
    InputError
        The package is not installed.
    """
    tracer_module("trace")
    return version(PACKAGE)
