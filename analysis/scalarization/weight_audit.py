"""The whole scalarization audit of a problem: what weights reach, where, and what else there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.bounds import UNBOUNDED, Bounds
from analysis.foundation.objectives import ObjectiveLike
from analysis.foundation.scales import Scale
from analysis.front.knees import KNEES, knee
from analysis.front.reference import lattice_divisions
from analysis.front.simplex import sampled_weights
from analysis.scalarization.alternatives import (
    Reach,
    achievement,
    augmented_chebyshev,
    best_row,
    epsilon_constraint,
    reaches,
    weighted_chebyshev,
)
from analysis.scalarization.front import SCALINGS, Front, Scaling
from analysis.scalarization.inverse import Justification, justify
from analysis.scalarization.picks import pick
from analysis.scalarization.rational import classify_exactly
from analysis.scalarization.regions import Region, region_of, volume_work, volumes
from analysis.scalarization.samples import SampledVolumes, sampled_volumes
from analysis.scalarization.suggested import Suggestion, suggestions
from analysis.scalarization.support import (
    Support,
    Supportedness,
    classify,
    reachable_hypervolume,
)
from analysis.scalarization.weight_space import WeightSpace
from analysis.scalarization.weights import shares

SAMPLES = 100_000
"""Weights drawn to estimate volumes."""

REACH_SAMPLES = 2_000
"""Weights drawn to compare what methods reach."""

MOST_SECONDS = 30.0
"""Processor seconds beyond which volumes are sampled instead of computed."""

MOST_CONFIRMED = 200
_DOUBT = 1e-6


@dataclass(frozen=True)
class WeightAudit:
    """What weighted sums can and cannot do on the true front of a problem.

    Attributes
    ----------
    front
        The true front.
    designs
        Number of designs it was taken from.
    space
        The weight simplex, cut into regions.
    support
        The class of each point.
    doubtful, confirmed
        Number of points (at most 200) on the boundary of the upper image, or nearly so, that
        are no vertices; and of those among them whose class exact fractions confirm.
    hypervolume_share
        Share of the front's hypervolume that the supported points dominate.
    regions
        Region of each extreme point on the range scale, by row of the front.
    volumes
        (k,) volume of each point's region in each scaling.
    exact
        Whether the volumes are exact to rounding. Else, because that would take long, they are
        the shares of the sampled weights.
    sampled
        The same by sampling, with intervals; the same weights in each scaling.
    knee
        Row of the knee (closest to the ideal point on the range scale).
    reach
        What each method reaches.
    suggestions
        Weights on the range scale that can be defended.
    """

    front: Front
    designs: int
    space: WeightSpace
    support: Supportedness
    doubtful: int
    confirmed: int
    hypervolume_share: float
    regions: dict[int, Region]
    volumes: dict[Scaling, NDArray[np.float64]]
    exact: bool
    sampled: dict[Scaling, SampledVolumes]
    knee: int
    reach: tuple[Reach, ...]
    suggestions: tuple[Suggestion, ...]

    @property
    def whole(self) -> bool:
        """Whether the regions fill the simplex in every scaling, so that none was missed.

        Always true of sampled volumes, which prove nothing here.
        """
        return not self.exact or all(
            abs(volume.sum() - 1.0) < 1e-6 for volume in self.volumes.values()
        )

    def justify(self, row: int, scaling: Scaling = "range") -> Justification:
        """Answer the inverse question for a point of the front."""
        return justify(self.front, self.space, self.support, row, scaling)


def audit_weights(
    values: ArrayLike,
    objectives: Sequence[ObjectiveLike],
    *,
    samples: int = SAMPLES,
    seed: int = 0,
    box: tuple[ArrayLike, ArrayLike] | None = None,
    scales: Mapping[str, Scale] | None = None,
    bounds: Bounds = UNBOUNDED,
) -> WeightAudit:
    """Audit weighted sums on the true front of a problem.

    Parameters
    ----------
    values
        (n, m) of every design, natural units and senses.
    objectives
        The m >= 2 objectives.
    samples
        Weights drawn for the intervals of the volumes.
    seed
        Of these.
    box
        Bounds on plausible weight shares on the range scale (see `suggestions`).
    scales, bounds
        How the objectives are measured, and which designs count (see `Front.from_values`).

    Raises
    ------
    InputError
        There is no row, a single objective, or a value that is not finite.

    Notes
    -----
    A front of 1000 points in 5 objectives takes some ten seconds, in 6 less than a minute, with
    sampled volumes.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> found = audit_weights(
    ...     [[0.75, 8], [0.7, 6], [0.5, 4], [0.45, 3.2], [0.25, 2]],
    ...     [Objective(name="accuracy", sense="max"), Objective(name="width", unit="bit")],
    ... )
    >>> {kind.name: count for kind, count in found.support.counts().items()}
    {'EXTREME': 4, 'SUPPORTED': 0, 'WEAK': 0, 'UNSUPPORTED': 1}
    >>> found.whole
    True
    """
    front = Front.from_values(values, objectives, scales=scales, bounds=bounds)
    space = WeightSpace.of(front.points)
    support = classify(space)
    drawn = sampled_weights(len(front.objectives), samples, seed)
    coordinate = 1.0 + 1.0 / lattice_divisions(len(front), len(front.objectives))
    sampled: dict[Scaling, SampledVolumes] = {
        scaling: sampled_volumes(front.scaled(scaling), drawn) for scaling in SCALINGS
    }
    exact = volume_work(space) <= MOST_SECONDS
    if exact:
        stretches = [front.divisors(scaling) / front.divisors("range") for scaling in SCALINGS]
        shares_of = dict(zip(SCALINGS, volumes(space, stretches), strict=True))
    else:
        shares_of = {scaling: sampled[scaling].share for scaling in SCALINGS}
    regions: dict[int, Region] = {}
    for row in map(int, np.flatnonzero(space.extreme)):
        region = region_of(space, row, volume=float(shares_of["range"][row]))
        if region is not None:
            regions[row] = region
    doubtful, confirmed = _confirm(support, front.points)
    return WeightAudit(
        front=front,
        designs=int(bounds.met(values, objectives).sum()),
        space=space,
        support=support,
        doubtful=doubtful,
        confirmed=confirmed,
        hypervolume_share=reachable_hypervolume(front.normalized, support.supported, coordinate),
        regions=regions,
        volumes=shares_of,
        exact=exact,
        sampled=sampled,
        knee=knee(front.normalized),
        reach=reaches(front.normalized, support.supported, drawn[:REACH_SAMPLES]),
        suggestions=suggestions(front, regions, box=box),
    )


def _confirm(support: Supportedness, points: NDArray[np.float64]) -> tuple[int, int]:
    """Decide points near the boundary again in exact fractions, against the vertices."""
    vertices = support.of(Support.EXTREME)
    doubtful = np.flatnonzero(~vertices & (support.depth < _DOUBT))
    confirmed = 0
    for row in doubtful[:MOST_CONFIRMED]:
        kind = classify_exactly(np.vstack([points[row], points[vertices]]), rows=[0])[0]
        confirmed += int(kind == support.classes[row])
    return min(len(doubtful), MOST_CONFIRMED), confirmed


@dataclass(frozen=True)
class MethodPick:
    """The design that one method picks.

    Attributes
    ----------
    method
        Its name and parameters.
    point
        Row of the front; None if nothing satisfies the method's bounds.
    """

    method: str
    point: int | None


def side_by_side(
    front: Front, weights: NDArray[np.float64], target: NDArray[np.float64] | None = None
) -> tuple[MethodPick, ...]:
    """Return what each method picks, given the same weights and the same target.

    Parameters
    ----------
    front
        The true front.
    weights
        (m,) at least 0.
    target
        (m,) aspirations in natural units, for the achievement function, and bounds for the
        epsilon-constraint method, which optimizes the first objective; by default the medians
        of the front.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> front = Front.from_values([[0, 2], [1, 1.5], [2, 0]],
    ...                           [Objective(name="a"), Objective(name="b")])
    >>> [(choice.method, choice.point) for choice in side_by_side(front, np.ones(2))][3:5]
    [('weighted Chebyshev', 1), ('augmented Chebyshev', 1)]
    """
    normalized = front.normalized
    share = shares(weights)
    if target is None:
        goal = np.median(normalized, axis=0)
    else:
        goal = (front.turned([target])[0] - front.ideal) / front.divisors("range")
    equal = np.full(len(share), 1.0 / len(share))
    rows: list[tuple[str, int | None]] = [
        (f"weighted sum, {scaling}", pick(front, weights, scaling).point) for scaling in SCALINGS
    ]
    first = front.names[0]
    for method, scores in (
        ("weighted Chebyshev", weighted_chebyshev(normalized, share)),
        ("augmented Chebyshev", augmented_chebyshev(normalized, share)),
        ("achievement to the target", achievement(normalized, goal, equal)),
        (f"best {first} within the target", epsilon_constraint(normalized, 0, goal)),
    ):
        rows.append((method, best_row(scores, normalized)))
    rows += [(f"knee: {name}", knee(normalized, name)) for name in KNEES]
    return tuple(MethodPick(method, row) for method, row in rows)
