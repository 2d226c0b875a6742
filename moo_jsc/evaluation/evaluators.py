"""One evaluator for each kind of objective.

A problem splits a batch of designs by network and hands each part to the evaluators of its
objectives (`evaluators_of`); what a value needs, and what is kept between calls, is the
evaluator's own. A new kind of objective is a subclass of `Objective` and the function that makes
its evaluator, entered in `EVALUATORS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.evaluation.contract import Evaluator, NetworkBatch
from moo_jsc.evaluation.costs import evaluate_costs
from moo_jsc.evaluation.scoring import Scoring
from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.circuit import CircuitObjective
from moo_jsc.objectives.design_function import DesignFunction
from moo_jsc.objectives.objective import (
    CostObjective,
    MeasuredObjective,
    Objective,
    PredictionObjective,
)

if TYPE_CHECKING:
    from moo_jsc.data import Dataset, SplitName
    from moo_jsc.evaluation.evaluator import BatchedEvaluator
    from moo_jsc.evaluation.fine_tuning import Tuned
    from moo_jsc.evaluation.recipe import FineTuning
    from moo_jsc.quantization.calibration import Calibration


Make = Callable[[Sequence[Any], "Dataset", Scoring], Evaluator]
"""Objectives of one kind, data, how to score -> their evaluator."""


@dataclass
class CostEvaluator(Evaluator):
    """Costs known from shapes and formats."""

    objectives: Sequence[CostObjective]

    def evaluate(self, batch: NetworkBatch) -> NDArray[np.float64]:
        """See `evaluate_costs`."""
        return evaluate_costs(self.objectives, batch.network.spec, batch.options, batch.choices)


@dataclass
class LatencyEvaluator(Evaluator):
    """Measured values: one of each network, whatever its formats.

    Raises
    ------
    InputError
        There is no measurement.
    """

    objectives: Sequence[MeasuredObjective]
    latency: tuple[float, ...] | None

    def __post_init__(self) -> None:
        if not self.latency:
            names = ", ".join(objective.name for objective in self.objectives)
            raise InputError(f"{names}: a measured objective needs the latency of each network")

    @property
    def identity(self) -> tuple[str, ...]:
        """The measured values."""
        return (repr(self.latency),)

    def evaluate(self, batch: NetworkBatch) -> NDArray[np.float64]:
        """Repeat the network's latency for each design."""
        assert self.latency is not None
        return np.full((len(batch.choices), len(self.objectives)), self.latency[batch.number])


@dataclass
class RoundedEvaluator(Evaluator):
    """Predictions of the trained networks with rounding put in, many designs at once."""

    objectives: Sequence[PredictionObjective]
    data: Dataset
    split: SplitName
    device: str
    _prepared: dict[int, BatchedEvaluator] = field(default_factory=dict, repr=False)

    @property
    def identity(self) -> tuple[str, ...]:
        """The data and the split."""
        return (self.data.fingerprint, self.split)

    def evaluate(self, batch: NetworkBatch) -> NDArray[np.float64]:
        """Score a batch; what one network needs is prepared at its first one."""
        from moo_jsc.evaluation.evaluator import BatchedEvaluator

        if batch.number not in self._prepared:
            part = self.data.part(self.split)
            self._prepared[batch.number] = BatchedEvaluator(
                batch.network,
                batch.options,
                part.features,
                part.labels,
                self.objectives,
                device=self.device,
            )
        return self._prepared[batch.number].evaluate(batch.choices)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is prepared: it is made again where the evaluator arrives."""
        return {**self.__dict__, "_prepared": {}}


@dataclass
class FineTunedEvaluator(Evaluator):
    """Predictions after a short training of each design with its rounding in place.

    The value of a design is the mean over ``scoring.seeds`` trainings.
    """

    objectives: Sequence[PredictionObjective]
    data: Dataset
    scoring: Scoring
    _calibrations: dict[int, Calibration] = field(default_factory=dict, repr=False)

    @property
    def identity(self) -> tuple[str, ...]:
        """The data, the split and the recipe."""
        recipe = repr(self.scoring.fine_tuning)
        return (self.data.fingerprint, self.scoring.split, recipe, str(self.scoring.seeds))

    def evaluate(self, batch: NetworkBatch) -> NDArray[np.float64]:
        """Train and score each distinct design."""
        first = self.scoring.fine_tuning.seed
        recipes = [
            replace(self.scoring.fine_tuning, seed=first + number)
            for number in range(self.scoring.seeds)
        ]
        return self.scores(batch, recipes, [self.scoring.split]).mean(axis=1)[:, 0]

    def scores(
        self, batch: NetworkBatch, recipes: Sequence[FineTuning], splits: Sequence[SplitName]
    ) -> NDArray[np.float64]:
        """Return the scores (n, recipes, splits, k) of every design, trained by every recipe."""
        from moo_jsc.evaluation.fine_tuning import fine_tuned_scores

        precisions, places = batch.precisions(asked=True)
        scores = [
            fine_tuned_scores(
                batch.network,
                precisions,
                self.data.train,
                [self.data.part(split) for split in splits],
                self.objectives,
                recipe,
                calibration=self._calibration(batch),
                device=self.scoring.device,
            )
            for recipe in recipes
        ]
        return np.stack(scores, axis=1)[places]

    def tuned(self, batch: NetworkBatch, recipe: FineTuning) -> list[Tuned]:
        """Return the trained networks that `scores` scores, one for each design."""
        from moo_jsc.evaluation.fine_tuning import fine_tune

        precisions, places = batch.precisions(asked=True)
        found = fine_tune(
            batch.network,
            precisions,
            self.data.train,
            recipe,
            calibration=self._calibration(batch),
            device=self.scoring.device,
        )
        return [found[place] for place in places]

    def _calibration(self, batch: NetworkBatch) -> Calibration:
        from moo_jsc.evaluation.fine_tuning import CALIBRATION_ROWS
        from moo_jsc.quantization.calibration import Calibration

        if batch.number not in self._calibrations:
            rows = self.data.train.features[:CALIBRATION_ROWS]
            self._calibrations[batch.number] = Calibration(batch.network, rows)
        return self._calibrations[batch.number]

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is prepared: it is made again where the evaluator arrives."""
        return {**self.__dict__, "_calibrations": {}}


