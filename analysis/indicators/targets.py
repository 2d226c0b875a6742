"""Trials to target: when a run reaches a level, with runs that never do as censored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from analysis.indicators.curves import Curves

TARGETS = (0.8, 0.9, 0.95, 0.99)
FROM_ONE = (1.0, np.inf)
"""Least and largest number of trials that anything can take."""

TOLERANCE = 1e-9
"""Share of the target by which rounding may miss it: a complete front counts as 100 %."""


def trials_to_target(curves: Curves, target: float) -> dict[str, NDArray[np.float64]]:
    """Return the first trial (counted from 1) at which each run reaches the target.

    Parameters
    ----------
    curves
        Monotone curves, of either sense.
    target
        The level to reach, such as 0.9 of the true hypervolume.

    Returns
    -------
    dict
        (seeds,) for each sampler; infinite where the run never got there.

    Examples
    --------
    >>> from analysis.indicators.curves import Curves
    >>> curves = Curves("share", "max", "trials",
    ...                 {"random": np.array([[0.1, 0.9, 1.0], [0.2, 0.3, 0.4]])},
    ...                 {"random": (0, 1)}, {"random": np.array([3, 3])})
    >>> trials_to_target(curves, 0.9)
    {'random': array([ 2., inf])}
    """
    first = {}
    for name, values in curves.values.items():
        there = _reached(values, target, curves.sense == "max")
        first[name] = np.where(there.any(axis=1), there.argmax(axis=1) + 1.0, np.inf)
    return first


def target_table(
    curves: Curves,
    targets: Sequence[float] = TARGETS,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return how fast and how surely each sampler reaches each target.

    Parameters
    ----------
    curves
        Monotone curves, of either sense.
    targets
        Levels to reach.
    level
        Of the intervals.

    Returns
    -------
    pandas.DataFrame
        One row for each (sampler, target): ``runs``, ``reached``; ``success`` with its
        interval ``success_low`` and ``_high``; ``median`` trials over all runs, with the
        distribution-free interval ``median_low`` and ``_high`` (infinite where the quantile lies
        among the runs that never got there); ``expected`` running time with its
        interval ``expected_low`` and ``_high``.

    Raises
    ------
    InputError
        There is no target.

    Examples
    --------
    >>> from analysis.indicators.curves import Curves
    >>> curves = Curves("share", "max", "trials",
    ...                 {"random": np.array([[0.1, 0.9, 1.0], [0.2, 0.3, 0.4]])},
    ...                 {"random": (0, 1)}, {"random": np.array([3, 3])})
    >>> target_table(curves, [0.9])[["target", "reached", "median", "expected"]]
       target  reached  median  expected
    0     0.9        1     inf       5.0
    """
    import pandas as pd

    if not targets:
        raise InputError("targets: expected at least one")
    rows = []
    for target in targets:
        for name, first in trials_to_target(curves, target).items():
            reached, runs = int(np.isfinite(first).sum()), len(first)
            success_low, success_high = share_interval(reached, runs, level=level)
            median, median_low, median_high = median_interval(first, level=level, bounds=FROM_ONE)
            expected, expected_low, expected_high = expected_running_time(
                first, curves.lengths[name], level=level
            )
            rows.append(
                {
                    "sampler": name,
                    "target": float(target),
                    "runs": runs,
                    "reached": reached,
                    "success": reached / runs,
                    "success_low": success_low,
                    "success_high": success_high,
                    "median": median,
                    "median_low": median_low,
                    "median_high": median_high,
                    "expected": expected,
                    "expected_low": expected_low,
                    "expected_high": expected_high,
                }
            )
    return pd.DataFrame(rows)


def target_profile(curves: Curves, targets: Sequence[float]) -> Curves:
    """Return the share of targets reached so far by each run: the ECDF over targets.

    Averaged over seeds it is the empirical cumulative distribution of the trials needed over
    (target, seed), as in the COCO platform (Hansen et al. 2021).

    Examples
    --------
    >>> from analysis.indicators.curves import Curves
    >>> curves = Curves("share", "max", "trials", {"random": np.array([[0.1, 0.9, 1.0]])},
    ...                 {"random": (0,)}, {"random": np.array([3])})
    >>> target_profile(curves, [0.5, 1.0]).values["random"]
    array([[0. , 0.5, 1. ]])
    """
    if not len(targets):
        raise InputError("targets: expected at least one")
    larger = curves.sense == "max"
    return replace(
        curves,
        indicator="share of targets reached",
        sense="max",
        bounds=(0.0, 1.0),
        values={
            name: np.mean([_reached(values, target, larger) for target in targets], axis=0)
            for name, values in curves.values.items()
        },
    )


