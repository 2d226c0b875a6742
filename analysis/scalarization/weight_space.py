"""The weight simplex cut into the regions where each point of the front is optimal.

The optimal value g(w) = min_j w . z_j is concave and linear on each region, so the regions are
the projections of the faces of its hypograph {(w, t): t <= w . z_j for all j}; one halfspace
intersection gives them all (weight set decomposition: Przybylski, Gandibleux and Ehrgott, "A
recursive algorithm for finding all nondominated extreme points in the outcome set of a
multiobjective integer programme", INFORMS Journal on Computing 22(3), 2010; by duality of
polyhedra, the vertices of the cut are the facets of the upper image conv(Z) + R^m_>=).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csc_array, csr_array

from analysis.front.pareto import checked_points

TOLERANCE = 1e-9
"""Below this share of each objective's range, differences of scores count as none."""

_BLOCK = 4_000_000
_ROUNDING = 1e-12


def to_unit_range(points: ArrayLike) -> NDArray[np.float64]:
    """Return points (k, m) with each column moved and scaled to 0..1 (constant ones to 0).

    Which points weights can reach does not depend on it; tolerances do.
    """
    array = checked_points(points)
    low = array.min(axis=0)
    span = array.max(axis=0) - low
    return (array - low) / np.where(span > 0, span, 1.0)


