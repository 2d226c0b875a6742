"""One run: what one sampler evaluated with one seed, in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.bounds import Bounds
from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, minimized
from analysis.front.pareto import nondominated


@dataclass(frozen=True, eq=False)
class Run:
    """The trials of one sampler with one seed, in order.

    Trials without values (they failed, or a log that holds improvements only left them out) are
    counted in `length`, and have no row in the other arrays.

    Attributes
    ----------
    sampler, seed
        Whose run it is.
    objectives
        The m objectives.
    values
        (n, m), natural units and senses.
    position
        (n,) which trial each row is, counted from 0, rising.
    length
        Trials that the run spent, with and without values.
    configurations
        (n,) what was evaluated; None if unknown.
    new
        (length,) true where the configuration had not been evaluated before in this run; None if
        unknown.
    overhead
        What the sampler itself spent on the run, in seconds; None if unknown.
    whole
        The run with the trials outside the bounds too; None where it has no bounds.
    """

    sampler: str
    seed: int
    objectives: tuple[ObjectiveLike, ...]
    values: NDArray[np.float64]
    position: NDArray[np.int64]
    length: int
    configurations: NDArray[Any] | None = None
    new: NDArray[np.bool_] | None = None
    overhead: float | None = None
    whole: Run | None = None

    def __len__(self) -> int:
        return self.length

    def __repr__(self) -> str:
        return f"Run({self.sampler}, seed {self.seed}: {self.length} trials)"

    @cached_property
    def minimized(self) -> NDArray[np.float64]:
        """The values turned so that smaller is better (n, m)."""
        return minimized(self.values, self.objectives)

    @cached_property
    def front_rows(self) -> NDArray[np.int64]:
        """Rows of the distinct nondominated values that the run ends with, in trial order."""
        return np.flatnonzero(nondominated(self.minimized, keep_duplicates=False))

    @cached_property
    def front(self) -> NDArray[np.float64]:
        """Those values in lexicographic order (k, m), natural units.

        The same set of values gives the same array, in whatever order it was evaluated.
        """
        return minimized(np.unique(self.minimized[self.front_rows], axis=0), self.objectives)

    def known_configurations(self) -> NDArray[Any]:
        """Return the configurations (n,).

        Raises
        ------
        InputError
            The log does not tell them.
        """
        if self.configurations is None:
            raise InputError("trial table: no column 'configuration'")
        return self.configurations

    def front_configurations(self) -> NDArray[np.int64]:
        """Return the rows of the distinct configurations on the final front, in trial order.

        Configurations of equal values are all on it.

        Raises
        ------
        InputError
            The log does not tell configurations.
        """
        rows = np.flatnonzero(nondominated(self.minimized))
        _, first = np.unique(self.known_configurations()[rows], return_index=True)
        return rows[np.sort(first)]

    def spread(self, curve: NDArray[np.float64], before: float) -> NDArray[np.float64]:
        """Return a curve over rows (n,) as a curve over trials (length,).

        Parameters
        ----------
        curve
            After each row.
        before
            The value as long as there is no row.
        """
        row = np.searchsorted(self.position, np.arange(self.length), side="right")
        return np.concatenate([[before], curve])[row]

    def selected(self, objectives: tuple[ObjectiveLike, ...]) -> Run:
        """Return the run on some of its objectives."""
        names = [objective.name for objective in self.objectives]
        columns = [names.index(objective.name) for objective in objectives]
        whole = None if self.whole is None else self.whole.selected(objectives)
        return replace(self, objectives=objectives, values=self.values[:, columns], whole=whole)

    def within(self, bounds: Bounds) -> Run:
        """Return the run with values only where they keep the bounds."""
        if not bounds:
            return self
        kept = bounds.met(self.values, self.objectives)
        known = self.configurations
        return replace(
            self,
            values=self.values[kept],
            position=self.position[kept],
            configurations=None if known is None else known[kept],
            whole=self.everything,
        )

    @property
    def everything(self) -> Run:
        """The run with all its trials, whether they count or not."""
        return self if self.whole is None else self.whole
