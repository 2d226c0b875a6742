"""Where a design stands, in coordinates in which a quality changes evenly.

A choice that an objective gets better with becomes a damage: 1 at a reference of few resources,
and the nearer to 0 the more there are. Rounding errors halve with every bit, so widths in bits
become exp(-rate (bits - 2)); what a layer cannot represent shrinks like one over its channels to
some power; other ordered choices fall by their rank. A choice that says nothing is placed by its
rank, one without an order gets a coordinate for each value.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import Choice, SearchSpace

_FEWEST_BITS = 2
_RANKED_FALL = 3.0
"""Damage by rank falls to exp(-3) = 5 % of its largest value."""


class Coordinates:
    """The coordinates of a space's designs for one objective.

    Parameters
    ----------
    space
        Whose choices are placed.
    objective
        The black box; the choices' trends are those of its name.
    monotone
        Use the trends; if not, every choice is placed as if it said nothing about quality, at
        the same coordinates.
    """

    def __init__(self, space: SearchSpace, objective: Objective, *, monotone: bool = True) -> None:
        self._choices = space.choices
        self._placed: dict[tuple[float, float], list[list[NDArray[np.float64]]]] = {}
        better = 1 if objective.sense == "max" else -1
        self._directions = [better * choice.trend(objective.name) for choice in space.choices]
        self.damaging = np.concatenate(
            [
                np.full(len(columns), monotone and choice.ordered and direction != 0)
                for choice, direction, columns in zip(
                    space.choices, self._directions, self._tables(1.0), strict=True
                )
            ]
        )
        """Which coordinates are damages, shape (k,)."""
        counts_bits = [choice.unit == "bits" for choice in space.choices]
        self.other = self.damaging & ~np.repeat(counts_bits, [len(t) for t in self._tables(1.0)])
        """Which of them are damages by anything but bits, shape (k,)."""

    def of(self, rows: NDArray[np.int64], rate: float, power: float = 1.0) -> NDArray[np.float64]:
        """Return the coordinates (n, k) of configurations (n, d).

        Parameters
        ----------
        rows
            Choice indices.
        rate
            How fast damage falls with every bit.
        power
            Of the channels that damage falls with.
        """
        tables = self._tables(rate, power)
        columns = [column[rows[:, j]] for j, table in enumerate(tables) for column in table]
        return np.stack(columns, axis=1)

    def _tables(self, rate: float, power: float = 1.0) -> list[list[NDArray[np.float64]]]:
        """Return, for each choice, the value of each of its coordinates at every index."""
        if (rate, power) not in self._placed:
            self._placed[rate, power] = [
                _table(choice, direction, rate, power)
                for choice, direction in zip(self._choices, self._directions, strict=True)
            ]
        return self._placed[rate, power]


def _table(choice: Choice, direction: int, rate: float, power: float) -> list[NDArray[np.float64]]:
    count = len(choice.values)
    if not choice.ordered:
        return [np.where(np.arange(count) == i, np.sqrt(0.5), 0.0) for i in range(count)]
    ranks = np.arange(count) / max(1, count - 1)
    if direction == 0:
        return [ranks]
    if direction < 0:
        return [np.exp(-_RANKED_FALL * (1.0 - ranks))]
    values = np.array(choice.values, dtype=np.float64)
    if choice.unit == "bits":
        return [np.exp(-rate * (values - _FEWEST_BITS))]
    if choice.unit == "channels" and values[0] > 0:
        return [(values[0] / values) ** power]
    return [np.exp(-_RANKED_FALL * ranks)]
