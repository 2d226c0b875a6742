"""IGD+ and additive epsilon against the true front, as curves over the points found.

Both are measured on the normalized scale, minimized, and are 0 when the whole front is found.
The last entry of each curve is what moocore gives for the whole set.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.front.pareto import checked_points, improving

Distance = Literal["dominated distance", "largest excess"]

BLOCK = 2_000_000
"""Numbers held at once while distances are computed."""


def igd_plus_curve(points: ArrayLike, front: ArrayLike) -> NDArray[np.float64]:
    """Return IGD+ of every prefix of the points.

    IGD+(A) = mean over z of the front of min over a in A of || max(a - z, 0) ||_2: the mean
    distance from a front point to the region that the set dominates.

    Parameters
    ----------
    points
        (n, m), minimized, in the order in which they were found.
    front
        (k, m) the true front, minimized.

    Returns
    -------
    numpy.ndarray
        (n,), nonincreasing.

    Raises
    ------
    InputError
        A value is not finite, the front is empty or has other columns.

    Notes
    -----
    Ishibuchi, Masuda, Tanigaki and Nojima 2015. O(n k m) at most: a point that an earlier one
    weakly dominates is never nearer, and is left out.

    Examples
    --------
    >>> igd_plus_curve([[1, 1], [0, 2], [0, 0]], [[0, 1], [1, 0]])
    array([1., 1., 0.])
    """
    return nearest_distances(points, front, "dominated distance").mean(axis=1)


def epsilon_curve(points: ArrayLike, front: ArrayLike) -> NDArray[np.float64]:
    """Return the additive epsilon of every prefix of the points.

    eps(A) = max over z of the front of min over a in A of max over objectives of (a - z): the
    smallest shift after which the set weakly dominates the whole front.

    Parameters
    ----------
    points
        (n, m), minimized, in the order in which they were found.
    front
        (k, m) the true front, minimized.

    Returns
    -------
    numpy.ndarray
        (n,), nonincreasing.

    Raises
    ------
    InputError
        A value is not finite, the front is empty or has other columns.

    Notes
    -----
    Zitzler et al. 2003. O(n k m) at most (see `igd_plus_curve`).

    Examples
    --------
    >>> epsilon_curve([[1, 1], [0, 1], [1, 0]], [[0, 1], [1, 0]])
    array([1., 1., 0.])
    """
    return nearest_distances(points, front, "largest excess").max(axis=1)


def nearest_distances(
    points: ArrayLike, front: ArrayLike, distance: Distance
) -> NDArray[np.float64]:
    """Return the distance from each front point to the nearest of the first t points.

    Parameters
    ----------
    points
        (n, m), minimized, in the order in which they were found.
    front
        (k, m), minimized.
    distance
        Of a point a to a front point z: ``"dominated distance"`` || max(a - z, 0) ||_2, or
        ``"largest excess"`` max over objectives of (a - z).

    Returns
    -------
    numpy.ndarray
        (n, k), nonincreasing along the first axis.

    Raises
    ------
    InputError
        A value is not finite, the front is empty or has other columns.

    Examples
    --------
    >>> nearest_distances([[1, 1], [0, 0]], [[0, 1]], "largest excess")
    array([[1.],
           [0.]])
    """
    array, target = checked_points(points), checked_points(front)
    if len(target) == 0 or target.shape[1] != array.shape[1]:
        raise InputError(
            f"front of shape {target.shape}: expected at least one point with {array.shape[1]} "
            "objectives"
        )
    steps = np.flatnonzero(improving(array))
    nearest = np.empty((len(steps), len(target)))
    rows = max(1, BLOCK // target.size)
    for start in range(0, len(steps), rows):
        excess = array[steps[start : start + rows], None, :] - target[None, :, :]
        if distance == "largest excess":
            nearest[start : start + rows] = excess.max(axis=2)
        else:
            np.maximum(excess, 0.0, out=excess)
            nearest[start : start + rows] = np.sqrt((excess**2).sum(axis=2))
    nearest = np.minimum.accumulate(nearest, axis=0)
    current = np.searchsorted(steps, np.arange(len(array)), side="right") - 1
    return nearest[current]
