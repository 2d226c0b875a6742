"""The ways in which the reports' tool reports accuracy and bit width, fault by fault.

`CORRECT` is how a trial should be scored. Every fault of the tool is one field of
`ReportingProtocol`, switched on alone in `FAULTS`; `AS_REPORTED` switches on what the reports'
searches and their hand-written loop had together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.networks.specification import NetworkSpec
    from moo_jsc.quantization.formats import NetworkPrecision

SEARCH_JETS = 512
"""Jets on which the reports' searches score a trial."""

LOOP_BATCH = 8
"""Batch size of the reports' hand-written loop."""

LOOP_BATCHES = 7
"""Batches of the reports' hand-written loop."""


@dataclass(frozen=True)
class ReportingProtocol:
    """How the accuracy of each trial of a study is computed and reported.

    Attributes
    ----------
    jets
        How many jets of the split are drawn (once for a study); None takes all.
    batch_size
        None scores all jets at once. With a number, batches are scored one after another; the
        counts are added up for the micro average, while the macro average is taken in each batch
        and then over batches, as the hand-written loop does.
    macro
        Mean recall over the classes present or predicted, instead of the fraction correct; a class
        that is predicted and absent counts as 0.
    reset
        Whether counts start at 0 in every trial. If not, a trial reports what has come together
        since the study began.
    training_mode
        Batch norms use the statistics of each batch, and their running statistics move along.
    on_training_set
        Score on jets that the network was trained on.
    quantised
        Whether the configuration has any effect; a search by layer type never quantises.
    """

    jets: int | None = None
    batch_size: int | None = None
    macro: bool = False
    reset: bool = True
    training_mode: bool = False
    on_training_set: bool = False
    quantized: bool = True


CORRECT = ReportingProtocol()
"""Fraction correct of all validation jets, batch norms frozen, each trial by itself."""

_SEARCH = ReportingProtocol(jets=SEARCH_JETS)
_LOOP = ReportingProtocol(jets=LOOP_BATCH * LOOP_BATCHES)

CONTROLS: dict[str, ReportingProtocol] = {
    "512 jets, no fault": _SEARCH,
    "56 jets, no fault": _LOOP,
}
"""The correct protocol on as few jets as the reports took: what is no fault but small samples."""

FAULTS: dict[str, ReportingProtocol] = {
    "metric never reset": replace(_SEARCH, reset=False),
    "macro recall in batches of 8": replace(_LOOP, macro=True, batch_size=LOOP_BATCH),
    "batch norms in training mode": replace(_SEARCH, training_mode=True, batch_size=LOOP_BATCH),
    "validation set is the training set": replace(_SEARCH, on_training_set=True),
    "search by type quantises nothing": replace(_SEARCH, quantized=False),
}
"""One fault each, on the number of jets with which the reports had it."""

REPORTED_SEARCH = replace(_SEARCH, macro=True, reset=False, on_training_set=True)
REPORTED_LOOP = replace(
    _LOOP, macro=True, batch_size=LOOP_BATCH, training_mode=True, on_training_set=True
)
AS_REPORTED: dict[str, ReportingProtocol] = {
    "the reports' search": REPORTED_SEARCH,
    "the reports' loop": REPORTED_LOOP,
}
"""The faults that came together."""

PROTOCOLS: dict[str, ReportingProtocol] = {"correct": CORRECT, **CONTROLS, **FAULTS, **AS_REPORTED}
"""All of them by name, in the order of figures and tables."""


def reported_accuracy(
    protocol: ReportingProtocol,
    network: Classifier,
    precisions: Sequence[NetworkPrecision],
    jets: Dataset,
    *,
    order: Iterable[int],
    seed: int,
) -> NDArray[np.float64]:
    """Return the accuracy that a study reports for each of its configurations.

    Parameters
    ----------
    protocol
        How it scores.
    network
        Trained, in float; left as it is.
    precisions
        The k configurations.
    jets
        Validation jets, and training jets for the fault that takes them.
    order
        A permutation of 0..k - 1: the order in which the study visits the configurations.
    seed
        Which jets are drawn.

    Returns
    -------
    numpy.ndarray
        (k,), by configuration (not by visit), each in 0..1.
    """
    from copy import deepcopy

    import torch

    split = jets.train if protocol.on_training_set else jets.validation
    rows = drawn_rows(len(split), protocol.jets, seed)
    features = torch.from_numpy(split.features[rows])
    labels = torch.from_numpy(split.labels[rows])
    size = protocol.batch_size or len(rows)
    batches = list(zip(features.split(size), labels.split(size), strict=True))
    shared = deepcopy(network)
    classes = network.spec.linear_layers[-1].outputs
    counts = Counts.none(classes)
    reported = np.empty(len(precisions))
    for position in order:
        precision = precisions[position] if protocol.quantized else None
        model = _model(shared, precision, protocol.training_mode)
        scored = [
            Counts.of(_predicted(model, part), truth.numpy(), classes) for part, truth in batches
        ]
        counts = sum(scored, start=Counts.none(classes) if protocol.reset else counts)
        in_batches = protocol.macro and protocol.batch_size is not None
        reported[position] = (
            np.mean([batch.accuracy(macro=True) for batch in scored])
            if in_batches
            else counts.accuracy(macro=protocol.macro)
        )
    return reported


