"""Whether float32 arithmetic is exact for a dense layer, whatever the order of its sums."""

from __future__ import annotations

import torch
from torch import nn

from moo_jsc.networks.classifier import Classifier
from moo_jsc.quantization.fixed_point import quantize
from moo_jsc.quantization.formats import LayerPrecision, NetworkPrecision
from moo_jsc.quantization.network import require_explicit
from moo_jsc.quantization.pruning import quantized_weight

SIGNIFICAND = 2.0**24
"""Whole numbers up to here are exact in float32."""


def exact_in_float32(network: Classifier, precision: NetworkPrecision) -> bool:
    """Say whether no dense layer of a quantized network can round in float32.

    All products and the bias of a layer are multiples of one unit, the smaller of the product of
    the steps of data and weight and the step of the bias. Float32 sums them without rounding, in
    any order, when the largest sum of magnitudes has at most 2^24 units. Two programs that
    compute such a network, batch norms as a multiplication and an addition, must then agree to
    the last bit.

    Parameters
    ----------
    network
        Trained.
    precision
        Explicit formats; a layer with a float32 tensor counts as one that rounds.

    Raises
    ------
    InputError
        Not one precision a dense layer, or a fraction is still open.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> from moo_jsc.quantization.formats import FixedPoint
    >>> tiny = initialized(network_spec("jsc-tiny"), seed=0)
    >>> narrow = LayerPrecision(FixedPoint(8, 4), FixedPoint(8, 6), FixedPoint(8, 4))
    >>> wide = LayerPrecision(FixedPoint(16, 4), FixedPoint(16, 14), FixedPoint(8, 4))
    >>> exact_in_float32(tiny, (narrow,)), exact_in_float32(tiny, (wide,))
    (True, False)
    """
    layers = [block for block in network.blocks if isinstance(block, nn.Linear)]
    require_explicit(precision, len(layers))
    return all(_exact(layer, chosen) for layer, chosen in zip(layers, precision, strict=True))


def _exact(layer: nn.Linear, precision: LayerPrecision) -> bool:
    data, weight, bias = precision.data, precision.weight, precision.bias
    if data is None or weight is None or bias is None:
        return False
    unit = min(data.step * weight.step, bias.step)
    largest = max(-data.lowest, data.highest)
    magnitudes = quantized_weight(layer.weight.detach(), precision).double().abs()
    biases = quantize(layer.bias.detach(), bias).double().abs()
    sums = magnitudes.sum(dim=1) * largest + biases
    return bool(torch.all(sums <= SIGNIFICAND * unit))
