"""Effect sizes: how often one sampler beats another."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def a12_interval(
    one: ArrayLike, other: ArrayLike, *, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return A12 = P(one > other) + P(one = other) / 2 with its interval, column by column.

    The interval is symmetric on the logit scale, with the U-statistic's variance for paired
    samples (each seed's two placements added; after DeLong, DeLong and Clarke-Pearson 1988).
    Where all of one beat all of the other, the far limit is that of
    n successes in n trials (Clopper and Pearson 1934).

    Parameters
    ----------
    one, other
        (n, k) or (n,), larger is better, paired by row.
    level
        Of the interval.

    Returns
    -------
    tuple
        A12 and the two limits, (k,) each.

    Notes
    -----
    Vargha and Delaney 2000. O(n^2 k).

    Examples
    --------
    >>> estimate, low, high = a12_interval([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 2.0, 5.0])
    >>> estimate
    array([0.59375])
    """
    from scipy.special import expit, logit
    from scipy.stats import norm

    first = np.asarray(one, dtype=np.float64).reshape(len(np.asarray(one)), -1)
    second = np.asarray(other, dtype=np.float64).reshape(first.shape)
    n = len(first)
    beats = (np.sign(first[:, None, :] - second[None, :, :]) + 1.0) / 2.0
    estimate = beats.mean(axis=(0, 1))
    placements = beats.mean(axis=1) + beats.mean(axis=0)
    error = placements.std(axis=0, ddof=1) / np.sqrt(n)
    tail = (1.0 - level) / 2.0
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = norm.ppf(1.0 - tail) * error / (estimate * (1.0 - estimate))
        low, high = expit(logit(estimate) - reach), expit(logit(estimate) + reach)
    far = tail ** (1.0 / n)
    low = np.where(estimate == 1.0, far, np.where(estimate == 0.0, 0.0, low))
    high = np.where(estimate == 0.0, 1.0 - far, np.where(estimate == 1.0, 1.0, high))
    return estimate, low, high
