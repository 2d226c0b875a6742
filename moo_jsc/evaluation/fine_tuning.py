"""Quantisation-aware fine-tuning of many configurations of one network at the same time.

Post-training quantisation rounds a trained network and leaves it at that. Fine-tuning goes on
training with the rounding in place, gradients passing straight through it (Bengio, Leonard,
Courville, arXiv:1308.3432), so that the weights settle where they suffer least. Every
configuration trains its own copy of the network; the copies are one stacked computation
(`moo_jsc.networks.training`), each dense layer of all of them one batched matrix product.

A configuration's result depends on the network, its formats, the training data and the
settings, and on nothing else: configurations are worked on in groups of one fixed size (the
last one filled up), on one thread, so that every product has the same shape whatever was asked
for together, and no operation mixes configurations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from moo_jsc.data import Split
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.threads import one_thread
from moo_jsc.networks.classifier import Classifier
from moo_jsc.networks.training import Schedule, train_ensemble
from moo_jsc.objectives.objective import PredictionObjective
from moo_jsc.quantization.fixed_point import FormatBatch
from moo_jsc.quantization.formats import NetworkPrecision
from moo_jsc.quantization.network import QuantizedNetwork, require_explicit

GROUP = 32
"""Configurations trained side by side; large enough that the cost of one more is its own."""


@dataclass(frozen=True)
class FineTuning:
    """How long and how fast is trained.

    Parameters
    ----------
    epochs
        Passes over the training data.
    learning_rate
        Of Adam, at the start; it falls to zero along half a cosine.
    batch_size
        Samples in a step.
    seed
        Of the order of the training data, the same for every configuration.

    Raises
    ------
    InputError
        A value is out of range.
    """

    epochs: int = 2
    learning_rate: float = 1e-2
    batch_size: int = 512
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("epochs", 1), ("batch_size", 1), ("seed", 0)):
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise InputError(
                    f"fine-tuning {name} = {value!r}: expected a whole number of at least {least}"
                )
        if not 0 < self.learning_rate < float("inf"):
            raise InputError(
                f"fine-tuning learning_rate = {self.learning_rate!r}: expected a positive number"
            )

    @property
    def schedule(self) -> Schedule:
        """The trainer's settings."""
        return Schedule(self.epochs, self.learning_rate, self.batch_size, decay="cosine")


DEFAULT_FINE_TUNING = FineTuning()


