import numpy as np
import pytest
from hypothesis import given, settings

from analysis.front.knees import KNEES, knee, least_trade_off
from analysis.front.simplex import sampled_weights
from analysis.scalarization.alternatives import (
    AUGMENTATION,
    UTOPIA_GAP,
    achievement,
    augmented_chebyshev,
    best_row,
    epsilon_constraint,
    reaches,
    weighted_chebyshev,
)
from analysis.scalarization.suggested import box_corners, preference_box, worst_regrets
from analysis.scalarization.support import classify
from analysis.scalarization.weight_space import to_unit_range
from tests.analysis.scalarization.strategies import integer_fronts, sphere_front


def test_scores_agree_with_pymoo():
    from pymoo.decomposition.aasf import AASF
    from pymoo.decomposition.asf import ASF
    from pymoo.decomposition.tchebicheff import Tchebicheff

    points = to_unit_range(sphere_front(40, 4, seed=0))
    weights = sampled_weights(4, 1, seed=1)[0]
    target = np.full(4, 0.3)
    assert weighted_chebyshev(points, weights) == pytest.approx(
        Tchebicheff().do(points, weights, utopian_point=np.full(4, -UTOPIA_GAP)).ravel()
    )
    # pymoo divides by the weights where these multiply.
    assert achievement(points, target, weights, rho=0.0) == pytest.approx(
        ASF().do(points - target, 1.0 / weights).ravel()
    )
    assert achievement(points, target, weights) == pytest.approx(
        AASF(rho=AUGMENTATION).do(points - target, 1.0 / weights).ravel()
    )


def test_knee_by_trade_off_agrees_with_its_definition():
    points = to_unit_range(sphere_front(25, 3, seed=3))
    expected = [
        min(
            np.maximum(other - own, 0).sum() / np.maximum(own - other, 0).sum()
            for other in points
            if (other < own).any()
        )
        for own in points
    ]
    assert least_trade_off(points) == pytest.approx(expected)


def test_every_definition_finds_an_obvious_knee_and_takes_a_single_point():
    front = np.array([[0.0, 1.0], [0.02, 0.6], [0.08, 0.06], [0.7, 0.02], [1.0, 0.0]])
    assert {knee(front, definition) for definition in KNEES} == {2}
    assert {knee(np.zeros((1, 3)), definition) for definition in KNEES} == {0}


@settings(max_examples=40, deadline=None)
@given(integer_fronts(least=2, most=4))
def test_reach_is_what_parameters_were_found_for(points):
    normalized = to_unit_range(points)
    supported = classify(points).supported
    weights = sampled_weights(points.shape[1], 200)
    linear, chebyshev, augmented, aimed, bounded = reaches(normalized, supported, weights)
    assert np.array_equal(linear.attainable, supported)
    assert not (linear.sampled & ~supported).any()
    assert chebyshev.attainable.all()
    assert bounded.attainable.all()
    for reach, score in (
        (chebyshev, weighted_chebyshev),
        (augmented, augmented_chebyshev),
    ):
        expected = {best_row(score(normalized, weight), normalized) for weight in weights}
        assert set(np.flatnonzero(reach.sampled)) == expected
        assert not (reach.sampled & ~reach.attainable).any()
    equal = np.full(points.shape[1], 1.0 / points.shape[1])
    for row, target in enumerate(normalized):
        hit = best_row(achievement(normalized, target, equal), normalized) == row
        assert aimed.attainable[row] == hit


def test_epsilon_constraint_keeps_within_bounds_or_finds_nothing():
    points = np.array([[0.0, 1.0], [0.5, 0.4], [1.0, 0.0]])
    assert best_row(epsilon_constraint(points, 0, np.array([0.0, 0.5])), points) == 1
    assert best_row(epsilon_constraint(points, 0, np.array([0.0, -0.1])), points) is None


@pytest.mark.parametrize("objectives", [2, 3, 4])
def test_worst_regret_is_that_of_dense_preferences(objectives):
    points = to_unit_range(sphere_front(40, objectives, seed=7))
    low, high = preference_box(np.arange(1.0, objectives + 1))
    corners = box_corners(low, high)
    assert corners.sum(axis=1) == pytest.approx(1.0)
    assert (corners >= low - 1e-9).all() and (corners <= high + 1e-9).all()
    near_corners = np.full(len(corners), 0.02)
    mixtures = np.random.default_rng(0).dirichlet(near_corners, 5_000) @ corners
    scores = mixtures @ points.T
    sampled = (scores - scores.min(axis=1, keepdims=True)).max(axis=0)
    exact = worst_regrets(points, corners)
    assert (exact >= sampled - 1e-12).all()
    assert exact == pytest.approx(sampled, abs=0.01)
