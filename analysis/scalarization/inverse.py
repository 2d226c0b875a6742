"""The inverse question: which weights justify a chosen design, or why none do."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.errors import InputError
from analysis.scalarization.front import Front, Scaling
from analysis.scalarization.linear_programs import excess, margin
from analysis.scalarization.rational import rationals
from analysis.scalarization.regions import Region, region_of
from analysis.scalarization.support import Support, Supportedness
from analysis.scalarization.weight_space import WeightSpace
from analysis.scalarization.weights import shares

_NEGLIGIBLE = 1e-12


@dataclass(frozen=True)
class Certificate:
    """A mixture of other points that betters a point, so that no weights can prefer it.

    For any w >= 0 the mixture scores sum_j lambda_j w . z_j <= w . z, hence so does one of its
    parts (a theorem of the alternative: Farkas' lemma for the upper image).

    Attributes
    ----------
    rows
        Points of the front in the mixture.
    parts
        Their shares lambda > 0, which sum to 1.
    gains
        (m,) by how much the mixture is better in each objective, in shares of the front's range.
    verified
        Recomputed in exact fractions, the mixture is better in every objective. False for
        points that are weakly supported: there it is only better in some and equal in others.
    """

    rows: NDArray[np.int64]
    parts: NDArray[np.float64]
    gains: NDArray[np.float64]
    verified: bool


@dataclass(frozen=True)
class Justification:
    """What there is to say for a design by weights.

    Attributes
    ----------
    point
        Row of the front.
    support
        Its class.
    region
        The set of weights that justify it; None if there are none.
    certificate
        Why no (positive) weights do; None for supported points.
    weights
        (m,) shares: the center of the region, or the weights that come closest.
    regret
        How much worse than the optimum the point is under `weights`, in shares of the range.
    nearest
        Row of the supported point that is closest on the range scale (Euclidean).
    distance
        To that point.
    """

    point: int
    support: Support
    region: Region | None
    certificate: Certificate | None
    weights: NDArray[np.float64]
    regret: float
    nearest: int
    distance: float


def justify(
    front: Front,
    space: WeightSpace,
    support: Supportedness,
    row: int,
    scaling: Scaling = "range",
) -> Justification:
    """Answer the inverse question for one point of the front.

    Parameters
    ----------
    front, space, support
        The true front, its weight space and its classes.
    row
        The chosen point.
    scaling
        In which the weights are stated.

    Raises
    ------
    InputError
        There is no such row.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> from analysis.scalarization.support import classify
    >>> front = Front.from_values([[0, 2], [1, 1.5], [2, 0]],
    ...                           [Objective(name="a"), Objective(name="b")])
    >>> space = WeightSpace.of(front.points)
    >>> answer = justify(front, space, classify(space), 1)
    >>> answer.support.label, answer.certificate.rows, answer.certificate.parts.round(9)
    ('unsupported', array([0, 2]), array([0.625, 0.375]))
    >>> answer.certificate.gains.round(9), answer.certificate.verified
    (array([0.125, 0.125]), True)
    """
    if not 0 <= row < len(front):
        raise InputError(f"point {row}: expected a row of the front, 0..{len(front) - 1}")
    kind = Support(int(support.classes[row]))
    stretch = front.divisors(scaling) / front.divisors("range")
    reachable = np.flatnonzero(support.supported)
    distances = np.linalg.norm(front.normalized[reachable] - front.normalized[row], axis=1)
    closest = int(distances.argmin())
    region = region_of(space, row, stretch)
    weights = shares(support.weights[row] * stretch)
    if region is not None and kind is Support.EXTREME:
        weights = region.center
    return Justification(
        point=row,
        support=kind,
        region=region,
        certificate=_certificate(front, space, row, kind),
        weights=weights,
        regret=float(support.depth[row]),
        nearest=int(reachable[closest]),
        distance=float(distances[closest]),
    )


def _certificate(front: Front, space: WeightSpace, row: int, kind: Support) -> Certificate | None:
    if kind in (Support.EXTREME, Support.SUPPORTED):
        return None
    rows = np.flatnonzero(space.extreme)
    find = margin if kind is Support.UNSUPPORTED else excess
    points = space.points[:, space.varying]
    parts = find(points[row], points[rows]).combination
    kept = parts > _NEGLIGIBLE
    rows, parts = rows[kept], parts[kept] / parts[kept].sum()
    gains = space.points[row] - parts @ space.points[rows]
    return Certificate(rows, parts, gains, _dominates(front, rows, parts, row))


def _dominates(front: Front, rows: NDArray[np.int64], parts: NDArray[np.float64], row: int) -> bool:
    """Check in fractions that the mixture is better than the point in every objective."""
    exact = rationals(front.points[[row, *rows]])
    mixed = [Fraction(float(part)) for part in parts]
    total = sum(mixed, Fraction(0))
    mixture = [
        sum((part * value for part, value in zip(mixed, column, strict=True)), Fraction(0)) / total
        for column in exact[1:].T
    ]
    return all(
        better < value
        for better, value, constant in zip(mixture, exact[0], front.degenerate, strict=True)
        if not constant
    )
