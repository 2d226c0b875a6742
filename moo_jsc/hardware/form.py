"""The hardware form of a network: every number in it has a fixed-point format.

A circuit computes with whole codes. Formats of inputs, weights and biases come with the design;
what is left are batch norms:

- before the first dense layer a batch norm is one affine map a feature, as the standardisation
  of the features is, and joins it: it happens before the circuit, as does the rounding into the
  first layer's format. Published designs count neither, and their inputs arrive rounded.
- any other gets a scale and a shift in fixed point (`hardware_form`). Right after a dense layer
  it is then multiplied into the layer's constants, which is exact.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from moo_jsc.foundation.errors import InputError
from moo_jsc.hardware.dense import Affine, DenseForm, significant_bits
from moo_jsc.networks.classifier import Classifier
from moo_jsc.quantization.calibration import best_fraction
from moo_jsc.quantization.fixed_point import quantize
from moo_jsc.quantization.formats import (
    MAX_FRACTION,
    FixedPoint,
    LayerPrecision,
    NetworkPrecision,
)
from moo_jsc.quantization.network import normalization_affine, require_explicit
from moo_jsc.quantization.pruning import quantized_weight

NORMALIZATION_WIDTH = 8
"""Bits of a batch norm's scale and shift, unless stated otherwise."""

MAX_NORMALIZATION_WIDTH = 16
_SHIFT_BITS = 16

MAX_HARDWARE_WIDTH = 16
"""Bits of data, weights and biases up to which a circuit of adders makes sense and is exact."""


def hardware_form(network: Classifier, width: int = NORMALIZATION_WIDTH) -> Classifier:
    """Return the network with scale and shift of its inner batch norms in fixed point.

    The fractions are those of smallest squared error, one for the scales and one for the shifts
    of each norm. Norms before the first dense layer stay as they are. A network without inner
    norms is returned itself.

    Parameters
    ----------
    network
        Trained, in evaluation mode.
    width
        Bits of a scale and of a shift.

    Raises
    ------
    InputError
        The width is out of range.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> rounded = hardware_form(initialized(network_spec("jsc-toy"), seed=0).eval(), width=4)
    >>> normalization_affine(rounded.blocks[3])[0][:2]
    tensor([1., 1.])
    """
    if type(width) is not int or not 2 <= width <= MAX_NORMALIZATION_WIDTH:
        raise InputError(
            f"normalisation width = {width!r}: expected a whole number in "
            f"2..{MAX_NORMALIZATION_WIDTH}"
        )
    first = network.spec.linear_positions[0]
    if not any(isinstance(block, nn.BatchNorm1d) for block in list(network.blocks)[first:]):
        return network
    rounded = copy.deepcopy(network)
    for block in list(rounded.blocks)[first:]:
        if isinstance(block, nn.BatchNorm1d):
            scale, shift = normalization_affine(block)
            shift = _rounded(shift, width, _finest_of(block))
            scale = _rounded(scale, width)
            with torch.no_grad():
                block.weight.copy_(scale)
                block.bias.copy_(shift)
                block.running_mean.zero_()  # type: ignore[union-attr]
                block.running_var.fill_(1.0)  # type: ignore[union-attr]
            block.eps = 0.0
    return rounded


def _finest_of(norm: nn.BatchNorm1d) -> int:
    """Return the fraction beyond which a shift changes nothing that the outputs show.

    It is 2^-16 of their largest deviation, the learned scale. A norm of what another norm has
    normalized has shifts of 1e-10, and a circuit of both numbers would need 40 bits.
    """
    deviation = float(norm.weight.detach().abs().max())
    if not deviation:
        return MAX_FRACTION
    return min(_SHIFT_BITS - math.frexp(deviation)[1], MAX_FRACTION)


def _rounded(values: torch.Tensor, width: int, finest: int = MAX_FRACTION) -> torch.Tensor:
    fmt = FixedPoint(width)
    fraction = min(best_fraction(values.double().numpy(), fmt), finest)
    return quantize(values, replace(fmt, fraction=fraction))


