"""What the analysis must know of an objective, and the one turn into minimization."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError

Sense = Literal["min", "max"]

FIELDS = ("name", "unit", "sense")


@runtime_checkable
class ObjectiveLike(Protocol):
    """Anything with a name, a unit and a sense."""

    @property
    def name(self) -> str:
        """Column of the trial table."""

    @property
    def unit(self) -> str:
        """For axes; ``"1"`` for a pure number."""

    @property
    def sense(self) -> Sense:
        """``"min"`` or ``"max"``."""


@dataclass(frozen=True, kw_only=True)
class Objective:
    """One column of values and the direction in which it gets better.

    Parameters
    ----------
    name
        Column of the trial table.
    unit
        For axes and table heads; ``"1"`` for a pure number.
    sense
        ``"min"`` or ``"max"``.

    Raises
    ------
    InputError
        The sense is neither ``"min"`` nor ``"max"``.

    Examples
    --------
    >>> Objective(name="accuracy", sense="max")
    Objective(name='accuracy', unit='1', sense='max')
    """

    name: str
    unit: str = "1"
    sense: Sense = "min"

    def __post_init__(self) -> None:
        checked_objectives([self])


def checked_objectives(objectives: Sequence[ObjectiveLike]) -> tuple[ObjectiveLike, ...]:
    """Return objectives as a tuple: at least one, different names, known senses.

    Any object with ``name``, ``unit`` and ``sense`` is an objective.

    Raises
    ------
    InputError
        There is none, a name is there twice, or something has no name, unit or known sense.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> checked_objectives([SimpleNamespace(name="size", unit="bytes", sense="down")])
    Traceback (most recent call last):
    analysis.foundation.errors.InputError: objective 'size': sense 'down', expected min or max
    """
    if not objectives:
        raise InputError("objectives: expected at least one")
    for objective in objectives:
        if not all(hasattr(objective, field) for field in FIELDS):
            raise InputError(f"objective {objective!r}: expected a name, a unit and a sense")
        if objective.sense not in ("min", "max"):
            raise InputError(
                f"objective {objective.name!r}: sense {objective.sense!r}, expected min or max"
            )
    names = [objective.name for objective in objectives]
    if len(set(names)) < len(names):
        raise InputError(f"objectives {', '.join(names)}: expected each name once")
    return tuple(objectives)


def labeled(objective: ObjectiveLike) -> str:
    """Return the axis label: the name and, unless it is a pure number, its unit.

    Examples
    --------
    >>> labeled(Objective(name="latency", unit="ms")), labeled(Objective(name="loss"))
    ('latency (ms)', 'loss')
    """
    return objective.name if objective.unit == "1" else f"{objective.name} ({objective.unit})"


def checked_values(values: ArrayLike, objectives: Sequence[ObjectiveLike]) -> NDArray[np.float64]:
    """Return `values` as (n, m) float64 with one finite column per objective.

    Raises
    ------
    InputError
        There is no objective, the columns do not match them, or a value is not finite.
    """
    objectives = checked_objectives(objectives)
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != len(objectives):
        raise InputError(
            f"values of shape {array.shape}: expected (n, {len(objectives)}) for the objectives "
            f"{', '.join(objective.name for objective in objectives)}"
        )
    finite = np.isfinite(array)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise InputError(
            f"{objectives[column].name} = {array[row, column]} in row {row}: "
            "expected a finite number"
        )
    return array


def minimized(values: ArrayLike, objectives: Sequence[ObjectiveLike]) -> NDArray[np.float64]:
    """Negate the maximized columns, so that smaller is better everywhere.

    Parameters
    ----------
    values
        (n, m), natural units and senses.
    objectives
        The m columns.

    Returns
    -------
    numpy.ndarray
        (n, m). Applying the function twice gives the natural values back.

    Raises
    ------
    InputError
        The columns do not match the objectives, or a value is not finite.

    Examples
    --------
    >>> minimized([[0.7, 12.0]], [Objective(name="accuracy", sense="max"), Objective(name="size")])
    array([[-0.7, 12. ]])
    """
    return checked_values(values, objectives) * signs(objectives)


def signs(objectives: Sequence[ObjectiveLike]) -> NDArray[np.float64]:
    """Return -1 for each maximized and 1 for each minimized objective, (m,)."""
    return np.array([-1.0 if objective.sense == "max" else 1.0 for objective in objectives])
