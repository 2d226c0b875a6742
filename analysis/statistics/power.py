"""What the design could have found: the smallest detectable difference, and the seeds it takes.

With n paired differences the signed-rank statistic counts the Walsh averages (d_i + d_j) / 2,
i <= j, that are positive. Shifting all differences by delta therefore makes the test reject as
soon as delta passes minus the c-th largest Walsh average, c being the test's critical count. So
each resample of the differences has its own smallest significant shift, and the difference that
is detected with power 80 % is the 80 % quantile of these shifts: no search is needed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError

RESAMPLES = 1000
LARGEST_SIMULATED = 100
MOST_SEEDS = 1000


def detectable_difference(
    differences: ArrayLike,
    *,
    seeds: int | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> float:
    """Return the smallest true mean difference that is found significant with a given power.

    Parameters
    ----------
    differences
        (n,) paired differences between two samplers; only their spread around the mean matters.
    seeds
        Of the design; None: n.
    alpha
        Two-sided level of one comparison: the family's level divided by its size is what Holm's
        first step asks for.
    power
        Probability of a significant result of the right sign.
    resamples, seed
        Of the simulation.

    Returns
    -------
    float
        In the unit of the differences. Infinite if so few seeds can never be significant; 0 if
        the differences have no spread.

    Raises
    ------
    InputError
        There are fewer than 2 differences, or a probability is not between 0 and 1.

    Notes
    -----
    O(resamples x seeds^2).

    Examples
    --------
    >>> spread = np.random.default_rng(0).normal(size=30)
    >>> round(float(spread.std(ddof=1)), 2), round(detectable_difference(spread), 2)
    (0.82, 0.46)
    >>> detectable_difference(spread, seeds=5)
    inf
    """
    array = np.asarray(differences, dtype=np.float64)
    if array.ndim != 1 or len(array) < 2:
        raise InputError(f"differences of shape {array.shape}: expected at least 2 numbers")
    for name, value in (("alpha", alpha), ("power", power)):
        if not 0 < value < 1:
            raise InputError(f"{name} = {value}: expected a number between 0 and 1")
    count = len(array) if seeds is None else seeds
    critical = critical_count(count, alpha)
    if critical is None:
        return float("inf")
    centered = (array - array.mean()) * _spread_correction(len(array), alpha, power)
    rng = np.random.default_rng(seed)
    drawn = rng.choice(centered, size=(resamples, count))
    shifts = -_largest_walsh_average(drawn, critical)
    return float(max(np.quantile(shifts, power), 0.0))


def seeds_needed(
    differences: ArrayLike,
    difference: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    resamples: int = 400,
) -> float:
    """Return how many seeds would find a true mean difference of a given size.

    Parameters
    ----------
    differences
        (n,) paired differences; only their spread matters.
    difference
        The true mean difference to be found, of either sign.
    alpha, power, resamples
        See `detectable_difference`.

    Returns
    -------
    float
        A whole number; infinite beyond 1000 seeds. Above 100 seeds the detectable difference is
        taken to fall as one over the square root of their number.

    Raises
    ------
    InputError
        See `detectable_difference`.

    Examples
    --------
    >>> spread = np.random.default_rng(0).normal(size=30)
    >>> seeds_needed(spread, 0.5)
    23.0
    """
    target = abs(difference)
    array = np.asarray(differences, dtype=np.float64)

    def found(count: int) -> float:
        return detectable_difference(
            array, seeds=count, alpha=alpha, power=power, resamples=resamples
        )

    if target == 0.0:
        return float("inf")
    low, high = smallest_conclusive_seeds(alpha) - 1, LARGEST_SIMULATED
    most = found(high)
    if most > target:
        estimate = np.ceil(high * (most / target) ** 2)
        return float(estimate) if estimate <= MOST_SEEDS else float("inf")
    while high - low > 1:
        guess = (low + high) // 2
        low, high = (low, guess) if found(guess) <= target else (guess, high)
    return float(high)


def smallest_conclusive_seeds(alpha: float) -> int:
    """Return the fewest seeds with which the signed-rank test can be significant at all.

    If all n differences have one sign, p = 2^(1 - n).

    Examples
    --------
    >>> smallest_conclusive_seeds(0.05), smallest_conclusive_seeds(0.05 / 14)
    (6, 10)
    """
    return int(np.ceil(1.0 - np.log2(alpha) - 1e-12))


def critical_count(seeds: int, alpha: float) -> int | None:
    """Return the smallest signed-rank sum that is significant, two-sided; None if none is.

    Examples
    --------
    >>> critical_count(10, 0.05), critical_count(5, 0.05)
    (47, None)
    """
    upper = _upper_tail(seeds)
    significant = np.flatnonzero(2.0 * upper <= alpha)
    return int(significant[0]) if len(significant) else None


@lru_cache(maxsize=256)
def _upper_tail(seeds: int) -> NDArray[np.float64]:
    """Return P(W >= w) for the signed-rank sum w = 0 ... n (n + 1) / 2 without ties."""
    chances = np.ones(1)
    for rank in range(1, seeds + 1):
        padded = np.pad(chances, (0, rank))
        padded[rank:] += chances
        chances = padded / 2.0
    return np.cumsum(chances[::-1])[::-1]


def _spread_correction(seeds: int, alpha: float, power: float) -> float:
    """Return the factor by which the spread of few differences is enlarged.

    Two biases of second order. The variance of resamples of n values is (n - 1) / n of the
    variance that the values estimate. And power is concave in the spread where it is high, so a
    spread that is right on average promises too much power on average: by the expansion of
    Phi(x) around x = z_power, with a relative variance 1 / (2 (n - 1)) of the spread, the factor
    1 + z_power (z_alpha/2 + z_power) / (4 (n - 1)) restores it.
    """
    from scipy.stats import norm

    wanted = norm.ppf(power)
    estimated = 1.0 + wanted * (norm.ppf(1.0 - alpha / 2.0) + wanted) / (4.0 * (seeds - 1))
    return float(np.sqrt(seeds / (seeds - 1)) * max(estimated, 1.0))


def _largest_walsh_average(samples: NDArray[np.float64], position: int) -> NDArray[np.float64]:
    """Return the `position`-th largest Walsh average of each row of samples (b, n)."""
    rows, columns = np.triu_indices(samples.shape[1])
    found = np.empty(len(samples))
    block = max(1, 2_000_000 // len(rows))
    for start in range(0, len(samples), block):
        part = samples[start : start + block]
        averages = (part[:, rows] + part[:, columns]) / 2.0
        kth = averages.shape[1] - position
        found[start : start + block] = np.partition(averages, kth, axis=1)[:, kth]
    return found
