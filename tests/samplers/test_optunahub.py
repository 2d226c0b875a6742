"""The OptunaHub package: laid out as the registry expects, and loaded as its client loads it."""

import re
import runpy
from pathlib import Path

import optuna
import pytest
import yaml

from moo_jsc.samplers.wrappers import optuna_filters
from tests.optunahub_client import ROOT, install

PACKAGE = "samplers/finite_space_filters"
FOLDER = ROOT / PACKAGE


@pytest.fixture
def hub(monkeypatch):
    return install(monkeypatch, "filters")


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
