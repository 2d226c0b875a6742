"""The OptunaHub package: laid out as the registry expects, and loaded as its client loads it."""

import importlib.util
import re
import runpy
import sys
import types
from pathlib import Path

import optuna
import pytest
import yaml

from moo_jsc.samplers.wrappers import optuna_filters

ROOT = Path(__file__).parents[2] / "optunahub" / "package"
PACKAGE = "samplers/finite_space_filters"
FOLDER = ROOT / PACKAGE


@pytest.fixture
def hub(monkeypatch):
    """Stand in for optunahub: its `load_module` imports a folder under the registry's name."""

    def load_module(package):
        name = f"optunahub_registry.package.{package.replace('/', '.')}"
        spec = importlib.util.spec_from_file_location(name, ROOT / package / "__init__.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        monkeypatch.setitem(sys.modules, f"{name}.filters", sys.modules[f"{name}.filters"])
        return module

    client = types.ModuleType("optunahub")
    client.load_module = load_module
    monkeypatch.setitem(sys.modules, "optunahub", client)
    return client


def test_files_and_front_matter():
    assert {"README.md", "LICENSE", "__init__.py", "example.py"} <= {
        path.name for path in FOLDER.iterdir()
    }
    _, head, body = (FOLDER / "README.md").read_text().split("---\n", 2)
    front = yaml.safe_load(head)
    assert set(front) == {
        "author",
        "title",
        "description",
        "tags",
        "optuna_versions",
        "license",
    }
    assert "sampler" in front["tags"]
    assert front["license"] == "MIT License"
    sections = re.findall(r"^## (.*)", body, re.M)
    assert sections[:2] == ["Abstract", "Class or Function Names"]
    assert "Example" in sections


def test_it_needs_nothing_of_this_project():
    assert "moo_jsc" not in (FOLDER / "filters.py").read_text()
    assert (FOLDER / "filters.py").read_text() == Path(optuna_filters.__file__).read_text()


def test_the_readme_runs(hub, capsys):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    (code,) = re.findall(
        r"```python\n(.*?)```", (FOLDER / "README.md").read_text().split("## Others")[0], re.S
    )
    exec(code, {})
    assert capsys.readouterr().out == "21\n"


def test_the_example_never_repeats(hub, monkeypatch):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    found = runpy.run_path(str(FOLDER / "example.py"), run_name="__main__")
    tried = [tuple(trial.params.items()) for trial in found["study"].trials]
    assert len(tried) == len(set(tried)) == 40