def in_hardware_form(network: Classifier) -> bool:
    """Say whether there are inner batch norms and `hardware_form` gave them their numbers.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> network = initialized(network_spec("jsc-toy"), seed=0).eval()
    >>> in_hardware_form(network), in_hardware_form(hardware_form(network))
    (False, True)
    """
    blocks = list(network.blocks)[network.spec.linear_positions[0] :]
    norms = [block for block in blocks if isinstance(block, nn.BatchNorm1d)]
    return bool(norms) and all(norm.eps == 0.0 for norm in norms)


def dense_forms(network: Classifier, precision: NetworkPrecision) -> tuple[DenseForm, ...]:
    """Return the dense layers of a design as hardware sees them.

    Parameters
    ----------
    network
        In hardware form (see `hardware_form`).
    precision
        Explicit formats of every tensor.

    Raises
    ------
    InputError
        A tensor or a batch norm has no hardware form, or there is not one precision a layer.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> layer = LayerPrecision(FixedPoint(4, 2), FixedPoint(2, 2), FixedPoint(4, 2))
    >>> (form,) = dense_forms(initialized(network_spec("jsc-tiny"), seed=0), (layer,))
    >>> form.weight.shape, form.nonnegative, sorted(set(form.weight.flatten().tolist()))
    ((5, 16), True, [-0.25, -0.0, 0.25])
    """
    require_explicit(precision, len(network.spec.linear_layers))
    return tuple(dense_form(network, k, layer) for k, layer in enumerate(precision))


def dense_form(network: Classifier, position: int, precision: LayerPrecision) -> DenseForm:
    """Return dense layer `position` (0 for the first); see `dense_forms`."""
    fmt = _formats(position, precision)
    blocks = list(network.blocks)
    bounds = (*network.spec.linear_positions, len(blocks))
    start, stop = bounds[position], bounds[position + 1]
    layer = blocks[start]
    assert isinstance(layer, nn.Linear)
    rounded = quantized_weight(layer.weight.detach(), precision).double().numpy()
    bias = quantize(layer.bias.detach(), precision.bias).double().numpy()
    weight = rounded
    rest = blocks[start + 1 : stop]
    if rest and isinstance(rest[0], nn.BatchNorm1d):
        norm = _affine(rest[0], start + 1)
        weight, bias = norm.scale[:, None] * weight, norm.scale * bias + norm.shift
        rest = rest[1:]
    return DenseForm(
        data=fmt.data,
        nonnegative=start > 0 and isinstance(blocks[start - 1], nn.ReLU),
        weight=weight,
        bias=bias,
        after=tuple(
            _affine(block, start + offset) if isinstance(block, nn.BatchNorm1d) else None
            for offset, block in enumerate(rest, start=stop - start - len(rest))
        ),
        weight_codes=np.rint(rounded / fmt.weight.step).astype(np.int64),
    )


@dataclass(frozen=True)
class _Formats:
    data: FixedPoint
    weight: FixedPoint


def _formats(position: int, precision: LayerPrecision) -> _Formats:
    """Check that every tensor of a layer has a format that hardware can take."""
    found = {}
    for tensor, fmt in (
        ("data", precision.data),
        ("weight", precision.weight),
        ("bias", precision.bias),
    ):
        if fmt is None:
            raise InputError(
                f"dense layer {position}: the {tensor} is float32, expected a fixed-point format "
                "(it has no hardware form)"
            )
        if fmt.width > MAX_HARDWARE_WIDTH:
            raise InputError(
                f"dense layer {position}: the {tensor} has {fmt.width} bits, "
                f"expected at most {MAX_HARDWARE_WIDTH} for a circuit"
            )
        found[tensor] = fmt
    return _Formats(found["data"], found["weight"])


def _affine(norm: nn.BatchNorm1d, position: int) -> Affine:
    scale, shift = (values.double().numpy() for values in normalization_affine(norm))
    if max(significant_bits(scale), significant_bits(shift)) > MAX_NORMALIZATION_WIDTH:
        raise InputError(
            f"batch norm {position}: scale and shift are float32, expected fixed point "
            "(hardware_form gives it)"
        )
    return Affine(scale, shift)
