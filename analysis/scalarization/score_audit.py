"""What a score from the literature does on the designs it was meant for, and a verdict on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.objectives import ObjectiveLike, minimized
from analysis.front.knees import knee
from analysis.front.pareto import nondominated
from analysis.front.simplex import sampled_weights
from analysis.scalarization.front import SCALINGS, Front, Scaling
from analysis.scalarization.picks import Pick, best_rows, described, pick
from analysis.scalarization.regions import region_of
from analysis.scalarization.samples import SampledVolumes, sampled_volumes
from analysis.scalarization.support import Support, classify
from analysis.scalarization.tolerances import Tolerance, weight_intervals
from analysis.scalarization.weight_space import WeightSpace
from analysis.scalarization.weights import ReportedScore

FRAGILE_FACTOR = 1.1
ROBUST_FACTOR = 2.0
SAMPLES = 20_000


class Rating(Enum):
    """What is to be said of a score, by rule (see `judge`)."""

    WRONG_SIGN = "rewards what should be avoided"
    ONE_OBJECTIVE = "decided by one objective"
    FRAGILE = "fragile"
    ROBUST = "robust"
    MODERATE = "holds within limits"


@dataclass(frozen=True)
class ScoreAudit:
    """A score, its pick among all designs, and how firmly the weights hold it.

    Attributes
    ----------
    score
        The score.
    front
        The true front of its metrics.
    weights
        (m,) importance of each objective (see `Weights.importance`).
    rewards
        Objectives whose getting worse improves the score.
    design
        Row of the picked design in the table; the first of the tied ones.
    tied
        Number of designs with the same score as the pick, itself included.
    values
        (m,) its objectives, natural units and senses.
    dominating
        Number of designs that dominate it; 0 unless the score rewards something.
    on_front
        What the pick is on the front; None if it is dominated.
    support
        Its class on the front; None if it is dominated.
    volume
        Share of the weight simplex, in raw units, with this pick; 0 if a weight is negative,
        as no point of the simplex is this score.
    sampled
        The same by sampling with an interval; None where `volume` is 0 for that reason.
    radius
        Of the largest ball in the region, in raw units.
    tolerances
        Of each weight, among all designs; `below` and `above` are rows of the table.
    other_picks
        What the same weights pick in other scalings, by row of the front; empty if a weight is
        negative.
    knee
        Row of the front's knee.
    knee_distance
        From the pick to it, on the range scale.
    verdict
        By rule.
    """

    score: ReportedScore
    front: Front
    weights: NDArray[np.float64]
    rewards: tuple[str, ...]
    design: int
    tied: int
    values: NDArray[np.float64]
    dominating: int
    on_front: Pick | None
    support: Support | None
    volume: float
    sampled: SampledVolumes | None
    radius: float
    tolerances: tuple[Tolerance, ...]
    other_picks: dict[Scaling, int]
    knee: int
    knee_distance: float
    verdict: Rating

    @property
    def vacuous(self) -> tuple[str, ...]:
        """Objectives whose stated weight never changes the pick in its plausible range."""
        return tuple(each.objective for each in self.tolerances if each.vacuous)

    @property
    def constant(self) -> tuple[str, ...]:
        """Objectives that are the same in every design."""
        return tuple(each.objective for each in self.tolerances if each.constant)

    @property
    def weakest(self) -> Tolerance:
        """The weight that the smallest factor changes the pick by."""
        return min(self.tolerances, key=lambda each: each.step)


def audit_score(
    values: ArrayLike, objectives: Sequence[ObjectiveLike], score: ReportedScore
) -> ScoreAudit:
    """Audit a score on a whole space.

    Parameters
    ----------
    values
        (n, m) of every design, natural units and senses.
    objectives
        The m objectives; those that the score does not name have weight 0.
    score
        In natural units, as it was stated.

    Raises
    ------
    InputError
        The score names something else, or the values are bad.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> from analysis.scalarization.weights import Weights
    >>> objectives = (Objective(name="accuracy", sense="max"), Objective(name="latency", unit="ms"))
    >>> found = audit_score(
    ...     [[0.75, 1.0], [0.7, 20.0]], objectives,
    ...     ReportedScore("R2", Weights({"accuracy": 1.0, "latency": 0.1})),
    ... )
    >>> found.verdict.value, found.design, found.dominating
    ('rewards what should be avoided', 1, 1)
    """
    points = minimized(values, objectives)
    front = Front.from_values(values, objectives)
    weights = score.weights.importance(objectives)
    rewards = score.weights.rewarded(objectives)
    tied = best_rows((points - points.min(axis=0)) @ weights)
    better = (points <= points[tied[0]]).all(axis=1) & (points < points[tied[0]]).any(axis=1)
    if better.any() and not rewards:
        # Zero weights let dominated designs tie with their dominators; the pick is one of these.
        tied = np.concatenate([np.intersect1d(tied, np.flatnonzero(nondominated(points))), tied])
        tied = tied[np.sort(np.unique(tied, return_index=True)[1])]
        better[:] = False
    design = int(tied[0])
    found = np.flatnonzero((front.points == points[design]).all(axis=1))
    row = int(found[0]) if len(found) else None
    intervals = weight_intervals(
        points,
        weights,
        design,
        front.names,
        front.constant,
        floor=-np.inf if rewards else 0.0,
    )
    space = WeightSpace.of(front.points)
    volume, radius, sampled = 0.0, 0.0, None
    if row is not None and not rewards:
        region = region_of(space, row, front.divisors("raw") / front.divisors("range"))
        if region is not None:
            volume, radius = region.volume, region.radius
        sampled = sampled_volumes(
            front.scaled("raw"), sampled_weights(len(front.objectives), SAMPLES)
        )
    knee_row = knee(front.normalized)
    place = (points[design] - front.ideal) / front.divisors("range")
    return ScoreAudit(
        score=score,
        front=front,
        weights=weights,
        rewards=rewards,
        design=design,
        tied=len(tied),
        values=minimized(points[design][None], objectives)[0],
        dominating=int(better.sum()),
        on_front=None if row is None else described(front, np.array([row])),
        support=None if row is None else Support(int(classify(space).classes[row])),
        volume=volume,
        sampled=sampled,
        radius=radius,
        tolerances=intervals,
        other_picks={}
        if rewards
        else {scaling: pick(front, weights, scaling).point for scaling in SCALINGS},
        knee=knee_row,
        knee_distance=float(np.linalg.norm(place - front.normalized[knee_row])),
        verdict=judge(points[design], front, rewards, intervals),
    )


def judge(
    point: NDArray[np.float64],
    front: Front,
    rewards: Sequence[str],
    intervals: Sequence[Tolerance],
) -> Rating:
    """Return the verdict on a score by rule, the first that applies.

    It rewards what should be avoided: a cost counts in its favor, or a quality against it. It
    is decided by one objective: the pick is the best in one, and the weights of all others that
    vary are vacuous. It is fragile: some weight times or divided by 1.1 changes the pick. It is
    robust: any one weight may be halved or doubled. Otherwise it holds within limits.
    """
    if rewards:
        return Rating.WRONG_SIGN
    varying = [each for each in intervals if not each.constant and each.weight != 0]
    best = [
        name
        for name, value, ideal in zip(front.names, point, front.ideal, strict=True)
        if value == ideal
    ]
    for name in best:
        if all(each.vacuous for each in varying if each.objective != name):
            return Rating.ONE_OBJECTIVE
    steps = [each.step for each in varying]
    if min(steps, default=np.inf) < FRAGILE_FACTOR:
        return Rating.FRAGILE
    if min(steps, default=np.inf) >= ROBUST_FACTOR:
        return Rating.ROBUST
    return Rating.MODERATE
