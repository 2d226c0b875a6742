"""Tests and intervals for several means at once: the studentized bootstrap of the largest ``|t|``.

The largest is taken over all comparisons, so the verdicts have a family-wise error rate, the
intervals cover all means at once, and no interval contradicts its verdict: a mean differs from 0
exactly where its interval leaves 0 out. A comparison whose ``|t|`` has a far larger 99 % quantile
than most is measured in units of that: two samplers that differ for three seeds in thirty have a t
with tails so long that, with one critical value for all, nothing else could be told apart beside
them. Which bootstrap was decided by
simulation (``tests/benchmarks/null_studies.py``, docs/method.md): with shared resamples, symmetric
limits keep the error rate for skewed and few-valued scores where balanced one-sided limits and
sign flips do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.statistics.intervals import WIDEST, resampling_weights

RESAMPLES = 4000
UNIT = 0.99
"""Quantile of each comparison's own ``|t|`` that it is measured in."""

ORDINARY = 1.25
"""Up to this many times the median unit, comparisons share one unit: to estimate each by itself
would cost error rate where differences are skewed."""


@dataclass(frozen=True, eq=False)
class SimultaneousMeans:
    """Means of k comparisons, tested and bounded together.

    Attributes
    ----------
    estimate, low, high
        (k,) means and the limits that hold for all of them at once. Limits are NaN where the
        differences have no spread and there are too few of them to be sure of anything.
    p
        (k,) adjusted p-values that the mean is 0.
    critical
        (k,) values that ``|t|`` must pass; infinite where the differences have no spread.
    """

    estimate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    p: NDArray[np.float64]
    critical: NDArray[np.float64]


def simultaneous_means(
    differences: ArrayLike,
    *,
    alpha: float = 0.05,
    resamples: int = RESAMPLES,
    seed: int = 0,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> SimultaneousMeans:
    """Test all means against 0 and bound them, with family-wise error rate `alpha`.

    Parameters
    ----------
    differences
        (n, k) paired differences over n replicates.
    alpha
        Family-wise error rate; the intervals hold together with probability 1 - alpha.
    resamples, seed
        Of the bootstrap. All comparisons share the resamples, and so their correlation counts.
    bounds
        Limits that a mean cannot pass, such as (-1, 1) for differences of shares.

    Raises
    ------
    InputError
        There are fewer than 2 replicates, or alpha is not between 0 and 1.

    Notes
    -----
    The single-step method of Romano and Wolf (2005) with t* = (mean* - mean) / error* of each
    resample (Efron and Tibshirani 1993, chapter 12.5), balanced in the way of Beran (1988) at the
    one quantile `UNIT`, and only where that is out of the `ORDINARY`; resamples without spread
    count as `WIDEST` times Student's quantile.
    Differences that are the same in all n replicates have no t: each sign was equally likely
    without a difference, so p = k 2^(1 - n). O(resamples n k).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> found = simultaneous_means(rng.normal([0.0, 1.0], 1.0, (30, 2)))
    >>> found.p.round(3), (found.low > 0).tolist()
    (array([0.722, 0.   ]), [False, True])
    """
    from scipy.stats import t as student

    array = np.asarray(differences, dtype=np.float64)
    if array.ndim != 2 or len(array) < 2:
        raise InputError(f"differences of shape {array.shape}: expected at least 2 replicates")
    if not 0 < alpha < 1:
        raise InputError(f"alpha = {alpha}: expected a number between 0 and 1")
    n, k = array.shape
    mean = array.mean(axis=0)
    centered = array - mean
    spread = centered.std(axis=0, ddof=1)
    varies = spread > 1e-12 * np.abs(array).max(axis=0, initial=0.0)
    error = np.where(varies, spread / np.sqrt(n), np.nan)
    p, critical = np.ones(k), np.full(k, np.inf)
    if varies.any():
        widest = WIDEST * float(student.ppf(1 - alpha / 2 / k, n - 1))
        resampled = absolute_t(centered[:, varies], resamples, seed, widest)
        place = min(int(UNIT * resamples), resamples - 1)
        unit = np.partition(resampled, place, axis=1)[:, place]
        unit = np.maximum(unit, ORDINARY * np.median(unit))
        largest = (resampled / unit[:, None]).max(axis=0)
        critical[varies] = unit * np.quantile(largest, 1 - alpha, method="higher")
        t = np.abs(mean[varies]) / error[varies]
        reached = (largest >= (t / unit)[:, None]).sum(axis=1)
        found = (1 + reached) / (1 + resamples)
        decided = t > critical[varies]
        p[varies] = np.where(decided, np.minimum(found, alpha), np.maximum(found, alpha))
    low, high = mean - critical * error, mean + critical * error
    for column in np.flatnonzero(~varies):
        p[column] = 1.0 if mean[column] == 0 else min(1.0, k * 2.0 ** (1 - n))
        sure = mean[column] == 0 or p[column] <= alpha
        low[column] = high[column] = mean[column] if sure else np.nan
    return SimultaneousMeans(mean, np.clip(low, *bounds), np.clip(high, *bounds), p, critical)


def absolute_t(
    centered: NDArray[np.float64], resamples: int, seed: int, widest: float
) -> NDArray[np.float64]:
    """Return |t*| of the comparisons (n, k) in each resample, at most `widest`: (k, resamples)."""
    n, k = centered.shape
    moments = np.hstack([centered, centered**2]).T @ resampling_weights(n, resamples, seed).T
    squares, variances = moments[:k] ** 2, moments[k:]
    variances -= squares
    variances /= n - 1
    tiny = (1e-9 * centered.std(axis=0, ddof=1)[:, None]) ** 2
    flat = variances <= tiny
    if flat.any():
        squares[flat] = np.where((squares > tiny)[flat], widest**2, 0.0)
        variances[flat] = 1.0
    squares /= variances
    return np.minimum(np.sqrt(squares, out=squares), widest)
