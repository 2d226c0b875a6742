"""Circuit costs of any designs of a problem, by look-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.evaluation.contract import Evaluator, NetworkBatch
from moo_jsc.hardware.library import tracer_version
from moo_jsc.hardware.lookup import CircuitTable
from moo_jsc.objectives.circuit import CLOCK_NS, STAGE_DELAY, CircuitObjective


@dataclass
class CircuitEvaluator(Evaluator):
    """LUTs, flip-flops, pipeline latency and what else a circuit costs.

    Each network is tabulated at its first batch (`moo_jsc.hardware.lookup`); its traces come
    from the package, from the store, or are made and kept there. The weights are those of the
    trained network, also where designs are fine-tuned: whole traces of fine-tuned designs
    differ.
    """

    objectives: Sequence[CircuitObjective]
    workers: int = 2
    _tables: dict[int, CircuitTable] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._version = tracer_version()

    @property
    def identity(self) -> tuple[str, ...]:
        """The tracer's version and what closes the sums."""
        return (self._version, repr((STAGE_DELAY, CLOCK_NS)))

    def evaluate(self, batch: NetworkBatch) -> NDArray[np.float64]:
        """Return the costs of each design (n, objectives).

        Raises
        ------
        InputError
            Layers are to be traced that are not shipped, and the tracer is not installed.
        """
        totals = self.totals(batch)
        return np.stack([objective.finish(totals) for objective in self.objectives], axis=1)

    def totals(self, batch: NetworkBatch) -> NDArray[np.float64]:
        """Add up the traces of each design's layers: sums (n, terms)."""
        if batch.number not in self._tables:
            from moo_jsc.hardware.trace_files import kept_tables

            (self._tables[batch.number],) = kept_tables(
                [batch.network], [batch.options], workers=self.workers
            )
        return self._tables[batch.number].totals(batch.choices)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the tables: they are made again, from the store, where it arrives."""
        return {**self.__dict__, "_tables": {}}
