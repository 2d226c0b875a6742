"""The three descriptions of the environment agree with one another."""

import re
import tomllib
from pathlib import Path

import yaml

import moo_jsc

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONDA_NAMES = {"torch": "pytorch"}


def _parsed(requirements):
    pattern = re.compile(r"([A-Za-z0-9_.-]+)\s*(.*)")
    return dict(pattern.fullmatch(requirement).groups() for requirement in requirements)


def _conda():
    content = yaml.safe_load((ROOT / "environment.yml").read_text())
    named = [entry for entry in content["dependencies"] if isinstance(entry, str)]
    (pip,) = [entry["pip"] for entry in content["dependencies"] if isinstance(entry, dict)]
    assert "-e ." in pip
    return _parsed([*named, *(entry for entry in pip if entry != "-e .")])


def test_conda_environment_has_the_same_ranges():
    wanted = _parsed(PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["test"])
    conda = _conda()
    assert conda.pop("python") == PROJECT["project"]["requires-python"]
    conda.pop("pip")
    assert conda == {CONDA_NAMES.get(name, name): version for name, version in wanted.items()}


def test_every_direct_dependency_is_pinned():
    pins = (ROOT / "constraints.txt").read_text().lower().replace("_", "-")
    groups = PROJECT["dependency-groups"]
    wanted = _parsed(
        PROJECT["project"]["dependencies"] + groups["test"] + groups["lint"] + groups["export"]
    )
    for name in wanted:
        assert f"\n{name}==" in f"\n{pins}", f"{name} has no tested version in constraints.txt"
    assert "torch==2.13.0" in pins


def test_extras_are_ranges():
    for requirements in PROJECT["project"]["optional-dependencies"].values():
        assert all(">=" in requirement for requirement in requirements)


def test_there_is_one_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    version = moo_jsc.__version__
    assert PROJECT["project"]["dynamic"] == ["version"] and citation["version"] == version
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