def _costs(objectives: Sequence[CostObjective], data: Dataset, scoring: Scoring) -> Evaluator:  # noqa: ARG001
    return CostEvaluator(objectives)


def _measured(
    objectives: Sequence[MeasuredObjective],
    data: Dataset,  # noqa: ARG001
    scoring: Scoring,
) -> Evaluator:
    return LatencyEvaluator(objectives, scoring.latency)


def _predictions(
    objectives: Sequence[PredictionObjective], data: Dataset, scoring: Scoring
) -> Evaluator:
    if scoring.training == "qat":
        return FineTunedEvaluator(objectives, data, scoring)
    return RoundedEvaluator(objectives, data, scoring.split, scoring.device)


def _circuits(objectives: Sequence[CircuitObjective], data: Dataset, scoring: Scoring) -> Evaluator:  # noqa: ARG001
    from moo_jsc.evaluation.circuits import CircuitEvaluator

    return CircuitEvaluator(objectives)


def _functions(objectives: Sequence[DesignFunction], data: Dataset, scoring: Scoring) -> Evaluator:  # noqa: ARG001
    from moo_jsc.evaluation.design_functions import DesignFunctionEvaluator

    return DesignFunctionEvaluator(objectives)


EVALUATORS: dict[type[Objective], Make] = {
    CostObjective: _costs,
    CircuitObjective: _circuits,
    MeasuredObjective: _measured,
    PredictionObjective: _predictions,
    DesignFunction: _functions,
}
"""What makes the evaluator of each kind of objective; subclasses inherit their kind's."""


@dataclass(frozen=True)
class Columns:
    """Which columns of a problem's values an evaluator fills, and whether they are known."""

    evaluator: Evaluator
    places: tuple[int, ...]
    known: bool


def evaluators_of(
    objectives: Sequence[Objective], data: Dataset, scoring: Scoring
) -> tuple[Columns, ...]:
    """Return the evaluators of a problem's objectives: one for each kind among them.

    Raises
    ------
    InputError
        An objective is of no registered kind, or its kind needs what `scoring` lacks.
    """
    groups: dict[tuple[type[Objective], bool], list[int]] = {}
    for place, objective in enumerate(objectives):
        groups.setdefault((_kind(objective), objective.known), []).append(place)
    return tuple(
        Columns(
            EVALUATORS[kind]([objectives[place] for place in places], data, scoring),
            tuple(places),
            known,
        )
        for (kind, known), places in groups.items()
    )


def _kind(objective: Objective) -> type[Objective]:
    for kind in type(objective).__mro__:
        if kind in EVALUATORS:
            return kind
    raise InputError(
        f"objective {objective.name!r}: {type(objective).__name__} has no evaluator, expected a "
        f"kind among {', '.join(kind.__name__ for kind in EVALUATORS)}"
    )
