import numpy as np
import pytest

from analysis.foundation.errors import InputError
from analysis.statistics.power import (
    detectable_difference,
    detection_power,
    seeds_needed,
    significant_shifts,
)

CRITICAL = 2.1


def test_each_shift_is_where_the_test_of_its_resample_turns():
    """The identity behind the module, one resample at a time, by the plain t statistic."""
    spread = np.random.default_rng(0).exponential(size=12)
    rows = np.random.default_rng(0).integers(0, 12, size=(50, 12))
    from analysis.statistics.power import _spread_correction

    centered = (spread - spread.mean()) * _spread_correction(spread, CRITICAL)
    turns = []
    for row in rows:
        sample = centered[row]
        turn = CRITICAL * sample.std(ddof=1) / np.sqrt(12) - sample.mean()
        turns.append(max(turn, 0.0))
        for shift, expected in ((turn + 1e-9, True), (turn - 1e-9, False)):
            moved = sample + shift
            t = moved.mean() / (moved.std(ddof=1) / np.sqrt(12))
            assert (t > CRITICAL) == expected
    found = significant_shifts(spread, CRITICAL, resamples=50)
    assert found == pytest.approx(sorted(turns))


def test_smaller_differences_need_more_seeds():
    spread = np.random.default_rng(0).normal(size=20)
    found = [detectable_difference(spread, CRITICAL, seeds=seeds) for seeds in (8, 15, 30, 60, 120)]
    assert found == sorted(found, reverse=True)
    needed = [seeds_needed(spread, CRITICAL, difference) for difference in (2.0, 1.0, 0.5, 0.2)]
    assert needed == sorted(needed)
    assert detectable_difference(spread, CRITICAL, power=0.9) > detectable_difference(
        spread, CRITICAL, power=0.8
    )


def test_seeds_needed_inverts_the_detectable_difference():
    spread = np.random.default_rng(3).normal(size=30)
    difference = detectable_difference(spread, CRITICAL, seeds=45, resamples=400)
    assert seeds_needed(spread, CRITICAL, difference) == pytest.approx(45, rel=0.12)


def test_power_of_smaller_differences_is_stated_and_not_small():
    """At 0.8 of the detectable difference the power is above one half: they are not "missed"."""
    spread = np.random.default_rng(0).normal(size=30)
    least = detectable_difference(spread, CRITICAL)
    assert detection_power(spread, CRITICAL, least) == pytest.approx(0.8, abs=0.01)
    assert 0.5 < detection_power(spread, CRITICAL, 0.8 * least) < 0.7
    assert detection_power(spread, CRITICAL, -least / 2) < 0.4


def test_edges():
    spread = np.random.default_rng(0).normal(size=20)
    assert detectable_difference(np.full(20, 0.3), CRITICAL) == pytest.approx(0.0, abs=1e-12)
    assert seeds_needed(spread, CRITICAL, 0.0) == np.inf
    assert seeds_needed(spread, CRITICAL, 1e-4) == np.inf


@pytest.mark.parametrize(
    ("differences", "settings", "message"),
    [
        ([1.0], {}, "at least 2"),
        ([1.0, 2.0], {"seeds": 1}, "seeds = 1"),
        ([1.0, 2.0], {"power": 1.0}, "power"),
    ],
)
def test_bad_input(differences, settings, message):
    with pytest.raises(InputError, match=message):
        detectable_difference(differences, CRITICAL, **settings)
