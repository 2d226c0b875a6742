"""One run of the grey box: what was tried, what is believed, what comes next."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.grey_box.beliefs import Belief, Scale
from moo_jsc.samplers.grey_box.coordinates import Coordinates
from moo_jsc.samplers.grey_box.improvement import (
    Bounded,
    Certain,
    Outlook,
    expected_improvement,
    undominated_cells,
)
from moo_jsc.samplers.grey_box.pool import Pool
from moo_jsc.samplers.grey_box.settings import Settings
from moo_jsc.samplers.grey_box.surrogate import Surrogate
from moo_jsc.samplers.region import Region

_EQUAL = 1e-9
"""Relative difference between improvements that counts as none."""

_SPREADS = 2.0
"""Standard deviations to both sides that stand for the range of a single belief."""

_STEPS = 3
"""Levels at which prospects are compared before the improvements are computed."""

_DRAWS = 4
"""Uneven fronts that the reference point is averaged over."""


class Search:
    """The state of one run, between an evaluation and the next proposal.

    Values are as the `Region` measures them throughout. Only designs that count gain anything:
    known costs beyond a bound are never tried, and a black box gains as much as it is likely to
    keep its bounds (`Bounded`).

    Raises
    ------
    InputError
        No design meets the bounds on known costs, or a value is not positive whose logarithm is
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
        self._region = Region(objectives, settings.bounds, settings.scales)
        black = np.isnan(pool.known).any(axis=0)
        self._surrogates = {
            int(column): Surrogate(
                Coordinates(space, objectives[column], monotone=settings.monotone),
                settings.hypotheses,
                monotone=settings.monotone,
            )
            for column in np.flatnonzero(black)
        }
        self._columns = np.argsort(~black, kind="stable")
        self._tried: list[int] = []
        self._natural: list[NDArray[np.float64]] = []
        if not self._region.counts(self._region.measured(pool.known)).any():
            raise InputError(f"space {space.name!r}: no design meets the bounds on known costs")

    def learn(self, index: int, values: NDArray[np.float64]) -> None:
        """Take in the natural values (m,) of the configuration with a flat index."""
        self._tried.append(index)
        self._natural.append(values)

    def proposal(self) -> int | None:
        """Return the flat index of the next configuration; None when nothing is left."""
        tried = np.array(self._tried, dtype=np.int64)
        self._pool.grow(self._space.configurations(tried))
        known = self._region.measured(self._pool.known)
        untried = ~np.isin(self._pool.indices, tried) & self._region.counts(known)
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
        candidates = self._candidates(np.flatnonzero(untried), known, beliefs, found, reference)
        gain = self._improvement(candidates, known, beliefs, found, reference)
        best = np.flatnonzero(gain >= gain.max() * (1 - _EQUAL))
        return int(self._pool.indices[candidates[self._generator.choice(best)]])

    def _beliefs(self, tried: NDArray[np.int64]) -> dict[int, Belief]:
        """Return what is believed of every design in the pool, for each black box."""
        rows = self._space.configurations(tried)
        measured = self._learned()
        beliefs = {}
        for column, surrogate in self._surrogates.items():
            objective = self._objectives[column]
            values = np.array([natural[column] for natural in self._natural])
            smaller = measured[:, column]
            scale = self._scale(column, smaller)
            noise = self._settings.noise.get(objective.name)
            variance = noise.variance(values) if noise else np.zeros(len(values))
            if self._region.logarithmic[column]:
                variance /= values**2
            mixture, roughness = surrogate.predicted(
                self._pool.rows,
                rows,
                scale.modeled(smaller),
                variance * scale.stretch(smaller) ** 2,
                bound=self._modeled_bound(column, scale),
            )
            beliefs[column] = Belief(mixture, scale, roughness)
        return beliefs

    def _scale(self, column: int, smaller: NDArray[np.float64]) -> Scale:
        """Return the scale of a black box; before anything is found, its bound decides."""
        if self._region.logarithmic[column]:
            return Scale("plain")
        high = self._region.high[[column]]
        return Scale.of(smaller if len(smaller) or np.isinf(high[0]) else high)

    def _modeled_bound(self, column: int, scale: Scale) -> float | None:
        """Return the bound on a black box on the model's scale, if there is one."""
        high = self._region.high[[column]]
        if np.isinf(high[0]) or (scale.kind == "gain" and high[0] >= 0):
            return None
        if scale.kind == "loss" and high[0] <= 0:
            return None
        return float(scale.modeled(high)[0])

    def _learned(self) -> NDArray[np.float64]:
        """Return the measured values (k, m) of the tried designs."""
        return self._region.measured(np.reshape(self._natural, (-1, len(self._objectives))))

    def _found(
        self, tried: NDArray[np.int64], expected: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the values (k, m) of the tried designs: as found, or believed where noisy."""
        if not len(tried):
            return np.empty((0, len(self._objectives)))
        found = self._learned()
        order = np.argsort(self._pool.indices)
        places = order[np.searchsorted(self._pool.indices, tried, sorter=order)]
        for column in self._surrogates:
            if self._objectives[column].name in self._settings.noise:
                found[:, column] = expected[places, column]
        expected[places] = found
        return found

    def _front(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the nondominated ones of points (n, m), those within bounds if there are any."""
        within = self._region.counts(points)
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
        return np.mean(references, axis=0)

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
        found: NDArray[np.float64],
        reference: NDArray[np.float64],
    ) -> NDArray[np.int64]:
        """Leave out designs that others beat in every known cost and in every prospect.

        Prospects of a black box are what its value is expected to fall below the best one found,
        the reference point and half-way between them, each beyond the one before. The expected
        improvement is made of such steps and falls with costs, so that what is left out can be
        ahead by no more than the shape of a belief within a step. (Where a value can be too good
        to count, all stay.)
        """
        region = self._region
        if any(np.isfinite(region.low[column]) for column in beliefs):
            return places
        columns = [
            column
            for column in range(known.shape[1])
            if column not in beliefs and np.ptp(known[places, column])
        ]
        merits = [known[places][:, columns]]
        counting = found[region.counts(found)]
        for column, belief in beliefs.items():
            outlook = self._outlook(column, places, known, beliefs)
            least = counting[:, column].min(
                initial=reference[column] - belief.of(places).range(_SPREADS)
            )
            below = [outlook.shortfall(t) for t in np.linspace(least, reference[column], _STEPS)]
            merits.append(-np.diff(below, axis=0, prepend=0.0).T)
        return places[_nondominated(np.column_stack(merits), keep_equal=True)]

    def _improvement(
        self,
        candidates: NDArray[np.int64],
        known: NDArray[np.float64],
        beliefs: dict[int, Belief],
        found: NDArray[np.float64],
        reference: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        outlooks = [
            self._outlook(column, candidates, known, beliefs) for column in self._columns.tolist()
        ]
        counting = found[self._region.counts(found)]
        cells = undominated_cells(counting[:, self._columns], reference[self._columns])
        return expected_improvement(cells, outlooks)

    def _outlook(
        self,
        column: int,
        candidates: NDArray[np.int64],
        known: NDArray[np.float64],
        beliefs: dict[int, Belief],
    ) -> Outlook:
        if column not in beliefs:
            return Certain(known[candidates, column])
        belief = beliefs[column].of(candidates)
        low, high = self._region.low[column], self._region.high[column]
        return Bounded(belief, low, high) if np.isfinite([low, high]).any() else belief


def _nondominated(points: NDArray[np.float64], *, keep_equal: bool = False) -> NDArray[np.bool_]:
    """Say which points (n, m), minimized, no other dominates; of equal ones, one or all."""
    import moocore

    if points.shape[1] == 1:
        best = points[:, 0] == points.min()
        return best if keep_equal else best & (np.cumsum(best) == 1)
    return moocore.is_nondominated(points, keep_weakly=keep_equal).astype(bool)
