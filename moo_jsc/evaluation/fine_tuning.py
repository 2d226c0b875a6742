"""Quantisation-aware fine-tuning of many configurations of one network at the same time.

Post-training quantisation rounds a trained network and leaves it at that. Fine-tuning goes on
training with the rounding in place, so that the weights settle where they suffer least.
Gradients pass straight through the rounding (Bengio, Leonard, Courville, arXiv:1308.3432) inside
a format's range and are zero outside it; open steps of data formats, powers of two, are learned
with the weights during the first half (TQT, Jain et al., arXiv:1903.08066) and then stay; the
last weights are averaged (Izmailov et al., arXiv:1803.05407); and batch norms on hidden layers
are re-estimated in one pass over the training data. `docs/fine_tuning.md` shows what each part
brings. Of a network in hardware form (`moo_jsc.hardware.form`) the trained ones are, too: their
batch norms get scales and shifts in fixed point before anything is scored.

A configuration's result depends on the network, its formats, the training data and the settings,
and on nothing else, in any bit: copies of the network train side by side on one thread, every
one of their products has a shape that does not depend on how many they are, and no operation
mixes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from moo_jsc.data import Split
from moo_jsc.evaluation.data_ranges import DataRanges, data_ranges
from moo_jsc.evaluation.quantized_stack import QuantizedStack
from moo_jsc.evaluation.recipe import DEFAULT_FINE_TUNING, STRAIGHT_THROUGH, FineTuning
from moo_jsc.evaluation.samples import GroupedSamples
from moo_jsc.evaluation.stack_scores import stack_scores
from moo_jsc.evaluation.stack_training import train_stack
from moo_jsc.evaluation.training_batches import TrainingBatches
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.threads import one_thread
from moo_jsc.hardware.form import hardware_form, in_hardware_form
from moo_jsc.networks.classifier import Classifier
from moo_jsc.networks.specification import BatchNorm, NetworkSpec
from moo_jsc.objectives.objective import PredictionObjective
from moo_jsc.quantization.calibration import Calibration
from moo_jsc.quantization.formats import NetworkPrecision

CALIBRATION_ROWS = 4096
"""Training rows that open fractions are calibrated on."""

__all__ = [
    "DEFAULT_FINE_TUNING",
    "STRAIGHT_THROUGH",
    "FineTuning",
    "Tuned",
    "fine_tune",
    "fine_tuned_scores",
    "side_by_side",
]

_SCORED_TOGETHER = 512

_LEAST, _MOST = 16, 64
_ACTIVATIONS = 2**10
"""Outputs of hidden layers a sample, of all copies together, that the cache holds for a batch."""


class Tuned(NamedTuple):
    """A fine-tuned configuration."""

    network: Classifier
    """In float32; round it with `moo_jsc.quantization.network.QuantizedNetwork`."""
    precision: NetworkPrecision
    """With explicit fractions, learned ones included."""


def fine_tune(
    network: Classifier,
    precisions: Sequence[NetworkPrecision],
    train: Split,
    settings: FineTuning = DEFAULT_FINE_TUNING,
    *,
    calibration: Calibration | None = None,
    device: str = "cpu",
) -> list[Tuned]:
    """Fine-tune one network for each precision, with that precision's rounding in place.

    Takes O(configurations x samples x MACs) time (see docs/fine_tuning.md), and memory for
    `side_by_side` configurations in training. Configurations whose data formats agree but for the
    fractions train side by side, so a whole space costs much less each than single ones.

    Parameters
    ----------
    network
        Trained in float32, or its hardware form; left as it is.
    precisions
        Open fractions are calibrated, and those of data then learned; explicit ones stay.
    train
        Features and labels to train on.
    settings
        Length, rates, batch size, seed.
    calibration
        Of the network; by default on the first `CALIBRATION_ROWS` training rows.
    device
        Where to train. Results on a GPU differ from those on a CPU by rounding.

    Returns
    -------
    list of Tuned
        One for each precision, in order. The same configuration gives the same bits whatever
        else is asked for with it.

    Raises
    ------
    InputError
        There is not one precision for each dense layer, or there are no training rows.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> from moo_jsc.quantization.formats import FixedPoint, LayerPrecision
    >>> labels = np.arange(100) % 5
    >>> features = np.eye(5, 16, dtype=np.float32)[labels]
    >>> narrow = (LayerPrecision(FixedPoint(4), FixedPoint(2), FixedPoint(4)),)
    >>> start = initialized(network_spec("jsc-tiny"), seed=0)
    >>> short = FineTuning(samples=1000, batch_size=50)
    >>> tuned, alike = fine_tune(start, [narrow, narrow], Split(features, labels), short)
    >>> bool((tuned.network.blocks[2].weight == alike.network.blocks[2].weight).all())
    True
    """
    found: dict[int, Tuned] = {}
    stacks = _tuned_stacks(network, precisions, train, settings, calibration, device)
    for members, explicit, stack in stacks:
        for place, member in enumerate(members):
            fractions = stack.fractions[place].int().tolist()
            found[member] = Tuned(stack.network(place), _with_data(explicit[place], fractions))
    return [found[member] for member in range(len(precisions))]


def fine_tuned_scores(
    network: Classifier,
    precisions: Sequence[NetworkPrecision],
    train: Split,
    evaluations: Sequence[Split],
    objectives: Sequence[PredictionObjective],
    settings: FineTuning = DEFAULT_FINE_TUNING,
    *,
    calibration: Calibration | None = None,
    device: str = "cpu",
) -> NDArray[np.float64]:
    """Fine-tune every configuration and score it, quantised, on other data.

    Parameters
    ----------
    network, precisions, train, settings, calibration, device
        As for `fine_tune`.
    evaluations
        One or more sets of features and labels to score on.
    objectives
        For instance accuracy and loss.

    Returns
    -------
    numpy.ndarray
        Shape (configurations, evaluations, objectives), float64, natural units.

    Raises
    ------
    InputError
        As for `fine_tune`.
    """
    scores = np.empty((len(precisions), len(evaluations), len(objectives)))
    samples = [
        GroupedSamples.of(split.features, split.labels, _SCORED_TOGETHER, device)
        for split in evaluations
    ]
    stacks = _tuned_stacks(network, precisions, train, settings, calibration, device)
    for members, _, stack in stacks:
        with one_thread():
            for column, split in enumerate(samples):
                scores[members, column] = stack_scores(stack, split, objectives)
    return scores


def side_by_side(spec: NetworkSpec) -> int:
    """Return how many configurations of a network are trained together at most.

    More of a small one share what each operation costs; fewer of a wide one stay in the
    processor's cache.

    Examples
    --------
    >>> from moo_jsc.networks.family import network_spec
    >>> side_by_side(network_spec("jsc-two-hidden")), side_by_side(network_spec("jsc-s"))
    (64, 16)
    """
    outputs = sum(layer.features for layer in spec.layers if isinstance(layer, BatchNorm))
    outputs += sum(layer.outputs for layer in spec.linear_layers[:-1])
    return min(_MOST, max(_LEAST, _ACTIVATIONS // max(outputs, 1)))


_Group = tuple[list[int], list[NetworkPrecision], QuantizedStack]


def _tuned_stacks(
    network: Classifier,
    precisions: Sequence[NetworkPrecision],
    train: Split,
    settings: FineTuning,
    calibration: Calibration | None,
    device: str,
) -> Iterator[_Group]:
    """Yield groups: members' places in `precisions`, explicit formats, the stack, trained."""
    if not len(train):
        raise InputError("fine-tuning: expected at least one training row")
    layers = len(network.spec.linear_layers)
    if any(len(precision) != layers for precision in precisions):
        found = min(len(precision) for precision in precisions)
        raise InputError(f"precision of {found} layers: expected {layers}")
    calibration = calibration or Calibration(network, train.features[:CALIBRATION_ROWS])
    fixed_norms = in_hardware_form(network)
    batches: TrainingBatches | None = None
    size = side_by_side(network.spec)
    alike: dict[DataRanges, list[int]] = {}
    for member, precision in enumerate(precisions):
        alike.setdefault(data_ranges(precision), []).append(member)
    for members in alike.values():
        for start in range(0, len(members), size):
            group = members[start : start + size]
            explicit = [calibration.resolve(precisions[member]) for member in group]
            learned = torch.tensor(
                [
                    [layer.data is not None and layer.data.fraction is None for layer in found]
                    for found in (precisions[member] for member in group)
                ],
                device=device,
            )
            stack = QuantizedStack(network, explicit, device, clip=settings.clip)
            with one_thread():
                if batches is None:
                    features = torch.from_numpy(train.features).to(device).t()
                    shown = stack.standardized(features)
                    batches = TrainingBatches(shown, train, stack.classes, settings)
                train_stack(stack, batches, settings, learned)
            if fixed_norms:
                copies = [hardware_form(stack.network(member)) for member in range(len(group))]
                stack.take_norms(copies)
            yield group, explicit, stack


def _with_data(precision: NetworkPrecision, fractions: Sequence[int]) -> NetworkPrecision:
    """Return a precision with other fractions of its data formats."""
    return tuple(
        replace(layer, data=layer.data and replace(layer.data, fraction=fraction))
        for layer, fraction in zip(precision, fractions, strict=True)
    )
