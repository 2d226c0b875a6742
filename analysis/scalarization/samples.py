"""Volumes by sampling: weights drawn evenly from the simplex, and exact binomial intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BLOCK = 4_000_000


def optima(points: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the row of the first optimal point for each weighting (samples,).

    Parameters
    ----------
    points
        (k, m), minimized and divided by the scaling's divisors.
    weights
        (samples, m).
    """
    best = np.empty(len(weights), dtype=np.int64)
    step = max(1, _BLOCK // len(points))
    for start in range(0, len(weights), step):
        best[start : start + step] = (weights[start : start + step] @ points.T).argmin(axis=1)
    return best


@dataclass(frozen=True)
class SampledVolumes:
    """Share of the sampled weights that pick each point, with an interval for its volume.

    Attributes
    ----------
    share, low, high
        (k,) estimate and interval of each region's share of the simplex.
    samples
        Number of weights drawn.
    confidence
        Of each interval by itself.
    """

    share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    samples: int
    confidence: float


def sampled_volumes(
    points: NDArray[np.float64], weights: NDArray[np.float64], confidence: float = 0.95
) -> SampledVolumes:
    """Estimate every region's volume from weights drawn evenly from the simplex.

    Use the same `weights` for every front and scaling that is compared (common random numbers).

    Parameters
    ----------
    points
        (k, m), minimized and divided by the scaling's divisors.
    weights
        (samples, m), from `sampled_weights`.
    confidence
        Of each Clopper-Pearson interval.

    Examples
    --------
    >>> from analysis.front.simplex import sampled_weights
    >>> points = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> found = sampled_volumes(points, sampled_weights(2, 1000))
    >>> bool((found.low < 0.5).all() and (found.high > 0.5).all())
    True
    """
    from scipy.special import betaincinv

    samples = len(weights)
    counts = np.bincount(optima(points, weights), minlength=len(points))
    tail = (1.0 - confidence) / 2.0
    with np.errstate(invalid="ignore"):
        low = np.where(counts > 0, betaincinv(counts, samples - counts + 1, tail), 0.0)
        high = np.where(counts < samples, betaincinv(counts + 1, samples - counts, 1.0 - tail), 1.0)
    return SampledVolumes(counts / samples, low, high, samples, confidence)
