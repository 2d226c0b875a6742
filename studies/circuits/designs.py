"""Networks, and formats for them: drawn at random, or of the same widths in every layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from moo_jsc.quantization.formats import (
    FixedPoint,
    LayerPrecision,
    NetworkPrecision,
    PowerOfTwo,
    Ternary,
    unsigned_data,
)

if TYPE_CHECKING:
    import numpy as np

    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.quantization.calibration import Calibration

NETWORKS = ("jsc-tiny", "jsc-toy", "jsc-three-linear", "hls4ml-3layer")
PRUNED = (0.0, 0.25, 0.5, 0.75)
CALIBRATION_ROWS = 4096


@lru_cache(maxsize=16)
def calibrated(name: str, jets: str = "sample") -> tuple[Classifier, Calibration]:
    """Return a shipped network in hardware form, and what calibrates formats for it.

    Parameters
    ----------
    name
        A shipped network; ``NAME*2`` for a widened one with all its widths doubled.
    jets
        What `moo_jsc.data.jets.load_jets` takes.
    """
    from moo_jsc.data.jets import load_jets
    from moo_jsc.hardware.form import hardware_form
    from moo_jsc.networks.weights import load_network, load_widened
    from moo_jsc.quantization.calibration import Calibration

    plain, _, multiplier = name.partition("*")
    network = hardware_form(
        load_widened(plain, (int(multiplier),) * 2) if multiplier else load_network(plain)
    )
    return network, Calibration(network, load_jets(jets).train.features[:CALIBRATION_ROWS])


def random_precision(
    network: Classifier, calibration: Calibration, rng: np.random.Generator
) -> NetworkPrecision:
    """Draw formats of every kind: widths, roundings, weight formats, signs, pruning shares."""
    layers = []
    for position, layer in enumerate(network.spec.linear_positions):
        data, weight, bias = rng.choice(["even", "up", "down"], 3).tolist()
        formats = (
            FixedPoint(int(rng.integers(1, 9)), rounding=weight),
            Ternary(rounding=weight),
            PowerOfTwo(int(rng.integers(3, 5)), rounding=weight),
        )
        option = LayerPrecision(
            FixedPoint(int(rng.integers(2, 9)), rounding=data),
            formats[rng.integers(len(formats))],
            FixedPoint(int(rng.integers(3, 9)), rounding=bias),
            float(rng.choice(PRUNED)),
        )
        if layer > 0 and rng.random() < 0.5:
            option = unsigned_data(option)
        layers.append(calibration.resolve_layer(position, option))
    return tuple(layers)


def uniform_precision(
    network: Classifier, calibration: Calibration, data: int, weight: int
) -> NetworkPrecision:
    """Return formats of the same widths in every layer, biases of 8 bits, unsigned after a ReLU."""
    weights = [LayerPrecision(weight=FixedPoint(weight))]
    return tuple(layer for (layer,) in uniform_options(network, calibration, (data,), weights))


def uniform_options(
    network: Classifier,
    calibration: Calibration,
    data: Sequence[int],
    weights: Sequence[LayerPrecision],
) -> list[list[LayerPrecision]]:
    """Return the same choice for every layer, data varying slowest, biases of 8 bits.

    Parameters
    ----------
    network, calibration
        As `calibrated` gives them.
    data
        Widths.
    weights
        Formats of weights, and the shares of them that are pruned.
    """
    options = []
    for position, layer in enumerate(network.spec.linear_positions):
        row = [
            replace(one, data=FixedPoint(bits), bias=FixedPoint(8))
            for bits in data
            for one in weights
        ]
        options.append(
            [
                calibration.resolve_layer(position, unsigned_data(one) if layer > 0 else one)
                for one in row
            ]
        )
    return options
