"""What a weighting picks on the true front, and what the pick gives up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.scalarization.front import Front, Scaling

TIE = 1e-12
"""Scores within this share of the largest score difference on the front are ties."""


@dataclass(frozen=True)
class Pick:
    """The optimum of a weighted sum on a front.

    Attributes
    ----------
    point
        Row of the front; the lexicographically first of the optimal ones.
    ties
        Rows of all optimal points, `point` first.
    values
        (m,) its objectives, natural units and senses.
    ranks
        (m,) rank of the point in each objective: 1 + number of points of the front that are
        strictly better.
    given_up
        (m,) distance to the best value on the front, in natural units.
    given_up_share
        (m,) the same as a share of the front's range.
    """

    point: int
    ties: NDArray[np.int64]
    values: NDArray[np.float64]
    ranks: NDArray[np.int64]
    given_up: NDArray[np.float64]
    given_up_share: NDArray[np.float64]


def best_rows(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rows of the smallest scores, ties within rounding included, ascending.

    Examples
    --------
    >>> best_rows(np.array([3.0, 1.0, 1.0 + 1e-16, 2.0]))
    array([1, 2])
    """
    spread = max(scores.max() - scores.min(), abs(scores).max() * 1e-3)
    return np.flatnonzero(scores <= scores.min() + TIE * spread)


def pick(front: Front, weights: ArrayLike, scaling: Scaling = "raw") -> Pick:
    """Return the point of a front that a weighted sum picks.

    Parameters
    ----------
    front
        The true front.
    weights
        (m,) at least 0, not all 0 (see `checked_importance`).
    scaling
        What the objectives are divided by before they are weighted.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> objectives = (Objective(name="accuracy", sense="max"), Objective(name="width", unit="bit"))
    >>> front = Front.from_values([[0.70, 8], [0.65, 4], [0.40, 2]], objectives)
    >>> pick(front, [1.0, 0.2]).values, pick(front, [1.0, 0.2], "range").values
    (array([0.4, 2. ]), array([0.7, 8. ]))
    """
    scores = front.scaled(scaling) @ np.asarray(weights, dtype=np.float64)
    return described(front, best_rows(scores))


def described(front: Front, rows: NDArray[np.int64]) -> Pick:
    """Return the description of the first of some tied points of a front."""
    row = int(rows[0])
    point = front.points[row]
    return Pick(
        point=row,
        ties=rows,
        values=front.values[row],
        ranks=1 + (front.points < point).sum(axis=0),
        given_up=point - front.ideal,
        given_up_share=front.normalized[row],
    )