def expected_running_time(
    first: ArrayLike, lengths: ArrayLike, *, level: float = 0.95
) -> tuple[float, float, float]:
    """Return the expected trials to a success when failed runs are started again.

    ERT = (trials spent in all runs, each until its success or its end) / successes: the estimate
    for censored runs of Auger and Hansen 2005 (COCO). Its interval is symmetric on the logarithmic
    scale, by the delta method for a ratio of means and Student's quantile.

    Parameters
    ----------
    first
        (runs,) trials to success; infinite where there was none.
    lengths
        (runs,) where each run ended.
    level
        Of the interval.

    Returns
    -------
    tuple
        Estimate and limits; infinite without a success.

    Examples
    --------
    >>> expected_running_time([2, 4, np.inf], [10, 10, 10])[0]
    8.0
    """
    from scipy.stats import t as student

    times = np.asarray(first, dtype=np.float64)
    success = np.isfinite(times)
    spent = np.where(success, times, np.asarray(lengths, dtype=np.float64))
    if not success.any():
        return np.inf, np.inf, np.inf
    estimate = float(spent.sum() / success.sum())
    runs = len(times)
    if runs == 1:
        return estimate, np.nan, np.nan
    influence = spent / spent.mean() - success / success.mean()
    error = influence.std(ddof=1) / np.sqrt(runs)
    reach = np.exp(student.ppf((1.0 + level) / 2.0, runs - 1) * error)
    return estimate, max(float(estimate / reach), FROM_ONE[0]), float(estimate * reach)


def median_interval(
    values: ArrayLike,
    *,
    level: float = 0.95,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> tuple[float, float, float]:
    """Return the median with its distribution-free interval from order statistics.

    The interval runs from the k-th smallest to the k-th largest value, k the largest with
    2 P(Binomial(n, 1/2) < k) <= 1 - level, moved inwards between the order statistics
    (Hettmansperger and Sheather 1986) so that its coverage is close to the level and not only
    above it. Infinite values are allowed: they stand for censored ones. `bounds` are the limits
    where there are too few values for any.

    Examples
    --------
    >>> median_interval([1, 2, 3, 4, 5, 6, 7, 8, np.inf, np.inf])[0]
    5.5
    >>> median_interval([1.0, 2.0])
    (1.5, -inf, inf)
    """
    from scipy.stats import binom

    ordered = np.sort(np.asarray(values, dtype=np.float64))
    n = len(ordered)
    if n == 0:
        raise InputError("median: no value, expected at least one")
    middle = float(np.median(ordered))
    miss = 1.0 - level
    k = int(binom.ppf(miss / 2.0, n, 0.5))
    while k > 0 and 2.0 * binom.cdf(k - 1, n, 0.5) > miss:
        k -= 1
    if k == 0:
        return middle, *bounds
    wide = 1.0 - 2.0 * binom.cdf(k - 1, n, 0.5)
    narrow = 1.0 - 2.0 * binom.cdf(k, n, 0.5)
    if 2 * k >= n or narrow >= wide:
        return middle, float(ordered[k - 1]), float(ordered[n - k])
    part = (wide - level) / (wide - narrow)
    weight = (n - k) * part / (k + (n - 2 * k) * part)
    low = _between(ordered[k - 1], ordered[k], weight)
    high = _between(ordered[n - k], ordered[n - k - 1], weight)
    return middle, low, high


@lru_cache(maxsize=4096)
def share_interval(successes: int, runs: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return the mid-P interval of a share: all p whose exact two-sided mid-P test accepts.

    Shares of runs that reach a target lie near 0 or 1, where Wilson's interval covers too rarely
    and Clopper and Pearson's too often (Berry and Armitage 1995).

    Examples
    --------
    >>> [round(limit, 3) for limit in share_interval(8, 10)]
    [0.48, 0.965]
    >>> share_interval(0, 10)[0], share_interval(10, 10)[1]
    (0.0, 1.0)
    """
    from scipy.optimize import brentq
    from scipy.stats import binom

    tail = (1.0 - level) / 2.0

    def above(share: float) -> float:
        more = binom.sf(successes, runs, share)
        return float(more + binom.pmf(successes, runs, share) / 2.0 - tail)

    def below(share: float) -> float:
        fewer = binom.cdf(successes - 1, runs, share)
        return float(fewer + binom.pmf(successes, runs, share) / 2.0 - tail)

    low = 0.0 if successes == 0 else brentq(above, 0.0, 1.0)
    high = 1.0 if successes == runs else brentq(below, 0.0, 1.0)
    return float(low), float(high)


def _reached(values: NDArray[np.float64], target: float, larger: bool) -> NDArray[np.bool_]:
    slack = TOLERANCE * max(1.0, abs(target))
    return values >= target - slack if larger else values <= target + slack


def _between(outer: float, inner: float, weight: float) -> float:
    if outer == inner or weight == 0.0:
        return float(outer)
    if not (np.isfinite(outer) and np.isfinite(inner)):
        return float(outer)
    return float((1.0 - weight) * outer + weight * inner)
