"""One run of the grey box: what was tried, what is believed, what comes next."""

from __future__ import annotations

from math import comb, inf

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.grey_box.beliefs import Belief, Scale
from moo_jsc.samplers.grey_box.coordinates import Coordinates
from moo_jsc.samplers.grey_box.improvement import (
    Certain,
    Outlook,
    expected_improvement,
    undominated_cells,
)
from moo_jsc.samplers.grey_box.pool import Pool
from moo_jsc.samplers.grey_box.settings import Settings
from moo_jsc.samplers.grey_box.surrogate import Surrogate

_EQUAL = 1e-9
"""Relative difference between improvements that counts as none."""

_SPREADS = 2.0
"""Standard deviations to both sides that stand for the range of a single belief."""

_DRAWS = 4
"""Uneven fronts that the reference point is averaged over."""


class Search:
    """The state of one run, between an evaluation and the next proposal.

    Values are minimised throughout; costs known beforehand are logarithms if the settings say so.

    Raises
    ------
    InputError
        No design meets the bounds on known costs, or a cost is not positive whose logarithm is
        asked for.
    """

    def __init__(
        self,
        space: SearchSpace,
        objectives: tuple[Objective, ...],
        pool: Pool,
        settings: Settings,
        *,
        seed: int,
    ) -> None:
        self._space = space
        self._objectives = objectives
        self._pool = pool
        self._settings = settings
        self._generator = np.random.default_rng(seed)
        self._signs = np.array([-1.0 if o.sense == "max" else 1.0 for o in objectives])
        black = np.isnan(pool.known).any(axis=0)
        self._logarithmic = ~black & (self._signs > 0) & settings.log_costs
        self._surrogates = {
            int(column): Surrogate(
                Coordinates(space, objectives[column], monotone=settings.monotone),
                settings.constants,
                monotone=settings.monotone,
            )
            for column in np.flatnonzero(black)
        }
        self._columns = np.argsort(~black, kind="stable")
        self._bounds = self._measured(np.array([[_bound(o, settings) for o in objectives]]))[0]
        self._tried: list[int] = []
        self._natural: list[NDArray[np.float64]] = []
        known = self._measured(pool.known)
        if not (~(known > self._bounds)).all(axis=1).any():
            raise InputError(f"space {space.name!r}: no design meets the bounds on known costs")

    def learn(self, index: int, values: NDArray[np.float64]) -> None:
        """Take in the natural values (m,) of the configuration with a flat index."""
        self._tried.append(index)
        self._natural.append(values)

    def proposal(self) -> int | None:
        """Return the flat index of the next configuration; None when nothing is left."""
        tried = np.array(self._tried, dtype=np.int64)
        self._pool.grow(self._space.configurations(tried))
        known = self._measured(self._pool.known)
        untried = ~np.isin(self._pool.indices, tried) & ~(known > self._bounds).any(axis=1)
        if not untried.any():
            return None
        if len(tried) < self._settings.random_trials:
            return int(self._generator.choice(self._pool.indices[untried]))
        beliefs = self._beliefs(tried)
        expected = known.copy()
        for column, belief in beliefs.items():
            expected[:, column] = belief.median
        found = self._found(tried, expected)
        if not self._pool.whole:
            front = self._front(np.concatenate([expected[untried], found]))
            self._pool.grow(self._rows_near(front, expected))
        reference = self._expected_reference(expected[untried], untried, beliefs, found)
        candidates = self._candidates(np.flatnonzero(untried), known, beliefs)
        gain = self._improvement(candidates, known, beliefs, found, reference)
        best = np.flatnonzero(gain >= gain.max() * (1 - _EQUAL))
        return int(self._pool.indices[candidates[self._generator.choice(best)]])

    def _measured(self, natural: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return natural values (n, m) as they are measured: minimised, costs on their scale."""
        smaller = self._signs * natural
        for column in np.flatnonzero(self._logarithmic):
            lowest = np.nanmin(smaller[:, column])
            if lowest <= 0:
                raise InputError(
                    f"objective {self._objectives[column].name!r}: {lowest:g}, expected positive "
                    "values for a logarithmic scale"
                )
            smaller[:, column] = np.log(smaller[:, column])
        return smaller

    def _beliefs(self, tried: NDArray[np.int64]) -> dict[int, Belief]:
        """Return what is believed of every design in the pool, for each black box."""
        rows = self._space.configurations(tried)
        beliefs = {}
        for column, surrogate in self._surrogates.items():
            objective = self._objectives[column]
            values = np.array([natural[column] for natural in self._natural])
            scale = Scale.of(self._signs[column] * values)
            noise = self._settings.noise.get(objective.name)
            variance = noise.variance(values) if noise else np.zeros(len(values))
            mean, deviation, roughness = surrogate.predicted(
                self._pool.rows,
                rows,
                scale.modeled(self._signs[column] * values),
                variance * scale.stretch(values) ** 2,
            )
            beliefs[column] = Belief(mean, deviation, scale, roughness)
        return beliefs

    def _found(
        self, tried: NDArray[np.int64], expected: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the values (k, m) of the tried designs: as found, or believed where noisy."""
        if not len(tried):
            return np.empty((0, len(self._objectives)))
        found = self._measured(np.array(self._natural))
        order = np.argsort(self._pool.indices)
        places = order[np.searchsorted(self._pool.indices, tried, sorter=order)]
        for column in self._surrogates:
            if self._objectives[column].name in self._settings.noise:
                found[:, column] = expected[places, column]
        expected[places] = found
        return found

    def _front(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the nondominated ones of points (n, m), those within bounds if there are any."""
        within = (points <= self._bounds).all(axis=1)
        points = points[within] if within.any() else points
        return points[_nondominated(points)]

    def _rows_near(
        self, front: NDArray[np.float64], expected: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """Return the configurations whose expected values are on a front."""
        on_it = np.isin(expected[:, self._columns[0]], front[:, self._columns[0]])
        return self._pool.rows[: len(expected)][on_it]

    def _expected_reference(
        self,
        expected: NDArray[np.float64],
        untried: NDArray[np.bool_],
        beliefs: dict[int, Belief],
        found: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Return the reference point (m,), averaged over fronts as uneven as the true one.

        A smooth front ends at the largest design; on an uneven one, some cheaper design is the
        best, and what costs more than that does not count.
        """
        references = []
        for _ in range(_DRAWS if beliefs else 1):
            for column, belief in beliefs.items():
                expected[:, column] = belief.of(untried).rough(self._generator)
            front = self._front(np.concatenate([expected, found]))
            references.append(self._reference(front, beliefs))
        return np.minimum(np.mean(references, axis=0), self._bounds)

    def _reference(
        self, front: NDArray[np.float64], beliefs: dict[int, Belief]
    ) -> NDArray[np.float64]:
        """Return the reference point (m,): nadir + (nadir - ideal) / H of the expected front.

        H as of Ishibuchi et al. (2018). An objective that the front does not vary in takes the
        range of its belief, or one unit.
        """
        objectives = front.shape[1]
        ideal, nadir = front.min(axis=0), front.max(axis=0)
        for column in np.flatnonzero(ideal == nadir).tolist():
            nadir[column] += beliefs[column].range(_SPREADS) if column in beliefs else 1.0
        divisions = 1
        while objectives > 1 and comb(divisions + objectives, objectives - 1) <= len(front):
            divisions += 1
        return nadir + (nadir - ideal) / divisions

    def _candidates(
        self,
        places: NDArray[np.int64],
        known: NDArray[np.float64],
        beliefs: dict[int, Belief],
    ) -> NDArray[np.int64]:
        """Leave out designs that others beat in every known cost and in every prospect.

        The expected improvement rises with prospects and falls with costs, so the largest stays.
        """
        columns = [
            column
            for column in range(known.shape[1])
            if column not in beliefs and np.ptp(known[places, column])
        ]
        merits = [known[places][:, columns]]
        merits += [-belief.of(places).prospects for belief in beliefs.values()]
        return places[_nondominated(np.column_stack(merits), keep_equal=True)]

    def _improvement(
        self,
        candidates: NDArray[np.int64],
        known: NDArray[np.float64],
        beliefs: dict[int, Belief],
        found: NDArray[np.float64],
        reference: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        outlooks: list[Outlook] = [
            beliefs[column].of(candidates)
            if column in beliefs
            else Certain(known[candidates, column])
            for column in self._columns.tolist()
        ]
        cells = undominated_cells(found[:, self._columns], reference[self._columns])
        return expected_improvement(cells, outlooks)


def _bound(objective: Objective, settings: Settings) -> float:
    """Return the natural value beyond which an objective does not count."""
    if objective.sense == "max":
        return settings.at_least.get(objective.name, -inf)
    return settings.at_most.get(objective.name, inf)


def _nondominated(points: NDArray[np.float64], *, keep_equal: bool = False) -> NDArray[np.bool_]:
    """Say which points (n, m), minimised, no other dominates; of equal ones, one or all."""
    import moocore

    if points.shape[1] == 1:
        best = points[:, 0] == points.min()
        return best if keep_equal else best & (np.cumsum(best) == 1)
    return moocore.is_nondominated(points, keep_weakly=keep_equal).astype(bool)
