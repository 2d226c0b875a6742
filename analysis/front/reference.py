"""The true front of a problem, and the scale on which sets are measured against it.

Sets are never scaled by their own extremes: the ideal and nadir points are those of the true
front, so that every sampler, seed and trial is measured on one scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.bounds import UNBOUNDED, Bounds
from analysis.foundation.errors import InputError
from analysis.foundation.objectives import (
    ObjectiveLike,
    checked_objectives,
    checked_values,
    minimized,
)
from analysis.foundation.scales import Scale, checked_scales, measured, scale_label
from analysis.foundation.words import counted
from analysis.front.hypervolume import hypervolume
from analysis.front.pareto import pareto_front

ROUNDING = 1e-9
"""Share of a range within which values count as equal."""


def lattice_divisions(front_size: int, objectives: int) -> int:
    """Return H, the divisions of the simplex lattice that a front of that size corresponds to.

    The integer H with C(H+m-1, m-1) <= front_size < C(H+m, m-1): the largest lattice that the
    front could fill. At least 1.

    Notes
    -----
    Ishibuchi, Imada, Setoguchi and Nojima, "How to specify a reference point in hypervolume
    calculation for fair performance comparison", Evolutionary Computation 26(3), 2018. For two
    objectives H = front_size - 1. Fronts of fewer than m points have no such H and get 1.

    Examples
    --------
    >>> lattice_divisions(100, 2), lattice_divisions(91, 3), lattice_divisions(90, 3)
    (99, 12, 11)
    """
    if front_size < 1 or objectives < 2:
        raise InputError(
            f"lattice of {front_size} points in {objectives} objectives: expected at least 1 and 2"
        )
    divisions = 1
    while comb(divisions + objectives, objectives - 1) <= front_size:
        divisions += 1
    return divisions


@dataclass(frozen=True, eq=False)
class Reference:
    """A problem's front, the designs that count, and the scale that they define.

    Parameters
    ----------
    objectives
        The m objectives.
    front
        (k, m) distinct nondominated points, natural units and senses.
    worst
        (m,) the worst value of each objective in any design that counts, if known. Only used as
        the scale of objectives that are constant along the front, and to name constant ones.
    coordinate
        Coordinate of the hypervolume's reference point on the normalized scale, the same in
        every objective. None: 1 + 1/H (see `lattice_divisions`), and 1 for a single objective.
    scales
        ``"logarithmic"`` for objectives that are measured so, by name; the others are linear.
        Declared, never taken from the data, so that it is the same for every front of a problem.
    bounds
        Which designs count (see `analysis.foundation.bounds.Bounds`).
    complete
        Whether the front is known to be the true one, from all designs of a space. Else it is
        the best known, and is called so.

    Raises
    ------
    InputError
        The front is empty, not finite or outside the bounds; a logarithm of a value that is not
        positive is asked for; the coordinate is not a positive number.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> objectives = (Objective(name="accuracy", sense="max"), Objective(name="size", unit="bytes"))
    >>> reference = Reference.from_values([[0.7, 30], [0.6, 10], [0.5, 40]], objectives)
    >>> reference
    Reference(true front of 2 points; accuracy 0.6 to 0.7 (max), size 10 to 30 bytes (min))
    >>> reference.ideal, reference.nadir
    (array([ 0.7, 10. ]), array([ 0.6, 30. ]))
    >>> reference.normalized([[0.65, 20]]).round(9)
    array([[0.5, 0.5]])
    >>> reference.reference_point
    array([2., 2.])
    >>> reference.hypervolume
    3.0
    """

    objectives: tuple[ObjectiveLike, ...]
    front: NDArray[np.float64]
    worst: NDArray[np.float64] | None = field(default=None)
    coordinate: float | None = None
    scales: Mapping[str, Scale] = field(default_factory=dict)
    bounds: Bounds = UNBOUNDED
    complete: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "objectives", checked_objectives(self.objectives))
        front = checked_values(self.front, self.objectives)
        if len(front) == 0:
            raise InputError("front: empty, expected at least one point")
        if not self.bounds.met(front, self.objectives).all():
            raise InputError(f"front: a point is outside the bounds ({self.bounds})")
        if self.coordinate is not None and not 0 < self.coordinate < np.inf:
            raise InputError(f"reference point {self.coordinate}: expected a positive number")
        checked_scales(self.scales, self.objectives)
        object.__setattr__(self, "front", front)
        self._scaled(front)

    @classmethod
    def from_values(
        cls,
        values: ArrayLike,
        objectives: Sequence[ObjectiveLike],
        *,
        coordinate: float | None = None,
        scales: Mapping[str, Scale] | None = None,
        bounds: Bounds = UNBOUNDED,
        complete: bool = True,
    ) -> Reference:
        """Take the front from all values (n, m) of the space, natural units and senses.

        Raises
        ------
        InputError
            There is no value, or none keeps the bounds; or see `Reference`.
        """
        array = checked_values(values, objectives)
        if len(array) == 0:
            raise InputError("values: empty, expected at least one row")
        inside = array[bounds.met(array, objectives)]
        if len(inside) == 0:
            raise InputError(f"bounds: none of {len(array)} designs has {bounds}")
        smaller = minimized(inside, objectives)
        return cls(
            objectives=tuple(objectives),
            front=minimized(pareto_front(smaller), objectives),
            worst=minimized(smaller.max(axis=0, keepdims=True), objectives)[0],
            coordinate=coordinate,
            scales=scales or {},
            bounds=bounds,
            complete=complete,
        )

    def __repr__(self) -> str:
        ranges = ", ".join(
            f"{objective.name} {low:g} to {high:g}"
            + ("" if objective.unit == "1" else f" {objective.unit}")
            + f" ({objective.sense})"
            for objective, low, high in zip(
                self.objectives, self.front.min(axis=0), self.front.max(axis=0), strict=True
            )
        )
        kept = f"; {self.bounds}" if self.bounds else ""
        return (
            f"Reference({self.kind} front of {counted(len(self.front), 'point')}; {ranges}{kept})"
        )

    @property
    def kind(self) -> str:
        """What the front is called: ``"true"``, or ``"best known"`` unless it is complete."""
        return "true" if self.complete else "best known"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the objectives."""
        return tuple(objective.name for objective in self.objectives)

    @cached_property
    def ideal(self) -> NDArray[np.float64]:
        """Best value of each objective on the front (m,), natural units."""
        return minimized(self._minimized_front.min(axis=0, keepdims=True), self.objectives)[0]

    @cached_property
    def nadir(self) -> NDArray[np.float64]:
        """Worst value of each objective on the front (m,), natural units."""
        return minimized(self._minimized_front.max(axis=0, keepdims=True), self.objectives)[0]

    @cached_property
    def degenerate(self) -> NDArray[np.bool_]:
        """Objectives that do not vary along the front (m,)."""
        return self.ideal == self.nadir

    @cached_property
    def constant(self) -> NDArray[np.bool_]:
        """Objectives that do not vary in the whole space (m,), as far as `worst` tells."""
        if self.worst is None:
            return np.zeros(len(self.objectives), dtype=bool)
        return self.degenerate & (self.worst == self.ideal)

    def normalized(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return values (n, m) minimized and scaled: ideal = 0, nadir = 1.

        An objective that is constant along the front has no such scale: its best value is 0 and
        its worst value in the space 1 (one natural unit, where that is unknown or the same), so
        the front lies at 0 in it.

        Raises
        ------
        InputError
            The columns do not match the objectives, or a value is not finite (or not positive
            on a logarithmic scale).
        """
        scaled = self._scaled(values)
        low, span = self._scale
        return (scaled - low) / span

    @cached_property
    def normalized_front(self) -> NDArray[np.float64]:
        """The true front on the normalized scale (k, m)."""
        return self.normalized(self.front)

    @property
    def reference_point(self) -> NDArray[np.float64]:
        """Where the hypervolume is bounded (m,), on the normalized scale."""
        return np.full(len(self.objectives), self._coordinate)

    @cached_property
    def hypervolume(self) -> float:
        """Hypervolume of the true front, on the normalized scale."""
        return hypervolume(self.normalized_front, self.reference_point)

    def with_coordinate(self, coordinate: float | None) -> Reference:
        """Return the same front with another reference point."""
        return replace(self, coordinate=coordinate)

    @property
    def logarithmic(self) -> tuple[str, ...]:
        """Names of the objectives that are measured on a logarithmic scale."""
        return tuple(name for name in self.names if self.scales.get(name) == "logarithmic")

    @property
    def scale_label(self) -> str:
        """The scale in words, for captions."""
        return scale_label(self.names, self.scales)

    def on_other_scale(self) -> Reference:
        """Return the same front on linear scales, or with logarithmic costs if it has them.

        Raises
        ------
        InputError
            A cost is not positive everywhere on the front.
        """
        costs = [objective.name for objective in self.objectives if objective.sense == "min"]
        scales: dict[str, Scale] = {} if self.logarithmic else dict.fromkeys(costs, "logarithmic")
        return replace(self, scales=scales)

    def without(self, name: str) -> Reference:
        """Return the reference of the problem without one objective.

        The reduced problem's front is the nondominated part of the full front's projection:
        whatever dominates a point in all objectives also does so, weakly, in fewer.

        Raises
        ------
        InputError
            The objective is unknown, or the only one.
        """
        if name not in self.names:
            raise InputError(f"objective {name!r}: expected one of {', '.join(self.names)}")
        if len(self.objectives) == 1:
            raise InputError(f"objective {name!r}: it is the only one")
        kept = [column for column, other in enumerate(self.names) if other != name]
        objectives = tuple(self.objectives[column] for column in kept)
        front = minimized(self.front[:, kept], objectives)
        return replace(
            self,
            objectives=objectives,
            front=minimized(pareto_front(front), objectives),
            worst=None if self.worst is None else self.worst[kept],
            scales={key: scale for key, scale in self.scales.items() if key != name},
            bounds=self.bounds.without(name),
        )

    def require_complete(self, values: ArrayLike) -> None:
        """Check that no value (n, m) shows a front that is said to be true to be incomplete.

        Raises
        ------
        InputError
            A value is not weakly dominated by a point of the front.
        """
        points = self.normalized(values)
        if not self.complete or len(points) == 0:
            return
        excess = (self.normalized_front[None, :, :] - pareto_front(points)[:, None, :]).max(axis=2)
        beyond = excess.min(axis=1) > ROUNDING
        if beyond.any():
            raise InputError(
                f"front: {counted(int(beyond.sum()), 'evaluated design')} of the trials "
                f"{'is' if beyond.sum() == 1 else 'are'} not dominated by it, so it is not the "
                "true front of their problem; expected the front of all designs, or one that is "
                "marked as not complete"
            )

    @cached_property
    def _minimized_front(self) -> NDArray[np.float64]:
        return minimized(self.front, self.objectives)

    @cached_property
    def _coordinate(self) -> float:
        if self.coordinate is not None:
            return self.coordinate
        if len(self.objectives) == 1:
            return 1.0
        return 1.0 + 1.0 / lattice_divisions(len(self.front), len(self.objectives))

    def _scaled(self, values: ArrayLike) -> NDArray[np.float64]:
        return measured(values, self.objectives, self.scales)

    @cached_property
    def _scale(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        front = self._scaled(self.front)
        low = front.min(axis=0)
        span = front.max(axis=0) - low
        if self.degenerate.any():
            worst = low if self.worst is None else self._scaled(self.worst[None, :])[0]
            span = np.where(self.degenerate, worst - low, span)
            span = np.where(span == 0, 1.0, span)
        return low, span