def drift(
    network: Classifier,
    precisions: Sequence[NetworkPrecision],
    jets: Dataset,
    *,
    seed: int,
) -> tuple[float, float]:
    """Return the float network's accuracy before and after a study in training mode.

    The study of `REPORTED_LOOP` moves the running statistics of the batch norms; nobody puts them
    back. Both accuracies are correct ones: all validation jets, batch norms frozen.
    """
    from copy import deepcopy

    import torch

    rows = drawn_rows(len(jets.train), REPORTED_LOOP.jets, seed)
    features = torch.from_numpy(jets.train.features[rows])
    moved = deepcopy(network)
    for precision in precisions:
        model = _model(moved, precision, training_mode=True)
        for batch in features.split(LOOP_BATCH):
            model(batch)
    validation = torch.from_numpy(jets.validation.features)
    scores = [
        float(np.mean(_predicted(_model(net, None, False), validation) == jets.validation.labels))
        for net in (network, moved)
    ]
    return scores[0], scores[1]


@dataclass(frozen=True)
class Counts:
    """What a metric keeps between batches: hits, labels and predictions of each class, (classes,).

    Examples
    --------
    >>> batch = Counts.of(np.array([0, 2]), np.array([0, 0]), classes=3)
    >>> batch.accuracy(macro=False), batch.accuracy(macro=True)
    (0.5, 0.25)
    """

    hits: NDArray[np.int64]
    labels: NDArray[np.int64]
    predictions: NDArray[np.int64]

    @classmethod
    def none(cls, classes: int) -> Counts:
        """Return the counts before the first batch."""
        zeros = np.zeros(classes, dtype=np.int64)
        return cls(zeros, zeros, zeros)

    @classmethod
    def of(cls, predictions: NDArray[np.int64], labels: NDArray[np.int64], classes: int) -> Counts:
        """Count one batch of predicted and true classes, (n,) each."""
        return cls(
            np.bincount(labels[predictions == labels], minlength=classes),
            np.bincount(labels, minlength=classes),
            np.bincount(predictions, minlength=classes),
        )

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.hits + other.hits,
            self.labels + other.labels,
            self.predictions + other.predictions,
        )

    def accuracy(self, *, macro: bool) -> float:
        """Return the fraction correct, or the mean recall over classes present or predicted."""
        if not macro:
            return float(self.hits.sum() / self.labels.sum())
        seen = (self.labels > 0) | (self.predictions > 0)
        recalls = self.hits[seen] / np.maximum(self.labels[seen], 1)
        return float(recalls.mean())


WidthFault = Literal["none", "float layers left out", "fraction added to the width"]
WIDTH_FAULTS: tuple[WidthFault, ...] = ("float layers left out", "fraction added to the width")
_FLOAT_BITS = 32


def reported_bitwidth(spec: NetworkSpec, precision: NetworkPrecision, fault: WidthFault) -> float:
    """Return the average bitwidth of a network's weights as one of the tool's passes reports it.

    ``"float layers left out"`` averages over the quantised layers only (32 where there is none);
    ``"fraction added to the width"`` counts an integer format of width 8 and fraction 4 as 12 bits.

    Examples
    --------
    >>> from moo_jsc.networks.family import network_spec
    >>> from moo_jsc.quantization.formats import FixedPoint, LayerPrecision
    >>> spec, formats = network_spec("jsc-tiny"), (LayerPrecision(weight=FixedPoint(8, 4)),)
    >>> [reported_bitwidth(spec, formats, fault) for fault in ("none", *WIDTH_FAULTS)]
    [8.0, 8.0, 12.0]
    """
    bits = weights = 0
    for layer, formats in zip(spec.linear_layers, precision, strict=True):
        if formats.weight is None:
            if fault != "float layers left out":
                bits += layer.macs * _FLOAT_BITS
                weights += layer.macs
            continue
        width = formats.weight.width
        if fault == "fraction added to the width":
            width += formats.weight.fraction or 0
        bits += layer.macs * width
        weights += layer.macs
    return bits / weights if weights else float(_FLOAT_BITS)


def drawn_rows(available: int, wanted: int | None, seed: int) -> NDArray[np.int64]:
    """Return which jets of a split are scored; a larger draw continues a smaller one."""
    if wanted is None or wanted >= available:
        return np.arange(available)
    return np.random.default_rng(seed).permutation(available)[:wanted]


Model = Callable[["torch.Tensor"], "torch.Tensor"]


def _predicted(model: Model, features: torch.Tensor) -> NDArray[np.int64]:
    """Return the predicted classes (n,)."""
    from moo_jsc.networks.classifier import predict

    return np.asarray(predict(model(features)).numpy(), dtype=np.int64)


def _model(network: Classifier, precision: NetworkPrecision | None, training_mode: bool) -> Model:
    """Return the quantised network; in training mode each call moves `network`'s statistics."""
    from moo_jsc.quantization.formats import LayerPrecision
    from moo_jsc.quantization.network import QuantizedNetwork

    formats = precision or (LayerPrecision(),) * len(network.spec.linear_layers)
    return _InTraining(network, formats) if training_mode else QuantizedNetwork(network, formats)


class _InTraining:
    """The quantised network with the batch norms in training mode: a call moves `network`'s."""

    def __init__(self, network: Classifier, precision: NetworkPrecision) -> None:
        from torch import nn

        from moo_jsc.quantization.fixed_point import quantize
        from moo_jsc.quantization.network import QuantizedLinear

        formats = iter(precision)
        self._blocks: list[nn.Module] = []
        for block in network.blocks:
            if isinstance(block, nn.Linear):
                layer = next(formats)
                weight = quantize(block.weight.detach(), layer.weight)
                bias = quantize(block.bias.detach(), layer.bias)
                self._blocks.append(QuantizedLinear(layer.data, weight, bias))
            else:
                self._blocks.append(block.train())

    def __call__(self, features: torch.Tensor) -> torch.Tensor:
        import torch

        with torch.no_grad():
            for block in self._blocks:
                features = block(features)
        return features
