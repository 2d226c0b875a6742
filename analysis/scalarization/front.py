"""The true front as the audit sees it: distinct points, their designs, and three scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.bounds import UNBOUNDED, Bounds
from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, checked_values
from analysis.foundation.scales import Scale, checked_scales, measured
from analysis.front.pareto import nondominated

Scaling = Literal["raw", "range", "deviation"]
"""Units in which weights are stated; see `Front.divisors`."""

SCALINGS: tuple[Scaling, ...] = ("raw", "range", "deviation")


@dataclass(frozen=True)
class Front:
    """Distinct nondominated points of a space, and the designs behind each.

    Designs with equal values are one point with a multiplicity.

    Parameters
    ----------
    objectives
        The m objectives.
    points
        (k, m) distinct nondominated points, minimized and on their scales, in lexicographic order.
    values
        (k, m) the same in natural units and senses.
    designs
        (k,) row of the first design at each point, in the table that the front was made from.
    multiplicity
        (k,) number of designs at each point.
    deviation
        (m,) standard deviation of each objective over all designs of that table.
    lowest, highest
        (m,) extremes of each objective over all designs, minimized.
    scales
        ``"logarithmic"`` for objectives that are measured so, by name.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> objectives = (Objective(name="accuracy", sense="max"), Objective(name="size", unit="bytes"))
    >>> front = Front.from_values([[0.7, 30], [0.6, 10], [0.5, 40], [0.6, 10]], objectives)
    >>> front.values
    array([[ 0.7, 30. ],
           [ 0.6, 10. ]])
    >>> front.designs, front.multiplicity
    (array([0, 1]), array([1, 2]))
    >>> front.divisors("range").round(12)
    array([ 0.1, 20. ])
    """

    objectives: tuple[ObjectiveLike, ...]
    points: NDArray[np.float64]
    values: NDArray[np.float64]
    designs: NDArray[np.int64]
    multiplicity: NDArray[np.int64]
    deviation: NDArray[np.float64]
    lowest: NDArray[np.float64]
    highest: NDArray[np.float64]
    scales: Mapping[str, Scale] = field(default_factory=dict)

    @classmethod
    def from_values(
        cls,
        values: ArrayLike,
        objectives: Sequence[ObjectiveLike],
        *,
        scales: Mapping[str, Scale] | None = None,
        bounds: Bounds = UNBOUNDED,
    ) -> Front:
        """Take the front of all values (n, m), natural units and senses.

        Parameters
        ----------
        values
            Of every design.
        objectives
            The m objectives.
        scales
            See `Front`; dominance does not depend on them, what is divided and weighted does.
        bounds
            Which designs count. Those that do not are left out everywhere; `designs` are still
            rows of the whole table.

        Raises
        ------
        InputError
            There is no row, none that keeps the bounds, fewer than two objectives, or a value is
            not finite (or not positive on a logarithmic scale).
        """
        natural = checked_values(values, objectives)
        if len(natural) == 0:
            raise InputError("values: empty, expected at least one row")
        inside = np.flatnonzero(bounds.met(natural, objectives))
        if len(inside) == 0:
            raise InputError(f"bounds: none of {len(natural)} designs has {bounds}")
        used = checked_scales(scales or {}, objectives)
        everything = measured(natural[inside], objectives, used)
        if len(objectives) < 2:
            raise InputError("objectives: one alone needs no weights, expected at least two")
        rows = np.flatnonzero(nondominated(everything))
        points, first, counts = np.unique(
            everything[rows], axis=0, return_index=True, return_counts=True
        )
        return cls(
            objectives=tuple(objectives),
            points=points,
            values=natural[inside[rows[first]]],
            designs=inside[rows[first]],
            multiplicity=counts,
            deviation=everything.std(axis=0),
            lowest=everything.min(axis=0),
            highest=everything.max(axis=0),
            scales=used,
        )

    def turned(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return values (n, m), natural units, minimized and on the front's scales."""
        return measured(values, self.objectives, self.scales)

    def __len__(self) -> int:
        return len(self.points)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the objectives."""
        return tuple(objective.name for objective in self.objectives)

    @cached_property
    def ideal(self) -> NDArray[np.float64]:
        """Smallest value of each objective on the front (m,), minimized."""
        return self.points.min(axis=0)

    @cached_property
    def nadir(self) -> NDArray[np.float64]:
        """Largest value of each objective on the front (m,), minimized."""
        return self.points.max(axis=0)

    @cached_property
    def constant(self) -> NDArray[np.bool_]:
        """Objectives that are the same in every design of the space (m,)."""
        return self.lowest == self.highest

    @cached_property
    def degenerate(self) -> NDArray[np.bool_]:
        """Objectives that are the same all along the front (m,)."""
        return self.ideal == self.nadir

    def divisors(self, scaling: Scaling) -> NDArray[np.float64]:
        """Return what each minimized objective is divided by before it is weighted (m,).

        ``"raw"``: 1, natural units as in the reports; ``"range"``: nadir - ideal of the front;
        ``"deviation"``: standard deviation over all designs. Objectives without range or
        deviation get 1. None of them changes which designs weights can reach, all of them
        change which weights reach it.

        Raises
        ------
        InputError
            The scaling is unknown.
        """
        if scaling == "raw":
            return np.ones(len(self.objectives))
        if scaling == "range":
            span = self.nadir - self.ideal
            return np.where(span > 0, span, 1.0)
        if scaling == "deviation":
            varies = self.deviation > 1e-12 * np.maximum(abs(self.lowest), abs(self.highest))
            return np.where(varies & ~self.constant, self.deviation, 1.0)
        raise InputError(f"scaling {scaling!r}: expected one of {', '.join(SCALINGS)}")

    def scaled(self, scaling: Scaling) -> NDArray[np.float64]:
        """Return the points (k, m) minus the ideal point, divided by `divisors`."""
        return (self.points - self.ideal) / self.divisors(scaling)

    @cached_property
    def normalized(self) -> NDArray[np.float64]:
        """The points (k, m) on the range scale: ideal = 0, nadir = 1."""
        return self.scaled("range")
