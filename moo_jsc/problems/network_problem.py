"""Problems over quantised and rescaled networks: one evaluation path for all of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from moo_jsc.evaluation.costs import evaluate_costs
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of
from moo_jsc.objectives.objective import (
    CostObjective,
    MeasuredObjective,
    Objective,
    PredictionObjective,
)
from moo_jsc.problems.architecture import ChannelMultipliers
from moo_jsc.problems.precision import PrecisionSpace
from moo_jsc.problems.problem import Problem
from moo_jsc.problems.space import SearchSpace
from moo_jsc.quantization.formats import LayerPrecision, NetworkPrecision

if TYPE_CHECKING:
    from moo_jsc.data.jets import Jets
    from moo_jsc.evaluation.evaluator import BatchedEvaluator
    from moo_jsc.networks.classifier import JetClassifier

Split = Literal["train", "validation", "test"]
Training = Literal["ptq", "qat"]
FLOAT = LayerPrecision()

CALIBRATION_JETS = 4096
"""Jets of the (shuffled) training split whose activations decide the calibrated fractions."""


@dataclass(frozen=True)
class Scoring:
    """How candidates are scored.

    Parameters
    ----------
    split
        Where predictions are scored; a search should see ``"validation"`` only.
    latency
        Milliseconds of each network, in order; needed when an objective is measured.
    training
        ``"ptq"`` rounds the trained network (post-training quantisation); ``"qat"`` fine-tunes
        every configuration with its rounding in place before it is scored.
    device
        Where predictions are computed.
    """

    split: Split = "validation"
    latency: tuple[float, ...] | None = None
    training: Training = "ptq"
    device: str = "cpu"


DEFAULT_SCORING = Scoring()


class NetworkProblem(Problem):
    """A choice among networks (leading columns) and among their precisions (the others).

    Parameters
    ----------
    name
        For tables and files.
    networks
        Trained networks, one for each combination of multipliers in flat-index order; a single
        one where there are no multipliers.
    objectives
        Any registered ones.
    jets
        Fractions are calibrated on the first `CALIBRATION_JETS` of the training split.
    scoring
        Split, latencies and device.
    multipliers, precision
        The two parts of the space; at least one.

    Raises
    ------
    InputError
        The number of networks does not fit, or a latency is needed and missing.
    """

    def __init__(
        self,
        name: str,
        networks: Sequence[JetClassifier],
        objectives: Sequence[Objective],
        jets: Jets,
        scoring: Scoring = DEFAULT_SCORING,
        *,
        multipliers: ChannelMultipliers | None = None,
        precision: PrecisionSpace | None = None,
    ) -> None:
        spec = networks[0].spec
        architecture_choices = multipliers.choices(spec) if multipliers else ()
        precision_choices = precision.choices(spec.linear_names) if precision else ()
        self.name = name
        self.networks = tuple(networks)
        self.objectives = tuple(objectives)
        self.jets = jets
        self.precision = precision
        self.scoring = scoring
        self.space = SearchSpace(name, architecture_choices + precision_choices)
        self.architecture_dimensions = len(architecture_choices)
        self._evaluators: dict[int, BatchedEvaluator] = {}
        expected = (
            SearchSpace("architectures", architecture_choices).size if architecture_choices else 1
        )
        if len(self.networks) != expected:
            raise InputError(f"{name}: {len(self.networks)} networks, expected {expected}")
        if any(isinstance(o, MeasuredObjective) for o in objectives) and not scoring.latency:
            raise InputError(f"{name}: a measured objective needs the latency of each network")

    def on(self, split: Split) -> NetworkProblem:
        """Return the same problem scored on another split."""
        other = copy.copy(self)
        other.scoring = replace(self.scoring, split=split)
        other._evaluators = {}
        other.__dict__.pop("fingerprint", None)
        return other

    def architectures(self, configurations: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the index into `networks` of each configuration, shape (n,)."""
        columns = self.architecture_dimensions
        if not columns:
            return np.zeros(len(configurations), dtype=np.int64)
        choices = SearchSpace("architectures", self.space.choices[:columns])
        return choices.indices(configurations[:, :columns])

    def decoded(self, configuration: NDArray[np.int64]) -> tuple[JetClassifier, NetworkPrecision]:
        """Return one configuration's network and explicit formats, for the plain reference.

        Parameters
        ----------
        configuration
            Shape (d,).
        """
        (architecture,) = self.architectures(configuration[None])
        (row,) = self._layer_indices(configuration[None])
        options = self._options(int(architecture))
        return self.networks[architecture], tuple(
            layer[index] for layer, index in zip(options, row, strict=True)
        )

    def _evaluate(self, configurations: NDArray[np.int64]) -> NDArray[np.float64]:
        values = self._known_values(configurations)
        predictions = self._columns(PredictionObjective)
        if predictions:
            for architecture, rows, choices in self._by_network(configurations):
                values[rows[:, None], predictions] = self._score(architecture, choices)
        return values

    def _known_values(self, configurations: NDArray[np.int64]) -> NDArray[np.float64]:
        values = np.full((len(configurations), len(self.objectives)), np.nan)
        for architecture, rows, choices in self._by_network(configurations):
            values[rows] = self._known_of_one_network(architecture, choices)
        return values

    def _by_network(
        self, configurations: NDArray[np.int64]
    ) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
        """Yield each network's number, its rows (k,) and their layers' options (k, L)."""
        architectures = self.architectures(configurations)
        choices = self._layer_indices(configurations)
        for architecture in np.unique(architectures):
            rows = np.flatnonzero(architectures == architecture)
            yield int(architecture), rows, choices[rows]

    def _known_of_one_network(
        self, architecture: int, choices: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        values = np.full((len(choices), len(self.objectives)), np.nan)
        costs = self._columns(CostObjective)
        if costs:
            values[:, costs] = evaluate_costs(
                [o for o in self.objectives if isinstance(o, CostObjective)],
                self.networks[architecture].spec,
                self._options(architecture),
                choices,
            )
        if self.scoring.latency is not None:
            values[:, self._columns(MeasuredObjective)] = self.scoring.latency[architecture]
        return values

    def _score(self, architecture: int, choices: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the prediction objectives (n, k) of configurations of one network."""
        if self.scoring.training == "qat" and self.precision is not None:
            return self._fine_tuned(architecture, choices)
        from moo_jsc.evaluation.evaluator import BatchedEvaluator

        if architecture not in self._evaluators:
            split = getattr(self.jets, self.scoring.split)
            self._evaluators[architecture] = BatchedEvaluator(
                self.networks[architecture],
                self._options(architecture),
                split.features,
                split.labels,
                [o for o in self.objectives if isinstance(o, PredictionObjective)],
                device=self.scoring.device,
            )
        return self._evaluators[architecture].evaluate(choices)

    def _fine_tuned(self, architecture: int, choices: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the same after a short quantisation-aware training of each configuration."""
        from moo_jsc.evaluation.fine_tuning import fine_tuned_scores

        distinct, where = np.unique(choices, axis=0, return_inverse=True)
        options = self._options(architecture)
        scores = fine_tuned_scores(
            self.networks[architecture],
            [
                tuple(layer[index] for layer, index in zip(options, row, strict=True))
                for row in distinct
            ],
            self.jets.train,
            getattr(self.jets, self.scoring.split),
            [o for o in self.objectives if isinstance(o, PredictionObjective)],
            device=self.scoring.device,
        )
        return scores[where]

    def _columns(self, kind: type[Objective]) -> list[int]:
        return [i for i, objective in enumerate(self.objectives) if isinstance(objective, kind)]

    def _layer_indices(self, configurations: NDArray[np.int64]) -> NDArray[np.int64]:
        layers = len(self.networks[0].spec.linear_layers)
        if self.precision is None:
            return np.zeros((len(configurations), layers), dtype=np.int64)
        columns = configurations[:, self.architecture_dimensions :]
        return self.precision.layer_indices(columns, layers)

    def _options(self, architecture: int) -> tuple[tuple[LayerPrecision, ...], ...]:
        """Return each dense layer's precisions, fractions calibrated on training jets."""
        if architecture not in self._calibrated:
            network = self.networks[architecture]
            layers = range(len(network.spec.linear_layers))
            if self.precision is None:
                self._calibrated[architecture] = tuple((FLOAT,) for _ in layers)
            else:
                from moo_jsc.quantization.calibration import Calibration

                calibration = Calibration(network, self.jets.train.features[:CALIBRATION_JETS])
                self._calibrated[architecture] = tuple(
                    tuple(
                        calibration.resolve_layer(layer, option)
                        for option in self.precision.layer_options()
                    )
                    for layer in layers
                )
        return self._calibrated[architecture]

    @cached_property
    def _calibrated(self) -> dict[int, tuple[tuple[LayerPrecision, ...], ...]]:
        return {}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over weights, data and split, space, formats, objectives and latencies."""
        parts: list[bytes | str] = [
            self.space.fingerprint,
            json.dumps([o.name for o in self.objectives]),
            repr(self.precision),
            self.jets.fingerprint,
            self.scoring.split,
            json.dumps([self.scoring.latency, self.scoring.training, CALIBRATION_JETS]),
        ]
        if self.scoring.training == "qat":
            from moo_jsc.evaluation.fine_tuning import DEFAULT_FINE_TUNING

            parts.append(repr(DEFAULT_FINE_TUNING))
        for network in self.networks:
            parts.append(repr(network.spec.layers))
            for key, tensor in sorted(network.state_dict().items()):
                parts += [key, tensor.cpu().numpy().tobytes()]
        return sha256_of(*parts)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out evaluators: they are rebuilt where the problem arrives."""
        return {**self.__dict__, "_evaluators": {}}


class QuantizationProblem(NetworkProblem):
    """One trained network, many precisions (post-training quantisation)."""

    def __init__(
        self,
        name: str,
        network: JetClassifier,
        precision: PrecisionSpace,
        objectives: Sequence[Objective],
        jets: Jets,
        scoring: Scoring = DEFAULT_SCORING,
    ) -> None:
        super().__init__(name, [network], objectives, jets, scoring, precision=precision)


class ArchitectureProblem(NetworkProblem):
    """Many trained float networks, one for each combination of channel multipliers."""

    def __init__(
        self,
        name: str,
        networks: Sequence[JetClassifier],
        multipliers: ChannelMultipliers,
        objectives: Sequence[Objective],
        jets: Jets,
        scoring: Scoring = DEFAULT_SCORING,
    ) -> None:
        super().__init__(name, networks, objectives, jets, scoring, multipliers=multipliers)


class JointProblem(NetworkProblem):
    """Channel multipliers and per-layer precision at once."""

    def __init__(
        self,
        name: str,
        networks: Sequence[JetClassifier],
        multipliers: ChannelMultipliers,
        precision: PrecisionSpace,
        objectives: Sequence[Objective],
        jets: Jets,
        scoring: Scoring = DEFAULT_SCORING,
    ) -> None:
        super().__init__(
            name, networks, objectives, jets, scoring, multipliers=multipliers, precision=precision
        )
