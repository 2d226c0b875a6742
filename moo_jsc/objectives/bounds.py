"""Bounds on objectives: which designs count at all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.names import unknown_name
from moo_jsc.objectives.objective import Objective


@dataclass(frozen=True)
class Bounds:
    """Least and largest values, in natural units, that a design must keep to count.

    A value that equals a bound keeps it.

    Parameters
    ----------
    at_least, at_most
        By the objective's name.

    Raises
    ------
    InputError
        A bound is not a finite number, or no value lies between two of them.

    Examples
    --------
    >>> from moo_jsc.objectives import get_objectives
    >>> bounds = Bounds({"accuracy": 0.7}, {"size": 100})
    >>> print(bounds)
    accuracy at least 0.7, size at most 100
    >>> bounds.kept([[0.7, 50], [0.6, 50], [0.8, 120]], get_objectives(["accuracy", "size"]))
    array([ True, False, False])
    """

    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind in ("at_least", "at_most"):
            object.__setattr__(self, kind, dict(sorted(getattr(self, kind).items())))
        for words, limits in (("at least", self.at_least), ("at most", self.at_most)):
            for name, value in limits.items():
                if not math.isfinite(value):
                    raise InputError(f"{name} {words} {value}: expected a finite number")
        for name in self.at_least.keys() & self.at_most.keys():
            if self.at_least[name] > self.at_most[name]:
                raise InputError(
                    f"{name} at least {self.at_least[name]:g} and at most "
                    f"{self.at_most[name]:g}: no value is both"
                )

    def __bool__(self) -> bool:
        return bool(self.at_least or self.at_most)

    def __str__(self) -> str:
        return ", ".join(
            [f"{name} at least {value:g}" for name, value in self.at_least.items()]
            + [f"{name} at most {value:g}" for name, value in self.at_most.items()]
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The objectives that are bounded, each once."""
        return tuple(dict.fromkeys([*self.at_least, *self.at_most]))

    def check(self, objectives: Sequence[Objective]) -> None:
        """Raise an InputError where a bound names none of the objectives."""
        names = [objective.name for objective in objectives]
        for name in self.names:
            if name not in names:
                raise unknown_name("bound on objective", name, names)

    def of(self, objectives: Sequence[Objective]) -> Bounds:
        """Return the bounds on these objectives only."""
        names = {objective.name for objective in objectives}
        return Bounds(
            {name: value for name, value in self.at_least.items() if name in names},
            {name: value for name, value in self.at_most.items() if name in names},
        )

    def replaced(self, other: Bounds) -> Bounds:
        """Return these bounds with those of `other` in place of the same kind on the same name."""
        return Bounds({**self.at_least, **other.at_least}, {**self.at_most, **other.at_most})

    def violations(self, values: ArrayLike, objectives: Sequence[Objective]) -> NDArray[np.float64]:
        """Return by how much each bound is missed, at most 0 where it is kept.

        Parameters
        ----------
        values
            Shape (n, m), natural units.
        objectives
            The m columns.

        Returns
        -------
        numpy.ndarray
            Shape (n, bounds), lower bounds first: the distance beyond the bound as a share of the
            bound's own size (in natural units where that is 0), so that bounds in different units
            can be added up.

        Raises
        ------
        InputError
            A bound names none of the objectives.
        """
        self.check(objectives)
        array = np.asarray(values, dtype=np.float64)
        names = [objective.name for objective in objectives]
        limits = [(name, -1.0, value) for name, value in self.at_least.items()]
        limits += [(name, 1.0, value) for name, value in self.at_most.items()]
        missed = np.empty((len(array), len(limits)))
        for column, (name, sign, value) in enumerate(limits):
            missed[:, column] = sign * (array[:, names.index(name)] - value) / (abs(value) or 1.0)
        return missed

    def kept(self, values: ArrayLike, objectives: Sequence[Objective]) -> NDArray[np.bool_]:
        """Say which rows of values (n, m) keep every bound, shape (n,)."""
        return np.all(self.violations(values, objectives) <= 0, axis=1)

    @classmethod
    def parsed(cls, at_least: Sequence[str] = (), at_most: Sequence[str] = ()) -> Bounds:
        """Read bounds as the command line gives them.

        Raises
        ------
        InputError
            An entry is not of the form name=number, or names an objective a second time.

        Examples
        --------
        >>> print(Bounds.parsed(["accuracy=0.70"], ["size=100,flops=5e3"]))
        accuracy at least 0.7, flops at most 5000, size at most 100
        """
        return cls(_numbers("at least", at_least), _numbers("at most", at_most))


UNBOUNDED = Bounds()
"""Every design counts."""


def _numbers(words: str, entries: Sequence[str]) -> dict[str, float]:
    limits: dict[str, float] = {}
    for entry in (part for text in entries for part in text.split(",") if part):
        name, _, number = entry.partition("=")
        if name in limits:
            raise InputError(f"{words} {entry!r}: {name} is bounded twice")
        try:
            limits[name] = float(number)
        except ValueError:
            raise InputError(f"{words} {entry!r}: expected for instance accuracy=0.7") from None
    return limits
