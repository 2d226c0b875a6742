import numpy as np
import pytest
from hypothesis import given

from analysis.foundation.errors import InputError
from analysis.front.pareto import improving, nondominated, pareto_front
from tests.analysis.strategies import integer_points


def dominates(one, other):
    return (one <= other).all() and (one < other).any()


@given(integer_points())
def test_nondominated_agrees_with_its_definition(points):
    expected = [not any(dominates(other, point) for other in points) for point in points]
    assert nondominated(points).tolist() == expected


@given(integer_points())
def test_without_duplicates_the_first_copy_is_kept(points):
    mask = nondominated(points, keep_duplicates=False)
    everything = nondominated(points)
    seen = set()
    for row, point in enumerate(map(tuple, points)):
        assert mask[row] == (everything[row] and point not in seen)
        seen.add(point)


@given(integer_points())
def test_front_is_distinct_and_sorted(points):
    front = pareto_front(points)
    expected = sorted({tuple(point) for point in points[nondominated(points)]})
    assert [tuple(point) for point in front] == expected


@given(integer_points())
def test_improving_points_are_those_that_no_earlier_point_weakly_dominates(points):
    expected = [
        not any((earlier <= point).all() for earlier in points[:row])
        for row, point in enumerate(points)
    ]
    assert improving(points).tolist() == expected


@pytest.mark.parametrize("check", [nondominated, pareto_front, improving])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(check, bad):
    with pytest.raises(InputError, match="point 1, objective 0"):
        check([[0.0, 1.0], [bad, 0.0]])


def test_no_points():
    assert nondominated(np.empty((0, 3))).tolist() == []
    assert improving(np.empty((0, 3))).tolist() == []
