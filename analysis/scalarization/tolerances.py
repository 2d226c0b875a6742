"""How far one weight may move before the pick changes, and weights that never change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.scalarization.front import Front, Scaling
from analysis.scalarization.picks import pick

ROUNDING = 1e-12
"""Share of the sum of all weights below which an end is 0 but for rounding."""

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
        renormalized weights: see `share_low`.
    share_low, share_high
        The same ends as shares of the sum of all weights: w / (w + sum of the others).
    below, above
        Row of the point that is picked beyond each end; -1 where there is none.
    constant
        The objective is the same in every design, so no weight of it can matter.
    plausible_end
        The plausible range is from 0 to this.
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
    plausible_end: float

    @property
    def vacuous(self) -> bool:
        """No weight in the plausible range changes the pick."""
        least, most = sorted((0.0, self.plausible_end))
        return self.low <= least and self.high >= most

    @property
    def step(self) -> float:
        """Least factor by which the weight must be multiplied or divided to change the pick.

        1 where it sits on an end of its interval; infinite where no factor does.
        """
        if self.weight == 0:
            return np.inf
        down = self.low / self.weight if self.weight > 0 else self.high / self.weight
        up = self.high / self.weight if self.weight > 0 else self.low / self.weight
        return float(min(up, 1.0 / down if down > 0 else np.inf))


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
    >>> from analysis.foundation.objectives import Objective
    >>> objectives = (Objective(name="accuracy", sense="max"), Objective(name="width", unit="bit"))
    >>> front = Front.from_values([[0.75, 8], [0.5, 4], [0.25, 2]], objectives)
    >>> accuracy, width = tolerances(front, [1.0, 0.2])
    >>> round(accuracy.low, 12), round(accuracy.high, 12)
    (0.0, 1.6)
    >>> round(width.low, 12), width.high, front.values[width.below].tolist()
    (0.125, inf, [0.5, 4.0])
    """
    vector = np.asarray(weights, dtype=np.float64)
    chosen = pick(front, vector, scaling).point
    points = front.points / front.divisors(scaling)
    return weight_intervals(
        points, vector, chosen, front.names, front.constant, plausible_factor, floor=0.0
    )


def weight_intervals(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    chosen: int,
    names: Sequence[str],
    constant: NDArray[np.bool_],
    plausible_factor: float = PLAUSIBLE_FACTOR,
    floor: float = -np.inf,
) -> tuple[Tolerance, ...]:
    """Return the interval of each weight, which may be negative, in which a point stays optimal.

    Parameters
    ----------
    points
        (n, m) minimized and divided by the scaling's divisors.
    weights
        (m,) for which row `chosen` of the points is optimal.
    names, constant
        (m,) of the objectives.
    plausible_factor
        See `tolerances`.
    floor
        The least value that a weight may take.
    """
    differences = points - points[chosen]
    found = []
    for column, name in enumerate(names):
        weight = float(weights[column])
        rest = np.delete(differences, column, axis=1) @ np.delete(weights, column)
        least = floor + ROUNDING * float(abs(weights).sum())
        low, below, high, above = _interval(rest, differences[:, column], weight, floor, least)
        others = float(abs(np.delete(weights, column)).sum())
        found.append(
            Tolerance(
                objective=name,
                weight=weight,
                low=low,
                high=high,
                share_low=_share(low, others),
                share_high=_share(high, others),
                below=below,
                above=above,
                constant=bool(constant[column]),
                plausible_end=plausible_factor * weight if weight else float(abs(weights).max()),
            )
        )
    return tuple(found)


def _interval(
    rest: NDArray[np.float64],
    slope: NDArray[np.float64],
    weight: float,
    floor: float,
    least: float,
) -> tuple[float, int, float, int]:
    """Return the ends of {w >= floor: rest + w slope >= 0} around `weight`, and who bounds them.

    Ends up to `least` are the floor but for rounding.
    """
    low, below, high, above = floor, -1, np.inf, -1
    rising, falling = np.flatnonzero(slope > 0), np.flatnonzero(slope < 0)
    if len(rising):
        ends = -rest[rising] / slope[rising]
        if ends.max() > least:
            low, below = min(float(ends.max()), weight), int(rising[ends.argmax()])
    if len(falling):
        ends = rest[falling] / -slope[falling]
        high, above = max(float(ends.min()), weight), int(falling[ends.argmin()])
    return low, below, float(high), above


def _share(weight: float, others: float) -> float:
    if np.isinf(weight):
        return float(np.sign(weight))
    return weight / (abs(weight) + others) if abs(weight) + others > 0 else 0.0
