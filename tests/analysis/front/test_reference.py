from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective, minimized
from analysis.front.pareto import pareto_front
from analysis.front.reference import Reference, lattice_divisions
from tests.analysis.strategies import OBJECTIVES, integer_points, trial_table


@given(st.integers(1, 2000), st.integers(2, 6))
def test_lattice_is_the_largest_that_the_front_could_fill(size, objectives):
    divisions = lattice_divisions(size, objectives)
    assert size < comb(divisions + objectives, objectives - 1)
    assert divisions == 1 or comb(divisions + objectives - 1, objectives - 1) <= size


def test_two_objectives_have_as_many_divisions_as_gaps():
    assert lattice_divisions(20, 2) == 19


@pytest.fixture
def reference():
    _, values = trial_table()
    return Reference.from_values(values, OBJECTIVES)


def test_front_spans_the_unit_cube(reference):
    front = reference.normalized_front
    assert front.min(axis=0) == pytest.approx(np.zeros(3))
    assert front.max(axis=0) == pytest.approx(np.ones(3))
    assert reference.normalized([reference.ideal]) == pytest.approx(np.zeros((1, 3)))
    assert reference.normalized([reference.nadir]) == pytest.approx(np.ones((1, 3)))


def test_natural_units_and_senses(reference):
    assert reference.ideal[0] > reference.nadir[0]
    assert (reference.ideal[1:] < reference.nadir[1:]).all()
    assert reference.front[:, 0].max() == reference.ideal[0]


def test_reference_point(reference):
    size = len(reference.front)
    expected = 1 + 1 / lattice_divisions(size, 3)
    assert reference.reference_point.tolist() == [expected] * 3
    assert reference.with_coordinate(1.1).reference_point.tolist() == [1.1] * 3


def test_scale_does_not_depend_on_units(reference):
    _, values = trial_table()
    scaled = Reference.from_values(values * [1.0, 8.0, 1000.0], OBJECTIVES)
    assert scaled.hypervolume == pytest.approx(reference.hypervolume)


def test_logarithmic_costs_leave_maximized_objectives_alone(reference):
    logarithmic = reference.on_other_scale()
    middle = np.sqrt(reference.ideal * reference.nadir)
    middle[0] = (reference.ideal[0] + reference.nadir[0]) / 2
    assert logarithmic.normalized([middle]) == pytest.approx(np.full((1, 3), 0.5))


def test_logarithm_of_zero_is_refused():
    with pytest.raises(InputError, match="objective 'a': 0, expected positive"):
        Reference.from_values([[0.0], [1.0]], [Objective(name="a")], scales={"a": "logarithmic"})
    reference = Reference.from_values([[1.0]], [Objective(name="a")], scales={"a": "logarithmic"})
    with pytest.raises(InputError, match="objective 'a': -1"):
        reference.normalized([[-1.0]])


def test_objective_that_is_constant_along_the_front():
    objectives = (Objective(name="a"), Objective(name="b"), Objective(name="c"))
    values = [[0, 2, 5], [2, 0, 5], [2, 2, 9]]
    reference = Reference.from_values(values, objectives)
    assert reference.degenerate.tolist() == [False, False, True]
    assert reference.constant.tolist() == [False, False, False]
    assert reference.normalized(values)[:, 2].tolist() == [0.0, 0.0, 1.0]
    fixed = Reference.from_values([[0, 2, 5], [2, 0, 5]], objectives)
    assert fixed.constant.tolist() == [False, False, True]
    assert fixed.normalized([[0, 0, 6]])[0, 2] == 1.0
    assert np.isfinite(fixed.hypervolume)


def test_single_objective_measures_the_regret():
    reference = Reference.from_values([[2.0], [4.0], [6.0]], [Objective(name="a")])
    assert reference.normalized([[2.0], [4.0], [6.0]])[:, 0].tolist() == [0.0, 0.5, 1.0]
    assert reference.hypervolume == 1.0


@given(integer_points(min_rows=2, max_rows=10, objectives=st.integers(2, 4)))
@settings(deadline=None)
def test_leaving_an_objective_out_gives_the_front_of_the_rest(values):
    objectives = [
        Objective(name=f"f{i}", sense="max" if i % 2 else "min") for i in range(values.shape[1])
    ]
    reduced = Reference.from_values(values, objectives).without("f0")
    direct = Reference.from_values(values[:, 1:], objectives[1:])
    assert np.array_equal(reduced.front, direct.front)


def test_front_agrees_with_all_values():
    _, values = trial_table()
    reference = Reference.from_values(values, OBJECTIVES)
    assert np.array_equal(
        minimized(reference.front, OBJECTIVES), pareto_front(minimized(values, OBJECTIVES))
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Reference.from_values(np.empty((0, 1)), [Objective(name="a")]), "empty"),
        (lambda: Reference((Objective(name="a"),), np.array([[np.nan]])), "a = nan"),
        (
            lambda: Reference.from_values([[1.0]], [Objective(name="a")], coordinate=-1.0),
            "positive",
        ),
        (lambda: Reference.from_values([[1.0]], [Objective(name="a")]).without("b"), "'b'"),
        (lambda: Reference.from_values([[1.0]], [Objective(name="a")]).without("a"), "only one"),
        (lambda: lattice_divisions(0, 2), "at least 1 and 2"),
    ],
)
def test_bad_references(call, message):
    with pytest.raises(InputError, match=message):
        call()


@settings(max_examples=50, deadline=None)
@given(integer_points(min_rows=3, objectives=st.just(3)), st.data())
def test_a_front_that_a_trial_shows_to_be_incomplete_is_refused(points, data):
    left_out = data.draw(st.integers(0, len(points) - 1))
    kept = np.delete(points, left_out, axis=0)
    if len(np.unique(kept, axis=0)) < 2:
        return
    turned = [minimized(part, OBJECTIVES) for part in (kept, points[[left_out]])]
    covered = (turned[0] <= turned[1]).all(axis=1).any()
    try:
        reference = Reference.from_values(kept, OBJECTIVES)
    except InputError:
        return  # One point, or no extent.
    reference.require_complete(kept)
    Reference.from_values(kept, OBJECTIVES, complete=False).require_complete(points)
    if covered:
        reference.require_complete(points)
    else:
        with pytest.raises(InputError, match="1 evaluated design of the trials is not dominated"):
            reference.require_complete(points)
