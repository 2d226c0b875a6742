"""A comparison of samplers on fine-tuned designs: both splits from one training, and chance."""

import numpy as np
import pytest

from moo_jsc.enumeration import enumerate_problem
from moo_jsc.problems.network_problem import NetworkProblem
from studies.comparison.chance import chance_of, jet_by_jet
from studies.comparison.enumerating import enumerated
from studies.comparison.retesting import retest
from tests.enumeration.fine_tuned_toy import toy


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path))


def test_both_splits_come_from_one_training(monkeypatch):
    problem, trained = toy(seeds=2), []
    train = NetworkProblem.fine_tuned

    def counted(self, configurations, recipes, splits):
        trained.append(len(configurations) * len(recipes))
        return train(self, configurations, recipes, splits)

    monkeypatch.setattr(NetworkProblem, "fine_tuned", counted)
    tables = enumerated(problem, workers=1)
    assert sum(trained) == problem.space.size * 2
    for table, split in zip(tables, ("validation", "test"), strict=True):
        plain = enumerate_problem(problem.on(split))
        np.testing.assert_array_equal(table.values, plain.values)
        assert table.fingerprint == plain.fingerprint
    frame, reference = retest(tables[1])
    assert frame.configuration.tolist() == list(range(16))
    assert len(reference.front) == len(np.unique(tables[1].front_values, axis=0))
    assert (tables[0].values[:, 1:] != tables[1].values[:, 1:]).any()


@pytest.mark.parametrize("seeds", [1, 2])
def test_jets_behind_the_front_of_fine_tuned_designs_are_drawn_again(seeds):
    problem = toy(seeds=seeds)
    table, _ = enumerated(problem, workers=1)
    found = jet_by_jet(problem, problem.space.configurations(np.arange(16)))
    for name in ("accuracy", "loss"):
        column = [objective.name for objective in table.objectives].index(name)
        np.testing.assert_allclose(found[name].mean(axis=1), table.values[:, column], rtol=1e-5)
    chance = chance_of(problem, table)
    assert 0 < chance.kept < 1
    assert chance.on_front.sum() == len(table.front_indices)
