"""What must not change an answer: scale of weights, dominated designs, order of objectives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.foundation.objectives import Objective
from analysis.scalarization.front import SCALINGS, Front
from analysis.scalarization.picks import pick
from analysis.scalarization.regions import volumes
from analysis.scalarization.score_audit import audit_score
from analysis.scalarization.support import classify
from analysis.scalarization.tolerances import tolerances
from analysis.scalarization.weight_space import WeightSpace
from analysis.scalarization.weights import ReportedScore, Weights
from tests.analysis.scalarization.strategies import integer_fronts

SENSES = ("max", "min", "min", "max", "min")


def objectives_of(points):
    return [Objective(name=f"f{k}", sense=SENSES[k]) for k in range(points.shape[1])]


def natural(points):
    return points * [-1.0 if sense == "max" else 1.0 for sense in SENSES[: points.shape[1]]]


weights_of_five = st.tuples(*[st.integers(1, 20)] * 5)


@settings(max_examples=40, deadline=None)
@given(integer_fronts(), weights_of_five, st.sampled_from([2.0**-30, 0.1, 3.0, 1e9]))
def test_scaling_all_weights_changes_nothing(points, weights, factor):
    front = Front.from_values(natural(points), objectives_of(points))
    vector = np.array(weights[: points.shape[1]], dtype=float)
    for scaling in SCALINGS:
        one, other = pick(front, vector, scaling), pick(front, factor * vector, scaling)
        assert one.ties.tolist() == other.ties.tolist()
        for first, second in zip(
            tolerances(front, vector, scaling),
            tolerances(front, factor * vector, scaling),
            strict=True,
        ):
            assert second.low == pytest.approx(factor * first.low, abs=1e-9 * factor)
            assert second.high == pytest.approx(factor * first.high)
            assert second.share_low == pytest.approx(first.share_low, abs=1e-9)
            assert second.vacuous == first.vacuous
            assert (second.below < 0, second.above < 0) == (first.below < 0, first.above < 0)


@settings(max_examples=40, deadline=None)
@given(integer_fronts(), weights_of_five, st.integers(0, 100), st.integers(0, 3))
def test_a_dominated_design_changes_nothing(points, weights, which, worse):
    objectives = objectives_of(points)
    dominated = points[which % len(points)] + np.eye(points.shape[1])[0] * (worse + 0.5)
    before = Front.from_values(natural(points), objectives)
    after = Front.from_values(natural(np.vstack([points, dominated])), objectives)
    vector = np.array(weights[: points.shape[1]], dtype=float)
    assert np.array_equal(before.points, after.points)
    assert classify(before.points).classes.tolist() == classify(after.points).classes.tolist()
    for scaling in ("raw", "range"):
        assert pick(before, vector, scaling).point == pick(after, vector, scaling).point
        assert (
            tolerances(before, vector, scaling) == tolerances(after, vector, scaling)
            or (before.constant != after.constant).any()
        )


@settings(max_examples=40, deadline=None)
@given(integer_fronts(), weights_of_five, st.randoms(use_true_random=False))
def test_permuting_objectives_permutes_the_answer(points, weights, random):
    objectives = objectives_of(points)
    order = list(range(len(objectives)))
    random.shuffle(order)
    values = natural(points)
    vector = np.array(weights[: points.shape[1]], dtype=float)
    front = Front.from_values(values, objectives)
    turned = Front.from_values(values[:, order], [objectives[k] for k in order])
    to_turned = [
        int(np.flatnonzero((turned.points == row[order]).all(axis=1))[0]) for row in front.points
    ]
    assert classify(front.points).classes.tolist() == (
        classify(turned.points).classes[to_turned].tolist()
    )
    assert volumes(WeightSpace.of(turned.points))[to_turned] == pytest.approx(
        volumes(WeightSpace.of(front.points)), abs=1e-9
    )
    ties = {to_turned[row] for row in pick(front, vector).ties}
    assert ties == set(pick(turned, vector[order]).ties.tolist())
    if len(ties) == 1:
        for one, other in zip(
            [tolerances(front, vector)[k] for k in order],
            tolerances(turned, vector[order]),
            strict=True,
        ):
            assert one.objective == other.objective
            assert one.low == pytest.approx(other.low, abs=1e-9)
            assert one.high == pytest.approx(other.high)


@settings(max_examples=40, deadline=None)
@given(integer_fronts(), weights_of_five)
def test_duplicates_are_one_point_with_a_multiplicity(points, weights):
    objectives = objectives_of(points)
    once = Front.from_values(natural(points), objectives)
    twice = Front.from_values(natural(np.vstack([points, points[::-1]])), objectives)
    assert np.array_equal(once.points, twice.points)
    assert (twice.multiplicity == 2).all()
    vector = np.array(weights[: points.shape[1]], dtype=float)
    assert pick(once, vector).point == pick(twice, vector).point


@settings(max_examples=40, deadline=None)
@given(integer_fronts(), weights_of_five)
def test_a_score_is_the_weighting_that_it_states(points, weights):
    objectives = objectives_of(points)
    terms = {
        each.name: weight if each.sense == "max" else -weight
        for each, weight in zip(objectives, weights, strict=False)
    }
    found = audit_score(natural(points), objectives, ReportedScore("s", Weights(terms)))
    vector = np.array(weights[: points.shape[1]], dtype=float)
    ties = pick(found.front, vector, "raw").ties
    assert found.design in found.front.designs[ties]
    assert found.dominating == 0
    assert found.rewards == ()
