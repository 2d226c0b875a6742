"""What the analysis must know of an objective, and the one turn into minimisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError

Sense = Literal["min", "max"]


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


@dataclass(frozen=True)
class Objective:
    """One column of values and the direction in which it gets better.

    Parameters
    ----------
    name
        Column of the trial table.
    sense
        ``"min"`` or ``"max"``.
    unit
        For axes and table heads; ``"1"`` for a pure number.

    Raises
    ------
    InputError
        The sense is neither ``"min"`` nor ``"max"``.

    Examples
    --------
    >>> Objective("accuracy", "max")
    Objective(name='accuracy', sense='max', unit='1')
    """

    name: str
    sense: Sense = "min"
    unit: str = "1"

    def __post_init__(self) -> None:
        if self.sense not in ("min", "max"):
            raise InputError(f"objective {self.name!r}: sense {self.sense!r}, expected min or max")


def labelled(objective: ObjectiveLike) -> str:
    """Return the axis label: the name and, unless it is a pure number, its unit.

    Examples
    --------
    >>> labelled(Objective("latency", unit="ms")), labelled(Objective("accuracy", "max"))
    ('latency (ms)', 'accuracy')
    """
    return objective.name if objective.unit == "1" else f"{objective.name} ({objective.unit})"


def checked_values(values: ArrayLike, objectives: Sequence[ObjectiveLike]) -> NDArray[np.float64]:
    """Return `values` as (n, m) float64 with one finite column per objective.

    Raises
    ------
    InputError
        There is no objective, the columns do not match them, or a value is not finite.
    """
    if not objectives:
        raise InputError("objectives: expected at least one")
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


def minimised(values: ArrayLike, objectives: Sequence[ObjectiveLike]) -> NDArray[np.float64]:
    """Negate the maximised columns, so that smaller is better everywhere.

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
    >>> minimised([[0.7, 12.0]], [Objective("accuracy", "max"), Objective("size")])
    array([[-0.7, 12. ]])
    """
    array = checked_values(values, objectives)
    signs = np.array([-1.0 if objective.sense == "max" else 1.0 for objective in objectives])
    return array * signs
