import moocore
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.foundation.errors import InputError
from analysis.front.reference import Reference
from analysis.indicators.attainment import (
    attained_share,
    attainment,
    difference_rectangles,
    surface_differences,
    surfaces,
)
from analysis.trials.table import Trials
from tests.analysis.strategies import OBJECTIVES, integer_points, trial_table

two_or_three = st.integers(2, 3)


@pytest.fixture
def study():
    table, values = trial_table(seeds=3, budget=12)
    return table, Reference.from_values(values, OBJECTIVES)


@pytest.mark.parametrize("epsilon", [0.0, 0.1])
def test_times_follow_the_definition(study, epsilon):
    table, reference = study
    found = attainment(table, reference, epsilon=epsilon)
    for name, runs in Trials.of(table, OBJECTIVES).runs.items():
        for row, run in enumerate(runs):
            points = reference.normalized(run.values)
            for column, target in enumerate(reference.normalized_front):
                there = [(point <= target + epsilon + 1e-9).all() for point in points]
                expected = there.index(True) + 1.0 if any(there) else np.inf
                assert found.times[name][row, column] == expected


def test_curves_count_attained_points(study):
    table, reference = study
    found = attainment(table, reference, epsilon=0.2)
    curves = found.curves()
    for name, times in found.times.items():
        for trial in range(1, curves.budget + 1):
            assert curves.values[name][:, trial - 1] == pytest.approx((times <= trial).mean(axis=1))


def test_points_list_the_hardest_first(study):
    table, reference = study
    points = attainment(table, reference, epsilon=0.1).points(reference)
    assert points["any"].is_monotonic_increasing
    assert len(points) == len(reference.front)


def test_negative_epsilon(study):
    with pytest.raises(InputError, match="epsilon = -1"):
        attainment(*study, epsilon=-1)


def sets_of(objectives):
    return st.lists(
        integer_points(max_rows=4, objectives=st.just(objectives)), min_size=1, max_size=4
    )


@given(two_or_three.flatmap(sets_of))
@settings(deadline=None, max_examples=40)
def test_surface_points_are_attained_by_their_share_of_runs(sets):
    for percentile, points in surfaces(sets, (50.0, 100.0)).items():
        needed = np.ceil(percentile / 100 * len(sets))
        assert (attained_share(sets, points) * len(sets) >= needed - 1e-9).all()


@given(two_or_three.flatmap(lambda m: st.tuples(sets_of(m), sets_of(m))))
@settings(deadline=None, max_examples=40)
def test_differences_are_those_of_the_shares(pair):
    one, other = pair
    table = surface_differences(one, other)
    expected = attained_share(one, table[:, :-1]) - attained_share(other, table[:, :-1])
    assert table[:, -1] == pytest.approx(expected)


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.tuples(
            *[st.lists(integer_points(max_rows=4, objectives=st.just(2)), min_size=n, max_size=n)]
            * 2
        )
    )
)
@settings(deadline=None, max_examples=40)
def test_rectangles_hold_the_difference_inside(pair):
    one, other = pair
    table = difference_rectangles(one, other, [10.0, 10.0])
    if len(table) == 0:
        return
    middle = (table[:, :2] + table[:, 2:4]) / 2
    expected = attained_share(one, middle) - attained_share(other, middle)
    assert table[:, 4] == pytest.approx(expected)


def test_surfaces_are_moocore_s():
    table = moocore.get_dataset("input1.dat")
    sets = [table[table[:, -1] == label, :-1] for label in np.unique(table[:, -1])]
    expected = moocore.eaf(table[:, :-1], table[:, -1], percentiles=[50])
    found = surfaces(sets, (50.0,))[50.0]
    assert {tuple(row) for row in found} <= {tuple(row[:-1]) for row in expected}


@pytest.mark.parametrize("call", [surfaces, lambda sets: surface_differences(sets, sets)])
def test_four_objectives_have_no_surface(call):
    with pytest.raises(InputError, match="expected 2 or 3"):
        call([np.ones((1, 4))])


def test_no_run():
    with pytest.raises(InputError, match="no run"):
        surfaces([])
