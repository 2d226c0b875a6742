import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.foundation.errors import InputError
from analysis.statistics.comparison import all_pairs
from analysis.statistics.intervals import resampling_weights
from analysis.statistics.simultaneous import simultaneous_means
from analysis.statistics.ties import paired_differences, snapped, without_rounding


def obvious(differences, alpha, resamples):
    """Resample by resample, column by column, in plain Python."""
    n, k = differences.shape
    counts = np.round(resampling_weights(n, resamples, 0) * n).astype(int)
    table = []
    for count in counts:
        rows = np.repeat(np.arange(n), count)
        ts = []
        for column in range(k):
            values = differences[rows, column]
            error = values.std(ddof=1) / np.sqrt(n)
            ts.append(abs(values.mean() - differences[:, column].mean()) / error)
        table.append(ts)
    units = np.array([sorted(each)[int(0.99 * resamples)] for each in zip(*table, strict=True)])
    units = np.maximum(units, 1.25 * np.median(units))
    largest = [max(t / unit for t, unit in zip(ts, units, strict=True)) for ts in table]
    critical = sorted(largest)[int(np.ceil((resamples - 1) * (1 - alpha)))] * units
    errors = differences.std(axis=0, ddof=1) / np.sqrt(n)
    return critical, differences.mean(axis=0) - critical * errors


def test_limits_are_those_of_the_obvious_computation():
    differences = np.random.default_rng(0).exponential(size=(15, 4)) - 0.8
    found = simultaneous_means(differences, resamples=200)
    critical, low = obvious(differences, 0.05, 200)
    assert found.critical == pytest.approx(critical)
    assert found.low == pytest.approx(low)


def test_two_samplers_that_hardly_differ_hide_no_other_difference():
    """Three of 30 seeds differ: a tenth of the resamples have none of them, and |t| has no end."""
    rng = np.random.default_rng(0)
    hardly = np.zeros((30, 1))
    hardly[:3, 0] = (0.1, 0.2, -0.05)
    others = rng.normal([1.0, 0.0], 1.0, (30, 2))
    found = simultaneous_means(np.hstack([others, hardly]))
    assert found.critical[:2].max() < 3
    assert found.critical[2] > 5
    assert found.low[0] > 0 and found.low[2] <= 0 <= found.high[2]


@given(st.integers(0, 10_000), st.integers(3, 30), st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_no_interval_contradicts_its_verdict(seed, seeds, samplers):
    """The brackets [1.6, 12.1] beside the word undecided, as was printed before."""
    rng = np.random.default_rng(seed)
    scores = {
        f"s{i}": (rng.beta(5, 2, seeds) + rng.normal(0, 0.3)).round(int(rng.integers(1, 8)))
        for i in range(samplers + 1)
    }
    margin = float(rng.uniform(0.05, 0.5))
    for row in all_pairs(scores, margin=margin).itertuples():
        low, high = row.difference_low, row.difference_high
        if row.verdict == "better":
            assert low > 0
        elif row.verdict == "worse":
            assert high < 0
        elif row.verdict == "equivalent":
            assert -margin < low <= high < margin
        elif row.verdict == "undecided":
            assert np.isnan(low) or low <= 0 <= high
        assert (row.p_mean <= 0.05) == (low > 0 or high < 0) or row.verdict == "identical"


def test_differences_without_spread_need_enough_seeds():
    few = simultaneous_means(np.full((4, 1), 0.2))
    assert few.p[0] == 0.125 and np.isnan(few.low[0])
    many = simultaneous_means(np.full((10, 1), 0.2))
    assert many.p[0] == 2.0**-9 and many.low[0] == many.high[0] == pytest.approx(0.2)


def test_bounds_are_kept():
    differences = np.random.default_rng(0).uniform(0.8, 1.0, (5, 2))
    found = simultaneous_means(differences, bounds=(-1.0, 1.0))
    assert (found.high <= 1.0).all()


@pytest.mark.parametrize(
    ("differences", "alpha", "message"),
    [([[1.0]], 0.05, "at least 2 replicates"), ([[1.0], [2.0]], 1.5, "alpha = 1.5")],
)
def test_bad_input(differences, alpha, message):
    with pytest.raises(InputError, match=message):
        simultaneous_means(differences, alpha=alpha)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=12), st.randoms())
def test_snapping_removes_rounding_and_nothing_else(values, random):
    noisy = [value + random.choice([0.0, 1e-13, -1e-13]) for value in values]
    found = snapped(noisy, 1e-9)
    assert np.array_equal(np.round(found), values)
    assert len(set(found.tolist())) == len(set(values))


def test_sizes_that_differ_by_rounding_are_tied():
    one, other = np.array([[0.3], [0.7]]), np.array([[0.2], [0.8]])
    assert abs(0.3 - 0.2) != abs(0.7 - 0.8)
    sizes = np.abs(paired_differences(one, other))
    assert sizes[0] == sizes[1]
    scores = without_rounding({"a": np.array([0.1 + 0.2]), "b": np.array([0.3])})
    assert scores["a"] == scores["b"]
