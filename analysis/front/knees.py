"""Knees of a front: points from which every step costs much and gains little.

There is no one definition. Each of these takes the front on the range scale (ideal = 0,
nadir = 1) and returns one number per point; the knee is the point with the largest.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analysis.front.simplex import sampled_weights

_BLOCK = 2_000_000
_SAMPLES = 20_000


def closeness_to_ideal(normalized: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return minus the Euclidean distance to the ideal point (k,).

    The compromise solution of Zeleny (1973); not bound to be supported.
    """
    return -np.linalg.norm(normalized, axis=1)


def depth_below_hyperplane(normalized: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance by which a point lies below the plane through the extremes (k,).

    Das, "On characterizing the knee of the Pareto curve based on normal-boundary intersection",
    Structural Optimization 18, 1999. On the range scale the plane is taken through the unit
    points, sum z = 1: the knee is then what equal weights pick, so it is always supported.
    """
    return (1.0 - normalized.sum(axis=1)) / np.sqrt(normalized.shape[1])


def least_trade_off(normalized: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what any other point costs per unit that it gains, at least (k,).

    min over j of sum_k max(0, z_jk - z_ik) / sum_k max(0, z_ik - z_jk): Rachmawati and
    Srinivasan, "Multiobjective evolutionary algorithm with controllable focus on the knees of
    the Pareto front", IEEE Transactions on Evolutionary Computation 13(4), 2009, with all points
    as neighbors. Infinite for a single point.
    """
    count = len(normalized)
    worth = np.full(count, np.inf)
    step = max(1, _BLOCK // normalized.size)
    for start in range(0, count, step):
        block = normalized[start : start + step]
        change = normalized[None, :, :] - block[:, None, :]
        gain = np.maximum(-change, 0.0).sum(axis=2)
        loss = np.maximum(change, 0.0).sum(axis=2)
        ratio = np.full(gain.shape, np.inf)
        np.divide(loss, gain, out=ratio, where=gain > 0)
        worth[start : start + step] = ratio.min(axis=1)
    return worth


def expected_marginal_utility(normalized: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean loss of a linear user if a point were missing (k,).

    Branke, Deb, Dierolf and Osswald, "Finding knees in multi-objective optimization", PPSN
    2004, over 20,000 weights drawn evenly. Zero for points that are not extreme.
    """
    weights = sampled_weights(normalized.shape[1], _SAMPLES)
    utility = np.zeros(len(normalized))
    if len(normalized) == 1:
        return utility
    step = max(1, _BLOCK // len(normalized))
    for start in range(0, len(weights), step):
        scores = weights[start : start + step] @ normalized.T
        best = scores.argmin(axis=1)
        two = np.partition(scores, 1, axis=1)[:, :2]
        np.add.at(utility, best, two[:, 1] - two[:, 0])
    return utility / len(weights)


KNEES: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "closest to the ideal": closeness_to_ideal,
    "below the hyperplane": depth_below_hyperplane,
    "least trade-off": least_trade_off,
    "expected marginal utility": expected_marginal_utility,
}
"""Definitions of a knee by name; the first is the default."""


def knee(normalized: NDArray[np.float64], definition: str = "closest to the ideal") -> int:
    """Return the row of the knee by one of the `KNEES`.

    Examples
    --------
    >>> front = np.array([[0.0, 1.0], [0.1, 0.2], [1.0, 0.0]])
    >>> {knee(front, definition) for definition in KNEES}
    {1}
    """
    return int(KNEES[definition](normalized).argmax())
