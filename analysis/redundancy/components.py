"""Principal components of the front, and the objectives that they call essential.

After Deb and Saxena, "On finding Pareto-optimal solutions through dimensionality reduction for
certain large-dimensional multi-objective optimization problems", KanGAL report 2005011. It reads
linear correlation along the front: objectives that agree there in sign and pattern count as one.
Unlike the delta-conflict it proves nothing about dominance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

VARIANCE = 0.95
_SMALL_SHARE = 0.1
_NEARLY_AS_NEGATIVE = 0.9
_NEARLY_AS_POSITIVE = 0.8


@dataclass(frozen=True)
class Components:
    """Principal components of the objectives along the front.

    Attributes
    ----------
    columns
        Objectives that vary along the front; the others are left out.
    correlation
        (v, v) Pearson correlation of those, minimized.
    shares
        (v,) share of the variance of each component, falling.
    loadings
        (v, v) components as columns.
    needed
        Number of components that hold 95 % of the variance.
    selected
        Objectives that the procedure selects from these components.
    essential
        Those left after objectives that are correlated alike with all selected ones are merged.
    """

    columns: tuple[int, ...]
    correlation: NDArray[np.float64]
    shares: NDArray[np.float64]
    loadings: NDArray[np.float64]
    needed: int
    selected: tuple[int, ...]
    essential: tuple[int, ...]


def components(points: NDArray[np.float64]) -> Components:
    """Return the components of a front.

    Parameters
    ----------
    points
        (k, m) the front, minimized.

    Examples
    --------
    >>> t = np.linspace(0, 1, 20)
    >>> found = components(np.c_[t, 1 - t, 2 * t, np.full(20, 7.0)])
    >>> found.columns, found.needed, found.essential
    ((0, 1, 2), 1, (0, 1))
    """
    span = points.max(axis=0) - points.min(axis=0)
    varying = np.flatnonzero(span > 1e-12 * np.maximum(abs(points).max(axis=0), 1e-300))
    columns = tuple(int(column) for column in varying)
    if len(columns) < 2:
        size = len(columns)
        return Components(
            columns, np.eye(size), np.ones(size), np.eye(size), size, columns, columns
        )
    correlation = np.asarray(np.corrcoef(points[:, varying], rowvar=False))
    values, vectors = np.linalg.eigh(correlation)
    order = np.argsort(-values, kind="stable")
    shares = np.maximum(values[order], 0.0) / values.sum()
    loadings = vectors[:, order] * _orientation(vectors[:, order])
    needed = int(np.searchsorted(np.cumsum(shares), VARIANCE - 1e-12) + 1)
    chosen: set[int] = set()
    for component in range(needed):
        chosen |= _chosen(loadings[:, component], float(shares[component]), component == 0)
    weight = abs(loadings[:, :needed]) @ shares[:needed]
    kept = _merged(sorted(chosen), correlation, weight)
    return Components(
        columns,
        correlation,
        shares,
        loadings,
        needed,
        tuple(columns[k] for k in sorted(chosen)),
        tuple(columns[k] for k in kept),
    )


def _orientation(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sign (v,) that makes the largest entry of each component positive."""
    largest = abs(vectors).round(9).argmax(axis=0)
    return np.sign(vectors[largest, np.arange(vectors.shape[1])])


def _chosen(loading: NDArray[np.float64], share: float, first: bool) -> set[int]:
    """Return the objectives that one component selects, by the report's rules."""
    most, least = int(loading.argmax()), int(loading.argmin())
    positive, negative = loading[most], -loading[least]
    if negative <= 0:
        return {most}
    if positive <= 0:
        return set(range(len(loading)))
    if first:
        return {most, least}
    if share <= _SMALL_SHARE:
        return {int(abs(loading).argmax())}
    if positive < negative:
        return {most, least} if positive >= _NEARLY_AS_NEGATIVE * negative else {least}
    return {most, least} if negative >= _NEARLY_AS_POSITIVE * positive else {most}


def _merged(
    chosen: list[int], correlation: NDArray[np.float64], weight: NDArray[np.float64]
) -> list[int]:
    """Keep the weightiest of each group whose correlations have the same signs throughout."""
    signs = np.sign(np.where(abs(correlation) < 1e-12, 0.0, correlation))[np.ix_(chosen, chosen)]
    kept = []
    for position, objective in enumerate(chosen):
        alike = [
            other for place, other in enumerate(chosen) if (signs[place] == signs[position]).all()
        ]
        best = max(alike, key=lambda k: (round(float(weight[k]), 9), -k))
        if best == objective:
            kept.append(objective)
    return kept
