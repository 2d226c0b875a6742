"""Hypervolume: exact, and as a curve over the points in the order they were found.

The hypervolume of a set A with respect to a reference point r is the measure of the region that
A dominates and r bounds: HV(A) = measure of the union over a in A of the boxes [a, r]
(Zitzler and Thiele 1998). Everything here is minimized.
"""

from __future__ import annotations

import moocore
import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.front.pareto import checked_points, improving


def hypervolume(points: ArrayLike, reference_point: ArrayLike) -> float:
    """Return the exact hypervolume of a set of points.

    Parameters
    ----------
    points
        (n, m), minimized; n may be 0. Dominated points and duplicates change nothing; points
        that do not strictly dominate the reference point add nothing.
    reference_point
        (m,) or one number for all objectives.

    Returns
    -------
    float

    Raises
    ------
    InputError
        A value is not finite, or the reference point has another length.

    Notes
    -----
    moocore: O(n log n) for m <= 3, O(n^2) for m = 4 and, in the worst case, O(n^(m-2) log n)
    beyond.

    Examples
    --------
    >>> hypervolume([[1, 2], [2, 1]], 3.0)
    3.0
    """
    array = checked_points(points)
    bound = _bound(reference_point, array.shape[1])
    array = array[(array < bound).all(axis=1)]
    if len(array) == 0:
        return 0.0
    if array.shape[1] == 1:
        return float(bound[0] - array.min())
    return float(moocore.hypervolume(array, ref=bound))


def hypervolume_curve(points: ArrayLike, reference_point: ArrayLike) -> NDArray[np.float64]:
    """Return the hypervolume of every prefix of the points.

    A point y that no earlier one weakly dominates adds the part of its own box that the set A
    found so far does not dominate: prod(r - y) - HV({max(a, y) : a in A}, r). Others add 0.

    Parameters
    ----------
    points
        (n, m), minimized, in the order in which they were found.
    reference_point
        (m,) or one number for all objectives.

    Returns
    -------
    numpy.ndarray
        (n,), nondecreasing; the last entry is ``hypervolume(points, reference_point)``.

    Raises
    ------
    InputError
        A value is not finite, or the reference point has another length.

    Notes
    -----
    One hypervolume of at most k + 1 points for each of the points that enter a front of k.

    Examples
    --------
    >>> hypervolume_curve([[2, 2], [2, 2], [1, 2], [2, 1], [0, 0]], 3.0)
    array([1., 1., 2., 3., 9.])
    """
    array = checked_points(points)
    bound = _bound(reference_point, array.shape[1])
    gains = np.zeros(len(array))
    inside = np.flatnonzero((array < bound).all(axis=1))
    if array.shape[1] == 1:
        best = np.minimum.accumulate(np.minimum(array[:, 0], bound[0]))
        return bound[0] - best
    candidates = array[inside]
    archive = np.empty((0, array.shape[1]))
    for row in np.flatnonzero(improving(candidates)):
        point = candidates[row]
        gain = np.prod(bound - point)
        if len(archive):
            gain -= _dominated_part(archive, point, bound)
        gains[inside[row]] = max(gain, 0.0)
        archive = np.vstack([archive[(archive < point).any(axis=1)], point])
    return np.cumsum(gains)


def _dominated_part(
    archive: NDArray[np.float64], point: NDArray[np.float64], bound: NDArray[np.float64]
) -> float:
    """Return the measure of the part of [point, bound] that the archive dominates."""
    return float(moocore.hypervolume(np.maximum(archive, point), ref=bound))


def _bound(reference_point: ArrayLike, objectives: int) -> NDArray[np.float64]:
    bound = np.asarray(reference_point, dtype=np.float64)
    if bound.ndim == 0:
        bound = np.full(objectives, float(bound))
    if bound.shape != (objectives,) or not np.isfinite(bound).all():
        raise InputError(
            f"reference point {np.asarray(reference_point).tolist()}: expected one finite number "
            f"or {objectives}"
        )
    return bound
