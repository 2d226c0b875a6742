"""Supportedness decided in exact rational arithmetic: no tolerance, no doubt.

A slow and obvious reference for `analysis.scalarization.support`, and the last word on points
that lie on, or within rounding of, the upper image's boundary.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.front.pareto import checked_points
from analysis.scalarization.support import Support

MAX_DENOMINATOR = 10**7


def rationals(values: ArrayLike, max_denominator: int = MAX_DENOMINATOR) -> NDArray[np.object_]:
    """Return the simple fractions that floating-point values stand for.

    A share of 3000 samples, an average of integer widths or a size in eighths of a byte is a
    fraction with a small denominator, rounded. The nearest fraction with a denominator of at
    most `max_denominator` is taken if it rounds to the value itself; else the value is taken as
    the binary fraction that it is.

    Examples
    --------
    >>> rationals([0.1, 2 / 3, 4.0]).tolist()
    [Fraction(1, 10), Fraction(2, 3), Fraction(4, 1)]
    """
    array = np.asarray(values, dtype=np.float64)
    exact = np.empty(array.shape, dtype=object)
    for index, value in np.ndenumerate(array):
        simple = Fraction(float(value)).limit_denominator(max_denominator)
        exact[index] = simple if float(simple) == value else Fraction(float(value))
    return exact


def integers(values: ArrayLike, max_denominator: int = MAX_DENOMINATOR) -> NDArray[np.object_]:
    """Return the `rationals` of values (k, m), each column times its common denominator."""
    exact = rationals(values, max_denominator)
    columns = []
    for column in exact.T:
        common = lcm(*(fraction.denominator for fraction in column))
        columns.append([int(fraction * common) for fraction in column])
    return np.array(columns, dtype=object).T


def classify_exactly(
    points: ArrayLike, rows: ArrayLike | None = None, max_denominator: int = MAX_DENOMINATOR
) -> NDArray[np.int64]:
    """Classify points of a front by the simplex method in integers.

    Parameters
    ----------
    points
        (k, m) nondominated and distinct, minimized. Taken as the `rationals` they stand for.
    rows
        Which of them to classify; all by default.
    max_denominator
        See `rationals`.

    Returns
    -------
    numpy.ndarray
        `Support` of each row, as int.

    Notes
    -----
    Two linear programmes of m + 1 rows and k columns per point, in unbounded integers, by
    Bland's rule: at most a few ms each for k = 100, and minutes for whole fronts of 1000.

    Examples
    --------
    Three points on a line, and a fourth behind it by less than any tolerance:

    >>> points = [[0, 3], [1, 2], [3, 0], [2, 1 + 2**-50]]
    >>> [Support(kind).name for kind in classify_exactly(points)]
    ['EXTREME', 'SUPPORTED', 'EXTREME', 'UNSUPPORTED']
    """
    array = checked_points(points)
    varying = np.ptp(array, axis=0) > 0
    whole = integers(array[:, varying] if varying.any() else array, max_denominator)
    chosen = range(len(whole)) if rows is None else np.asarray(rows, dtype=np.int64)
    return np.array([_class_of(whole, int(row)) for row in chosen], dtype=np.int64)


def _class_of(points: NDArray[np.object_], row: int) -> Support:
    others = np.delete(points, row, axis=0) - points[row]
    if len(others) == 0:
        return Support.EXTREME
    value = _exact_margin(others)
    if value > 0:
        return Support.EXTREME
    if value < 0:
        return Support.UNSUPPORTED
    return Support.SUPPORTED if _exact_excess(others) == 0 else Support.WEAK


def _exact_margin(differences: NDArray[np.object_]) -> Fraction:
    """Return min over lambda of max over k of (sum_j lambda_j d_j)_k, the margin's dual.

    Minimize tau - shift with sum_j lambda_j d_jk + slack_k = tau - shift, sum lambda = 1, where
    the shift makes tau nonnegative.
    """
    count, objectives = differences.shape
    shift = int(abs(differences).max()) + 1
    rows = np.zeros((objectives + 1, count + objectives + 1), dtype=object)
    rows[:objectives, :count] = differences.T + shift
    rows[:objectives, count : count + objectives] = np.eye(objectives, dtype=int)
    rows[:objectives, -1] = -1
    rows[objectives, :count] = 1
    right = np.array([0] * objectives + [1], dtype=object)
    cost = np.array([0] * (count + objectives) + [-1], dtype=object)
    first = int(np.argmin([max(row) for row in differences]))
    tight = int(np.argmax(differences[first]))
    basis = [first, count + objectives]
    basis += [count + k for k in range(objectives) if k != tight]
    return -_maximum(rows, right, cost, basis) - shift


def _exact_excess(differences: NDArray[np.object_]) -> Fraction:
    """Return max sum s with sum_j lambda_j d_j + s = 0; the point itself is the last lambda."""
    count, objectives = differences.shape
    rows = np.zeros((objectives + 1, count + 1 + objectives), dtype=object)
    rows[:objectives, :count] = differences.T
    rows[:objectives, count + 1 :] = np.eye(objectives, dtype=int)
    rows[objectives, : count + 1] = 1
    right = np.array([0] * objectives + [1], dtype=object)
    cost = np.array([0] * (count + 1) + [1] * objectives, dtype=object)
    basis = list(range(count, count + 1 + objectives))
    return _maximum(rows, right, cost, basis)


def _maximum(
    rows: NDArray[np.object_],
    right: NDArray[np.object_],
    cost: NDArray[np.object_],
    basis: list[int],
) -> Fraction:
    """Return max cost . x subject to rows @ x = right, x >= 0, from a feasible basis.

    Integer pivoting (Edmonds 1967): the tableau is kept in integers over one common
    denominator, and every division is exact. Bland's rule ends it.
    """
    tableau = np.vstack([np.c_[rows, right], np.r_[-cost, 0]])
    denominator = 1
    for position, column in enumerate(basis):
        pivot_row = position + int(np.flatnonzero(tableau[position:-1, column])[0])
        tableau[[position, pivot_row]] = tableau[[pivot_row, position]]
        denominator = _pivot(tableau, position, column, denominator)
    while True:
        entering = np.flatnonzero((tableau[-1, :-1] * np.sign(denominator)) < 0)
        if len(entering) == 0:
            return Fraction(int(tableau[-1, -1]), int(denominator))
        column = int(entering[0])
        candidates = [
            (Fraction(int(tableau[row, -1]), int(tableau[row, column])), basis[row], row)
            for row in range(len(basis))
            if tableau[row, column] * denominator > 0
        ]
        _, _, leaving = min(candidates)
        denominator = _pivot(tableau, leaving, column, denominator)
        basis[leaving] = column


def _pivot(tableau: NDArray[np.object_], row: int, column: int, denominator: int) -> int:
    pivot = tableau[row, column]
    kept = tableau[row].copy()
    tableau[:] = (tableau * pivot - np.outer(tableau[:, column], kept)) // denominator
    tableau[row] = kept
    return int(pivot)
