"""The true front of a problem, and the scale on which sets are measured against it.

Sets are never scaled by their own extremes: the ideal and nadir points are those of the true
front, so that every sampler, seed and trial is measured on one scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, checked_values, minimised
from analysis.front.hypervolume import hypervolume
from analysis.front.pareto import pareto_front


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


@dataclass(frozen=True)
class Reference:
    """The true front, and the scale that it defines.

    Parameters
    ----------
    objectives
        The m objectives.
    front
        (k, m) distinct nondominated points, natural units and senses.
    worst
        (m,) the worst value of each objective anywhere in the space, if known. Only used as the
        scale of objectives that are constant along the front, and to name constant ones.
    coordinate
        Coordinate of the hypervolume's reference point on the normalised scale, the same in
        every objective. None: 1 + 1/H (see `lattice_divisions`), and 1 for a single objective.
    log_costs
        Measure minimised objectives on a logarithmic scale.

    Raises
    ------
    InputError
        The front is empty or not finite; a logarithm of a value that is not positive is asked
        for; the coordinate is not a positive number.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> objectives = (Objective("accuracy", "max"), Objective("size", unit="bytes"))
    >>> reference = Reference.from_values([[0.7, 30], [0.6, 10], [0.5, 40]], objectives)
    >>> reference.ideal, reference.nadir
    (array([ 0.7, 10. ]), array([ 0.6, 30. ]))
    >>> reference.normalised([[0.65, 20]]).round(9)
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
    log_costs: bool = False

    def __post_init__(self) -> None:
        front = checked_values(self.front, self.objectives)
        if len(front) == 0:
            raise InputError("front: empty, expected at least one point")
        if self.coordinate is not None and not 0 < self.coordinate < np.inf:
            raise InputError(f"reference point {self.coordinate}: expected a positive number")
        if self.log_costs:
            for column, objective in enumerate(self.objectives):
                if objective.sense == "min" and front[:, column].min() <= 0:
                    raise InputError(
                        f"objective {objective.name!r}: minimum {front[:, column].min():g}, "
                        "expected positive values for a logarithmic scale"
                    )
        object.__setattr__(self, "front", front)

    @classmethod
    def from_values(
        cls,
        values: ArrayLike,
        objectives: Sequence[ObjectiveLike],
        *,
        coordinate: float | None = None,
        log_costs: bool = False,
    ) -> Reference:
        """Take the front from all values (n, m) of the space, natural units and senses."""
        smaller = minimised(values, objectives)
        if len(smaller) == 0:
            raise InputError("values: empty, expected at least one row")
        return cls(
            objectives=tuple(objectives),
            front=minimised(pareto_front(smaller), objectives),
            worst=minimised(smaller.max(axis=0, keepdims=True), objectives)[0],
            coordinate=coordinate,
            log_costs=log_costs,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the objectives."""
        return tuple(objective.name for objective in self.objectives)

    @cached_property
    def ideal(self) -> NDArray[np.float64]:
        """Best value of each objective on the front (m,), natural units."""
        return minimised(self._minimised_front.min(axis=0, keepdims=True), self.objectives)[0]

    @cached_property
    def nadir(self) -> NDArray[np.float64]:
        """Worst value of each objective on the front (m,), natural units."""
        return minimised(self._minimised_front.max(axis=0, keepdims=True), self.objectives)[0]

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

    def normalised(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return values (n, m) minimised and scaled: ideal = 0, nadir = 1.

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
    def normalised_front(self) -> NDArray[np.float64]:
        """The true front on the normalised scale (k, m)."""
        return self.normalised(self.front)

    @property
    def reference_point(self) -> NDArray[np.float64]:
        """Where the hypervolume is bounded (m,), on the normalised scale."""
        return np.full(len(self.objectives), self._coordinate)

    @cached_property
    def hypervolume(self) -> float:
        """Hypervolume of the true front, on the normalised scale."""
        return hypervolume(self.normalised_front, self.reference_point)

    def with_coordinate(self, coordinate: float | None) -> Reference:
        """Return the same front with another reference point."""
        return replace(self, coordinate=coordinate)

    def with_log_costs(self, log_costs: bool = True) -> Reference:
        """Return the same front with minimised objectives on a logarithmic scale."""
        return replace(self, log_costs=log_costs)

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
        front = minimised(self.front[:, kept], objectives)
        return replace(
            self,
            objectives=objectives,
            front=minimised(pareto_front(front), objectives),
            worst=None if self.worst is None else self.worst[kept],
        )

    @cached_property
    def _minimised_front(self) -> NDArray[np.float64]:
        return minimised(self.front, self.objectives)

    @cached_property
    def _coordinate(self) -> float:
        if self.coordinate is not None:
            return self.coordinate
        if len(self.objectives) == 1:
            return 1.0
        return 1.0 + 1.0 / lattice_divisions(len(self.front), len(self.objectives))

    def _scaled(self, values: ArrayLike) -> NDArray[np.float64]:
        scaled = minimised(values, self.objectives)
        if self.log_costs:
            for column, objective in enumerate(self.objectives):
                if objective.sense == "max":
                    continue
                if len(scaled) and scaled[:, column].min() <= 0:
                    raise InputError(
                        f"objective {objective.name!r}: {scaled[:, column].min():g}, "
                        "expected positive values for a logarithmic scale"
                    )
                scaled[:, column] = np.log(scaled[:, column])
        return scaled

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
