import numpy as np
import pytest
from scipy.stats import wilcoxon

from analysis.foundation.errors import InputError
from analysis.statistics.power import (
    critical_count,
    detectable_difference,
    seeds_needed,
    smallest_conclusive_seeds,
)


@pytest.mark.parametrize("seeds", [6, 10, 17, 30])
@pytest.mark.parametrize("alpha", [0.05, 0.05 / 14])
def test_critical_count_is_where_wilcoxon_becomes_significant(seeds, alpha):
    critical = critical_count(seeds, alpha)
    if critical is None:
        assert 2.0 ** (1 - seeds) > alpha
        return
    for count in (critical, critical - 1):
        signs = np.ones(seeds)
        missing = seeds * (seeds + 1) // 2 - count
        for rank in range(seeds, 0, -1):
            if rank <= missing:
                signs[rank - 1], missing = -1.0, missing - rank
        p = wilcoxon(signs * np.arange(1, seeds + 1), method="exact").pvalue
        assert (p <= alpha) == (count == critical)


def test_shift_at_the_critical_walsh_average_is_where_the_test_turns():
    """The identity behind the module, one sample at a time, against scipy's test."""
    rng = np.random.default_rng(0)
    critical = critical_count(12, 0.05)
    for _ in range(20):
        sample = rng.normal(size=12)
        averages = np.sort([(a + b) / 2 for i, a in enumerate(sample) for b in sample[i:]])[::-1]
        turn = -averages[critical - 1]
        for shift, expected in ((turn + 1e-6, True), (turn - 1e-6, False)):
            p = wilcoxon(sample + shift, method="exact", alternative="two-sided").pvalue
            right_sign = (np.sort(sample + shift).sum()) > 0
            assert (p <= 0.05 and right_sign) == expected


def test_smaller_differences_need_more_seeds():
    spread = np.random.default_rng(0).normal(size=20)
    found = [detectable_difference(spread, seeds=seeds) for seeds in (8, 15, 30, 60, 120)]
    assert found == sorted(found, reverse=True)
    needed = [seeds_needed(spread, difference) for difference in (2.0, 1.0, 0.5, 0.2)]
    assert needed == sorted(needed)
    assert detectable_difference(spread, power=0.9) > detectable_difference(spread, power=0.8)


def test_seeds_needed_inverts_the_detectable_difference():
    spread = np.random.default_rng(3).normal(size=30)
    difference = detectable_difference(spread, seeds=45, resamples=400)
    assert seeds_needed(spread, difference) == pytest.approx(45, rel=0.12)


def test_edges():
    spread = np.random.default_rng(0).normal(size=20)
    assert detectable_difference(spread, seeds=5) == np.inf
    assert detectable_difference(np.full(20, 0.3)) == 0.0
    assert seeds_needed(spread, 0.0) == np.inf
    assert seeds_needed(spread, 1e-4) == np.inf
    assert seeds_needed(np.full(20, 0.3), 0.3) == smallest_conclusive_seeds(0.05)


@pytest.mark.parametrize(
    ("differences", "settings", "message"),
    [
        ([1.0], {}, "at least 2"),
        ([1.0, 2.0], {"alpha": 0.0}, "alpha"),
        ([1.0, 2.0], {"power": 1.0}, "power"),
    ],
)
def test_bad_input(differences, settings, message):
    with pytest.raises(InputError, match=message):
        detectable_difference(differences, **settings)
