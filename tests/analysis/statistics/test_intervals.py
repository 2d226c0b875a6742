import numpy as np
import pytest

from analysis.foundation.errors import InputError
from analysis.front.reference import Reference
from analysis.indicators.curves import hypervolume_curves
from analysis.statistics.intervals import bands, mean_interval
from tests.analysis.strategies import OBJECTIVES, trial_table


def plain_studentized(values, resamples, seed):
    """The textbook's loop."""
    n = len(values)
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples)
    ratios = []
    for count in counts:
        drawn = np.repeat(values, count)
        error = drawn.std(ddof=1) / np.sqrt(n)
        ratios.append((drawn.mean() - values.mean()) / error)
    low, high = np.quantile(ratios, [0.025, 0.975], method="inverted_cdf")
    error = values.std(ddof=1) / np.sqrt(n)
    return values.mean() - high * error, values.mean() - low * error


def test_interval_is_the_textbook_s():
    values = np.random.default_rng(1).gamma(3.0, size=20)
    interval = mean_interval(values, resamples=300, seed=4)
    assert (interval.low, interval.high) == pytest.approx(plain_studentized(values, 300, 4))


def test_columns_do_not_depend_on_each_other():
    values = np.random.default_rng(1).normal(size=(10, 3))
    together = mean_interval(values)
    for column in range(3):
        alone = mean_interval(values[:, column])
        assert alone.low == pytest.approx(together.low[column])
        assert alone.high == pytest.approx(together.high[column])


def test_shift_and_scale():
    values = np.random.default_rng(2).normal(size=15)
    interval, moved = mean_interval(values), mean_interval(3 * values + 5)
    assert moved.low == pytest.approx(3 * interval.low + 5)
    assert moved.high == pytest.approx(3 * interval.high + 5)


def test_without_spread_the_interval_is_the_value():
    interval = mean_interval(np.full((7, 2), 0.3))
    assert interval.low.tolist() == interval.high.tolist() == pytest.approx([0.3, 0.3])


def test_one_replicate_has_no_interval():
    interval = mean_interval([0.4])
    assert interval.estimate == 0.4
    assert np.isnan(interval.low) and np.isnan(interval.high)


def test_almost_constant_values_have_a_finite_interval():
    interval = mean_interval(np.array([1.0] * 29 + [0.0]))
    assert np.isfinite(interval.low) and np.isfinite(interval.high)
    assert interval.low < 29 / 30 < interval.high


def test_bounds():
    values = np.array([0.99, 1.0, 1.0, 0.7, 1.0, 1.0])
    assert mean_interval(values, bounds=(0.0, 1.0)).high <= 1.0


@pytest.mark.parametrize(
    ("values", "level", "message"), [([], 0.95, "no replicate"), ([1.0, 2.0], 1.5, "level 1.5")]
)
def test_bad_input(values, level, message):
    with pytest.raises(InputError, match=message):
        mean_interval(values, level=level)


def test_bands_hold_the_mean_curve():
    table, values = trial_table()
    curves = hypervolume_curves(table, Reference.from_values(values, OBJECTIVES))
    frame = bands(curves)
    for name, part in frame.groupby("sampler"):
        assert part["mean"].to_numpy() == pytest.approx(curves.values[name].mean(axis=0))
        assert (part["low"] <= part["mean"] + 1e-12).all()
        assert (part["mean"] <= part["high"] + 1e-12).all()
        assert part["high"].max() <= 1.0
