"""The region of weights that picks a point: volume, largest ball, bounds, neighbors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from analysis.scalarization.linear_programs import largest_ball
from analysis.scalarization.weight_space import WeightSpace

SECONDS_A_FACE = 5e-7
"""Processor seconds for c^2 corners of a region, as measured."""


@dataclass(frozen=True)
class Region:
    """Where in the weight simplex a point is optimal.

    Attributes
    ----------
    point
        Row of the point in the front.
    corners
        (c, m) of the polytope, on the simplex of the chosen scaling.
    volume
        Share of the simplex's volume, exact to rounding; 0 for points that are never the only
        optimum.
    center
        (m,) center of the largest ball.
    radius
        Of the largest ball inside the region, within the plane sum w = 1: weights may move that
        far, in any direction, from the center before the pick changes. The simplex of m
        weights itself holds a ball of 1 / sqrt(m (m - 1)).
    neighbors
        Rows of the points whose regions share a wall with this one.
    """

    point: int
    corners: NDArray[np.float64]
    volume: float
    center: NDArray[np.float64]
    radius: float
    neighbors: NDArray[np.int64]

    @property
    def lower(self) -> NDArray[np.float64]:
        """Smallest value of each weight in the region (m,)."""
        return self.corners.min(axis=0)

    @property
    def upper(self) -> NDArray[np.float64]:
        """Largest value of each weight in the region (m,)."""
        return self.corners.max(axis=0)


def simplex_radius(objectives: int) -> float:
    """Return the radius of the largest ball in the whole simplex of m weights.

    Examples
    --------
    >>> round(simplex_radius(2), 6)
    0.707107
    """
    return 1.0 / sqrt(objectives * (objectives - 1))


def region_of(
    space: WeightSpace,
    row: int,
    stretch: NDArray[np.float64] | None = None,
    volume: float | None = None,
) -> Region | None:
    """Return the region of one point, or None if no weights pick it.

    Parameters
    ----------
    space
        The cut simplex.
    row
        Row of the point.
    stretch
        (m,) divisors of the wanted scaling over those of the range scale: weights w on the
        range scale are w * stretch, made to sum to 1, on the wanted one. None: range scale.
    volume
        Its share of the simplex, if that is known already.

    Examples
    --------
    >>> space = WeightSpace.of([[0, 2], [1, 0.5], [2, 0]])
    >>> region = region_of(space, 1)
    >>> region.lower.round(4), region.upper.round(4), round(region.volume, 4)
    (array([0.3333, 0.4   ]), array([0.6   , 0.6667]), 0.2667)
    >>> region.neighbors
    array([0, 2])
    """
    indices = space.corners_of(row)
    if len(indices) == 0:
        return None
    corners = space.vertices[indices]
    scale = np.ones(space.points.shape[1]) if stretch is None else stretch
    mapped = corners * scale
    mapped /= mapped.sum(axis=1, keepdims=True)
    if not space.extreme[row]:
        middle = mapped.mean(axis=0)
        return Region(row, mapped, 0.0, middle, 0.0, np.zeros(0, dtype=np.int64))
    neighbors = space.neighbors(row)
    walls = (space.points[neighbors] - space.points[row]) / scale
    center, radius = largest_ball(walls, around=mapped)
    if volume is None:
        [volume] = _volumes(corners, [mapped])
    return Region(row, mapped, volume, center, radius, neighbors)


def volumes(
    space: WeightSpace, stretches: Sequence[NDArray[np.float64]] | None = None
) -> NDArray[np.float64]:
    """Return the share of the simplex of every point's region; they sum to 1.

    Parameters
    ----------
    space
        The cut simplex.
    stretches
        Of s scalings (see `region_of`); None: the range scale alone.

    Returns
    -------
    numpy.ndarray
        (s, k), or (k,) for the range scale alone.

    Examples
    --------
    >>> volumes(WeightSpace.of([[0, 2], [1, 1], [2, 0]])).round(9)
    array([0.5, 0. , 0.5])
    """
    wanted = [np.ones(space.points.shape[1])] if stretches is None else list(stretches)
    shares = np.zeros((len(wanted), len(space.points)))
    for row in map(int, np.flatnonzero(space.extreme)):
        corners = space.vertices[space.corners_of(row)]
        mapped = [corners * stretch for stretch in wanted]
        shares[:, row] = _volumes(
            corners, [each / each.sum(axis=1, keepdims=True) for each in mapped]
        )
    return shares[0] if stretches is None else shares


def volume_work(space: WeightSpace) -> float:
    """Return roughly how many processor seconds `volumes` would take.

    The hull of c corners in 4 or 5 dimensions has about c^2 faces.

    Examples
    --------
    >>> volume_work(WeightSpace.of([[0, 2], [1, 1], [2, 0]])) < 1
    True
    """
    if space.points.shape[1] < 5:
        return 0.0
    corners = np.diff(space.optimal.indptr)[space.extreme].astype(np.float64)
    return float((corners**2).sum() * SECONDS_A_FACE)


def _volumes(corners: NDArray[np.float64], mapped: Sequence[NDArray[np.float64]]) -> list[float]:
    """Return the shares of the simplex that images of the polytope of some corners fill.

    The polytope is cut, on the range scale where it is well shaped, into simplices that join
    its centroid to its triangulated faces. A map of scalings keeps straight lines straight, so
    the images of these simplices cut the image; and one with corners w_1..w_m on the unit simplex
    fills |det(w_1, ..., w_m)| of it. Qhull joggles its input (by rounding, 1e-13 or so) to choose
    the cut: triangulating merged faces instead gives simplices that overlap.
    """
    objectives = corners.shape[1]
    if objectives == 2:
        return [float(each[:, 0].max() - each[:, 0].min()) for each in mapped]
    from scipy.spatial import ConvexHull

    plane = corners - corners.mean(axis=0)
    _, sizes, axes = np.linalg.svd(plane, full_matrices=False)
    flat = (plane @ axes[: objectives - 1].T) / np.maximum(sizes[: objectives - 1], 1e-300)
    faces = ConvexHull(flat, qhull_options="QJ").simplices
    found = []
    for each in mapped:
        apex = np.broadcast_to(each.mean(axis=0), (len(faces), 1, objectives))
        parts = np.linalg.det(np.concatenate([each[faces], apex], axis=1))
        found.append(float(abs(parts).sum()))
    return found
