"""The benchmark's OptunaHub package, with a stand-in for the registry's client."""

import runpy
import types

import numpy as np
import optuna
import pytest
import yaml

from tests.optunahub_client import ROOT, install

PACKAGE = "benchmarks/moo_jsc"
FOLDER = ROOT / PACKAGE


class BaseProblem:
    """What optunahub's own base class does with a trial (version 0.5)."""

    def __call__(self, trial):
        params = {name: trial._suggest(name, dist) for name, dist in self.search_space.items()}
        for name, value in self.evaluate_constraints(params).items():
            trial.set_constraint(name, value)
        return self.evaluate(params)


@pytest.fixture
def hub(monkeypatch):
    benchmarks = types.SimpleNamespace(BaseProblem=BaseProblem)
    return install(monkeypatch, "problem", benchmarks=benchmarks)


def test_files_and_front_matter():
    names = {path.name for path in FOLDER.iterdir()}
    assert {"README.md", "LICENSE", "__init__.py", "example.py", "requirements.txt"} <= names
    _, head, _ = (FOLDER / "README.md").read_text().split("---\n", 2)
    front = yaml.safe_load(head)
    assert "benchmark" in front["tags"]
    assert front["license"] == "MIT License"


def test_a_trial_is_the_table_s_row(hub):
    problem = hub.load_module(PACKAGE).Problem("codesign")
    study = optuna.create_study(
        directions=problem.directions, sampler=optuna.samplers.RandomSampler(seed=3)
    )
    study.optimize(problem, n_trials=12)
    space = problem.benchmark.space
    for trial in study.trials:
        row = [trial.params[choice.name] for choice in space.choices]
        np.testing.assert_array_equal(trial.values, problem.benchmark.evaluate([row])[0])
        kept = problem.evaluate_constraints(trial.params)["least-accuracy"] <= 0
        assert kept == (trial.values[0] >= 0.74)


def test_the_example_runs(hub, capsys):
    runpy.run_path(str(FOLDER / "example.py"))
    assert "of the true front's 63 points after 20 trials" in capsys.readouterr().out
