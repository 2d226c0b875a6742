"""What the design could have found: detectable differences, their power, the seeds it takes.

The test of a mean difference rejects as soon as ``|t|`` passes a critical value c (see
`analysis.statistics.simultaneous`). A resample of the differences with mean m and standard error
e, shifted by delta, is therefore found significant from delta = c e - m on: each resample has its
own smallest significant shift. The difference that is detected with power 80 % is the 80 %
quantile of these shifts, and the power at a difference is the share of shifts up to it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError

RESAMPLES = 1000
MOST_SEEDS = 1000


def significant_shifts(
    differences: ArrayLike,
    critical: float,
    *,
    seeds: int | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Return the smallest significant shift of each resample (resamples,), sorted.

    Parameters
    ----------
    differences
        (n,) paired differences between two samplers; only their spread around the mean matters.
    critical
        Of ``|t|``, at n differences. For another number of seeds, Student's quantile of the same
        level takes its place.
    seeds
        Of the design; None: n.
    resamples, seed
        Of the simulation.

    Raises
    ------
    InputError
        There are fewer than 2 differences, or fewer than 2 seeds.
    """
    array = np.asarray(differences, dtype=np.float64)
    if array.ndim != 1 or len(array) < 2:
        raise InputError(f"differences of shape {array.shape}: expected at least 2 numbers")
    count = len(array) if seeds is None else seeds
    if count < 2:
        raise InputError(f"seeds = {count}: expected at least 2")
    n = len(array)
    limit = critical if count == n else _same_level(critical, n, count)
    centered = (array - array.mean()) * _spread_correction(array, critical)
    drawn = centered[_rows(n, count, resamples, seed)]
    error = drawn.std(axis=1, ddof=1) / np.sqrt(count)
    return np.sort(np.maximum(limit * error - drawn.mean(axis=1), 0.0))


def detectable_difference(
    differences: ArrayLike,
    critical: float,
    *,
    power: float = 0.8,
    seeds: int | None = None,
    resamples: int = RESAMPLES,
) -> float:
    """Return the smallest true mean difference that is found significant with a given power.

    In the unit of the differences; 0 if they have no spread. See `significant_shifts`.

    Raises
    ------
    InputError
        The power is not between 0 and 1, or see `significant_shifts`.

    Examples
    --------
    >>> spread = np.random.default_rng(0).normal(size=30)
    >>> round(float(spread.std(ddof=1)), 2), round(detectable_difference(spread, 2.1), 2)
    (0.82, 0.47)
    """
    if not 0 < power < 1:
        raise InputError(f"power = {power}: expected a number between 0 and 1")
    shifts = significant_shifts(differences, critical, seeds=seeds, resamples=resamples)
    return float(np.quantile(shifts, power))


def detection_power(
    differences: ArrayLike, critical: float, difference: float, *, resamples: int = RESAMPLES
) -> float:
    """Return the probability that a true mean difference is found significant.

    Examples
    --------
    >>> spread = np.random.default_rng(0).normal(size=30)
    >>> found = detectable_difference(spread, 2.1)
    >>> detection_power(spread, 2.1, found), detection_power(spread, 2.1, found / 2) < 0.4
    (0.8, True)
    """
    shifts = significant_shifts(differences, critical, resamples=resamples)
    return float(np.searchsorted(shifts, abs(difference), side="right") / len(shifts))


def seeds_needed(
    differences: ArrayLike,
    critical: float,
    difference: float,
    *,
    power: float = 0.8,
    resamples: int = 400,
) -> float:
    """Return how many seeds would find a true mean difference of a given size.

    Returns
    -------
    float
        A whole number; infinite beyond 1000 seeds.

    Raises
    ------
    InputError
        See `detectable_difference`.

    Examples
    --------
    >>> spread = np.random.default_rng(0).normal(size=30)
    >>> seeds_needed(spread, 2.1, 0.5) < 30 < seeds_needed(spread, 2.1, 0.3)
    True
    """
    target = abs(difference)
    array = np.asarray(differences, dtype=np.float64)

    def found(count: int) -> float:
        return detectable_difference(array, critical, power=power, seeds=count, resamples=resamples)

    if target == 0.0:
        return float("inf")
    low, high = 1, 100
    most = found(high)
    if most > target:
        # From 100 seeds on it falls as one over the square root of their number.
        estimate = np.ceil(high * (most / target) ** 2)
        return float(estimate) if estimate <= MOST_SEEDS else float("inf")
    while high - low > 1:
        guess = (low + high) // 2
        low, high = (low, guess) if found(guess) <= target else (guess, high)
    return float(high)


@lru_cache(maxsize=64)
def _rows(n: int, count: int, resamples: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, n, size=(resamples, count))


def _spread_correction(values: NDArray[np.float64], critical: float, wanted: float = 0.84) -> float:
    """Return the factor by which the spread of few differences is enlarged.

    Two biases of second order. The variance of resamples of n values is (n - 1) / n of the
    variance that the values estimate. And power is concave in the spread where it is high, so a
    spread that is right on average promises too much power on average: by the expansion of
    Phi(x) around `wanted` = z_0.8, with a relative variance (k - 1) / (4 (n - 1)) of the spread
    of values with kurtosis k, the factor 1 + z (c + z) (k - 1) / (8 (n - 1)) restores it.
    """
    n = len(values)
    centered = values - values.mean()
    variance = float((centered**2).mean())
    kurtosis = float((centered**4).mean()) / variance**2 if variance > 0 else 3.0
    estimated = 1.0 + wanted * (min(critical, 10.0) + wanted) * (kurtosis - 1.0) / (8.0 * (n - 1))
    return float(np.sqrt(n / (n - 1)) * max(estimated, 1.0))


def _same_level(critical: float, n: int, count: int) -> float:
    from scipy.stats import t as student

    return float(student.isf(student.sf(critical, n - 1), count - 1))
