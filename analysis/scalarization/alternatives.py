"""Other ways to one design: Chebyshev, achievement and epsilon-constraint scalarizations.

All take the front on the range scale (k, m), minimized, and return a score per point to be
minimized; unlike a weighted sum, each can reach unsupported points.
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
    normalized: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return max_k w_k (z_k - u_k) for each point (k,), u the utopia point (Bowman 1976)."""
    return np.asarray((weights * (normalized + UTOPIA_GAP)).max(axis=1))


def augmented_chebyshev(
    normalized: NDArray[np.float64], weights: NDArray[np.float64], rho: float = AUGMENTATION
) -> NDArray[np.float64]:
    """Return max_k w_k (z_k - u_k) + rho sum_k (z_k - u_k) (Steuer and Choo 1983)."""
    above = normalized + UTOPIA_GAP
    return np.asarray((weights * above).max(axis=1) + rho * above.sum(axis=1))


def achievement(
    normalized: NDArray[np.float64],
    target: NDArray[np.float64],
    weights: NDArray[np.float64],
    rho: float = AUGMENTATION,
) -> NDArray[np.float64]:
    """Return max_k w_k (z_k - q_k) + rho sum_k w_k (z_k - q_k) for a target q (Wierzbicki 1980)."""
    beyond = weights * (normalized - target)
    return np.asarray(beyond.max(axis=1) + rho * beyond.sum(axis=1))


def epsilon_constraint(
    normalized: NDArray[np.float64], primary: int, bounds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the primary objective where all others keep within bounds, else infinity.

    Haimes, Lasdon and Wismer (1971). `bounds` is (m,); its entry for the primary objective is
    not used.
    """
    others = np.arange(normalized.shape[1]) != primary
    feasible = (normalized[:, others] <= bounds[others]).all(axis=1)
    return np.where(feasible, normalized[:, primary], np.inf)


def best_row(scores: NDArray[np.float64], normalized: NDArray[np.float64]) -> int | None:
    """Return the row of the least score, ties to the least sum; None if no score is finite.

    Examples
    --------
    >>> best_row(np.array([1.0, 1.0]), np.array([[0.0, 1.0], [0.5, 0.2]]))
    1
    """
    if not np.isfinite(scores).any():
        return None
    return int(np.lexsort((normalized.sum(axis=1), scores))[0])


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
    normalized: NDArray[np.float64],
    supported: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> tuple[Reach, ...]:
    """Return what each method can reach on a front.

    Parameters
    ----------
    normalized
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
    count = len(normalized)
    everyone = np.arange(count)
    own = 1.0 / (normalized + UTOPIA_GAP)
    own /= own.sum(axis=1, keepdims=True)
    equal = np.full(normalized.shape[1], 1.0 / normalized.shape[1])
    sampled_linear = np.zeros(count, dtype=bool)
    sampled_linear[optima(normalized, weights)] = True
    found = [Reach("weighted sum", supported, sampled_linear)]
    for name, rho in (("weighted Chebyshev", 0.0), ("augmented Chebyshev", AUGMENTATION)):
        sampled = np.zeros(count, dtype=bool)
        sampled[_chebyshev_optima(normalized, weights, rho)] = True
        reached = _chebyshev_optima(normalized, own, rho) == everyone
        found.append(Reach(name, reached | sampled, sampled))
    targeted = np.array(
        [
            best_row(achievement(normalized, z, equal), normalized) == row
            for row, z in enumerate(normalized)
        ]
    )
    found.append(Reach("achievement to a target", targeted, None))
    bounded = np.array(
        [
            best_row(epsilon_constraint(normalized, 0, z), normalized) == row
            for row, z in enumerate(normalized)
        ]
    )
    found.append(Reach("epsilon-constraint", bounded, None))
    return tuple(found)


def _chebyshev_optima(
    normalized: NDArray[np.float64], weights: NDArray[np.float64], rho: float
) -> NDArray[np.int64]:
    """Return the optimum for each weighting (samples,), ties to the least sum."""
    order = np.argsort(normalized.sum(axis=1), kind="stable")
    above = normalized[order] + UTOPIA_GAP
    total = rho * above.sum(axis=1)
    best = np.empty(len(weights), dtype=np.int64)
    step = max(1, _BLOCK // len(normalized))
    for start in range(0, len(weights), step):
        block = weights[start : start + step]
        worst = np.multiply.outer(block[:, 0], above[:, 0])
        for column in range(1, above.shape[1]):
            np.maximum(worst, np.multiply.outer(block[:, column], above[:, column]), out=worst)
        best[start : start + step] = order[(worst + total).argmin(axis=1)]
    return best
