import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.foundation.objectives import Objective
from analysis.scalarization.front import SCALINGS, Front
from analysis.scalarization.picks import pick
from analysis.scalarization.tolerances import tolerances
from tests.analysis.scalarization.strategies import integer_fronts, sphere_front


def front_of(points):
    return Front.from_values(points, [Objective(name=f"f{k}") for k in range(points.shape[1])])


@settings(max_examples=100, deadline=None)
@given(integer_fronts(), st.tuples(*[st.integers(0, 9)] * 4))
def test_pick_is_the_least_of_the_weighted_sums(points, weights):
    vector = np.array(weights[: points.shape[1]], dtype=float)
    if not vector.any():
        vector[0] = 1.0
    front = front_of(points)
    scores = points @ vector
    found = pick(front, vector, "raw")
    assert found.ties.tolist() == np.flatnonzero(scores == scores.min()).tolist()
    assert found.point == found.ties[0]
    assert found.given_up == pytest.approx(points[found.point] - points.min(axis=0))
    assert found.ranks.tolist() == [
        1 + int((points[:, k] < points[found.point, k]).sum()) for k in range(points.shape[1])
    ]


@settings(max_examples=100, deadline=None)
@given(integer_fronts(), st.tuples(*[st.integers(0, 9)] * 4))
def test_tolerances_end_exactly_where_the_pick_changes(points, weights):
    vector = np.array(weights[: points.shape[1]], dtype=float)
    if not vector.any():
        vector[0] = 1.0
    front = front_of(points)
    chosen = pick(front, vector, "raw").point
    for column, each in enumerate(tolerances(front, vector, "raw")):
        assert each.low <= each.weight <= each.high
        moved = vector.copy()
        for inside in {each.low, each.weight, min(each.high, 50.0)}:
            moved[column] = inside
            if moved.any():
                assert chosen in pick(front, moved, "raw").ties
        if np.isfinite(each.high):
            moved[column] = each.high * 1.001 + 0.001
            assert chosen not in pick(front, moved, "raw").ties
            moved[column] = each.high
            assert each.above in pick(front, moved, "raw").ties
        else:
            assert each.above == -1
        if each.below >= 0:
            moved[column] = each.low * 0.999 - 1e-6
            if moved[column] >= 0 and moved.any():
                assert chosen not in pick(front, moved, "raw").ties
        else:
            assert each.low == 0.0
        assert 0 <= each.share_low <= each.share_high <= 1


def test_constant_objectives_are_vacuous():
    values = np.array([[0.7, 10.0, 640.0], [0.6, 5.0, 640.0]])
    objectives = [
        Objective(name="accuracy", sense="max"),
        Objective(name="size"),
        Objective(name="flops"),
    ]
    front = Front.from_values(values, objectives)
    accuracy, size, flops = tolerances(front, [1.0, 0.01, 0.1])
    assert flops.constant and flops.vacuous and flops.high == np.inf
    assert not accuracy.vacuous and not size.vacuous
    assert size.high == pytest.approx(0.02) and size.share_high == pytest.approx(0.02 / 1.12)


def test_a_tie_has_no_tolerance():
    front = front_of(np.array([[0.0, 1.0], [1.0, 0.0]]))
    found = pick(front, [1.0, 1.0])
    assert found.ties.tolist() == [0, 1]
    first, second = tolerances(front, [1.0, 1.0])
    assert first.step == second.step == 1.0


def test_scalings_pick_differently_and_agree_with_their_definition():
    points = sphere_front(60, 3, seed=4) * [1e-2, 1e3, 1.0]
    front = front_of(points)
    for scaling in SCALINGS:
        divisors = {
            "raw": np.ones(3),
            "range": np.ptp(points, axis=0),
            "deviation": points.std(axis=0),
        }[scaling]
        assert front.divisors(scaling) == pytest.approx(divisors)
        expected = (points / divisors).sum(axis=1).argmin()
        assert np.array_equal(
            front.points[pick(front, np.ones(3), scaling).point], points[expected]
        )
