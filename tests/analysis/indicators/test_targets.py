import numpy as np
import pytest
from scipy.stats import binom

from analysis.foundation.errors import InputError
from analysis.indicators.curves import Curves
from analysis.indicators.targets import (
    expected_running_time,
    median_interval,
    share_interval,
    target_profile,
    target_table,
    trials_to_target,
)


def curves(values, sense="max"):
    array = np.array(values, dtype=float)
    return Curves(
        "share",
        sense,
        "trials",
        {"x": array},
        {"x": tuple(range(len(array)))},
        {"x": np.full(len(array), array.shape[1])},
    )


def test_first_trial_at_the_target():
    found = trials_to_target(curves([[0.1, 0.9, 1.0], [0.2, 0.3, 0.4], [0.9, 0.9, 0.9]]), 0.9)
    assert found["x"].tolist() == [2.0, np.inf, 1.0]


def test_smaller_may_be_better():
    found = trials_to_target(curves([[3.0, 2.0, 0.5]], sense="min"), 1.0)
    assert found["x"].tolist() == [3.0]


def test_rounding_does_not_hide_a_complete_front():
    assert trials_to_target(curves([[0.5, 1.0 - 1e-12]]), 1.0)["x"].tolist() == [2.0]


def test_expected_running_time_counts_failed_runs():
    estimate, low, high = expected_running_time([2, 4, np.inf, 6], [10, 10, 10, 10])
    assert estimate == (2 + 4 + 10 + 6) / 3
    assert 0 < low < estimate < high
    assert expected_running_time([np.inf, np.inf], [10, 10]) == (np.inf, np.inf, np.inf)


def test_median_interval_with_censored_runs():
    median, low, high = median_interval([3, 4, 5, 6, 7, 8] + [np.inf] * 6)
    assert median == np.inf
    assert np.isfinite(low) and high == np.inf


def test_median_interval_lies_between_the_order_statistics():
    values = np.arange(1.0, 21.0)
    _, low, high = median_interval(values)
    k = next(k for k in range(20, 0, -1) if 2 * binom.cdf(k - 1, 20, 0.5) <= 0.05)
    assert values[k - 1] <= low <= values[k]
    assert values[20 - k - 1] <= high <= values[20 - k]
    assert low + high == pytest.approx(21.0)


def test_too_few_runs_have_an_unbounded_median():
    assert median_interval([1.0, 2.0, 3.0])[1:] == (-np.inf, np.inf)


@pytest.mark.parametrize("successes", range(11))
def test_share_interval_is_the_mid_p_test_turned_round(successes):
    low, high = share_interval(successes, 10)
    assert low <= successes / 10 <= high
    for share in (low, high):
        if 0 < share < 1:
            inside = binom.pmf(successes, 10, share) / 2
            tail = (
                binom.sf(successes, 10, share)
                if share == high
                else binom.cdf(successes - 1, 10, share)
            )
            other = 1 - tail - 2 * inside
            assert min(tail, other) + inside == pytest.approx(0.025, abs=1e-6)


def test_table_has_every_sampler_and_target():
    table = target_table(curves([[0.1, 0.9, 1.0], [0.2, 0.3, 0.4]]), [0.3, 0.9])
    assert table["target"].tolist() == [0.3, 0.9]
    assert table["reached"].tolist() == [2, 1]
    assert table["success"].tolist() == [1.0, 0.5]
    assert (table["success_low"] <= table["success"]).all()


def test_profile_is_the_share_of_targets_reached():
    profile = target_profile(curves([[0.1, 0.9, 1.0]]), [0.05, 0.5, 0.95, 2.0])
    assert profile.values["x"].tolist() == [[0.25, 0.5, 0.75]]


def test_no_target():
    with pytest.raises(InputError, match="at least one"):
        target_table(curves([[1.0]]), [])
    with pytest.raises(InputError, match="at least one"):
        target_profile(curves([[1.0]]), [])
