"""The verdict rules: pure functions from numbers to verdicts, each stated in one sentence.

Intervals are 95 % studentized bootstrap intervals over seeds (Wilson's for shares of yes and no),
tests are Wilcoxon's signed-rank test at 5 %, each claim by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.comparison import signed_rank_p
from analysis.statistics.intervals import Interval, mean_interval
from studies.lab_reports.claims import ClaimVerdict, Measured

LEVEL = 0.95
ALPHA = 0.05
UNBOUNDED = (-np.inf, np.inf)
TAU = (-1.0, 1.0)
"""Bounds of a rank correlation."""

COUNT = (0.0, np.inf)
"""Bounds of a number or a duration."""


def exact(stated: ArrayLike, measured: ArrayLike) -> ClaimVerdict:
    """Reproduced when every measured number equals the stated one exactly.

    Examples
    --------
    >>> str(exact(468, 468.0)), str(exact([134.0, 37.75], [134.0, 37.5]))
    ('reproduced', 'not reproduced')
    """
    return holds(bool(np.array_equal(np.asarray(stated), np.asarray(measured))))


def holds(found: bool) -> ClaimVerdict:
    """Turn yes into reproduced and no into not reproduced."""
    return ClaimVerdict.REPRODUCED if found else ClaimVerdict.NOT_REPRODUCED


def mean_above(values: ArrayLike, threshold: float) -> ClaimVerdict:
    """Reproduced when the whole interval of the mean lies above the threshold.

    Not reproduced when it lies at or below it, undecided when it holds the threshold inside.

    Examples
    --------
    >>> str(mean_above([0.9, 0.92, 0.94, 0.91], 0.5)), str(mean_above([0.0, 1.0, 0.2, 0.8], 0.5))
    ('reproduced', 'cannot be told apart')
    """
    interval = limits(values)
    if interval.low > threshold:
        return ClaimVerdict.REPRODUCED
    if interval.high <= threshold:
        return ClaimVerdict.NOT_REPRODUCED
    return ClaimVerdict.UNDECIDED


def mean_outside(values: ArrayLike, low: float, high: float) -> ClaimVerdict:
    """Reproduced when the whole interval lies above `high`, not when it lies below `low`.

    Undecided otherwise; a gap between the two keeps chance from turning one into the other.

    Examples
    --------
    >>> str(mean_outside([0.9, 0.92, 0.94, 0.91], 0.3, 0.7)), str(mean_outside([0.5] * 4, 0.3, 0.7))
    ('reproduced', 'cannot be told apart')
    """
    interval = limits(values)
    if interval.low > high:
        return ClaimVerdict.REPRODUCED
    if interval.high < low:
        return ClaimVerdict.NOT_REPRODUCED
    return ClaimVerdict.UNDECIDED


def larger(differences: ArrayLike) -> ClaimVerdict:
    """Reproduced when paired differences are significantly positive, in mean and by ranks.

    Not reproduced when they are significantly negative or all zero, undecided otherwise.

    Parameters
    ----------
    differences
        (n,), one a seed: what the claim says is larger, minus the other.

    Examples
    --------
    >>> str(larger([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])), str(larger([0.0, 0.0, 0.0]))
    ('reproduced', 'not reproduced')
    >>> str(larger([0.1, -0.2, 0.3, -0.1, 0.1, -0.2]))
    'cannot be told apart'
    """
    values = np.asarray(differences, dtype=np.float64)
    if not values.any():
        return ClaimVerdict.NOT_REPRODUCED
    (p,) = signed_rank_p(values[:, None])
    interval = limits(values)
    if p <= ALPHA and interval.low > 0:
        return ClaimVerdict.REPRODUCED
    if p <= ALPHA and interval.high < 0:
        return ClaimVerdict.NOT_REPRODUCED
    return ClaimVerdict.UNDECIDED


def never_larger(differences: ArrayLike) -> bool:
    """Say whether no seed shows a positive difference."""
    return bool((np.asarray(differences, dtype=np.float64) <= 0).all())


def within(differences: ArrayLike, margin: float, level: float = LEVEL) -> ClaimVerdict:
    """Reproduced when the interval of the mean difference lies within -margin..margin.

    Not reproduced when it lies wholly outside, undecided when it holds a margin inside. With many
    comparisons `level` is that of each.

    Examples
    --------
    >>> str(within([0.001, -0.002, 0.001], 0.05)), str(within([0.20, 0.21, 0.22, 0.2], 0.05))
    ('reproduced', 'not reproduced')
    """
    interval = limits(differences, level)
    if interval.low >= -margin and interval.high <= margin:
        return ClaimVerdict.REPRODUCED
    if interval.low > margin or interval.high < -margin:
        return ClaimVerdict.NOT_REPRODUCED
    return ClaimVerdict.UNDECIDED


def predicted(stated: Sequence[float], replicates: ArrayLike, widest: float) -> ClaimVerdict:
    """Reproduced when all stated single-run figures lie in the range of our own runs.

    The range is the 95 % prediction interval of one further run (`prediction_limits`). Where
    it is wider than `widest`, almost any figure would lie inside, so that nothing follows.

    Examples
    --------
    >>> str(predicted([0.42], [0.41, 0.43, 0.42, 0.40], widest=0.2))
    'reproduced'
    >>> str(predicted([0.9], [0.41, 0.43, 0.42, 0.40], widest=0.2))
    'not reproduced'
    """
    low, high = prediction_limits(replicates)
    inside = all(low <= figure <= high for figure in stated)
    if not inside:
        return ClaimVerdict.NOT_REPRODUCED
    return ClaimVerdict.REPRODUCED if high - low <= widest else ClaimVerdict.UNDECIDED


def prediction_limits(replicates: ArrayLike) -> tuple[float, float]:
    """Return mean -+ t s sqrt(1 + 1/n): where one further run falls with 95 % confidence."""
    from scipy.stats import t as student

    values = np.asarray(replicates, dtype=np.float64)
    if len(values) < 2:
        return -np.inf, np.inf
    reach = student.ppf((1 + LEVEL) / 2, len(values) - 1) * values.std(ddof=1)
    reach *= np.sqrt(1 + 1 / len(values))
    return float(values.mean() - reach), float(values.mean() + reach)


def unless_otherwise_explained(verdict: ClaimVerdict, explained: bool) -> ClaimVerdict:
    """Turn reproduced into true but for another reason, where the stated cause is not needed.

    `explained` says that the observation stays when the stated cause is taken away.
    """
    return (
        ClaimVerdict.ANOTHER_REASON if verdict is ClaimVerdict.REPRODUCED and explained else verdict
    )


def by_protocol(correct: ClaimVerdict, reported: ClaimVerdict) -> ClaimVerdict:
    """Judge a claim that was measured both correctly and as the report measured it.

    What shows under the report's protocol only is true for another reason: the protocol.
    """
    if correct is not ClaimVerdict.REPRODUCED and reported is ClaimVerdict.REPRODUCED:
        return ClaimVerdict.ANOTHER_REASON
    return correct


def limits(
    values: ArrayLike, level: float = LEVEL, bounds: tuple[float, float] = UNBOUNDED
) -> Interval:
    """Return the mean over seeds with its interval; a lone seed has an unbounded one.

    Shares of yes and no get Wilson's binomial interval: the bootstrap is no good for them.

    Examples
    --------
    >>> interval = limits([True, False, False, False])
    >>> float(interval.estimate), round(float(interval.low), 2), round(float(interval.high), 2)
    (0.25, 0.05, 0.7)
    """
    from scipy.stats import binomtest

    array = np.asarray(values)
    if array.dtype == np.bool_:
        share = binomtest(int(array.sum()), len(array)).proportion_ci(level, method="wilson")
        return Interval(np.mean(array), np.asarray(share.low), np.asarray(share.high))
    interval = mean_interval(array, level=level, bounds=bounds)
    if np.isnan(interval.low):
        unbounded = np.asarray(np.inf)
        return Interval(interval.estimate, -unbounded, unbounded)
    return interval


def mean_of(
    what: str, values: ArrayLike, unit: str = "1", bounds: tuple[float, float] = UNBOUNDED
) -> Measured:
    """Return the mean over seeds with its interval, within its bounds, as a number of a row."""
    interval = limits(values, bounds=bounds)
    return Measured(
        what,
        float(interval.estimate),
        unit,
        float(interval.low),
        float(interval.high),
        len(np.asarray(values)),
    )


def range_of(what: str, replicates: ArrayLike, unit: str = "1") -> Measured:
    """Return the mean over seeds with the prediction interval of one further run."""
    low, high = prediction_limits(replicates)
    values = np.asarray(replicates, dtype=np.float64)
    return Measured(what, float(values.mean()), unit, low, high, len(values))


def rank_correlation(one: ArrayLike, other: ArrayLike) -> float:
    """Return Kendall's tau-b; 0 where one side is constant and orders nothing.

    Examples
    --------
    >>> round(rank_correlation([1, 2, 3], [1, 3, 2]), 3), rank_correlation([1, 1, 1], [1, 2, 3])
    (0.333, 0.0)
    """
    from scipy.stats import kendalltau

    first, second = np.asarray(one), np.asarray(other)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(kendalltau(first, second).statistic)


def rank_correlations(one: ArrayLike, other: ArrayLike) -> np.ndarray:
    """Return Kendall's tau of each row of (n, k) with the same row of the other, shape (n,)."""
    pairs = zip(np.asarray(one), np.asarray(other), strict=True)
    return np.array([rank_correlation(first, second) for first, second in pairs])
