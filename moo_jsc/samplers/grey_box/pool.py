"""Which designs are scored: the whole space, or what a stated rule picks from a larger one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.sampler import Known

WHOLE = 1_000_000
"""Largest space of which every design is scored."""

SAMPLE = 200_000
"""Designs of a larger one that are drawn at random, without replacement, to begin with."""

_PARENTS = 200
_BLOCK = 65_536


class Pool:
    """The designs that are scored, and their known values.

    A space of up to `WHOLE` designs is there as a whole. Of a larger one there are `SAMPLE`
    random designs, both corners, and, from trial to trial, all neighbours (one choice changed)
    of the tried designs and of those that are thought best, so that the pool grows towards the
    front; once it holds `WHOLE` designs it stays as it is.

    Parameters
    ----------
    space
        What to choose from.
    known
        Known values of any configurations, or None.
    objectives
        How many there are.
    seed
        Of the random sample.
    """

    def __init__(
        self, space: SearchSpace, known: Known | None, objectives: int, *, seed: int
    ) -> None:
        self._space = space
        self._known = known
        self._objectives = objectives
        self.whole = space.size <= WHOLE
        self.indices = (
            np.arange(space.size, dtype=np.int64)
            if self.whole
            else np.unique([0, space.size - 1, *space.permuted(np.arange(SAMPLE), seed)])
        )
        self.rows = space.configurations(self.indices)
        self.known = self._values(self.rows)

    def grow(self, parents: NDArray[np.int64]) -> None:
        """Add the neighbours of some configurations (k, d), unless the space is there as a whole.

        Of more than 200, those at even distances are taken.
        """
        if self.whole or len(self.indices) >= WHOLE:
            return
        chosen = parents[np.linspace(0, len(parents) - 1, min(len(parents), _PARENTS)).astype(int)]
        found = [chosen]
        for column, radix in enumerate(self._space.radices):
            for value in range(radix):
                changed = chosen.copy()
                changed[:, column] = value
                found.append(changed)
        new = np.setdiff1d(self._space.indices(np.concatenate(found)), self.indices)
        if len(new):
            rows = self._space.configurations(new)
            self.indices = np.concatenate([self.indices, new])
            self.rows = np.concatenate([self.rows, rows])
            self.known = np.concatenate([self.known, self._values(rows)])

    def _values(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        if self._known is None:
            return np.full((len(rows), self._objectives), np.nan)
        blocks = range(0, len(rows), _BLOCK)
        return np.concatenate([self._known(rows[start : start + _BLOCK]) for start in blocks])
