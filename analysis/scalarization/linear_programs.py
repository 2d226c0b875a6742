"""The three linear programmes behind supportedness, solved by HiGHS.

Points are minimized and scaled to a range of about 1 in every objective, which changes no answer
and keeps the solver's absolute tolerances meaningful.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, linprog

_OPTIONS = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True)
class Margin:
    """How clearly weights can prefer a point to all others, and the proof of either answer.

    Attributes
    ----------
    value
        max over w in the simplex of min over others j of w . (z_j - z). Above 0: the point is
        the only optimum for `weights`. Below 0: `combination` dominates it strictly, by
        -`value` in every objective. Infinite if there is no other point.
    weights
        (m,) a maximiser.
    combination
        (n,) convex combination of the others that attains the minimum of the dual,
        min over lambda of max over k of (sum_j lambda_j z_j - z)_k.
    """

    value: float
    weights: NDArray[np.float64]
    combination: NDArray[np.float64]


def margin(point: NDArray[np.float64], others: NDArray[np.float64]) -> Margin:
    """Solve max t subject to w . (z_j - z) >= t for all j, sum w = 1, w >= 0.

    Parameters
    ----------
    point
        (m,), minimized and scaled.
    others
        (n, m); none equal to `point`.
    """
    objectives = len(point)
    if len(others) == 0:
        return Margin(np.inf, np.full(objectives, 1.0 / objectives), np.zeros(0))
    differences = others - point
    solution = _solve(
        cost=np.r_[np.zeros(objectives), -1.0],
        A_ub=np.c_[-differences, np.ones(len(others))],
        b_ub=np.zeros(len(others)),
        A_eq=np.r_[np.ones(objectives), 0.0][None],
        b_eq=[1.0],
        bounds=[(0, None)] * objectives + [(None, None)],
    )
    weights = np.maximum(solution.x[:objectives], 0.0)
    combination = np.maximum(-solution.ineqlin.marginals, 0.0)
    return Margin(float(-solution.fun), weights / weights.sum(), combination / combination.sum())


@dataclass(frozen=True)
class Excess:
    """How much a convex combination can gain on a point without loss anywhere.

    Attributes
    ----------
    value
        max of sum_k s_k with sum_j lambda_j z_j + s = z, s >= 0. Zero: no convex combination
        dominates the point, and `weights` > 0 make it optimal.
    weights
        (m,) the dual solution, on the simplex.
    combination
        (n,) a maximiser lambda.
    """

    value: float
    weights: NDArray[np.float64]
    combination: NDArray[np.float64]


def excess(point: NDArray[np.float64], generators: NDArray[np.float64]) -> Excess:
    """Solve max sum s subject to sum_j lambda_j z_j + s = z, sum lambda = 1, all >= 0.

    Parameters
    ----------
    point
        (m,), minimized and scaled, on the boundary of the upper image.
    generators
        (n, m) points with the same upper image; `point` itself is added.
    """
    objectives = len(point)
    count = len(generators) + 1
    columns = np.vstack([generators, point]) - point
    solution = _solve(
        cost=np.r_[np.zeros(count), -np.ones(objectives)],
        A_eq=np.vstack(
            [
                np.c_[columns.T, np.eye(objectives)],
                np.r_[np.ones(count), np.zeros(objectives)],
            ]
        ),
        b_eq=np.r_[np.zeros(objectives), 1.0],
        bounds=[(0, None)] * (count + objectives),
    )
    weights = np.maximum(-solution.eqlin.marginals[:objectives], 0.0)
    combination = np.maximum(solution.x[: count - 1], 0.0)
    return Excess(float(-solution.fun), weights / weights.sum(), combination)


def largest_ball(
    normals: NDArray[np.float64], around: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return center (m,) and radius of the largest ball in {w in simplex: normals @ w >= 0}.

    The ball lies in the plane sum w = 1 and keeps off the simplex's own walls too. The distance
    from w to a wall a . w = 0 within the plane is ``a . w / |a - mean(a)|``.

    Parameters
    ----------
    normals
        (n, m) inner normals of the walls.
    around
        (c, m) corners of the set. The programme is solved in units of their extent, so that it
        is as exact for a sliver as for a wide set.
    """
    objectives = around.shape[1]
    walls = np.vstack([normals, np.eye(objectives)])
    units = walls / np.linalg.norm(walls - walls.mean(axis=1, keepdims=True), axis=1)[:, None]
    middle = around.mean(axis=0)
    extent = around.max(axis=0) - around.min(axis=0)
    smallest = extent.min()
    slopes = units * extent
    sizes = abs(slopes).max(axis=1)
    solution = _solve(
        cost=np.r_[np.zeros(objectives), -1.0],
        A_ub=np.c_[-slopes, np.full(len(units), smallest)] / sizes[:, None],
        b_ub=np.maximum(units @ middle, 0.0) / sizes,
        A_eq=np.r_[extent / extent.max(), 0.0][None],
        b_eq=[0.0],
        bounds=[(-1.0, 1.0)] * objectives + [(0, None)],
    )
    return middle + extent * solution.x[:objectives], float(solution.x[-1] * smallest)


def _solve(cost: NDArray[np.float64], **constraints: Any) -> OptimizeResult:
    """Solve a programme with tight tolerances, or with the solver's own where those fail."""
    solution = linprog(cost, method="highs", options=_OPTIONS, **constraints)
    if solution.status != 0:
        solution = linprog(cost, method="highs", **constraints)
    if solution.status != 0:
        raise ArithmeticError(f"linear programme not solved: {solution.message}")
    return solution
