"""The quantised network: the plain reference, one configuration at a time."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.classifier import Classifier
from moo_jsc.quantization.fixed_point import quantize
from moo_jsc.quantization.formats import FixedPoint, NetworkPrecision
from moo_jsc.quantization.pruning import quantized_weight


def normalization_affine(norm: nn.BatchNorm1d) -> tuple[Tensor, Tensor]:
    """Return scale and shift (channels,) of a batch norm in evaluation mode.

    ``scale = gamma / sqrt(variance + epsilon)`` and ``shift = beta - mean * scale`` are computed
    in float64 and rounded to float32 once. The norm is then applied as ``x * scale + shift``:
    one multiplication and one addition, each rounded to float32, so that the result for an
    element depends on neither the batch around it nor the layout in memory.

    Examples
    --------
    >>> scale, shift = normalization_affine(nn.BatchNorm1d(2))
    >>> scale
    tensor([1.0000, 1.0000])
    """
    if norm.running_mean is None or norm.running_var is None:
        raise ValueError("a batch norm without running statistics cannot be evaluated")
    variance = norm.running_var.detach().double() + norm.eps
    scale = norm.weight.detach().double() / variance.sqrt()
    shift = norm.bias.detach().double() - norm.running_mean.detach().double() * scale
    return scale.float(), shift.float()


class QuantizedNetwork(nn.Module):
    """A trained network with the inputs, weights and biases of its dense layers in fixed point.

    A dense layer rounds its input, its weight (after pruning) and its bias, multiplies in
    float32 and does not round its output. Batch norms run in evaluation mode and float32 (see
    `normalization_affine`), whatever mode the module is in.

    Parameters
    ----------
    network
        Its weights are read once, here.
    precision
        One `LayerPrecision` for each dense layer, in order, with explicit fractions (see
        `moo_jsc.quantization.calibration` for those still open).

    Raises
    ------
    InputError
        Not one precision a dense layer, or a fraction is still open.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> from moo_jsc.quantization.formats import LayerPrecision
    >>> layer = LayerPrecision(FixedPoint(8, 4), FixedPoint(4, 3), FixedPoint(8, 4))
    >>> network = QuantizedNetwork(initialized(network_spec("jsc-tiny"), seed=0), (layer,))
    >>> network(torch.zeros(3, 16)).shape
    torch.Size([3, 5])
    """

    def __init__(self, network: Classifier, precision: NetworkPrecision) -> None:
        super().__init__()
        require_explicit(precision, len(network.spec.linear_layers))
        self.spec = network.spec
        self.precision = precision
        formats = iter(precision)
        self.blocks = nn.ModuleList()
        for block in network.blocks:
            if isinstance(block, nn.Linear):
                layer = next(formats)
                self.blocks.append(
                    QuantizedLinear(
                        layer.data,
                        quantized_weight(block.weight.detach(), layer).clone(),
                        quantize(block.bias.detach(), layer.bias).clone(),
                    )
                )
            elif isinstance(block, nn.BatchNorm1d):
                self.blocks.append(ChannelAffine(*normalization_affine(block)))
            else:
                self.blocks.append(nn.ReLU())

    @torch.no_grad()
    def forward(self, features: Tensor) -> Tensor:
        """Return logits (n, classes) of features (n, inputs)."""
        for block in self.blocks:
            features = block(features)
        return features


class QuantizedLinear(nn.Module):
    """A dense layer that rounds its input; weight and bias come rounded."""

    weight: Tensor
    bias: Tensor

    def __init__(self, data: FixedPoint | None, weight: Tensor, bias: Tensor) -> None:
        super().__init__()
        self.data = data
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return outputs (n, outputs) of inputs (n, inputs)."""
        return functional.linear(quantize(inputs, self.data), self.weight, self.bias)


class ChannelAffine(nn.Module):
    """``x * scale + shift`` by channel, as two roundings (never a fused multiply-add)."""

    scale: Tensor
    shift: Tensor

    def __init__(self, scale: Tensor, shift: Tensor) -> None:
        super().__init__()
        self.register_buffer("scale", scale)
        self.register_buffer("shift", shift)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return (n, channels) of inputs (n, channels)."""
        return inputs * self.scale + self.shift


def require_explicit(precision: NetworkPrecision, layers: int) -> None:
    """Check that there is one precision for each dense layer, with every fraction given."""
    if len(precision) != layers:
        raise InputError(f"precision of {len(precision)} layers: expected {layers}")
    for position, layer in enumerate(precision):
        for tensor, fmt in (("data", layer.data), ("weight", layer.weight), ("bias", layer.bias)):
            if fmt is not None and fmt.fraction is None:
                raise InputError(
                    f"dense layer {position}: the {tensor} fraction is open, calibrate it first"
                )