@dataclass(frozen=True)
class WeightSpace:
    """The cut of the weight simplex, on the range scale of the front.

    Attributes
    ----------
    points
        (k, m) the front's distinct points, minimized, each column within 0..1.
    vertices
        (v, m) corners of the regions, on the simplex.
    values
        (v,) optimal value at each corner.
    optimal
        (v, k) sparse, True where a point is optimal at a corner. A point's region is the convex
        hull of its corners.
    depth
        (k,) smallest regret w . z - g(w) of each point over all weights; 0 where it is optimal
        for some. The same number is how far the point could improve in every objective at once
        before a convex combination of others stopped dominating it.
    depth_vertex
        (k,) the corner where that regret is attained.
    """

    points: NDArray[np.float64]
    vertices: NDArray[np.float64]
    values: NDArray[np.float64]
    optimal: csc_array
    depth: NDArray[np.float64]
    depth_vertex: NDArray[np.int64]

    @classmethod
    def of(cls, points: ArrayLike, tolerance: float = TOLERANCE) -> WeightSpace:
        """Cut the simplex of a front.

        Parameters
        ----------
        points
            (k, m) distinct nondominated points, minimized, in any units; m >= 2.
        tolerance
            A point whose score is within it of the optimum, in units of the range of each
            objective, counts as optimal.

        Raises
        ------
        InputError
            A value is not finite.

        Notes
        -----
        One convex hull of k points in m dimensions by Qhull, O(k^floor(m/2)) in the worst case,
        and a (v, k) comparison in blocks. 1000 points in 5 objectives: about a second.

        Examples
        --------
        >>> space = WeightSpace.of([[0, 2], [1, 1], [2, 0], [1.5, 0.9]])
        >>> space.vertices
        array([[0. , 1. ],
               [0.5, 0.5],
               [1. , 0. ]])
        >>> space.depth.round(12)
        array([0. , 0. , 0. , 0.1])
        """
        scaled = to_unit_range(points)
        vertices = _corners(scaled)
        values = np.empty(len(vertices))
        depth = np.full(len(scaled), np.inf)
        depth_vertex = np.zeros(len(scaled), dtype=np.int64)
        tight_rows, tight_columns = [], []
        step = max(1, _BLOCK // len(scaled))
        for start in range(0, len(vertices), step):
            scores = vertices[start : start + step] @ scaled.T
            values[start : start + step] = scores.min(axis=1)
            regret = scores - values[start : start + step, None]
            rows, columns = np.nonzero(regret <= tolerance)
            tight_rows.append(rows + start)
            tight_columns.append(columns)
            best = regret.argmin(axis=0)
            least = regret[best, np.arange(len(scaled))]
            better = least < depth
            depth[better], depth_vertex[better] = least[better], best[better] + start
        rows, columns = np.concatenate(tight_rows), np.concatenate(tight_columns)
        optimal = csc_array(
            (np.ones(len(rows), dtype=bool), (rows, columns)), shape=(len(vertices), len(scaled))
        )
        optimal.sort_indices()
        depth[np.unique(columns)] = 0.0
        return cls(scaled, vertices, values, optimal, depth, depth_vertex)

    def corners_of(self, row: int) -> NDArray[np.int64]:
        """Return the rows of `vertices` at which a point is optimal, ascending."""
        start, end = self.optimal.indptr[row : row + 2]
        return np.asarray(self.optimal.indices[start:end], dtype=np.int64)

    @property
    def varying(self) -> NDArray[np.bool_]:
        """Mark the objectives that vary along the front (m,)."""
        return np.asarray(np.ptp(self.points, axis=0) > 0)

    @cached_property
    def extreme(self) -> NDArray[np.bool_]:
        """Mark the points whose region has an interior (k,): the upper image's vertices.

        Of points that differ by less than the tolerance, and so share a region, the first.
        """
        objectives = self.points.shape[1]
        marks = np.zeros(len(self.points), dtype=bool)
        taken = set()
        for row in map(int, np.flatnonzero(np.diff(self.optimal.indptr) >= objectives)):
            corners = self.corners_of(row)
            key = corners.tobytes()
            if key not in taken and _rank(self.vertices[corners]) == objectives:
                taken.add(key)
                marks[row] = True
        return marks

    def neighbors(self, row: int) -> NDArray[np.int64]:
        """Return the extreme points whose regions share a wall with that of an extreme point.

        A wall has m - 2 dimensions: its corners span m - 1. Neighbors are the ends of the
        edges of the upper image that start at the point.
        """
        objectives = self.points.shape[1]
        at_corners = self._by_corner[self.corners_of(row)].tocsc()
        counts = np.diff(at_corners.indptr)
        found = []
        for other in np.flatnonzero((counts >= objectives - 1) & self.extreme):
            if other == row:
                continue
            shared = at_corners.indices[at_corners.indptr[other] : at_corners.indptr[other + 1]]
            if _rank(self.vertices[self.corners_of(row)[shared]]) == objectives - 1:
                found.append(int(other))
        return np.array(found, dtype=np.int64)

    @cached_property
    def _by_corner(self) -> csr_array:
        return self.optimal.tocsr()


def _corners(scaled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the vertices of the hypograph of g over the simplex, as weights (v, m)."""
    objectives = scaled.shape[1]
    if len(scaled) == 1:
        return np.eye(objectives)[::-1].copy()
    from scipy.spatial import HalfspaceIntersection, QhullError

    # Unknowns: the first m - 1 weights and t; the last weight is 1 minus the others.
    below = np.c_[scaled[:, -1:] - scaled[:, :-1], np.ones(len(scaled)), -scaled[:, -1]]
    zeros = np.zeros((objectives - 1, 1))
    simplex = np.vstack(
        [
            np.c_[-np.eye(objectives - 1), zeros, zeros],
            np.r_[np.ones(objectives - 1), 0.0, -1.0],
        ]
    )
    floor = np.r_[np.zeros(objectives - 1), -1.0, -1.0]
    walls = np.vstack([below, simplex, floor])
    middle = np.full(objectives, 1.0 / objectives)
    inside = np.r_[middle[:-1], ((scaled @ middle).min() - 1.0) / 2.0]
    try:
        cut = HalfspaceIntersection(walls, inside)
    except QhullError:
        cut = HalfspaceIntersection(walls, inside, qhull_options="QJ")
    found = cut.intersections[np.isfinite(cut.intersections).all(axis=1)]
    found = found[found[:, -1] > -0.5]
    weights = np.c_[found[:, :-1], 1.0 - found[:, :-1].sum(axis=1)]
    weights[abs(weights) < _ROUNDING] = 0.0
    weights /= weights.sum(axis=1, keepdims=True)
    _, first = np.unique(weights.round(11), axis=0, return_index=True)
    return weights[first]


def _rank(rows: NDArray[np.float64]) -> int:
    return int(np.linalg.matrix_rank(rows, tol=TOLERANCE))
