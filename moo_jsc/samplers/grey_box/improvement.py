"""Expected improvement of the hypervolume, in closed form.

A design that is not evaluated yet is described, in each objective, by how far it is expected to
fall below any level t: E[max(t - z, 0)], z being its value, minimized. For a known cost that is
max(t - z, 0) itself; for a Gaussian or log-normal belief it is the textbook expectation
(`moo_jsc.samplers.grey_box.beliefs`). With independent beliefs, the expected volume of a box
[l, u] that the design dominates is the product over objectives of
E[max(u - z, 0)] - E[max(l - z, 0)], and what no tried design dominates is a disjoint union of
boxes. So the expected improvement is a sum of products, without sampling (Emmerich, Giannakoglou
and Naujoks 2006; for known costs and one uncertain objective it is one integral).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_BLOCK = 2_000_000
"""Cells x designs that are multiplied together at once."""


class Outlook(Protocol):
    """What is known or believed of one objective of n designs, minimized."""

    def shortfall(self, level: float) -> NDArray[np.float64]:
        """Return E[max(level - z, 0)] of each design, shape (n,); 0 at level -inf."""


@dataclass(frozen=True)
class Certain:
    """An objective whose values (n,) are known.

    Examples
    --------
    >>> Certain(np.array([1.0, 3.0])).shortfall(2.0)
    array([1., 0.])
    """

    values: NDArray[np.float64]

    def shortfall(self, level: float) -> NDArray[np.float64]:
        """Return max(level - value, 0) of each design."""
        return np.maximum(level - self.values, 0.0)


class Uncertain(Outlook, Protocol):
    """An outlook that also says how likely a level is kept."""

    def chance(self, level: float) -> NDArray[np.float64]:
        """Return P(z <= level) of each design, shape (n,)."""


@dataclass(frozen=True)
class Bounded:
    """An uncertain objective of which only values between two bounds count.

    E[max(level - z, 0); z <= high] is E[max(min(level, high) - z, 0)], and beyond the bound
    (level - high) P(z <= high) more: a design that keeps the bound gains at least that much.

    Parameters
    ----------
    outlook
        What is believed.
    low, high
        The bounds, minimized; infinite where there is none.
    """

    outlook: Uncertain
    low: float = -np.inf
    high: float = np.inf

    def shortfall(self, level: float) -> NDArray[np.float64]:
        """Return E[max(level - z, 0)] over the values that count, shape (n,)."""
        return self._up_to(level, self.high) - self._up_to(level, self.low)

    def _up_to(self, level: float, bound: float) -> NDArray[np.float64]:
        inside = self.outlook.shortfall(min(level, bound))
        if level <= bound:
            return inside
        if bound == -np.inf:
            return np.zeros_like(inside)
        return inside + (level - bound) * self.outlook.chance(bound)


@dataclass(frozen=True)
class Cells:
    """The part of objective space below a reference point that no tried design dominates.

    Attributes
    ----------
    lower, upper
        Disjoint boxes in all objectives but the first, shape (cells, m - 1).
    level
        Up to where each reaches in the first objective, from -inf, shape (cells,).
    """

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    level: NDArray[np.float64]


def undominated_cells(tried: NDArray[np.float64], reference: NDArray[np.float64]) -> Cells:
    """Cut what lies below the reference point and is not dominated into disjoint cells.

    The tried designs are swept in the order of the first objective; each closes, at its level,
    the cells of the other objectives that it covers.

    Parameters
    ----------
    tried
        Values (n, m), minimized; dominated designs and repeats change nothing.
    reference
        Shape (m,).

    Examples
    --------
    >>> cells = undominated_cells(np.array([[1.0, 2.0]]), np.array([3.0, 4.0]))
    >>> [(float(low[0]), float(high[0]), float(level)) for low, high, level
    ...  in zip(cells.lower, cells.upper, cells.level)]
    [(2.0, 4.0, 1.0), (-inf, 2.0, 3.0)]
    """
    others = len(reference) - 1
    lower = np.full((1, others), -np.inf)
    upper = np.array(reference[None, 1:], dtype=np.float64)
    closed: list[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]] = []
    for point in tried[np.argsort(tried[:, 0], kind="stable")]:
        level, place = point[0], point[1:]
        if level >= reference[0]:
            break
        covered = (upper > place).all(axis=1)
        if not covered.any():
            continue
        inside, top = lower[covered], upper[covered]
        kept = [(lower[~covered], upper[~covered])]
        for axis in range(others):
            sticks_out = inside[:, axis] < place[axis]
            below = top[sticks_out]
            below[:, axis] = place[axis]
            kept.append((inside[sticks_out], below))
            inside = inside.copy()
            inside[:, axis] = np.maximum(inside[:, axis], place[axis])
        closed.append((inside, top, np.full(len(inside), level)))
        lower = np.concatenate([low for low, _ in kept])
        upper = np.concatenate([high for _, high in kept])
    closed.append((lower, upper, np.full(len(lower), reference[0])))
    return Cells(*(np.concatenate(parts) for parts in zip(*closed, strict=True)))


def expected_improvement(cells: Cells, outlooks: Sequence[Outlook]) -> NDArray[np.float64]:
    """Return the expected gain of hypervolume of each of n designs, shape (n,).

    Parameters
    ----------
    cells
        From `undominated_cells`.
    outlooks
        One for each objective, in the order of the cells' columns.

    Notes
    -----
    O(cells m n) products, after O(k m n) expectations at the k different levels.

    Examples
    --------
    >>> cells = undominated_cells(np.array([[1.0, 2.0]]), np.array([3.0, 4.0]))
    >>> expected_improvement(cells, [Certain(np.array([0.0, 2.0])), Certain(np.array([3.0, 1.0]))])
    array([1., 1.])
    """
    first, *others = outlooks
    levels, at = np.unique(cells.level, return_inverse=True)
    heights = np.stack([first.shortfall(level) for level in levels])
    tables = []
    for axis, outlook in enumerate(others):
        edges, where = np.unique(
            np.concatenate([cells.lower[:, axis], cells.upper[:, axis]]), return_inverse=True
        )
        table = np.stack([outlook.shortfall(edge) for edge in edges])
        low, high = np.split(where, 2)
        tables.append((table, low, high))
    gain = np.zeros(heights.shape[1])
    block = max(1, _BLOCK // max(1, len(gain)))
    for start in range(0, len(at), block):
        part = slice(start, start + block)
        volume = heights[at[part]]
        for table, low, high in tables:
            volume *= table[high[part]] - table[low[part]]
        gain += volume.sum(axis=0)
    return gain
