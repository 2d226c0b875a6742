"""Pareto dominance on arrays in which every column is minimized."""

from __future__ import annotations

import moocore
import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError


def checked_points(points: ArrayLike) -> NDArray[np.float64]:
    """Return points as a finite (n, m) float64 array.

    Raises
    ------
    InputError
        The array is not two-dimensional, or holds NaN or infinity, which moocore would treat
        as a bound or drop.
    """
    array = np.ascontiguousarray(points, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] == 0:
        raise InputError(f"points of shape {array.shape}: expected (n, m) with m of at least 1")
    finite = np.isfinite(array)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise InputError(
            f"point {row}, objective {column} = {array[row, column]}: expected a finite number"
        )
    return array


def nondominated(points: ArrayLike, *, keep_duplicates: bool = True) -> NDArray[np.bool_]:
    """Mark the points that no other point dominates.

    A point dominates another if it is at most equal in every objective and smaller in one.

    Parameters
    ----------
    points
        (n, m), minimized.
    keep_duplicates
        Mark all copies of a nondominated point, or the first one only.

    Returns
    -------
    numpy.ndarray
        (n,) of bool.

    Raises
    ------
    InputError
        A value is not finite.

    Notes
    -----
    moocore: O(n log n) for m <= 3, O(n log^(m-2) n) beyond.

    Examples
    --------
    >>> nondominated([[1, 2], [2, 1], [2, 2], [1, 2]])
    array([ True,  True, False,  True])
    >>> nondominated([[1, 2], [2, 1], [2, 2], [1, 2]], keep_duplicates=False)
    array([ True,  True, False, False])
    """
    array = checked_points(points)
    if len(array) == 0:
        return np.zeros(0, dtype=bool)
    if array.shape[1] == 1:
        best = array[:, 0] == array[:, 0].min()
        if not keep_duplicates:
            best[np.argmax(best) + 1 :] = False
        return best
    return np.asarray(moocore.is_nondominated(array, keep_weakly=keep_duplicates), dtype=bool)


def pareto_front(points: ArrayLike) -> NDArray[np.float64]:
    """Return the distinct nondominated points, in lexicographic order.

    Parameters
    ----------
    points
        (n, m), minimized.

    Returns
    -------
    numpy.ndarray
        (k, m).

    Examples
    --------
    >>> pareto_front([[2, 1], [1, 2], [2, 2], [1, 2]])
    array([[1., 2.],
           [2., 1.]])
    """
    array = checked_points(points)
    return np.unique(array[nondominated(array, keep_duplicates=False)], axis=0)


def improving(points: ArrayLike) -> NDArray[np.bool_]:
    """Mark the points that no earlier point weakly dominates.

    These, and only these, change any Pareto-compliant indicator of the growing set.

    Parameters
    ----------
    points
        (n, m), minimized, in the order in which they were found.

    Returns
    -------
    numpy.ndarray
        (n,) of bool.

    Notes
    -----
    O(n k m) for a front of k points.

    Examples
    --------
    >>> improving([[2, 2], [3, 1], [2, 2], [1, 1], [1, 3]])
    array([ True,  True, False,  True, False])
    """
    array = checked_points(points)
    new = np.zeros(len(array), dtype=bool)
    archive = np.empty_like(array)
    size = 0
    for row, point in enumerate(array):
        current = archive[:size]
        if (current <= point).all(axis=1).any():
            continue
        new[row] = True
        kept = current[(current < point).any(axis=1)]
        size = len(kept) + 1
        archive[: size - 1] = kept
        archive[size - 1] = point
    return new
