"""Other ways to one design: Chebyshev, achievement and epsilon-constraint scalarisations.

All take the front on the range scale (k, m), minimised, and return a score per point to be
minimised; unlike a weighted sum, each can reach unsupported points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.scalarization.samples import optima

UTOPIA_GAP = 1e-2
"""How far the utopia point lies below the ideal point, in shares of the range."""

AUGMENTATION = 1e-3
"""Weight rho of the sum that augments a maximum."""

_BLOCK = 2_000_000


def weighted_chebyshev(
    normalised: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return max_k w_k (z_k - u_k) for each point (k,), u the utopia point (Bowman 1976)."""
    return np.asarray((weights * (normalised + UTOPIA_GAP)).max(axis=1))


def augmented_chebyshev(
    normalised: NDArray[np.float64], weights: NDArray[np.float64], rho: float = AUGMENTATION
) -> NDArray[np.float64]:
    """Return max_k w_k (z_k - u_k) + rho sum_k (z_k - u_k) (Steuer and Choo 1983)."""
    above = normalised + UTOPIA_GAP
    return np.asarray((weights * above).max(axis=1) + rho * above.sum(axis=1))


def achievement(
    normalised: NDArray[np.float64],
    target: NDArray[np.float64],
    weights: NDArray[np.float64],
    rho: float = AUGMENTATION,
) -> NDArray[np.float64]:
    """Return max_k w_k (z_k - q_k) + rho sum_k w_k (z_k - q_k) for a target q (Wierzbicki 1980)."""
    beyond = weights * (normalised - target)
    return np.asarray(beyond.max(axis=1) + rho * beyond.sum(axis=1))


def epsilon_constraint(
    normalised: NDArray[np.float64], primary: int, bounds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the primary objective where all others keep within bounds, else infinity.

    Haimes, Lasdon and Wismer (1971). `bounds` is (m,); its entry for the primary objective is
    not used.
    """
    others = np.arange(normalised.shape[1]) != primary
    feasible = (normalised[:, others] <= bounds[others]).all(axis=1)
    return np.where(feasible, normalised[:, primary], np.inf)


def best_row(scores: NDArray[np.float64], normalised: NDArray[np.float64]) -> int | None:
    """Return the row of the least score, ties to the least sum; None if no score is finite.

    Examples
    --------
    >>> best_row(np.array([1.0, 1.0]), np.array([[0.0, 1.0], [0.5, 0.2]]))
    1
    """
    if not np.isfinite(scores).any():
        return None
    return int(np.lexsort((normalised.sum(axis=1), scores))[0])


@dataclass(frozen=True)
class Reach:
    """Which points of a front a method can pick.

    Attributes
    ----------
    method
        Its name.
    attainable
        (k,) points that some parameters make its pick, shown by finding them.
    sampled
        (k,) points that the sampled weights pick; None for methods without weights.
    """

    method: str
    attainable: NDArray[np.bool_]
    sampled: NDArray[np.bool_] | None


def reaches(
    normalised: NDArray[np.float64],
    supported: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> tuple[Reach, ...]:
    """Return what each method can reach on a front.

    Parameters
    ----------
    normalised
        (k, m) the front on the range scale, distinct points.
    supported
        (k,) which points a weighted sum with positive weights can pick.
    weights
        (samples, m) weights to compare the methods on: all get the same.

    Notes
    -----
    For a point z the Chebyshev weights 1 / (z_k - u_k) make z the nearest, the target z makes
    its achievement 0, and its own values are bounds that only it satisfies; whether the method
    then picks it is computed, not assumed: O(k^2 m). The augmented forms can miss points whose
    trade-offs are steeper than rho allows; the mark means that these weights pick the point.
    """
    count = len(normalised)
    everyone = np.arange(count)
    own = 1.0 / (normalised + UTOPIA_GAP)
    own /= own.sum(axis=1, keepdims=True)
    equal = np.full(normalised.shape[1], 1.0 / normalised.shape[1])
    sampled_linear = np.zeros(count, dtype=bool)
    sampled_linear[optima(normalised, weights)] = True
    found = [Reach("weighted sum", supported, sampled_linear)]
    for name, rho in (("weighted Chebyshev", 0.0), ("augmented Chebyshev", AUGMENTATION)):
        sampled = np.zeros(count, dtype=bool)
        sampled[_chebyshev_optima(normalised, weights, rho)] = True
        reached = _chebyshev_optima(normalised, own, rho) == everyone
        found.append(Reach(name, reached | sampled, sampled))
    targeted = np.array(
        [
            best_row(achievement(normalised, z, equal), normalised) == row
            for row, z in enumerate(normalised)
        ]
    )
    found.append(Reach("achievement to a target", targeted, None))
    bounded = np.array(
        [
            best_row(epsilon_constraint(normalised, 0, z), normalised) == row
            for row, z in enumerate(normalised)
        ]
    )
    found.append(Reach("epsilon-constraint", bounded, None))
    return tuple(found)


def _chebyshev_optima(
    normalised: NDArray[np.float64], weights: NDArray[np.float64], rho: float
) -> NDArray[np.int64]:
    """Return the optimum for each weighting (samples,), ties to the least sum."""
    order = np.argsort(normalised.sum(axis=1), kind="stable")
    above = normalised[order] + UTOPIA_GAP
    total = rho * above.sum(axis=1)
    best = np.empty(len(weights), dtype=np.int64)
    step = max(1, _BLOCK // len(normalised))
    for start in range(0, len(weights), step):
        block = weights[start : start + step]
        worst = np.multiply.outer(block[:, 0], above[:, 0])
        for column in range(1, above.shape[1]):
            np.maximum(worst, np.multiply.outer(block[:, column], above[:, column]), out=worst)
        best[start : start + step] = order[(worst + total).argmin(axis=1)]
    return best
