"""A design as two files that need none of this project: numbers, and what they mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moo_jsc.foundation.files import atomic_path, write_text
from moo_jsc.quantization.network import ChannelAffine, QuantizedLinear, QuantizedNetwork

if TYPE_CHECKING:
    from torch import Tensor

    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.quantization.formats import FixedPoint, LayerPrecision, NetworkPrecision

NUMBERS, MEANINGS = "design.safetensors", "design.json"


def write_design(
    folder: Path,
    network: Classifier,
    precision: NetworkPrecision,
    data: Dataset,
    notes: Mapping[str, Any],
) -> tuple[Path, Path]:
    """Write a design's rounded numbers as safetensors, and its layers and formats as JSON.

    Layer by layer, in the order of the JSON file: a dense layer rounds its input into its
    ``data`` format and gives ``weight @ input + bias``; an affine one gives
    ``scale * input + shift``; a ReLU the larger of its input and 0. Tensors are named
    ``LAYER.weight`` (outputs, inputs), ``LAYER.bias``, ``LAYER.scale`` and ``LAYER.shift``,
    float32. The first layer takes ``(feature - mean) / std``.

    Parameters
    ----------
    folder
        Of both files.
    network, precision
        The trained network, and explicit formats of its dense layers.
    data
        Names its features and classes, and how features are standardized.
    notes
        Kept in the JSON file as they are, beside the above.

    Returns
    -------
    tuple
        The two files.

    Raises
    ------
    InputError
        Not one precision a dense layer, a fraction is still open, or the folder cannot be
        written.
    """
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {}
    layers: list[dict[str, Any]] = []
    formats = iter(precision)
    names = dict(zip(network.spec.linear_positions, network.spec.linear_names, strict=True))
    for position, block in enumerate(QuantizedNetwork(network, precision).blocks):
        name = names.get(position, f"seq_blocks_{position}")
        entry: dict[str, Any] = {"name": name}
        if isinstance(block, QuantizedLinear):
            outputs, inputs = block.weight.shape
            entry |= {"kind": "dense", "inputs": inputs, "outputs": outputs}
            entry |= described(next(formats))
            tensors |= {f"{name}.weight": block.weight, f"{name}.bias": block.bias}
        elif isinstance(block, ChannelAffine):
            entry["kind"] = "affine"
            tensors |= {f"{name}.scale": block.scale, f"{name}.shift": block.shift}
        else:
            entry["kind"] = "relu"
        layers.append(entry)
    content = {
        **notes,
        "network": network.spec.name,
        "data": data.name,
        "features": [
            {"name": name, "mean": mean, "std": std}
            for name, mean, std in zip(
                data.feature_names, data.mean.tolist(), data.std.tolist(), strict=True
            )
        ],
        "classes": list(data.class_names),
        "layers": layers,
    }
    with atomic_path(folder / NUMBERS) as path:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
    write_text(folder / MEANINGS, json.dumps(content, indent=2) + "\n")
    return folder / NUMBERS, folder / MEANINGS


def described(layer: LayerPrecision) -> dict[str, Any]:
    """Return the formats of a dense layer as JSON has them; null for float32.

    Examples
    --------
    >>> from moo_jsc.quantization.formats import FixedPoint, LayerPrecision
    >>> described(LayerPrecision(weight=FixedPoint(4, 3)))["weight"]["fraction"]
    3
    """
    return {
        "data": _format(layer.data),
        "weight": _format(layer.weight),
        "bias": _format(layer.bias),
        "pruned": layer.pruned,
    }


def _format(fmt: FixedPoint | None) -> dict[str, Any] | None:
    return None if fmt is None else {"kind": type(fmt).__name__, **asdict(fmt)}
