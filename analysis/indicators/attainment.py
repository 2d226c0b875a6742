"""Attainment of the true front: point by point in any number of objectives, and as surfaces.

A run attains a point z of the front at the first trial that brings a value a with a - z <= epsilon
in every objective, on the normalized scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import moocore
import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.front.pareto import checked_points, pareto_front
from analysis.indicators.curves import Curves
from analysis.indicators.distances import nearest_distances
from analysis.trials.table import Trials

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.reference import Reference

ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Attainment:
    """When each run attained each point of the true front.

    Attributes
    ----------
    epsilon
        On the normalized scale: a share of the front's range in each objective.
    times
        For each sampler (seeds, points): trials, counted from 1; infinite where never.
    seeds
        For each sampler the seeds of the rows.
    lengths
        For each sampler (seeds,): where each run ended.
    """

    epsilon: float
    times: Mapping[str, NDArray[np.float64]]
    seeds: Mapping[str, tuple[int, ...]]
    lengths: Mapping[str, NDArray[np.int64]]

    def curves(self) -> Curves:
        """Return the share of points attained so far by each run.

        Its mean over seeds is the empirical cumulative distribution over (point, seed).
        """
        budget = int(max(lengths.max() for lengths in self.lengths.values()))
        trial = np.arange(1, budget + 1)
        return Curves(
            indicator="share of front points attained",
            sense="max",
            axis="trials",
            values={
                name: np.stack(
                    [np.searchsorted(np.sort(row), trial, side="right") / len(row) for row in times]
                )
                for name, times in self.times.items()
            },
            seeds=self.seeds,
            lengths=self.lengths,
            bounds=(0.0, 1.0),
        )

    def points(self, reference: Reference) -> pd.DataFrame:
        """Return the front with, for each point and sampler, the share of runs that attain it.

        Columns: the objectives (natural units), then one for each sampler, then ``any``: the
        share of all runs. The points that are hardest to find come first.
        """
        import pandas as pd

        table = pd.DataFrame(reference.front, columns=list(reference.names))
        for name, times in self.times.items():
            table[name] = np.isfinite(times).mean(axis=0)
        everything = np.concatenate([np.isfinite(times) for times in self.times.values()])
        table["any"] = everything.mean(axis=0)
        return table.sort_values("any", kind="stable", ignore_index=True)


def attainment(
    trials: Trials | pd.DataFrame, reference: Reference, *, epsilon: float = 0.0
) -> Attainment:
    """Return when each run attained each point of the true front.

    Parameters
    ----------
    trials
        Or a table of them (see `analysis.trials.table`).
    reference
        The true front and its scale.
    epsilon
        How near counts as attained, as a share of the front's range in each objective; 0 asks
        for the point itself or one that dominates it (up to rounding).

    Returns
    -------
    Attainment

    Raises
    ------
    InputError
        The table is unusable, or epsilon is negative.

    Notes
    -----
    O(n k m) a run of n trials for a front of k points, of m objectives, at most.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> from analysis.front.reference import Reference
    >>> reference = Reference.from_values([[0, 1], [1, 0]],
    ...                                   [Objective(name="a"), Objective(name="b")])
    >>> trials = pd.DataFrame({"sampler": "random", "seed": 0, "trial": [0, 1],
    ...                        "a": [1, 0], "b": [1, 1]})
    >>> attainment(trials, reference).times["random"]
    array([[ 2., inf]])
    """
    if not epsilon >= 0:
        raise InputError(f"epsilon = {epsilon}: expected a number of at least 0")
    measured = Trials.of(trials, reference)
    times = {}
    for name, runs in measured.runs.items():
        rows = []
        for run in runs:
            first = np.full(len(reference.front), np.inf)
            if len(run.values):
                distances = nearest_distances(
                    reference.normalized(run.values), reference.normalized_front, "largest excess"
                )
                there = distances <= epsilon + ROUNDING
                reached = there.any(axis=0)
                first[reached] = run.position[there.argmax(axis=0)[reached]] + 1.0
            rows.append(first)
        times[name] = np.stack(rows)
    return Attainment(epsilon=epsilon, times=times, seeds=measured.seeds, lengths=measured.lengths)


def surfaces(
    sets: Sequence[ArrayLike], percentiles: Sequence[float] = (25.0, 50.0, 75.0)
) -> dict[float, NDArray[np.float64]]:
    """Return the empirical attainment surfaces of one sampler's runs.

    The p % surface bounds the region that at least p % of the runs attain (Grunert da Fonseca,
    Fonseca and Hall 2001), computed by moocore.

    Parameters
    ----------
    sets
        For each run its values (n, m), minimized, m = 2 or 3.
    percentiles
        Shares of the runs, in percent.

    Returns
    -------
    dict
        For each percentile the surface's corner points (k, m).

    Raises
    ------
    InputError
        There is no run, or the number of objectives is neither 2 nor 3.

    Examples
    --------
    >>> surfaces([[[1, 2], [2, 1]], [[1, 1]]], [50, 100])
    {50: array([[1., 1.]]), 100: array([[1., 2.],
           [2., 1.]])}
    """
    points, labels = _stacked(sets)
    if points.shape[1] not in (2, 3):
        raise InputError(f"attainment surfaces: {points.shape[1]} objectives, expected 2 or 3")
    table = moocore.eaf(points, labels, percentiles=sorted(percentiles))
    return {
        percentile: pareto_front(table[np.isclose(table[:, -1], percentile)][:, :-1])
        for percentile in percentiles
    }


def surface_differences(
    one: Sequence[ArrayLike], other: Sequence[ArrayLike]
) -> NDArray[np.float64]:
    """Return where one sampler attains more often than another.

    Parameters
    ----------
    one, other
        For each run its values (n, m), minimized, m = 2 or 3.

    Returns
    -------
    numpy.ndarray
        (k, m + 1): corner points of the joint attainment surfaces, and there the share of `one`'s
        runs that attain the point minus the share of `other`'s, in [-1, 1].

    Raises
    ------
    InputError
        A sampler has no run, or the number of objectives is neither 2 nor 3.

    Notes
    -----
    moocore finds the corners (of the union of all runs); the shares are counted at each of them,
    O(k n m), because moocore's own differences know two objectives only.

    Examples
    --------
    >>> surface_differences([[[1, 1]], [[1, 1]]], [[[2, 2]], [[1, 1]]])
    array([[1. , 1. , 0.5],
           [2. , 2. , 0. ]])
    """
    points, labels = _stacked([*one, *other])
    if points.shape[1] not in (2, 3):
        raise InputError(f"attainment surfaces: {points.shape[1]} objectives, expected 2 or 3")
    if not one or not other:
        raise InputError("attainment surfaces: a sampler has no run")
    corners = np.unique(moocore.eaf(points, labels)[:, :-1], axis=0)
    share = attained_share(one, corners) - attained_share(other, corners)
    return np.column_stack([corners, share])


def difference_rectangles(
    one: Sequence[ArrayLike], other: Sequence[ArrayLike], worst: ArrayLike
) -> NDArray[np.float64]:
    """Return the areas of the plane in which one sampler attains more often, or less, than another.

    Parameters
    ----------
    one, other
        For each run its values (n, 2), minimized.
    worst
        (2,) where unbounded areas are cut.

    Returns
    -------
    numpy.ndarray
        (k, 5): two opposite corners, and the share of `one`'s runs minus that of `other`'s.

    Raises
    ------
    InputError
        A sampler has no run, or there are not two objectives.

    Notes
    -----
    moocore.eafdiff, whose counts are divided by the number of runs of each sampler.

    Examples
    --------
    >>> difference_rectangles([[[1, 1]]], [[[2, 2]]], [3, 3])
    array([[1., 2., 2., 3., 1.],
           [1., 1., 3., 2., 1.]])
    """
    (left, left_sets), (right, right_sets) = _stacked(one), _stacked(other)
    if left.shape[1] != 2 or right.shape[1] != 2:
        raise InputError(f"attainment differences: {left.shape[1]} objectives, expected 2")
    if len(one) != len(other):
        raise InputError(
            f"attainment differences: {len(one)} and {len(other)} runs, expected as many"
        )
    if not surface_differences(one, other)[:, -1].any():
        return np.empty((0, 5))  # moocore fails where there is nothing to tell apart.
    table = moocore.eafdiff(
        np.column_stack([left, left_sets]), np.column_stack([right, right_sets]), rectangles=True
    )
    bound = np.tile(np.asarray(worst, dtype=np.float64), 2)
    table[:, :4] = np.minimum(table[:, :4], bound)
    table[:, 4] /= len(one)
    solid = (table[:, :2] != table[:, 2:4]).all(axis=1) & (table[:, 4] != 0)
    return np.asarray(table[solid])


def attained_share(sets: Sequence[ArrayLike], points: ArrayLike) -> NDArray[np.float64]:
    """Return the empirical attainment function: the share of runs that attain each point.

    Parameters
    ----------
    sets
        For each run its values (n, m), minimized.
    points
        (k, m), minimized.

    Returns
    -------
    numpy.ndarray
        (k,).

    Examples
    --------
    >>> attained_share([[[1, 2]], [[0, 0]]], [[1, 1], [1, 2]])
    array([0.5, 1. ])
    """
    target = checked_points(points)
    attained = [
        (pareto_front(values)[:, None, :] <= target[None, :, :]).all(axis=2).any(axis=0)
        for values in sets
    ]
    return np.mean(attained, axis=0)


def _stacked(sets: Sequence[ArrayLike]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    if not sets:
        raise InputError("attainment surfaces: no run")
    fronts = [pareto_front(values) for values in sets]
    labels = np.repeat(np.arange(1, len(fronts) + 1), [len(front) for front in fronts])
    return np.vstack(fronts), labels
