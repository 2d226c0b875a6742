"""A stand-in for optunahub, which imports packages of a registry."""

import importlib.util
import sys
import types
from pathlib import Path

ROOT = Path(__file__).parents[1] / "optunahub" / "package"


def install(monkeypatch, submodule, **parts):
    """Put a client in the place of optunahub, and return it.

    Its `load_module` imports a folder of the registry, with its `submodule`, under the registry's
    name. `parts` are what packages use of optunahub themselves.
    """

    def load_module(package):
        name = f"optunahub_registry.package.{package.replace('/', '.')}"
        spec = importlib.util.spec_from_file_location(name, ROOT / package / "__init__.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        part = f"{name}.{submodule}"
        monkeypatch.setitem(sys.modules, part, sys.modules[part])
        return module

    client = types.ModuleType("optunahub")
    client.load_module = load_module
    for name, part in parts.items():
        setattr(client, name, part)
    monkeypatch.setitem(sys.modules, "optunahub", client)
    return client