class StackedFormats:
    """Rounds the dense layers of stacked networks, each network by its own formats.

    Parameters
    ----------
    precisions
        One for each network, with explicit fractions.
    device
        Where the networks are.

    Examples
    --------
    >>> from moo_jsc.quantization.formats import FixedPoint, LayerPrecision
    >>> layers = [LayerPrecision(weight=FixedPoint(bits, 1)) for bits in (2, 4)]
    >>> formats = StackedFormats([(layer,) for layer in layers])
    >>> threes = torch.full((2, 1, 1), 3.0)
    >>> _, weight, _ = formats(0, torch.zeros(2, 1, 1), threes, torch.zeros(2, 1))
    >>> weight.flatten()
    tensor([0.5000, 3.0000])
    """

    def __init__(
        self, precisions: Sequence[NetworkPrecision], device: torch.device | str = "cpu"
    ) -> None:
        self._layers = [
            (
                FormatBatch.of([layer.data for layer in column], device),
                FormatBatch.of([layer.weight for layer in column], device),
                FormatBatch.of([layer.bias for layer in column], device),
            )
            for column in zip(*precisions, strict=True)
        ]

    def __call__(
        self, position: int, values: Tensor, weight: Tensor, bias: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return input (E, in, B), weight (E, out, in) and bias (E, out), rounded."""
        data_format, weight_format, bias_format = self._layers[position]
        return (
            data_format.quantize(values),
            weight_format.quantize(weight),
            bias_format.quantize(bias),
        )


def fine_tune(
    network: Classifier,
    precisions: Sequence[NetworkPrecision],
    train: Split,
    settings: FineTuning = DEFAULT_FINE_TUNING,
    *,
    device: str = "cpu",
) -> Iterator[Classifier]:
    """Fine-tune one network for each precision, with that precision's rounding in place.

    Takes O(configurations x epochs x rows x MACs) time (about 0.04 s a configuration of
    ``jsc-three-linear`` on 30,000 rows, the last group being charged whole), and memory for
    `GROUP` configurations.

    Parameters
    ----------
    network
        Trained in float32; left as it is.
    precisions
        Formats with explicit fractions (see `moo_jsc.quantization.calibration`).
    train
        Features and labels to train on.
    settings
        Epochs, learning rate, batch size, seed.
    device
        Where to train. Results on a GPU differ from those on a CPU by rounding.

    Yields
    ------
    Classifier
        A float network for each precision, in order; round it with
        `moo_jsc.quantization.network.QuantizedNetwork`. The same configuration gives the same
        bits whatever else is asked for with it.

    Raises
    ------
    InputError
        A fraction is open, or there are no training rows.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> from moo_jsc.quantization.formats import FixedPoint, LayerPrecision
    >>> labels = np.arange(100) % 5
    >>> features = np.eye(5, 16, dtype=np.float32)[labels]
    >>> narrow = (LayerPrecision(FixedPoint(4, 2), FixedPoint(2, 1), FixedPoint(4, 2)),)
    >>> start = initialized(network_spec("jsc-tiny"), seed=0)
    >>> tuned, alike = fine_tune(start, [narrow, narrow], Split(features, labels))
    >>> bool((tuned.blocks[2].weight == alike.blocks[2].weight).all())
    True
    """
    for precision in precisions:
        require_explicit(precision, len(network.spec.linear_layers))
    if not len(train):
        raise InputError("fine-tuning: expected at least one training row")
    for start in range(0, len(precisions), GROUP):
        asked = list(precisions[start : start + GROUP])
        padded = asked + asked[:1] * (GROUP - len(asked))
        with one_thread():
            ensemble = train_ensemble(
                [network.spec] * GROUP,
                [settings.seed] * GROUP,
                train,
                _first_row(train),
                settings.schedule,
                start=[network] * GROUP,
                transform=StackedFormats(padded, device),
                device=device,
                progress=False,
            )
        yield from ensemble.networks[: len(asked)]


def fine_tuned_scores(
    network: Classifier,
    precisions: Sequence[NetworkPrecision],
    train: Split,
    evaluation: Split,
    objectives: Sequence[PredictionObjective],
    settings: FineTuning = DEFAULT_FINE_TUNING,
    *,
    device: str = "cpu",
) -> NDArray[np.float64]:
    """Fine-tune every configuration and score it, quantised, on other data.

    Parameters
    ----------
    network, precisions, train, settings, device
        As for `fine_tune`.
    evaluation
        Features and labels to score on.
    objectives
        For instance accuracy and loss.

    Returns
    -------
    numpy.ndarray
        Shape (configurations, objectives), float64, natural units.

    Raises
    ------
    InputError
        As for `fine_tune`.
    """
    scores = np.empty((len(precisions), len(objectives)))
    tuned = fine_tune(network, precisions, train, settings, device=device)
    for row, precision in enumerate(precisions):
        scores[row] = quantized_scores(next(tuned), precision, evaluation, objectives)
    return scores


def quantized_scores(
    network: Classifier,
    precision: NetworkPrecision,
    evaluation: Split,
    objectives: Sequence[PredictionObjective],
) -> NDArray[np.float64]:
    """Score one quantised network as it is, shape (objectives,).

    Parameters
    ----------
    network
        Trained; its weights are rounded.
    precision
        Formats with explicit fractions.
    evaluation
        Features and labels to score on.
    objectives
        For instance accuracy and loss.
    """
    features, labels = torch.as_tensor(evaluation.features), torch.as_tensor(evaluation.labels)
    with one_thread():
        logits = QuantizedNetwork(network, precision)(features)
    return np.array([objective.score(logits, labels) for objective in objectives])


def _first_row(split: Split) -> Split:
    """Return the smallest split: the trainer reports scores on one, which nobody reads here."""
    return Split(split.features[:1], split.labels[:1])
