from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings

from analysis.foundation.errors import InputError
from analysis.front.hypervolume import hypervolume, hypervolume_curve
from tests.analysis.strategies import integer_points


def inclusion_exclusion(points, bound):
    """Volume of the union of boxes, from the volumes of all their intersections."""
    inside = [point for point in np.unique(points, axis=0) if (point < bound).all()]
    total = 0.0
    for size in range(1, len(inside) + 1):
        for chosen in combinations(inside, size):
            total -= (-1) ** size * np.prod(bound - np.max(chosen, axis=0))
    return total


@given(integer_points())
@settings(deadline=None)
def test_hypervolume_is_inclusion_exclusion(points):
    assert hypervolume(points, 4.0) == inclusion_exclusion(points, 4.0)


@given(integer_points(max_rows=12))
@settings(deadline=None)
def test_curve_is_the_hypervolume_of_every_prefix(points):
    expected = [hypervolume(points[: row + 1], 4.0) for row in range(len(points))]
    assert hypervolume_curve(points, 4.0).tolist() == expected


@pytest.mark.parametrize("objectives", [2, 3, 4, 5])
def test_curve_of_random_points_ends_where_moocore_does(objectives):
    points = np.random.default_rng(objectives).uniform(size=(200, objectives))
    curve = hypervolume_curve(points, 1.1)
    assert curve[-1] == pytest.approx(hypervolume(points, 1.1), rel=1e-12)
    assert (np.diff(curve) >= 0).all()


@given(integer_points(max_rows=8))
@settings(deadline=None, max_examples=40)
def test_pymoo_agrees(points):
    hv = pytest.importorskip("pymoo.indicators.hv").HV
    assert hypervolume(points, 4.0) == pytest.approx(hv(np.full(points.shape[1], 4.0))(points))


@given(integer_points(max_rows=8))
@settings(deadline=None, max_examples=40)
def test_optuna_agrees(points):
    compute = pytest.importorskip("optuna._hypervolume").compute_hypervolume
    inside = points[(points <= 4.0).all(axis=1)]
    expected = compute(inside, np.full(points.shape[1], 4.0)) if len(inside) else 0.0
    assert hypervolume(points, 4.0) == pytest.approx(expected)


def test_points_beyond_the_reference_point_add_nothing():
    assert hypervolume([[0.0, 5.0], [1.0, 1.0]], 3.0) == 4.0
    assert hypervolume_curve([[0.0, 5.0], [3.0, 0.0], [1.0, 1.0]], 3.0).tolist() == [0.0, 0.0, 4.0]


def test_reference_point_of_its_own_for_each_objective():
    assert hypervolume([[1.0, 1.0]], [2.0, 4.0]) == 3.0


def test_empty_set():
    assert hypervolume(np.empty((0, 2)), 1.0) == 0.0
    assert hypervolume_curve(np.empty((0, 2)), 1.0).tolist() == []


@pytest.mark.parametrize("bound", [[1.0, 2.0, 3.0], [np.nan, 1.0]])
def test_bad_reference_point(bound):
    with pytest.raises(InputError, match="reference point"):
        hypervolume([[0.0, 0.0]], bound)
