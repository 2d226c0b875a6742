"""Bounds on objectives: which designs count at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, checked_values


@dataclass(frozen=True)
class Bounds:
    """Least and largest values, in natural units, that a design must keep to count.

    Designs that do not are no part of the problem: not of its front, its scale, or what a run is
    credited with.

    Parameters
    ----------
    at_least, at_most
        By the objective's name; the bound itself counts as met.

    Raises
    ------
    InputError
        A bound is not a finite number, or no value can lie between two of them.

    Examples
    --------
    >>> bounds = Bounds({"accuracy": 0.7}, {"lut": 5000})
    >>> print(bounds)
    accuracy at least 0.7, lut at most 5000
    >>> from analysis.foundation.objectives import Objective
    >>> bounds.met([[0.7, 10], [0.6, 10], [0.8, 6000]],
    ...            [Objective(name="accuracy", sense="max"), Objective(name="lut")])
    array([ True, False, False])
    """

    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind, bounds in (("at least", self.at_least), ("at most", self.at_most)):
            for name, value in bounds.items():
                if not np.isfinite(value):
                    raise InputError(f"{name} {kind} {value}: expected a finite number")
        for name in self.at_least.keys() & self.at_most.keys():
            if self.at_least[name] > self.at_most[name]:
                raise InputError(
                    f"{name} at least {self.at_least[name]:g} and at most {self.at_most[name]:g}: "
                    "no value can be both"
                )

    def __bool__(self) -> bool:
        return bool(self.at_least or self.at_most)

    def __str__(self) -> str:
        return ", ".join(
            [f"{name} at least {value:g}" for name, value in self.at_least.items()]
            + [f"{name} at most {value:g}" for name, value in self.at_most.items()]
        )

    def met(self, values: ArrayLike, objectives: Sequence[ObjectiveLike]) -> NDArray[np.bool_]:
        """Mark the rows of values (n, m), natural units, that keep all bounds.

        Raises
        ------
        InputError
            A bound names none of the objectives, or the values do not fit them.
        """
        array = checked_values(values, objectives)
        names = [objective.name for objective in objectives]
        for name in (*self.at_least, *self.at_most):
            if name not in names:
                raise InputError(f"bound on {name!r}: expected one of {', '.join(names)}")
        inside = np.ones(len(array), dtype=bool)
        for name, value in self.at_least.items():
            inside &= array[:, names.index(name)] >= value
        for name, value in self.at_most.items():
            inside &= array[:, names.index(name)] <= value
        return inside

    def without(self, name: str) -> Bounds:
        """Return the bounds on all objectives but one."""
        return Bounds(
            {key: value for key, value in self.at_least.items() if key != name},
            {key: value for key, value in self.at_most.items() if key != name},
        )


UNBOUNDED = Bounds()
