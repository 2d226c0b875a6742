"""The region of weights that picks a point: volume, largest ball, bounds, neighbors."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from analysis.scalarization.linear_programs import largest_ball
from analysis.scalarization.weight_space import WeightSpace


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
    space: WeightSpace, row: int, stretch: NDArray[np.float64] | None = None
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
    return Region(row, mapped, _volume(corners, mapped), center, radius, neighbors)


def volumes(space: WeightSpace, stretch: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return the share of the simplex of every point's region (k,); they sum to 1.

    See `region_of` for the parameters.

    Examples
    --------
    >>> volumes(WeightSpace.of([[0, 2], [1, 1], [2, 0]])).round(9)
    array([0.5, 0. , 0.5])
    """
    shares = np.zeros(len(space.points))
    for row in map(int, np.flatnonzero(space.extreme)):
        corners = space.vertices[space.corners_of(row)]
        mapped = corners if stretch is None else corners * stretch
        shares[row] = _volume(corners, mapped / mapped.sum(axis=1, keepdims=True))
    return shares


def _volume(corners: NDArray[np.float64], mapped: NDArray[np.float64]) -> float:
    """Return the share of the simplex that the polytope of the mapped corners fills.

    The polytope is cut, on the range scale where it is well shaped, into simplices that join
    its centroid to its triangulated faces. The map keeps straight lines straight, so their
    images cut the image; and a simplex with corners w_1..w_m on the unit simplex fills
    |det(w_1, ..., w_m)| of it. Qhull joggles its input (by rounding, 1e-13 or so) to choose the
    cut: triangulating merged faces instead gives simplices that overlap.
    """
    objectives = corners.shape[1]
    if objectives == 2:
        return float(mapped[:, 0].max() - mapped[:, 0].min())
    from scipy.spatial import ConvexHull

    plane = corners - corners.mean(axis=0)
    _, sizes, axes = np.linalg.svd(plane, full_matrices=False)
    flat = (plane @ axes[: objectives - 1].T) / np.maximum(sizes[: objectives - 1], 1e-300)
    faces = ConvexHull(flat, qhull_options="QJ").simplices
    apex = np.broadcast_to(mapped.mean(axis=0), (len(faces), 1, objectives))
    return float(abs(np.linalg.det(np.concatenate([mapped[faces], apex], axis=1))).sum())
