"""The closed form against boxes counted one by one, and against draws from the beliefs."""

import moocore
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moo_jsc.samplers.grey_box.beliefs import Belief, Scale
from moo_jsc.samplers.grey_box.improvement import (
    Bounded,
    Certain,
    expected_improvement,
    undominated_cells,
)
from moo_jsc.samplers.grey_box.mixture import Mixture


def gaussian(mean, deviation, scale):
    return Belief(Mixture.single(mean, deviation), scale)


def gain(tried, point, reference):
    """The slow way: the hypervolume with the point, less that without it."""
    with_it = np.vstack([tried, point])
    return _hypervolume(with_it, reference) - _hypervolume(tried, reference)


def _hypervolume(points, reference):
    points = points[(points < reference).all(axis=1)]
    if not len(points):
        return 0.0
    if points.shape[1] == 1:
        return float(reference[0] - points.min())
    return moocore.hypervolume(points, ref=reference)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(0, 9), st.integers(0, 2**32 - 1), st.booleans())
def test_certain_values_gain_what_the_hypervolume_gains(objectives, count, seed, coarse):
    generator = np.random.default_rng(seed)
    tried = generator.random((count, objectives)) * 1.2
    points = generator.random((7, objectives)) * 1.2
    if coarse:
        tried, points = np.round(tried * 4) / 4, np.round(points * 4) / 4
    reference = np.full(objectives, 1.0)
    cells = undominated_cells(tried, reference)
    found = expected_improvement(cells, [Certain(column) for column in points.T])
    expected = [gain(tried, point, reference) for point in points]
    assert np.allclose(found, expected, atol=1e-12)


def test_cells_are_disjoint_and_cover_what_is_not_dominated():
    generator = np.random.default_rng(3)
    tried = generator.random((8, 3))
    cells = undominated_cells(tried, np.ones(3))
    for point in generator.random((2000, 3)):
        inside = (cells.lower <= point[1:]) & (point[1:] < cells.upper)
        holding = inside.all(axis=1) & (point[0] < cells.level)
        assert holding.sum() == (not (tried <= point).all(axis=1).any())


KINDS = {
    "gain": (Scale("gain"), 0.1, 0.3),
    "loss": (Scale("loss"), 0.4, 0.5),
    "plain": (Scale("plain", 0.7), 0.2, 0.6),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("black_boxes", [1, 2])
def test_closed_form_agrees_with_monte_carlo(kind, black_boxes):
    generator = np.random.default_rng(7)
    scale, mean, deviation = KINDS[kind]
    draws = mean + deviation * generator.standard_normal((4000, black_boxes))
    values = scale.minimized(draws)
    low, high = values.min(axis=0), values.max(axis=0)
    tried = np.column_stack(
        [
            generator.uniform(low, high, size=(6, black_boxes)),
            generator.random((6, 3 - black_boxes)),
        ]
    )
    reference = np.concatenate([high, np.ones(3 - black_boxes)])
    costs = generator.random(3 - black_boxes) * 0.5
    outlooks = [gaussian(np.array([mean]), np.array([deviation]), scale)] * black_boxes
    outlooks += [Certain(np.array([cost])) for cost in costs]
    (found,) = expected_improvement(undominated_cells(tried, reference), outlooks)
    gains = np.array([gain(tried, np.concatenate([row, costs]), reference) for row in values])
    error = gains.std() / np.sqrt(len(gains))
    assert found > 0
    assert abs(found - gains.mean()) < 4 * error


@pytest.mark.parametrize("kind", KINDS)
def test_a_mixture_falls_short_as_its_draws_do(kind):
    """Two Gaussians far apart: one with their mean and deviation would be wrong in the tail."""
    generator = np.random.default_rng(19)
    scale, mean, deviation = KINDS[kind]
    weights = np.array([0.8, 0.2])
    means = np.array([[mean - deviation], [mean + deviation]])
    deviations = np.array([[0.2 * deviation], [0.1 * deviation]])
    belief = Belief(Mixture(weights, means, deviations), scale)
    chosen = generator.choice(2, 100_000, p=weights)
    draws = means[chosen, 0] + deviations[chosen, 0] * generator.standard_normal(len(chosen))
    values = scale.minimized(draws)
    assert np.isclose(belief.mixture.mean[0], draws.mean(), atol=0.01 * deviation)
    assert np.isclose(belief.mixture.deviation[0], draws.std(), rtol=0.01)
    for level in np.quantile(values, [0.02, 0.1, 0.5, 0.9]):
        gains = np.maximum(level - values, 0)
        error = gains.std() / np.sqrt(len(gains))
        assert abs(belief.shortfall(level)[0] - gains.mean()) < 4 * error
        assert abs(belief.chance(level)[0] - (values <= level).mean()) < 0.01


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [(None, 0.6), (0.4, None), (0.2, 0.8)], ids=str)
def test_only_values_within_bounds_gain(kind, share):
    generator = np.random.default_rng(23)
    scale, mean, deviation = KINDS[kind]
    values = scale.minimized(mean + deviation * generator.standard_normal(100_000))
    low = -np.inf if share[0] is None else np.quantile(values, share[0])
    high = np.inf if share[1] is None else np.quantile(values, share[1])
    belief = gaussian(np.array([mean]), np.array([deviation]), scale)
    outlook = Bounded(belief, low, high)
    inside = (low <= values) & (values <= high)
    assert abs((belief.chance(high) - belief.chance(low))[0] - inside.mean()) < 0.01
    for level in np.quantile(values, [0.1, 0.3, 0.5, 0.7, 0.9]):
        gains = np.maximum(level - values, 0) * inside
        error = gains.std() / np.sqrt(len(gains))
        assert abs(outlook.shortfall(level)[0] - gains.mean()) < 4 * error + 1e-12
