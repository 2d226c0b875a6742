"""Indicators of a whole set against a front, larger is better: what a run ends with, in one number.

All are taken on the normalized scale and depend on the set alone, so the order in which its points
were found leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analysis.front.hypervolume import hypervolume
from analysis.front.reference import Reference
from analysis.front.simplex import sampled_weights
from analysis.indicators.distances import nearest_distances

R2_WEIGHTS = 1000
"""Weights drawn evenly from the simplex, the same for every set."""


def hypervolume_share(values: NDArray[np.float64], reference: Reference) -> float:
    """Return the share of the front's hypervolume that values (n, m), natural units, dominate.

    Those that count: a design may keep the bounds on one split and not on the other.
    """
    counting = values[reference.bounds.met(values, reference.objectives)]
    points = reference.normalized(counting)
    return hypervolume(points, reference.reference_point) / reference.hypervolume


def minus_igd_plus(values: NDArray[np.float64], reference: Reference) -> float:
    """Return minus IGD+ (see `indicators.igd_plus_curve`); minus infinity for an empty set."""
    return -_nearest(values, reference, "dominated distance").mean()


def minus_epsilon(values: NDArray[np.float64], reference: Reference) -> float:
    """Return minus the additive epsilon (see `indicators.epsilon_curve`)."""
    return -_nearest(values, reference, "largest excess").max()


def minus_r2(values: NDArray[np.float64], reference: Reference) -> float:
    """Return minus R2: the mean over weights w of the least max_k w_k z_k in the set.

    Weighted Chebyshev distances to the front's ideal point, 0 on the normalized scale (Hansen and
    Jaszkiewicz 1998; Brockhoff, Wagner and Trautmann 2012), over `R2_WEIGHTS` weights.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> reference = Reference.from_values([[0, 1], [1, 0]], [Objective(name="a"),
    ...                                                      Objective(name="b")])
    >>> one, both = [[0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]
    >>> minus_r2(np.array(one), reference) < minus_r2(np.array(both), reference) < 0
    True
    """
    points = reference.normalized(values)
    if len(points) == 0:
        return -np.inf
    weights = sampled_weights(points.shape[1], R2_WEIGHTS)
    nearest = np.full(len(weights), np.inf)
    for point in points:
        np.minimum(nearest, (weights * point).max(axis=1), out=nearest)
    return -float(nearest.mean())


OTHER_INDICATORS: dict[str, Callable[[NDArray[np.float64], Reference], float]] = {
    "IGD+": minus_igd_plus,
    "additive epsilon": minus_epsilon,
    "R2": minus_r2,
}
"""Other indicators than the hypervolume, by name; larger is better."""


def _nearest(
    values: NDArray[np.float64], reference: Reference, distance: str
) -> NDArray[np.float64]:
    points = reference.normalized(values)
    if len(points) == 0:
        return np.full(len(reference.front), np.inf)
    return nearest_distances(points, reference.normalized_front, distance)[-1]  # type: ignore[arg-type]
