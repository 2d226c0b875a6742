"""How far one weight may move before the pick changes, and weights that never change it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.scalarization.front import Front, Scaling
from analysis.scalarization.picks import pick

PLAUSIBLE_FACTOR = 10.0
"""A weight is plausible from 0 to this many times its stated value."""


@dataclass(frozen=True)
class Tolerance:
    """The interval of one weight, the others as stated, in which the pick stays optimal.

    Attributes
    ----------
    objective
        Whose weight it is.
    weight
        As stated.
    low, high
        Ends of the interval, in the units in which the weights were stated; `high` may be
        infinite. Only the ratio of weights matters, so this is the same interval as that of the
        renormalised weights: see `share_low`.
    share_low, share_high
        The same ends as shares of the sum of all weights: w / (w + sum of the others).
    below, above
        Row of the point that is picked beyond each end; -1 where there is none.
    constant
        The objective is the same in every design, so no weight of it can matter.
    plausible_high
        Upper end of the plausible range, from 0.
    """

    objective: str
    weight: float
    low: float
    high: float
    share_low: float
    share_high: float
    below: int
    above: int
    constant: bool
    plausible_high: float

    @property
    def vacuous(self) -> bool:
        """No weight in the plausible range changes the pick."""
        return self.low <= 0.0 and self.high >= self.plausible_high


def tolerances(
    front: Front,
    weights: ArrayLike,
    scaling: Scaling = "raw",
    plausible_factor: float = PLAUSIBLE_FACTOR,
) -> tuple[Tolerance, ...]:
    """Return the tolerance of every weight, one at a time, exactly by ratio tests.

    The pick p stays optimal while sum_l w_l (z_jl - z_pl) >= 0 for every other point j; each
    of these bounds the one weight that moves from below or from above.

    Parameters
    ----------
    front
        The true front.
    weights
        (m,) at least 0, not all 0.
    scaling
        What the objectives are divided by before they are weighted.
    plausible_factor
        A weight is plausible from 0 to this many times its value; one stated as 0, up to the
        largest of the others.

    Examples
    --------
    >>> from analysis.objectives import Objective
    >>> objectives = (Objective("accuracy", "max"), Objective("width", unit="bit"))
    >>> front = Front.from_values([[0.75, 8], [0.5, 4], [0.25, 2]], objectives)
    >>> accuracy, width = tolerances(front, [1.0, 0.2])
    >>> round(accuracy.low, 12), round(accuracy.high, 12)
    (0.0, 1.6)
    >>> round(width.low, 12), width.high, front.values[width.below].tolist()
    (0.125, inf, [0.5, 4.0])
    """
    vector = np.asarray(weights, dtype=np.float64)
    differences = front.points / front.divisors(scaling)
    chosen = pick(front, vector, scaling).point
    differences = differences - differences[chosen]
    total = vector.sum()
    found = []
    for column, name in enumerate(front.names):
        weight = float(vector[column])
        others = np.delete(vector, column)
        rest = np.delete(differences, column, axis=1) @ others
        low, below, high, above = _interval(rest, differences[:, column], weight)
        sum_of_others = float(total - weight) if others.any() else 0.0
        reach = plausible_factor * weight if weight > 0 else float(vector.max())
        found.append(
            Tolerance(
                objective=name,
                weight=weight,
                low=low,
                high=high,
                share_low=_share(low, sum_of_others),
                share_high=_share(high, sum_of_others),
                below=below,
                above=above,
                constant=bool(front.constant[column]),
                plausible_high=reach,
            )
        )
    return tuple(found)


def _interval(
    rest: NDArray[np.float64], slope: NDArray[np.float64], weight: float
) -> tuple[float, int, float, int]:
    """Return the ends of {w >= 0: rest + w slope >= 0} around `weight`, and who bounds them."""
    low, below, high, above = 0.0, -1, np.inf, -1
    rising, falling = np.flatnonzero(slope > 0), np.flatnonzero(slope < 0)
    if len(rising):
        ends = -rest[rising] / slope[rising]
        if ends.max() > 0:
            low, below = min(float(ends.max()), weight), int(rising[ends.argmax()])
    if len(falling):
        ends = rest[falling] / -slope[falling]
        high, above = max(float(ends.min()), weight), int(falling[ends.argmin()])
    return low, below, float(high), above


def _share(weight: float, others: float) -> float:
    if np.isinf(weight):
        return 1.0
    return weight / (weight + others) if weight + others > 0 else 0.0
