"""Designs just above others: one step along one choice towards where predictions get better."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import SearchSpace

VOTES = 3
"""Designs just above one that must lie outside for it to be passed over: one may be unlucky."""

_ANY = slice(None)


@dataclass(frozen=True)
class TrendSteps:
    """The order that the choices' trends give the designs of a space.

    Parameters
    ----------
    space
        Of designs, by flat index.
    directions
        For each choice: 1 where objectives get better with its values, -1 where worse, 0 for a
        choice without a trend, along which there is no step.

    Examples
    --------
    >>> from moo_jsc.objectives import get_objectives
    >>> from moo_jsc.problems.space import Choice
    >>> bits = Choice("bits", (2, 4, 8), rises=("accuracy",))
    >>> space = SearchSpace("toy", (bits, Choice("kind", ("a", "b"))))
    >>> steps = TrendSteps.of(space, get_objectives(["accuracy"]))
    >>> [wave.tolist() for wave in steps.waves()]
    [[4, 5], [2, 3], [0, 1]]
    >>> steps.above(np.array([False, False, True, False, False, False])).tolist()
    [1, 0, 0, 0, 0, 0]
    """

    space: SearchSpace
    directions: tuple[int, ...]

    @classmethod
    def of(cls, space: SearchSpace, objectives: Sequence[Objective]) -> TrendSteps:
        """Return the steps along which every one of some objectives gets better.

        Raises
        ------
        InputError
            There are none.
        """
        signs = {o.name: 1 if o.sense == "max" else -1 for o in objectives}
        directions = []
        for choice in space.choices:
            found = {choice.trend(name) * sign for name, sign in signs.items()}
            directions.append(found.pop() if len(found) == 1 else 0)
        if not any(directions):
            raise InputError(
                f"{space.name}: no choice is said to make {', '.join(signs)} better or worse"
            )
        return cls(space, tuple(directions))

    @cached_property
    def _below_the_top(self) -> NDArray[np.int64]:
        """How many steps each design is below the top, shape (size,)."""
        count = np.zeros((), dtype=np.int64)
        for radix, direction in zip(self.space.radices, self.directions, strict=True):
            steps = np.arange(radix) * abs(direction)
            count = count[..., None] + (steps[::-1] if direction > 0 else steps)
        return count.ravel()

    def waves(self) -> Iterator[NDArray[np.int64]]:
        """Yield the flat indices of designs with equally many steps to the top, the top first."""
        order = np.argsort(self._below_the_top, kind="stable")
        yield from np.split(order, np.cumsum(np.bincount(self._below_the_top))[:-1])

    def _pairs(self) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
        """Yield, for each choice with a trend, where designs are and those just above them."""
        ends = slice(None, -1), slice(1, None)
        for axis, direction in enumerate(self.directions):
            if direction:
                below, above = ends[::direction]
                head = (_ANY,) * axis
                yield (*head, below), (*head, above)

    def above(self, marked: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Count the marked designs just above each, shape (size,)."""
        grid = marked.reshape(self.space.radices)
        counts = np.zeros(self.space.radices, dtype=np.int64)
        for below, above in self._pairs():
            counts[below] += grid[above]
        return counts.ravel()

    def from_the_top(
        self, outside: Callable[[NDArray[np.int64]], NDArray[np.bool_]], votes: int = VOTES
    ) -> NDArray[np.bool_]:
        """Ask designs wave by wave, but for those that the ones just above exclude.

        A design is passed over where enough of those just above it lie outside or were passed
        over.

        Parameters
        ----------
        outside
            Flat indices (n,) -> which of them lie outside, bool (n,).
        votes
            How many are enough; where fewer choices have a trend, one along each.

        Returns
        -------
        numpy.ndarray
            Which designs were asked, bool (size,).
        """
        votes = min(votes, int(np.count_nonzero(self.directions)))
        asked = np.ones(self.space.size, dtype=bool)
        lost = np.zeros(self.space.size, dtype=bool)
        for wave in self.waves():
            passed = self.above(lost)[wave] >= votes
            asked[wave[passed]], lost[wave[passed]] = False, True
            lost[wave[~passed]] = outside(wave[~passed])
        return asked

    def filled(self, values: NDArray[np.float64], objective: Objective) -> NDArray[np.float64]:
        """Return values (size,), each missing one the worst of those just above, top to bottom."""
        worst = np.fmin if objective.sense == "max" else np.fmax
        found = values.copy()
        missing = np.isnan(values)
        for _ in range(int(self._below_the_top.max())):
            grid = found.reshape(self.space.radices)
            guess = np.full_like(grid, np.nan)
            for below, above in self._pairs():
                guess[below] = worst(guess[below], grid[above])
            found = np.where(missing, guess.ravel(), found)
        return found
