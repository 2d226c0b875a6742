import moocore
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.foundation.errors import InputError
from analysis.front.pareto import pareto_front
from analysis.indicators import distances as indicators
from analysis.indicators.distances import epsilon_curve, igd_plus_curve
from tests.analysis.strategies import integer_points

many = integer_points(min_rows=2, max_rows=12, objectives=st.integers(2, 5))


@given(many)
@settings(deadline=None)
def test_every_prefix_agrees_with_moocore(points):
    front = pareto_front(points[::-1])
    igd, epsilon = igd_plus_curve(points, front), epsilon_curve(points, front)
    for row in range(len(points)):
        assert igd[row] == pytest.approx(moocore.igd_plus(points[: row + 1], front))
        assert epsilon[row] == pytest.approx(moocore.epsilon_additive(points[: row + 1], front))


@given(many)
@settings(deadline=None, max_examples=30)
def test_final_igd_plus_agrees_with_pymoo(points):
    indicator = pytest.importorskip("pymoo.indicators.igd_plus").IGDPlus
    front = pareto_front(points)[:3]
    assert igd_plus_curve(points, front)[-1] == pytest.approx(indicator(front)(points))


def test_complete_front_scores_zero():
    points = np.random.default_rng(0).uniform(size=(40, 3))
    front = pareto_front(points)
    assert igd_plus_curve(points, front)[-1] == 0.0
    assert epsilon_curve(points, front)[-1] == 0.0


def test_blocks_change_nothing(monkeypatch):
    points = np.random.default_rng(0).uniform(size=(60, 3))
    front = pareto_front(np.random.default_rng(1).uniform(size=(50, 3)))
    whole = igd_plus_curve(points, front)
    monkeypatch.setattr(indicators, "BLOCK", 1)
    assert np.array_equal(igd_plus_curve(points, front), whole)


def test_front_with_other_columns():
    with pytest.raises(InputError, match="expected at least one point with 2 objectives"):
        igd_plus_curve([[1.0, 2.0]], [[1.0, 2.0, 3.0]])
