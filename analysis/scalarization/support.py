"""Which points of a front a weighted sum can pick, and which it never can.

Terms after Könen and Stiglmayr, "On supportedness in multi-objective combinatorial
optimization", arXiv:2501.13842. With all objectives minimized, a nondominated point z is

- *supported* if it minimizes w . z over all points for some w with every w_k > 0;
- *weakly supported* (here: only weakly) if it does so for some w >= 0, w != 0, but for none
  with every w_k > 0;
- *unsupported* otherwise.

Objectives that are constant along the front are left aside: a weight on one of them alone makes
every point optimal and says nothing.

A supported point is *extreme* if it is a vertex of the upper image conv(Z) + R^m_>=, that is the
only optimum for some weights; the others share each of their optimal weights with extreme points.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.front.hypervolume import hypervolume
from analysis.scalarization.weight_space import TOLERANCE, WeightSpace


class Support(IntEnum):
    """Class of a nondominated point, from what weights never reach to what they reach best."""

    UNSUPPORTED = 0
    """Optimal for no weights at all."""
    WEAK = 1
    """Optimal only where some weight is 0."""
    SUPPORTED = 2
    """Optimal for some positive weights, but never alone."""
    EXTREME = 3
    """The only optimum for some weights, all positive."""

    @property
    def label(self) -> str:
        """The class in words."""
        return {
            Support.EXTREME: "supported, extreme",
            Support.SUPPORTED: "supported, not extreme",
            Support.WEAK: "weakly supported only",
            Support.UNSUPPORTED: "unsupported",
        }[self]


@dataclass(frozen=True)
class Supportedness:
    """The class of every point, and what shows it.

    Attributes
    ----------
    classes
        (k,) `Support` as int.
    depth
        (k,) 0 for points on the upper image's boundary; else how far inside it the point lies:
        the least regret that any weights give it, in units of the front's ranges.
    weights
        (k, m) weights on the range scale: for which the point is optimal, positive where such
        exist; of least regret where it is unsupported.
    """

    classes: NDArray[np.int64]
    depth: NDArray[np.float64]
    weights: NDArray[np.float64]

    def of(self, *kinds: Support) -> NDArray[np.bool_]:
        """Mark the points of these classes (k,)."""
        return np.isin(self.classes, [int(kind) for kind in kinds])

    @property
    def supported(self) -> NDArray[np.bool_]:
        """Mark the points that some positive weights pick (k,)."""
        return self.of(Support.EXTREME, Support.SUPPORTED)

    def counts(self) -> dict[Support, int]:
        """Return the number of points of each class."""
        return {kind: int(self.of(kind).sum()) for kind in reversed(Support)}


def classify(points: ArrayLike | WeightSpace, tolerance: float = TOLERANCE) -> Supportedness:
    """Classify every point of a front.

    Parameters
    ----------
    points
        (k, m) nondominated and distinct, minimized, in any units; or their weight space.
    tolerance
        Points within it of the upper image's boundary, in units of the range of each
        objective, count as on it. `analysis.scalarization.rational.classify_exactly` needs none.

    Raises
    ------
    InputError
        A value is not finite.

    Notes
    -----
    From the corners of the weight space at which a point is optimal: as many dimensions as the
    simplex make it extreme; a positive mean makes it supported; none makes it unsupported.

    Examples
    --------
    >>> found = classify([[0, 4], [1, 2], [2, 1.5], [2.5, 1], [3.9, 0.4], [4, 0]])
    >>> [Support(kind).name for kind in found.classes]
    ['EXTREME', 'EXTREME', 'UNSUPPORTED', 'SUPPORTED', 'UNSUPPORTED', 'EXTREME']
    """
    space = points if isinstance(points, WeightSpace) else WeightSpace.of(points, tolerance)
    if not space.varying.all() and space.varying.any():
        reduced = classify(WeightSpace.of(space.points[:, space.varying], tolerance), tolerance)
        weights = np.full(space.points.shape, 1.0 / space.points.shape[1])
        weights[:, space.varying] = reduced.weights * space.varying.mean()
        return Supportedness(reduced.classes, reduced.depth, weights)
    count = len(space.points)
    classes = np.full(count, int(Support.UNSUPPORTED))
    weights = space.vertices[space.depth_vertex].copy()
    for row in range(count):
        corners = space.corners_of(row)
        if len(corners) == 0:
            continue
        weights[row] = space.vertices[corners].mean(axis=0)
        if space.extreme[row]:
            classes[row] = Support.EXTREME
        elif weights[row].min() > tolerance:
            classes[row] = Support.SUPPORTED
        else:
            classes[row] = Support.WEAK
    return Supportedness(classes, space.depth, weights)


def reachable_hypervolume(
    normalized: NDArray[np.float64], reached: NDArray[np.bool_], reference_point: ArrayLike
) -> float:
    """Return the share of the front's hypervolume that the reached points dominate.

    Parameters
    ----------
    normalized
        (k, m) the front, minimized.
    reached
        (k,) which points are reached.
    reference_point
        (m,) or one number, on the same scale.

    Examples
    --------
    >>> reachable_hypervolume(np.array([[0, 1], [1, 0]]), np.array([True, False]), 2.0)
    0.666...
    """
    return hypervolume(normalized[reached], reference_point) / hypervolume(
        normalized, reference_point
    )
