"""An enumerated problem as a question to samplers: the share of its front that they reach."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.front.hypervolume import hypervolume
from moo_jsc.enumeration import TableProblem
from moo_jsc.runs.ledger import Ledger
from moo_jsc.samplers import BudgetExhausted, run_sampler
from studies.common.regions import reference_of

if TYPE_CHECKING:
    from analysis.front.reference import Reference
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.samplers import Sampler

Shares = NDArray[np.float64]

CHANNELS = "channels"
"""Unit of the choices that make up an architecture."""


@dataclass(frozen=True, eq=False)
class Question:
    """A problem that is enumerated, and the scale of its true front.

    Attributes
    ----------
    table
        Of the problem.
    reference
        Of the designs that count.
    """

    table: ObjectiveTable
    reference: Reference

    @classmethod
    def of(cls, table: ObjectiveTable) -> Question:
        """Return the question that an enumerated problem is."""
        return cls(table, reference_of(table))

    def share(self, indices: Sequence[int] | NDArray[np.int64]) -> float:
        """Return the share of the true hypervolume that some designs, by flat index, reach."""
        chosen = np.asarray(indices, dtype=np.int64)
        chosen = chosen[self.table.inside[chosen]]
        if not len(chosen):
            return 0.0
        points = self.reference.normalized(self.table.values[chosen])
        corner = self.reference.reference_point
        return hypervolume(points, corner) / self.reference.hypervolume

    def architectures(self) -> NDArray[np.int64]:
        """Return the number (0, 1, ...) of each design's architecture, shape (size,)."""
        space = self.table.space
        columns = [i for i, choice in enumerate(space.choices) if choice.unit == CHANNELS]
        rows = space.configurations(np.arange(space.size))[:, columns]
        radices = [space.radices[column] for column in columns]
        if not columns:
            return np.zeros(space.size, dtype=np.int64)
        return np.ravel_multi_index(tuple(rows.T), radices).astype(np.int64)


def searched(question: Question, sampler: Sampler, trials: int, seeds: Sequence[int]) -> Shares:
    """Return the share that a sampler reaches, one for each seed."""
    return np.array(
        [question.share(_trials(question, sampler, trials, seed)) for seed in seeds],
    )


def _trials(question: Question, sampler: Sampler, trials: int, seed: int) -> NDArray[np.int64]:
    problem = TableProblem(question.table)
    ledger = Ledger(
        problem.space,
        len(problem.objectives),
        problem.evaluate,
        budget=trials,
        failures=problem.failures if problem.may_fail else None,
    )
    with suppress(BudgetExhausted):
        run_sampler(
            sampler,
            problem.space,
            problem.objectives,
            ledger,
            seed=seed,
            budget=trials,
            known=problem.known_values,
            bounds=problem.bounds,
            scales=problem.scales,
        )
    return problem.space.indices([trial.configuration for trial in ledger.trials])
