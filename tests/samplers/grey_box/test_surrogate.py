"""The model against the same one written out, and what it makes of data."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.samplers.grey_box.beliefs import Scale
from moo_jsc.samplers.grey_box.constants import FROZEN, Constants
from moo_jsc.samplers.grey_box.coordinates import Coordinates
from moo_jsc.samplers.grey_box.surrogate import Surrogate, hypotheses

QUALITY = Objective(name="quality", unit="1", sense="max")
SPACE = SearchSpace(
    "test",
    (
        Choice("bits", (2, 4, 8), rises=("quality",), unit="bits"),
        Choice("channels", (4, 16), rises=("quality",), unit="channels"),
        Choice("pruned", (0, 1, 2), falls=("quality",)),
        Choice("kind", ("b", "a")),
        Choice("anything", (1, 2, 3)),
    ),
)
ROWS = SPACE.configurations(np.arange(SPACE.size))


def test_coordinates():
    at = Coordinates(SPACE, QUALITY)
    assert at.damaging.tolist() == [True, True, True, False, False, False]
    assert at.other.tolist() == [False, True, True, False, False, False]
    expected = [np.exp(-2.0), 0.25, 1.0, 0.0, np.sqrt(0.5), 0.5]
    assert np.allclose(at.of(np.array([[1, 1, 2, 1, 1]]), 1.0), [expected])
    expected[1] = 0.0625
    assert np.allclose(at.of(np.array([[1, 1, 2, 1, 1]]), 1.0, 2.0), [expected])
    loss = Objective(name="quality", unit="1", sense="min")
    assert Coordinates(SPACE, loss).of(np.array([[0, 0, 0, 0, 0]]), 1.0)[0, 2] == 1.0
    assert not Coordinates(SPACE, QUALITY, monotone=False).damaging.any()


def written_out(tried, values, noise, constants, monotone):
    """Every hypothesis as a joint Gaussian of tried and new designs; the likeliest averaged."""
    coordinates = Coordinates(SPACE, QUALITY, monotone=monotone)
    found = []
    for h in hypotheses(constants, monotone=monotone, shares=constants.shares):
        a = coordinates.of(np.vstack([tried, ROWS]), h.rate, h.power)
        if h.monotone:
            a[:, 1:3] *= h.share
        center = values.max() if h.monotone else values.mean()
        mean = np.full(len(a), center)
        cov = np.full((len(a), len(a)), constants.level**2)
        for j, damaging in enumerate(coordinates.damaging):
            trend = damaging and h.monotone
            mean -= h.slope * a[:, j] if trend else 0.0
            spread = h.slope * (constants.slope_scatter if trend else 1.0)
            cov += spread**2 * np.outer(a[:, j], a[:, j])
        r = np.sqrt(5 * ((a[:, None] - a[None]) ** 2).sum(axis=2)) / constants.length
        cov += (h.interaction * h.slope) ** 2 * (1 + r + r**2 / 3) * np.exp(-r)
        k = len(tried)
        seen = cov[:k, :k] + np.diag(h.roughness**2 + noise)
        score = h.log_prior + multivariate_normal(mean[:k], seen).logpdf(values)
        weights = np.linalg.solve(seen, cov[:k, k:])
        new = mean[k:] + weights.T @ (values - mean[:k])
        variance = np.diag(cov[k:, k:] - cov[k:, :k] @ weights) + h.roughness**2
        found.append((score, new, variance))
    found.sort(key=lambda entry: -entry[0])
    found = found[: constants.kept]
    shares = np.exp([score - found[0][0] for score, _, _ in found])
    shares[shares < 0.02 * shares.sum()] = 0
    shares /= shares.sum()
    mean = sum(s * m for s, (_, m, _) in zip(shares, found, strict=True))
    square = sum(s * (v + m**2) for s, (_, m, v) in zip(shares, found, strict=True))
    return mean, np.sqrt(square - mean**2)


@pytest.mark.parametrize("monotone", [True, False])
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_predictions_are_those_of_the_model_written_out(monotone, noise):
    constants = Constants(slopes=(0.1, 0.3), rates=(0.8, 1.2), expected_rate=1.0, powers=(1.0, 2.0))
    generator = np.random.default_rng(2)
    tried = ROWS[generator.choice(len(ROWS), 6, replace=False)]
    values = generator.normal(scale=0.2, size=6)
    variance = np.full(6, noise)
    surrogate = Surrogate(
        Coordinates(SPACE, QUALITY, monotone=monotone), constants, monotone=monotone
    )
    mixture, roughness = surrogate.predicted(ROWS, tried, values, variance)
    assert min(constants.roughness) <= roughness <= max(constants.roughness)
    expected = written_out(tried, values, variance, constants, monotone)
    assert np.allclose(mixture.mean, expected[0])
    assert np.allclose(mixture.deviation, expected[1])


def test_the_prior_rises_with_resources():
    surrogate = Surrogate(Coordinates(SPACE, QUALITY), FROZEN)
    nothing = np.empty((0, 5), dtype=np.int64)
    mixture, _ = surrogate.predicted(ROWS, nothing, np.empty(0), np.empty(0))
    mean = mixture.mean
    by_index = dict(zip(map(tuple, ROWS.tolist()), mean, strict=True))
    assert by_index[2, 1, 0, 0, 0] == mean.max()
    assert by_index[0, 0, 2, 0, 0] == mean.min()
    assert (mixture.deviation > 0.5).all()


def test_data_overrule_a_wrong_trend():
    generator = np.random.default_rng(4)
    truth = 0.3 * Coordinates(SPACE, QUALITY).of(ROWS, 1.1)[:, :3].sum(axis=1)
    tried = generator.choice(len(ROWS), 40, replace=False)
    surrogate = Surrogate(Coordinates(SPACE, QUALITY), FROZEN)
    mixture, _ = surrogate.predicted(ROWS, ROWS[tried], truth[tried], np.zeros(40))
    assert np.corrcoef(mixture.mean, truth)[0, 1] > 0.9


@pytest.mark.parametrize("kind", ["gain", "loss", "plain"])
def test_scales_are_inverted(kind):
    scale = Scale(kind, 2.0)
    modeled = np.linspace(-1, 1, 5)
    assert np.allclose(scale.modeled(scale.minimized(modeled)), modeled)
    step = 1e-6
    slope = (scale.minimized(modeled + step) - scale.minimized(modeled)) / step
    values = np.abs(scale.minimized(modeled))
    assert np.allclose(scale.stretch(values), 1 / np.abs(slope), rtol=1e-4)


def test_before_the_first_trial_a_bound_stands_for_the_level():
    surrogate = Surrogate(Coordinates(SPACE, QUALITY), FROZEN)
    nothing = np.empty((0, SPACE.dimensions), dtype=int), np.empty(0), np.empty(0)
    prior, _ = surrogate.predicted(ROWS, *nothing)
    bounded, _ = surrogate.predicted(ROWS, *nothing, bound=-0.3)
    assert np.allclose(bounded.mean, prior.mean - 0.3 + FROZEN.above_bound)
    assert np.allclose(bounded.deviation**2, prior.deviation**2 - FROZEN.level**2)
    assert (bounded.deviation < 0.5).all()
    tried = ROWS[:1], np.array([-0.4]), np.zeros(1)
    free, held = surrogate.predicted(ROWS, *tried), surrogate.predicted(ROWS, *tried, bound=-0.3)
    assert np.array_equal(free[0].means, held[0].means)
    assert np.array_equal(free[0].deviations, held[0].deviations)
