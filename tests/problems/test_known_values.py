"""What is known before a trial, who says so, and who is told."""

import numpy as np
import pytest

from moo_jsc.enumeration import ObjectiveTable, TableProblem
from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives import OBJECTIVES, get_objectives
from moo_jsc.objectives.objective import Objective, PredictionObjective
from moo_jsc.problems.catalog import build_problem
from moo_jsc.problems.problem import Problem
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.samplers import InformedSampler, Sampler, run_sampler, told

SPACE = SearchSpace("toy", (Choice("width", (2, 4, 8), rises=("accuracy",)),))
VALUES = np.array([[0.5, 10.0], [0.7, 20.0], [0.6, 40.0]])


def table():
    return TableProblem(
        ObjectiveTable("toy", SPACE, get_objectives(["accuracy", "size"]), VALUES.copy(), "toy-1")
    )


def test_only_predictions_have_to_be_tried():
    for objective in OBJECTIVES.values():
        assert objective.known != isinstance(objective, PredictionObjective)
    assert not Objective(name="o", unit="1", sense="min", definition="one", source="test").known


@pytest.mark.parametrize("name", ["lab3-types", "mixed-precision"])
def test_networks_know_their_costs(name):
    problem = build_problem(name, objectives=("accuracy", "size", "bitops", "loss"))
    rows = problem.space.configurations(problem.space.permuted(np.arange(7), seed=1))
    known = problem.known_values(rows)
    assert np.isnan(known[:, [0, 3]]).all()
    assert np.array_equal(known[:, 1:3], problem.evaluate(rows)[:, 1:3])


def test_tables_know_what_the_networks_knew_and_nothing_else():
    problem = table()
    known = problem.known_values([[2], [0]])
    assert np.array_equal(known, [[np.nan, 40.0], [np.nan, 10.0]], equal_nan=True)
    assert np.array_equal(problem.evaluate([[0]]), VALUES[:1])


class Wrong(Problem):
    name = "wrong"
    space = SPACE
    objectives = get_objectives(["accuracy", "size"])
    fingerprint = "1"
    given = np.nan, np.nan

    def _evaluate(self, configurations):
        return VALUES[configurations[:, 0]]

    def _known_values(self, configurations):
        return np.tile(self.given, (len(configurations), 1))


@pytest.mark.parametrize(
    ("given", "message"),
    [((0.5, 1.0), "accuracy: expected NaN"), ((np.nan, np.nan), "size: expected finite numbers")],
)
def test_a_problem_that_says_too_much_or_too_little_is_stopped(given, message):
    problem = Wrong()
    problem.given = given
    with pytest.raises(ArithmeticError, match=message):
        problem.known_values([[0]])


def test_choices_of_widths_say_that_accuracy_rises_and_loss_falls():
    for choice in build_problem("joint").space.choices:
        assert choice.ordered
        assert (choice.trend("accuracy"), choice.trend("loss"), choice.trend("size")) == (1, -1, 0)
    for choice in build_problem("lab3-grid").space.choices:
        assert not choice.ordered
        assert choice.trend("accuracy") == 0


def test_a_choice_cannot_go_both_ways():
    with pytest.raises(InputError, match="expected 'accuracy' to rise or to fall, not both"):
        Choice("a", (1, 2), rises=("accuracy",), falls=("accuracy",))


def test_trends_do_not_change_a_space():
    assert SPACE.fingerprint == SearchSpace("x", (Choice("width", (2, 4, 8)),)).fingerprint


class Plain(Sampler):
    name = "plain"

    def run(self, space, objectives, evaluate, *, seed, budget):
        evaluate(space.configurations([0]))


class Informed(InformedSampler):
    name = "informed"

    def run(self, space, objectives, evaluate, *, seed, budget, known=None):
        values = known(space.configurations(np.arange(space.size)))
        evaluate(space.configurations([int(np.argmax(values[:, 1]))]))


def test_only_samplers_that_declare_it_are_told():
    problem = table()
    tried = []

    def evaluate(rows):
        tried.extend(rows.tolist())
        return problem.evaluate(rows)

    for sampler in (Plain(), Informed()):
        run_sampler(
            sampler,
            problem.space,
            problem.objectives,
            evaluate,
            seed=0,
            budget=1,
            known=problem.known_values,
        )
    assert tried == [[0], [2]]
    assert told(Plain(), problem.objectives) == ()
    assert told(Informed(), problem.objectives) == ("size",)
