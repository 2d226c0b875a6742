"""Weights that can be defended: each maximizes a stated criterion on the true front."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.front.knees import knee
from analysis.front.simplex import sampled_weights
from analysis.scalarization.front import Front, Scaling
from analysis.scalarization.regions import Region
from analysis.scalarization.samples import optima
from analysis.scalarization.weights import shares

Criterion = Literal["closest to the knee", "largest ball", "least worst regret"]

_TOLERANCE = 1e-12
_PREFERENCES = 10_000


@dataclass(frozen=True)
class Suggestion:
    """Weights and why.

    Attributes
    ----------
    criterion
        What was maximized.
    weights
        (m,) shares, in the scaling of the regions.
    point
        Row of the front that they pick.
    value
        Of the criterion: distance to the knee on the range scale; radius of the ball; worst
        regret over the box, in score units of the scaling.
    reference
        The knee's row; the row of the runner-up; the row of least worst regret among all
        points, which may be unsupported.
    reference_value
        0 for the knee; the runner-up's radius; the least worst regret among all points.
    """

    criterion: Criterion
    weights: NDArray[np.float64]
    point: int
    value: float
    reference: int
    reference_value: float


def preference_box(
    weights: ArrayLike, factor: float = 2.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return lower and upper bounds (m,) on weight shares, each within a factor of the stated.

    Examples
    --------
    >>> preference_box([1.0, 1.0])
    (array([0.25, 0.25]), array([1., 1.]))
    """
    stated = shares(weights)
    return stated / factor, np.minimum(stated * factor, 1.0)


def box_corners(lower: ArrayLike, upper: ArrayLike) -> NDArray[np.float64]:
    """Return the vertices of {w: lower <= w <= upper, sum w = 1}, shape (v, m).

    All weights but one are at a bound in a vertex, so m 2^(m-1) candidates hold them all.

    Raises
    ------
    InputError
        The box does not meet the simplex.

    Examples
    --------
    >>> box_corners([0.25, 0.25], [0.6, 1.0])
    array([[0.25, 0.75],
           [0.6 , 0.4 ]])
    """
    low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    objectives = len(low)
    if (low > high).any() or low.min() < 0 or low.sum() > 1 + 1e-9 or high.sum() < 1 - 1e-9:
        raise InputError(
            f"preferences from {low.tolist()} to {high.tolist()}: expected bounds of at least 0 "
            "between which weights sum to 1"
        )
    found = []
    for free in range(objectives):
        fixed = [k for k in range(objectives) if k != free]
        for choice in product(*[(low[k], high[k]) for k in fixed]):
            rest = 1.0 - sum(choice)
            if low[free] - _TOLERANCE <= rest <= high[free] + _TOLERANCE:
                found.append(np.insert(np.array(choice), free, rest))
    return np.unique(np.round(found, 12), axis=0)


def worst_regrets(points: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each point's largest regret over the convex hull of some weights (k,).

    The regret w . z - min_j w . z_j is convex in w, so its maximum is at a corner: exact.

    Parameters
    ----------
    points
        (k, m), minimized and divided by the scaling's divisors.
    corners
        (v, m) weights.
    """
    scores = corners @ points.T
    return np.asarray((scores - scores.min(axis=1, keepdims=True)).max(axis=0))


def suggestions(
    front: Front,
    regions: Mapping[int, Region],
    scaling: Scaling = "range",
    box: tuple[ArrayLike, ArrayLike] | None = None,
    knee_definition: str = "closest to the ideal",
) -> tuple[Suggestion, ...]:
    """Return one suggestion per criterion.

    Parameters
    ----------
    front
        The true front.
    regions
        Regions of its extreme points by row, in the scaling.
    scaling
        In which weights are stated.
    box
        Bounds on plausible weight shares; by default within a factor 2 of equal ones.
    knee_definition
        One of `analysis.front.knees.KNEES`.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> from analysis.scalarization.regions import region_of
    >>> from analysis.scalarization.weight_space import WeightSpace
    >>> front = Front.from_values([[0, 2], [0.5, 0.5], [2, 0]],
    ...                           [Objective(name="a"), Objective(name="b")])
    >>> space = WeightSpace.of(front.points)
    >>> regions = {row: region_of(space, row) for row in range(3)}
    >>> [(found.criterion, found.point) for found in suggestions(front, regions)]
    [('closest to the knee', 1), ('largest ball', 1), ('least worst regret', 1)]
    """
    rows = np.array(sorted(regions), dtype=np.int64)
    if len(rows) == 0:
        raise InputError("regions: expected those of the extreme points, got none")
    points = front.scaled(scaling)
    knee_row = knee(front.normalized, knee_definition)
    distances = np.linalg.norm(front.normalized[rows] - front.normalized[knee_row], axis=1)
    nearest = int(rows[distances.argmin()])
    radii = np.array([regions[int(row)].radius for row in rows])
    ranking = np.argsort(-radii, kind="stable")
    widest = int(rows[ranking[0]])
    second = int(rows[ranking[min(1, len(rows) - 1)]])
    if box is None:
        box = preference_box(np.ones(len(front.objectives)))
    corners = box_corners(*box)
    regrets = worst_regrets(points, corners)
    safest = int(rows[regrets[rows].argmin()])
    overall = int(regrets.argmin())
    return (
        Suggestion(
            "closest to the knee",
            regions[nearest].center,
            nearest,
            float(distances.min()),
            knee_row,
            0.0,
        ),
        Suggestion(
            "largest ball",
            regions[widest].center,
            widest,
            float(radii[ranking[0]]),
            second,
            regions[second].radius,
        ),
        Suggestion(
            "least worst regret",
            _within(points, regions[safest], corners),
            safest,
            float(regrets[safest]),
            overall,
            float(regrets[overall]),
        ),
    )


def _within(
    points: NDArray[np.float64], region: Region, corners: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the middle of those plausible weights that pick the point, as sampled.

    Both sets are convex, so it picks the point too. The region's center if they do not meet.
    """
    mixtures = sampled_weights(len(corners), _PREFERENCES)
    plausible = mixtures @ corners
    inside = plausible[optima(points, plausible) == region.point]
    return inside.mean(axis=0) if len(inside) else region.center
