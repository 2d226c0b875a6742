import math

import numpy as np
import pytest

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.runs.ledger import Ledger
from moo_jsc.samplers import SAMPLERS
from moo_jsc.samplers.enumeration_orders import Exhaustive
from moo_jsc.samplers.sampler import Sampler
from moo_jsc.samplers.scalarized import (
    FixedWeights,
    RandomWeights,
    ScalarizedSampler,
    WeightsBySense,
    scalarized_tpe,
)

ACCURACY = Objective(
    name="accuracy", unit="1", sense="max", definition="fraction correct", source="test"
)
BITS = Objective(
    name="average-bitwidth",
    unit="bits",
    sense="min",
    definition="mean width of a weight",
    source="test",
)
BITOPS = Objective(
    name="bitops", unit="bit operations", sense="min", definition="work", source="test"
)
OBJECTIVES = (ACCURACY, BITS, BITOPS)
SPACE = SearchSpace("test", (Choice("w", (2, 4, 8)), Choice("d", (4, 8))))


class Listening(Sampler):
    """Remembers the scores that it is told, in index order."""

    name = "listening"

    def run(self, space, objectives, evaluate, *, seed, budget):
        self.objectives = objectives
        self.budget = budget
        self.scores = evaluate(space.configurations(range(min(budget, space.size))))


def evaluate(rows):
    w, d = np.array([2, 4, 8])[rows[:, 0]], np.array([4, 8])[rows[:, 1]]
    return np.column_stack([1 - 1 / w, w, 100.0 * w * d])


def scores(budget=6, seed=0, **settings):
    inner = Listening()
    ledger = Ledger(SPACE, 3, evaluate, budget=budget)
    sampler = ScalarizedSampler("test", inner=inner, **settings)
    sampler.run(SPACE, OBJECTIVES, ledger, seed=seed, budget=budget)
    return inner, ledger


def test_senses_are_respected_and_missing_weights_are_zero():
    inner, ledger = scores(weighting=FixedWeights({"accuracy": 1.0, "average-bitwidth": 0.2}))
    (score,) = inner.objectives
    assert score.sense == "max"
    w = np.array([2, 2, 4, 4, 8, 8])
    np.testing.assert_allclose(inner.scores[:, 0], (1 - 1 / w) - 0.2 * w)
    assert len(ledger.trials[0].values) == 3


@pytest.mark.parametrize("direction", ["max", "min"])
def test_mase_sums_under_one_direction(direction):
    inner, _ = scores(
        weighting=FixedWeights({"accuracy": 1.0, "average-bitwidth": 0.2}), direction=direction
    )
    (score,) = inner.objectives
    assert score.sense == direction
    w = np.array([2, 2, 4, 4, 8, 8])
    np.testing.assert_allclose(inner.scores[:, 0], (1 - 1 / w) + 0.2 * w)


def test_one_direction_takes_signs_from_the_weights():
    inner, _ = scores(weighting=FixedWeights({"bitops": -0.5}), direction="max")
    assert inner.scores[-1, 0] == -0.5 * 100 * 64


def test_scales_divide():
    inner, _ = scores(weighting=FixedWeights({"bitops": 1.0}), scales={"bitops": 6400.0})
    np.testing.assert_allclose(inner.scores[-1], [-1.0])


def test_corners_cost_two_trials_and_set_the_scales():
    inner, ledger = scores(budget=8, weighting=WeightsBySense(), normalization="corners")
    assert [trial.configuration for trial in ledger.trials[:2]] == [(0, 0), (2, 1)]
    assert inner.budget == 6
    np.testing.assert_allclose(inner.scores[-1], [1.0 - 0.2 - 0.2])


@pytest.mark.parametrize("budget", [1, 2])
def test_corners_take_no_more_than_the_budget(budget):
    sampler = SAMPLERS["scalarized-tpe"]
    ledger = Ledger(SPACE, 3, evaluate, budget=budget)
    try:
        sampler.run(SPACE, OBJECTIVES, ledger, seed=0, budget=budget)
    except Exception as stop:
        assert type(stop).__name__ == "BudgetExhausted"
    assert len(ledger.trials) == budget


def test_random_weights_come_from_the_seed():
    draws = [RandomWeights().weights(OBJECTIVES, seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])
    assert math.isclose(draws[0].sum(), 1.0)
    sample = np.array([RandomWeights().weights(OBJECTIVES, seed) for seed in range(2000)])
    np.testing.assert_allclose(sample.mean(axis=0), 1 / 3, atol=0.02)


def test_any_sampler_may_search():
    sampler = ScalarizedSampler("x", FixedWeights({"accuracy": 1.0}), inner=Exhaustive())
    ledger = Ledger(SPACE, 3, evaluate, budget=6)
    sampler.run(SPACE, OBJECTIVES, ledger, seed=0, budget=6)
    assert [trial.configuration for trial in ledger.trials[:2]] == [(0, 0), (0, 1)]


def test_settings_tell_weights_apart_but_not_their_order():
    a = scalarized_tpe({"accuracy": 1.0, "bitops": 0.2}, "x")
    assert a.settings == scalarized_tpe({"bitops": 0.2, "accuracy": 1.0}, "x").settings
    assert a.settings != scalarized_tpe({"bitops": 0.1, "accuracy": 1.0}, "x").settings
    assert a.settings != scalarized_tpe(dict(a.weighting.by_name), "x", direction="max").settings


@pytest.mark.parametrize(
    ("weights", "settings", "message"),
    [
        ({}, {}, "expected one that is not 0"),
        ({"accuracy": 0.0, "bitops": 0.0}, {}, "expected one that is not 0"),
        ({"accuracy": math.nan}, {}, "weight of 'accuracy' = nan: expected a finite number"),
        ({"accuracy": -1.0}, {}, "weight of 'accuracy' = -1.0: expected at least 0"),
        ({"acuracy": 1.0}, {}, "weight of 'acuracy': expected one of accuracy, "),
        ({"accuracy": 1.0}, {"scales": {"accuracy": 0.0}}, "expected a positive number"),
        ({"accuracy": 1.0}, {"scales": {"loss": 2.0}}, "scale of 'loss': expected one of"),
        (
            {"accuracy": 1.0},
            {"scales": {"accuracy": 2.0}, "normalization": "corners"},
            "expected none beside 'corners'",
        ),
    ],
)
def test_bad_weights_get_one_line(weights, settings, message):
    with pytest.raises(InputError, match=message) as caught:
        scalarized_tpe(weights, "x", **settings).check(OBJECTIVES)
    assert "\n" not in str(caught.value)


def test_weights_by_sense_need_one_that_counts():
    sampler = ScalarizedSampler("x", WeightsBySense(maximized=1.0, minimized=0.0))
    sampler.check(OBJECTIVES)
    with pytest.raises(InputError, match="expected one that is not 0"):
        sampler.check((BITS, BITOPS))
