"""Decoded designs as the explorer takes them: one row a design, and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Sense

if TYPE_CHECKING:
    import pandas as pd

NUMBER = "design"
"""Column of the designs' numbers in their space."""

FRONT = "front"
"""Column that says which designs are on the front."""

PLACE = "{number}"
"""Where a command takes the design's number."""

DRAWN = 4000
"""Designs that are drawn by default."""


@dataclass(frozen=True)
class Measure:
    """A column of numbers that designs are judged by.

    Parameters
    ----------
    key
        Of the column.
    label
        As it is shown, without the unit.
    unit
        ``"1"`` for a pure number.
    sense
        ``"min"`` or ``"max"``.
    logarithmic
        Draw it on a logarithmic axis; all values are positive.
    """

    key: str
    label: str
    unit: str = "1"
    sense: Sense = "min"
    logarithmic: bool = False


@dataclass(frozen=True, eq=False)
class Designs:
    """Designs with their values, choices and layers in words.

    Parameters
    ----------
    frame
        One row for each design that is drawn; columns ``design`` (its number), ``front`` (true
        on the front) and all that the other parameters name. A value that is not known is NaN.
    measures
        Columns of values.
    choices
        Columns of what was chosen; any text or number.
    layers
        Columns that say in words what a layer is.
    found
        Columns with the number of runs that tried the design, by the sampler's name.
    runs
        Of each of these samplers.
    commands
        Lines that do something with a design, by what they do; ``{number}`` stands for it.
    total
        Designs of the whole space; by default those of the frame.
    note
        What else is to be known of the values and the commands.

    Raises
    ------
    InputError
        There is no design, no measure, a column is missing, a number is there twice, a
        logarithmic measure is not positive, or a command has no place for the number.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"design": [4, 7], "front": [True, False], "size": [10.0, 20.0]})
    >>> Designs(frame, (Measure("size", "size", "bits"),), total=43200)
    Designs(2 of 43200; size)
    """

    frame: pd.DataFrame
    measures: tuple[Measure, ...]
    choices: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    found: Mapping[str, str] = field(default_factory=dict)
    runs: int = 0
    commands: Mapping[str, str] = field(default_factory=dict)
    total: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        wanted = [NUMBER, FRONT, *(measure.key for measure in self.measures)]
        wanted += [*self.choices, *self.layers, *self.found.values()]
        for key in wanted:
            if key not in self.frame.columns:
                raise InputError(f"designs: no column {key!r}")
        if not len(self.frame) or not self.measures:
            raise InputError("designs: expected at least one, with at least one measure")
        if self.frame[NUMBER].duplicated().any():
            raise InputError("designs: expected each number once")
        for measure in self.measures:
            if measure.logarithmic and not self.frame[measure.key].dropna().gt(0).all():
                raise InputError(f"designs: {measure.key}: expected positive values on log axes")
        for name, command in self.commands.items():
            if PLACE not in command:
                raise InputError(f"designs: command {name!r}: expected {PLACE} in it")

    def __repr__(self) -> str:
        names = ", ".join(measure.label for measure in self.measures)
        return f"Designs({len(self.frame)} of {self.total or len(self.frame)}; {names})"


def drawn_rows(
    size: int, wanted: ArrayLike, *, limit: int = DRAWN, seed: int = 0
) -> NDArray[np.int64]:
    """Return which of `size` designs are drawn: the wanted ones, and a sample of the others.

    Parameters
    ----------
    size
        Designs 0 to size - 1.
    wanted
        Those to be drawn in any case, shape (k,); a sample of them if they exceed the limit.
    limit
        Of all that are drawn.
    seed
        Of the sample.

    Returns
    -------
    numpy.ndarray
        Ascending, shape (min(size, limit),).

    Examples
    --------
    >>> drawn_rows(5, [3], limit=9)
    array([0, 1, 2, 3, 4])
    >>> rows = drawn_rows(43_200, [17, 4], limit=100)
    >>> len(rows), 4 in rows, 17 in rows
    (100, True, True)
    """
    rng = np.random.default_rng(seed)
    first = np.unique(np.asarray(wanted, dtype=np.int64))
    if len(first) > limit:
        return np.sort(rng.choice(first, limit, replace=False))
    others = np.setdiff1d(np.arange(size), first, assume_unique=True)
    more = rng.choice(others, min(limit - len(first), len(others)), replace=False)
    return np.sort(np.concatenate([first, more]))
