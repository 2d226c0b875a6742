import numpy as np
import optuna
import pytest

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.problem import Problem
from moo_jsc.problems.space import Choice, SearchSpace


class Toy(Problem):
    """First objective: the sum of the values, maximised; second: their product, minimised."""

    name = "toy"
    space = SearchSpace("toy", (Choice("a", (1, 2, 3)), Choice("b", ("x", "y"))))
    objectives = (
        Objective(
            name="sum", unit="1", sense="max", definition="sum of the indices", source="test"
        ),
        Objective(
            name="product",
            unit="1",
            sense="min",
            definition="product of the indices",
            source="test",
        ),
    )
    fingerprint = "toy"

    def _evaluate(self, configurations):
        return np.column_stack([configurations.sum(axis=1), configurations.prod(axis=1)])


class Broken(Toy):
    def _evaluate(self, configurations):
        values = np.ones((len(configurations), 2))
        values[-1, 1] = np.inf
        return values


def test_pymoo_sees_minimized_objectives_and_rounds():
    problem = Toy().as_pymoo()
    values = problem.evaluate(np.array([[2.0, 1.0], [0.4, 0.6], [9.0, -3.0]]))
    np.testing.assert_array_equal(values, [[-3, 2], [-1, 0], [-2, 0]])
    assert (problem.n_var, problem.n_obj) == (2, 2)


def test_pymoo_alone():
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.optimize import minimize

    result = minimize(Toy().as_pymoo(), NSGA2(pop_size=8), ("n_gen", 6), seed=1)
    found = {tuple(row) for row in result.F}
    assert (-2, 0) in found


def test_optuna_alone():
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    objective, directions = Toy().as_optuna()
    study = optuna.create_study(directions=directions, sampler=optuna.samplers.RandomSampler(1))
    study.optimize(objective, n_trials=20)
    assert directions == ["maximize", "minimize"]
    for trial in study.trials:
        assert trial.values == [sum(trial.params.values()), np.prod(list(trial.params.values()))]
    assert isinstance(study.trials[0].distributions["a"], optuna.distributions.IntDistribution)
    categorical = optuna.distributions.CategoricalDistribution
    assert isinstance(study.trials[0].distributions["b"], categorical)


def test_a_value_that_is_not_finite_is_named():
    with pytest.raises(ArithmeticError, match=r"product = inf for {'a': 2, 'b': 'y'}"):
        Broken().evaluate([[0, 0], [1, 1]])
