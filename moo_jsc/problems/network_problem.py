"""Problems over quantized and rescaled networks: one evaluation path for all of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data import SplitName
from moo_jsc.evaluation.contract import NetworkBatch
from moo_jsc.evaluation.evaluators import Columns, FineTunedEvaluator, evaluators_of
from moo_jsc.evaluation.scoring import Scoring
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of
from moo_jsc.networks.specification import NetworkSpec, ReLU
from moo_jsc.objectives.objective import Objective, PredictionObjective
from moo_jsc.problems.architecture import Widening
from moo_jsc.problems.precision import PrecisionSpace
from moo_jsc.problems.problem import Problem
from moo_jsc.problems.space import SearchSpace
from moo_jsc.quantization.formats import LayerPrecision, NetworkPrecision

if TYPE_CHECKING:
    from moo_jsc.data import Dataset
    from moo_jsc.evaluation.fine_tuning import Tuned
    from moo_jsc.evaluation.recipe import FineTuning
    from moo_jsc.networks.classifier import Classifier

FLOAT = LayerPrecision()

CALIBRATION_ROWS = 4096
"""Rows of the (shuffled) training split whose activations decide the calibrated fractions."""

DEFAULT_SCORING = Scoring()


class NetworkProblem(Problem):
    """A choice among networks (leading columns) and among their precisions (the others).

    The problem finds each configuration's network and formats; values come from the evaluators
    of its objectives (`moo_jsc.evaluation.evaluators`).

    Parameters
    ----------
    name
        For tables and files.
    networks
        Trained networks, one for each combination of multipliers in flat-index order; a single
        one where there are no multipliers.
    objectives
        Any registered ones.
    data
        Fractions are calibrated on the first `CALIBRATION_ROWS` of the training split.
    scoring
        Split, latencies, training and device.
    multipliers, precision
        The two parts of the space; at least one.

    Raises
    ------
    InputError
        The number of networks does not fit; a latency is needed and missing; float networks are
        to be trained with their rounding in place.
    """

    def __init__(
        self,
        name: str,
        networks: Sequence[Classifier],
        objectives: Sequence[Objective],
        data: Dataset,
        scoring: Scoring = DEFAULT_SCORING,
        *,
        multipliers: Widening | None = None,
        precision: PrecisionSpace | None = None,
    ) -> None:
        spec = networks[0].spec
        architecture_choices = multipliers.choices(spec) if multipliers else ()
        precision_choices = precision.choices(spec.linear_names) if precision else ()
        self.name = name
        self.networks = tuple(networks)
        self.objectives = tuple(objectives)
        self.data = data
        self.precision = precision
        self.scoring = scoring
        self.space = SearchSpace(name, architecture_choices + precision_choices)
        self.architecture_dimensions = len(architecture_choices)
        expected = (
            SearchSpace("architectures", architecture_choices).size if architecture_choices else 1
        )
        if len(self.networks) != expected:
            raise InputError(f"{name}: {len(self.networks)} networks, expected {expected}")
        if scoring.training == "qat" and precision is None:
            raise InputError(f"{name}: training = qat: no formats to train with, expected ptq")
        self._columns = evaluators_of(self.objectives, data, scoring)
        self._calibrated: dict[int, tuple[tuple[LayerPrecision, ...], ...]] = {}

    def on(self, split: SplitName) -> NetworkProblem:
        """Return the same problem scored on another split."""
        other = copy.copy(self)
        other.scoring = replace(self.scoring, split=split)
        other._columns = evaluators_of(self.objectives, self.data, other.scoring)
        other.__dict__.pop("fingerprint", None)
        return other

    def architectures(self, configurations: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the index into `networks` of each configuration, shape (n,)."""
        columns = self.architecture_dimensions
        if not columns:
            return np.zeros(len(configurations), dtype=np.int64)
        choices = SearchSpace("architectures", self.space.choices[:columns])
        return choices.indices(configurations[:, :columns])

    def design(self, configuration: NDArray[np.int64]) -> tuple[Classifier, NetworkPrecision]:
        """Return one configuration's network and explicit formats, for the plain reference.

        Parameters
        ----------
        configuration
            Shape (d,).
        """
        ((_, batch),) = self.batches(configuration[None])
        (precision,), _ = batch.precisions()
        return batch.network, precision

    def _evaluate(self, configurations: NDArray[np.int64]) -> NDArray[np.float64]:
        return self._filled(configurations, self._columns)

    def _known_values(self, configurations: NDArray[np.int64]) -> NDArray[np.float64]:
        return self._filled(configurations, [columns for columns in self._columns if columns.known])

    def _filled(
        self, configurations: NDArray[np.int64], parts: Iterable[Columns]
    ) -> NDArray[np.float64]:
        """Return values (n, m) in the columns of these evaluators, NaN in all others."""
        values = np.full((len(configurations), len(self.objectives)), np.nan)
        for rows, batch in self.batches(configurations):
            for columns in parts:
                values[rows[:, None], columns.places] = columns.evaluator.evaluate(batch)
        return values

    def batches(
        self, configurations: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.int64], NetworkBatch]]:
        """Yield each network's rows (k,) of `configurations` (n, d), and what they are of it."""
        architectures = self.architectures(configurations)
        choices = self._layer_indices(configurations)
        for number in np.unique(architectures).tolist():
            rows = np.flatnonzero(architectures == number)
            yield (
                rows,
                NetworkBatch(
                    number,
                    self.networks[number],
                    self._options(number),
                    choices[rows],
                    self._asked(self.networks[number].spec),
                ),
            )

    def _layer_indices(self, configurations: NDArray[np.int64]) -> NDArray[np.int64]:
        layers = len(self.networks[0].spec.linear_layers)
        if self.precision is None:
            return np.zeros((len(configurations), layers), dtype=np.int64)
        columns = configurations[:, self.architecture_dimensions :]
        return self.precision.layer_indices(columns, layers)

    def _asked(self, spec: NetworkSpec) -> tuple[tuple[LayerPrecision, ...], ...]:
        """Return each dense layer's precisions as they stand in the space."""
        if self.precision is None:
            return tuple((FLOAT,) for _ in spec.linear_layers)
        return tuple(
            self.precision.layer_options(
                layer, after_relu=position > 0 and isinstance(spec.layers[position - 1], ReLU)
            )
            for layer, position in enumerate(spec.linear_positions)
        )

    def fine_tuned(
        self,
        configurations: NDArray[np.int64],
        recipes: Sequence[FineTuning],
        splits: Sequence[SplitName],
    ) -> NDArray[np.float64]:
        """Train configurations by every recipe and score each training on every split.

        Parameters
        ----------
        configurations
            Shape (n, d).
        recipes, splits
            r of them and s of them.

        Returns
        -------
        numpy.ndarray
            Shape (n, r, s, k), natural units: the k objectives that score predictions, in order.

        Raises
        ------
        InputError
            The problem's training is not ``"qat"``.
        """
        evaluator = self._fine_tuning_evaluator()
        shape = (len(configurations), len(recipes), len(splits), len(evaluator.objectives))
        scores = np.empty(shape)
        for rows, batch in self.batches(configurations):
            scores[rows] = evaluator.scores(batch, recipes, splits)
        return scores

    def tuned(self, configurations: NDArray[np.int64], recipe: FineTuning) -> list[Tuned]:
        """Return the trained networks and formats of configurations: what `fine_tuned` scores.

        Parameters
        ----------
        configurations
            Shape (n, d).
        recipe
            How to train.

        Returns
        -------
        list of Tuned
            One for each configuration.

        Raises
        ------
        InputError
            The problem's training is not ``"qat"``.
        """
        evaluator = self._fine_tuning_evaluator()
        found: dict[int, Tuned] = {}
        for rows, batch in self.batches(configurations):
            found.update(zip(rows.tolist(), evaluator.tuned(batch, recipe), strict=True))
        return [found[row] for row in range(len(configurations))]

    def _fine_tuning_evaluator(self) -> FineTunedEvaluator:
        found = [c.evaluator for c in self._columns if isinstance(c.evaluator, FineTunedEvaluator)]
        if not found:
            raise InputError(
                f"{self.name}: training = {self.scoring.training}: expected qat, and an objective "
                "that scores predictions"
            )
        return found[0]

    def predicting(self) -> NetworkProblem:
        """Return the problem of the predicted objectives alone, for `fine_tuned`.

        Its fingerprint does not depend on what the trained scores do not depend on: measured
        latencies, the split, the recipe.
        """
        other = copy.copy(self)
        other.objectives = self.predicted
        other.scoring = Scoring(training=self.scoring.training, device=self.scoring.device)
        other._columns = evaluators_of(other.objectives, self.data, other.scoring)
        other.__dict__.pop("fingerprint", None)
        return other

    @property
    def predicted(self) -> tuple[Objective, ...]:
        """The objectives that score predictions, in order."""
        return tuple(o for o in self.objectives if isinstance(o, PredictionObjective))

    def _options(self, number: int) -> tuple[tuple[LayerPrecision, ...], ...]:
        """Return each dense layer's precisions, fractions calibrated on training rows."""
        if number not in self._calibrated:
            self._calibrated[number] = self._calibrate(self.networks[number])
        return self._calibrated[number]

    def _calibrate(self, network: Classifier) -> tuple[tuple[LayerPrecision, ...], ...]:
        asked = self._asked(network.spec)
        if self.precision is None:
            return asked
        from moo_jsc.quantization.calibration import Calibration

        calibration = Calibration(network, self.data.train.features[:CALIBRATION_ROWS])
        return tuple(
            tuple(calibration.resolve_layer(layer, option) for option in options)
            for layer, options in enumerate(asked)
        )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over weights, data, space, formats, objectives and their evaluation."""
        from moo_jsc.networks.classifier import content

        parts: list[bytes | str] = [
            self.space.fingerprint,
            json.dumps([o.name for o in self.objectives]),
            *(objective.identity for objective in self.objectives if objective.identity),
            repr(self.precision),
            self.data.fingerprint,
            json.dumps([[c.places, c.evaluator.identity] for c in self._columns]),
            str(CALIBRATION_ROWS),
        ]
        for network in self.networks:
            parts += content(network)
        return sha256_of(*parts)


class QuantizationProblem(NetworkProblem):
    """One trained network, many precisions."""

    def __init__(
        self,
        name: str,
        network: Classifier,
        precision: PrecisionSpace,
        objectives: Sequence[Objective],
        data: Dataset,
        scoring: Scoring = DEFAULT_SCORING,
    ) -> None:
        super().__init__(name, [network], objectives, data, scoring, precision=precision)


class ArchitectureProblem(NetworkProblem):
    """Many trained float networks, one for each combination of channel multipliers or widths."""

    def __init__(
        self,
        name: str,
        networks: Sequence[Classifier],
        multipliers: Widening,
        objectives: Sequence[Objective],
        data: Dataset,
        scoring: Scoring = DEFAULT_SCORING,
    ) -> None:
        super().__init__(name, networks, objectives, data, scoring, multipliers=multipliers)


class JointProblem(NetworkProblem):
    """Channel multipliers, or widths, and per-layer precision at once."""

    def __init__(
        self,
        name: str,
        networks: Sequence[Classifier],
        multipliers: Widening,
        precision: PrecisionSpace,
        objectives: Sequence[Objective],
        data: Dataset,
        scoring: Scoring = DEFAULT_SCORING,
    ) -> None:
        super().__init__(
            name, networks, objectives, data, scoring, multipliers=multipliers, precision=precision
        )
