"""Scores that differ by rounding only are ties.

A hypervolume is a sum, and its last bits depend on the order of the terms; without a tolerance a
rank test finds "differences" of 1e-16.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

TOLERANCE = 1e-9
"""Share of the largest score below which a difference counts as none."""


def snapped(values: ArrayLike, tolerance: float) -> NDArray[np.float64]:
    """Return values with those that differ by at most `tolerance` made equal.

    From the smallest upwards, each value that is within the tolerance of the first of its group
    becomes that one; so the result depends on the set of values alone, not on their order.

    Examples
    --------
    >>> snapped([0.3, 0.1, 0.1 + 1e-16, 0.2], 1e-9)
    array([0.3, 0.1, 0.1, 0.2])
    """
    array = np.asarray(values, dtype=np.float64)
    distinct, places = np.unique(array, return_inverse=True)
    first = distinct.copy()
    for position in range(1, len(distinct)):
        if distinct[position] - first[position - 1] <= tolerance:
            first[position] = first[position - 1]
    return first[places].reshape(array.shape)


def without_rounding(scores: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Return the scores of all samplers with those that differ by rounding made equal."""
    table = np.stack(list(scores.values()))
    equal = snapped(table, TOLERANCE * float(np.abs(table).max(initial=0.0)))
    return dict(zip(scores, equal, strict=True))


def paired_differences(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one - other (n, k), with sizes that differ by rounding made equal."""
    differences = one - other
    largest = float(max(np.abs(one).max(initial=0.0), np.abs(other).max(initial=0.0)))
    sizes = snapped(np.append(np.abs(differences), 0.0), TOLERANCE * largest)[:-1]
    return np.sign(differences) * sizes.reshape(differences.shape)
