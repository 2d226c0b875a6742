"""A design as an ONNX graph: the quantized network's own arithmetic, node by node."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.foundation.files import atomic_path
from moo_jsc.hardware.onnx_nodes import Dialect, Nodes
from moo_jsc.hardware.onnx_rounding import PlainRounding, QonnxRounding, Rounding
from moo_jsc.quantization.network import ChannelAffine, QuantizedLinear, QuantizedNetwork

if TYPE_CHECKING:
    import onnx

    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.quantization.formats import NetworkPrecision

ROUNDINGS: dict[Dialect, Rounding] = {"qonnx": QonnxRounding(), "plain": PlainRounding()}


def onnx_graph(
    network: Classifier,
    precision: NetworkPrecision,
    *,
    dialect: Dialect = "qonnx",
    circuit: bool = False,
    notes: dict[str, str] | None = None,
) -> onnx.ModelProto:
    """Return a design as an ONNX model from features to logits.

    Weights and biases are in it as they are rounded. A batch norm is a multiplication and an
    addition, in float32, as in `QuantizedNetwork`.

    Parameters
    ----------
    network, precision
        The trained network, and explicit formats of its dense layers.
    dialect
        ``"qonnx"``: formats as ``Quant`` nodes, one sample at a time, as hls4ml and FINN want
        them. ``"plain"``: standard operators, any number of samples.
    circuit
        Begin at the first dense layer, as hardware does: what stands before it belongs to the
        standardization of the features.
    notes
        Kept in the file.

    Raises
    ------
    InputError
        The package onnx is missing, there is not one precision a dense layer, or a format has
        no node.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> from moo_jsc.quantization.formats import FixedPoint, LayerPrecision
    >>> layer = LayerPrecision(FixedPoint(8, 4), FixedPoint(4, 3), FixedPoint(8, 4))
    >>> model = onnx_graph(initialized(network_spec("jsc-tiny"), seed=0), (layer,))
    >>> [node.op_type for node in model.graph.node]
    ['Mul', 'Add', 'Relu', 'Quant', 'Quant', 'MatMul', 'Quant', 'Add']
    """
    quantized = QuantizedNetwork(network, precision)
    rounding = ROUNDINGS[dialect]
    spec = network.spec
    first = spec.linear_positions[0] if circuit else 0
    widest = spec.linear_layers[0].inputs
    nodes = Nodes(1 if dialect == "qonnx" else "samples", widest)
    formats = iter(precision)
    for position, block in enumerate(quantized.blocks):
        name = f"seq_blocks_{position}"
        layer = next(formats) if isinstance(block, QuantizedLinear) else None
        if position < first:
            continue
        if isinstance(block, QuantizedLinear) and layer is not None:
            if layer.data is not None:
                rounding.data(nodes, f"{name}_data", layer.data)
            weight = block.weight.numpy().T.copy()
            held = nodes.constant(f"{name}_weight_values", weight)
            if layer.weight is not None:
                named = f"{name}_weight"
                held = rounding.constant(nodes, named, held, layer.weight, weight.shape)
            nodes.apply("MatMul", f"{name}_product", held, channels=weight.shape[1])
            bias = block.bias.numpy()
            held = nodes.constant(f"{name}_bias_values", bias)
            if layer.bias is not None:
                held = rounding.constant(nodes, f"{name}_bias", held, layer.bias, bias.shape)
            nodes.apply("Add", name, held)
        elif isinstance(block, ChannelAffine):
            scale = nodes.constant(f"{name}_scale", block.scale.numpy())
            nodes.apply("Mul", f"{name}_scaled", scale)
            nodes.apply("Add", name, nodes.constant(f"{name}_shift", block.shift.numpy()))
        else:
            nodes.apply("Relu", name)
    return nodes.model(spec.name, notes or {})


def write_onnx(path: Path, model: onnx.ModelProto) -> None:
    """Write a model whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(model.SerializeToString())
