import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.optuna_adapter import (
    parameter_values,
    suggest_values,
    value_distribution,
    value_distributions,
)
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

    vectors = Toy().as_pymoo()
    algorithm = NSGA2(pop_size=4, **vectors.operators)
    result = minimize(vectors, algorithm, ("n_gen", 6), seed=1)
    found = {tuple(row) for row in result.F}
    assert (-2, 0) in found
    assert np.array_equal(result.X, np.rint(result.X))
    designs = Toy().decoded(result.X)
    assert designs.equals(vectors.decoded(result.X))
    assert {"a": 3, "b": "x"} in designs.to_dict("records")


def test_designs_are_decoded_as_they_were_evaluated():
    toy = Toy()
    assert toy.decoded([[1.6, 0.4]]).to_dict("records") == [{"a": 3, "b": "x"}]
    assert toy.decoded([0, 1]).to_dict("records") == [{"a": 1, "b": "y"}]
    assert len(toy.decoded(np.empty((0, 2)))) == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "no designs, expected rows of choice indices"),
        ([["x", "y"]], "expected rows of choice indices"),
        ([[0, 1, 2]], r"shape \(1, 3\), expected \(n, 2\)"),
        ([[0, 7]], "choice 'b' has index 7, expected 0..1"),
        ([[0, np.nan]], "expected whole choice indices"),
    ],
)
def test_what_is_no_design_gets_one_line(given, message):
    with pytest.raises(InputError, match=message):
        Toy().decoded(given)


def test_optuna_alone():
    objective, directions = Toy().as_optuna()
    study = optuna.create_study(directions=directions, sampler=optuna.samplers.RandomSampler(1))
    study.optimize(objective, n_trials=20)
    assert directions == ["maximize", "minimize"]
    assert study.metric_names == ["sum", "product"]
    for trial in study.trials:
        (row,) = Toy().space.configuration(trial.params)[None]
        assert trial.values == [row.sum(), row.prod()]
    assert study.trials[0].distributions == value_distributions(Toy.space)


def test_optuna_with_indices_keeps_the_order_of_uneven_numbers():
    toy = Toy()
    toy.space = SearchSpace("uneven", (Choice("a", (1, 2, 5)), Choice("b", ("x", "y"))))
    objective, directions = toy.as_optuna(indices=True)
    study = optuna.create_study(directions=directions, sampler=optuna.samplers.RandomSampler(1))
    study.optimize(objective, n_trials=8)
    assert study.metric_names == ["sum", "product"]
    assert study.trials[0].distributions["a"] == optuna.distributions.IntDistribution(0, 2)
    for trial in study.trials:
        assert trial.values == [sum(trial.params.values()), np.prod(list(trial.params.values()))]


def test_names_of_metrics_that_a_study_has_are_kept():
    objective, directions = Toy().as_optuna()
    study = optuna.create_study(directions=directions)
    study.set_metric_names(["mine", "too"])
    study.optimize(objective, n_trials=1)
    assert study.metric_names == ["mine", "too"]


KINDS = Choice("words", ("b", "a")), Choice("pairs", ((8, 4), (4, 2)))
NUMBERS = st.lists(st.integers(-50, 50) | st.integers(-40, 40).map(lambda n: n / 8), unique=True)
CHOICES = st.builds(Choice, st.just("x"), NUMBERS.filter(bool).map(tuple)) | st.sampled_from(KINDS)


@given(CHOICES)
def test_a_parameter_takes_the_values_of_its_choice_and_no_others(choice):
    kind, values = value_distribution(choice), parameter_values(choice)
    if isinstance(kind, optuna.distributions.CategoricalDistribution):
        assert kind.choices == values
    else:
        assert choice.ordered
        assert kind.low == values[0] and kind.high == values[-1]
        assert [kind.low + k * kind.step for k in range(len(values))] == list(values)
    space = SearchSpace("s", (choice,))
    for index, value in enumerate(values):
        trial = optuna.trial.FixedTrial({choice.name: value})
        assert suggest_values(trial, space).tolist() == [index]


def test_two_values_that_read_the_same_are_refused():
    with pytest.raises(InputError, match="choice 'x': two values read the same"):
        parameter_values(Choice("x", ("(1, 2)", (1, 2))))


def test_a_value_that_is_not_finite_is_named():
    with pytest.raises(ArithmeticError, match=r"product = inf for {'a': 2, 'b': 'y'}"):
        Broken().evaluate([[0, 0], [1, 1]])
