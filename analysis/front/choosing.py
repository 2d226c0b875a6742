"""Rules by which one design is taken from many whose accuracy is known with an error only.

Each takes the accuracies as they were seen and one cost, and returns the row of its choice. Of
equal costs the more accurate design is taken, of equal accuracies the cheaper one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError


def most_accurate(accuracy: ArrayLike, cost: ArrayLike) -> int:
    """Return the design with the highest accuracy seen.

    Parameters
    ----------
    accuracy, cost
        Of n designs, (n,) each, n >= 1.

    Raises
    ------
    InputError
        The shapes do not fit, or there is no design.

    Examples
    --------
    >>> most_accurate([0.71, 0.75, 0.75], [10, 90, 40])
    2
    """
    seen, costs = _checked(accuracy, cost)
    return int(np.lexsort((costs, -seen))[0])


def one_standard_error(accuracy: ArrayLike, cost: ArrayLike, error: float) -> int:
    """Return the cheapest design that is within one standard error of the most accurate one.

    Breiman, Friedman, Olshen, Stone: Classification and Regression Trees, 1984, section 3.4.3.

    Parameters
    ----------
    accuracy, cost
        Of n designs, (n,) each, n >= 1.
    error
        Standard error of an accuracy, at least 0.

    Raises
    ------
    InputError
        As for `most_accurate`; the error is negative.

    Examples
    --------
    >>> one_standard_error([0.71, 0.75, 0.748], [10, 90, 40], error=0.003)
    2
    """
    seen, costs = _checked(accuracy, cost)
    if not error >= 0:
        raise InputError(f"error = {error}: expected at least 0")
    return _cheapest(seen, costs, seen >= seen.max() - error)


def cheapest_at(
    accuracy: ArrayLike, cost: ArrayLike, wanted: float, margin: float = 0.0
) -> int | None:
    """Return the cheapest design whose accuracy, less a margin, is what is wanted.

    With a margin of one or two standard errors the choice owes less to luck: the cheapest of many
    designs that just pass is likely one that was lucky.

    Parameters
    ----------
    accuracy, cost
        Of n designs, (n,) each, n >= 1.
    wanted
        Least accuracy.
    margin
        By how much more must be seen.

    Returns
    -------
    int or None
        None where no design has it.

    Raises
    ------
    InputError
        As for `most_accurate`.

    Examples
    --------
    >>> cheapest_at([0.71, 0.75, 0.742], [10, 90, 40], 0.74)
    2
    >>> cheapest_at([0.71, 0.75, 0.742], [10, 90, 40], 0.74, margin=0.005)
    1
    """
    seen, costs = _checked(accuracy, cost)
    passing = seen - margin >= wanted
    return _cheapest(seen, costs, passing) if passing.any() else None


def _cheapest(
    seen: NDArray[np.float64], costs: NDArray[np.float64], passing: NDArray[np.bool_]
) -> int:
    rows = np.flatnonzero(passing)
    return int(rows[np.lexsort((-seen[rows], costs[rows]))[0]])


def _checked(
    accuracy: ArrayLike, cost: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    seen = np.asarray(accuracy, dtype=np.float64)
    costs = np.asarray(cost, dtype=np.float64)
    if seen.ndim != 1 or seen.shape != costs.shape or not len(seen):
        raise InputError(
            f"accuracies {seen.shape} and costs {costs.shape}: expected (n,) each, n >= 1"
        )
    return seen, costs
