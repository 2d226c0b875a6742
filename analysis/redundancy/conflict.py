"""Which objectives can be left out, and at what error: the delta-conflict of objective sets.

Brockhoff and Zitzler, "Objective reduction in evolutionary multiobjective optimization: theory
and applications", Evolutionary Computation 17(2), 2009. Leaving objectives out makes pairs of
points comparable that were not. If x is at most y in every objective that stays, the error of
taking x for the better one is the largest x_k - y_k among those left out; the delta of a set of
objectives is the largest such error over all pairs. A set with delta 0 keeps every relation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.errors import InputError
from analysis.pareto import nondominated

MOST_OBJECTIVES = 12
_BLOCK = 1_000_000


@dataclass(frozen=True)
class ObjectiveSet:
    """A set of objectives and what using only them costs on a front.

    Attributes
    ----------
    columns
        Which objectives, ascending.
    delta
        Largest error, in shares of the front's range: delta-conflict with all objectives.
    front_kept
        Share of the front's points that stay nondominated.
    """

    columns: tuple[int, ...]
    delta: float
    front_kept: float


def objective_sets(normalised: NDArray[np.float64]) -> tuple[ObjectiveSet, ...]:
    """Return every nonempty set of objectives, small sets and small deltas first.

    Parameters
    ----------
    normalised
        (k, m) distinct nondominated points, minimised, on the range scale.

    Raises
    ------
    InputError
        More than 12 objectives.

    Notes
    -----
    Exact, in O(k^2 m + 4^m) and one nondominated filter per set. The error of a pair is its
    largest difference, whatever is left out; so only the largest error is needed for each of
    the 2^m sets in which one point of a pair can be at most the other.

    Examples
    --------
    >>> front = np.array([[0.0, 1.0, 1.0], [0.5, 0.6, 0.5], [1.0, 0.0, 0.0]])
    >>> [(found.columns, found.delta) for found in objective_sets(front)][2:4]
    [((2,), 1.0), ((0, 1), 0.0)]
    """
    objectives = normalised.shape[1]
    if objectives > MOST_OBJECTIVES:
        raise InputError(f"{objectives} objectives: expected at most {MOST_OBJECTIVES}")
    errors = errors_by_mask(normalised)
    masks = np.arange(2**objectives)
    found = []
    for mask in range(1, 2**objectives):
        columns = tuple(k for k in range(objectives) if mask >> k & 1)
        delta = float(errors[(masks & mask) == mask].max())
        kept = float(nondominated(normalised[:, columns]).mean())
        found.append(ObjectiveSet(columns, delta, kept))
    return tuple(sorted(found, key=lambda each: (len(each.columns), each.delta, each.columns)))


def errors_by_mask(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest error (2^m,) of pairs with x_k <= y_k exactly for the mask's bits k.

    0 where there is no such pair, or x is at most y throughout.
    """
    count, objectives = points.shape
    errors = np.zeros(2**objectives)
    bits = 1 << np.arange(objectives)
    step = max(1, _BLOCK // count)
    for start in range(0, count, step):
        difference = points[start : start + step, None, :] - points[None, :, :]
        masks = ((difference <= 0) @ bits).ravel()
        np.maximum.at(errors, masks, difference.max(axis=2).ravel())
    return errors


def smallest_sets(sets: Sequence[ObjectiveSet], delta: float = 0.0) -> tuple[ObjectiveSet, ...]:
    """Return the smallest sets with at most this delta, least delta first (delta-MOSS).

    Examples
    --------
    >>> front = np.array([[0.0, 1.0, 1.0], [0.5, 0.6, 0.5], [1.0, 0.0, 0.0]])
    >>> [found.columns for found in smallest_sets(objective_sets(front))]
    [(0, 1), (0, 2)]
    """
    good = [each for each in sets if each.delta <= delta]
    size = min(len(each.columns) for each in good)
    return tuple(each for each in good if len(each.columns) == size)


def best_set_of_size(sets: Sequence[ObjectiveSet], size: int) -> ObjectiveSet:
    """Return the set of so many objectives with the least delta (k-EMOSS)."""
    return min((each for each in sets if len(each.columns) == size), key=lambda each: each.delta)


def smallest_keeping_front(sets: Sequence[ObjectiveSet]) -> tuple[ObjectiveSet, ...]:
    """Return the smallest sets in which the whole front stays nondominated."""
    good = [each for each in sets if each.front_kept == 1.0]
    size = min(len(each.columns) for each in good)
    return tuple(each for each in good if len(each.columns) == size)
