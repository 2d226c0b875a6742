"""What leaving one objective out does to the front and to dominance among all designs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.front.pareto import nondominated

ALL_PAIRS = 3000
"""Up to so many designs all pairs are compared, beyond a random sample of pairs."""

SAMPLED_PAIRS = 1_000_000
_BLOCK = 2_000_000


@dataclass(frozen=True)
class LeftOut:
    """The problem without one objective.

    Attributes
    ----------
    column
        Which objective is left out.
    front_kept
        Share of the front's designs that stay on the front.
    newcomers
        Designs that come onto the front: equal, in what stays, to some that stay.
    relations_changed
        Share of pairs of designs whose relation changes (first better, second better, equal, or
        incomparable).
    low, high
        95 % interval of that share; both equal to it where all pairs were compared.
    """

    column: int
    front_kept: float
    newcomers: int
    relations_changed: float
    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether all pairs were compared."""
        return self.low == self.high


def leave_each_out(points: NDArray[np.float64], seed: int = 0) -> tuple[LeftOut, ...]:
    """Leave out each objective in turn.

    Parameters
    ----------
    points
        (n, m) all designs, minimized; m >= 2.
    seed
        Of the sample of pairs, where there is one.

    Examples
    --------
    >>> points = np.array([[0.0, 2.0, 5.0], [1.0, 1.0, 5.0], [2.0, 0.0, 5.0], [2.0, 2.0, 5.0]])
    >>> [(out.front_kept, round(out.relations_changed, 3)) for out in leave_each_out(points)]
    [(0.333..., 0.667), (0.333..., 0.667), (1.0, 0.0)]
    """
    objectives = points.shape[1]
    front = nondominated(points)
    counts = _relation_counts(points, seed)
    total = counts.sum()
    exact = len(points) <= ALL_PAIRS
    found = []
    for column in range(objectives):
        kept = [k for k in range(objectives) if k != column]
        reduced = nondominated(points[:, kept])
        changed = _changed(counts, objectives, column)
        share = changed / total if total else 0.0
        low, high = (share, share) if exact else _interval(changed, total)
        found.append(
            LeftOut(
                column,
                float(reduced[front].mean()),
                int((reduced & ~front).sum()),
                float(share),
                low,
                high,
            )
        )
    return tuple(found)


def _relation_counts(points: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """Count pairs (2^m, 2^m) by the sets of objectives in which x <= y and y <= x."""
    count, objectives = points.shape
    if count <= ALL_PAIRS:
        first, second = np.triu_indices(count, k=1)
    else:
        generator = np.random.default_rng(seed)
        first = generator.integers(0, count, SAMPLED_PAIRS)
        second = (first + generator.integers(1, count, SAMPLED_PAIRS)) % count
    bits = 1 << np.arange(objectives)
    size = 2**objectives
    counts = np.zeros(size * size, dtype=np.int64)
    for start in range(0, len(first), _BLOCK):
        x = points[first[start : start + _BLOCK]]
        y = points[second[start : start + _BLOCK]]
        codes = ((x <= y) @ bits) * size + (y <= x) @ bits
        counts += np.bincount(codes, minlength=size * size)
    return counts.reshape(size, size)


def _changed(counts: NDArray[np.int64], objectives: int, column: int) -> int:
    everything = 2**objectives - 1
    kept = everything & ~(1 << column)
    masks = np.arange(2**objectives)
    before = (masks & everything) == everything
    after = (masks & kept) == kept
    # A relation is the pair (x weakly dominates y, y weakly dominates x).
    changed = (before[:, None] != after[:, None]) | (before[None, :] != after[None, :])
    return int(counts[changed].sum())


def _interval(changed: int, total: int) -> tuple[float, float]:
    from scipy.stats import binomtest

    found = binomtest(changed, int(total)).proportion_ci(method="wilson")
    return float(found.low), float(found.high)
