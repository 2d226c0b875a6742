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
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.front.pareto import checked_points, nondominated

MOST_OBJECTIVES = 12
_BLOCK = 1_000_000


@dataclass(frozen=True)
class ObjectiveSet:
    """A set of objectives and what using only them costs.

    Attributes
    ----------
    columns
        Which objectives, ascending.
    delta
        Largest error on the front, in shares of its range: delta-conflict with all objectives.
    front_kept
        Share of the front's distinct points that stay nondominated.
    newcomers
        Designs off the front that come onto it, being equal to a point of it in these objectives.
    """

    columns: tuple[int, ...]
    delta: float
    front_kept: float
    newcomers: int


def objective_sets(points: ArrayLike) -> tuple[ObjectiveSet, ...]:
    """Return every nonempty set of objectives, small sets and small deltas first.

    Parameters
    ----------
    points
        (n, m) all designs, minimized.

    Raises
    ------
    InputError
        More than 12 objectives, or a value that is not finite.

    Notes
    -----
    Exact, in O(k^2 m + 4^m) for a front of k points, and for each set one nondominated filter of
    these (whatever dominates a point in some objectives is, in them, no better than a point of
    the front) and one look-up of all designs.

    Examples
    --------
    >>> front = np.array([[0.0, 1.0, 1.0], [0.5, 0.6, 0.5], [1.0, 0.0, 0.0]])
    >>> [(found.columns, found.delta) for found in objective_sets(front)][2:4]
    [((2,), 1.0), ((0, 1), 0.0)]
    """
    designs = checked_points(points)
    objectives = designs.shape[1]
    on_front = nondominated(designs)
    front, first = np.unique(designs[on_front], axis=0, return_index=True)
    rows = np.flatnonzero(on_front)[first]
    span = front.max(axis=0) - front.min(axis=0)
    delta = deltas((front - front.min(axis=0)) / np.where(span > 0, span, 1.0))
    codes = [np.unique(column, return_inverse=True)[1].astype(np.int64) for column in designs.T]
    found = []
    for mask in range(1, 2**objectives):
        columns = tuple(k for k in range(objectives) if mask >> k & 1)
        stays = nondominated(front[:, columns])
        keys = _keys([codes[column] for column in columns])
        newcomers = int((np.isin(keys, keys[rows[stays]]) & ~on_front).sum())
        found.append(ObjectiveSet(columns, float(delta[mask]), float(stays.mean()), newcomers))
    return tuple(sorted(found, key=lambda each: (len(each.columns), each.delta, each.columns)))


def _keys(codes: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return one number for each design (n,), equal where its codes are equal."""
    keys = codes[0]
    for column in codes[1:]:
        pairs = keys * (int(column.max()) + 1) + column
        keys = np.unique(pairs, return_inverse=True)[1].astype(np.int64)
    return keys


def deltas(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the delta (2^m,) of each set of objectives, by the bits of its mask.

    Examples
    --------
    >>> deltas(np.array([[0.0, 1.0], [0.5, 0.25], [1.0, 0.0]]))
    array([1., 1., 1., 0.])
    """
    objectives = points.shape[1]
    if objectives > MOST_OBJECTIVES:
        raise InputError(f"{objectives} objectives: expected at most {MOST_OBJECTIVES}")
    errors = errors_by_mask(points)
    masks = np.arange(2**objectives)
    return np.array([errors[(masks & mask) == mask].max() for mask in masks])


def errors_by_mask(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest error (2^m,) of pairs with x_k <= y_k exactly for the mask's bits k.

    The error of a pair is its largest difference, whatever is left out, since the objectives in
    which x is at most y add none. 0 where there is no such pair.
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
    """Return the smallest sets whose nondominated designs are those of all objectives."""
    good = [each for each in sets if each.front_kept == 1.0 and each.newcomers == 0]
    size = min(len(each.columns) for each in good)
    return tuple(each for each in good if len(each.columns) == size)
