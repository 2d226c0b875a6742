"""ONNX files read as steps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.intake.steps import Step, foreign

Arrays = dict[str, NDArray[Any]]


def steps_of_onnx(path: Path) -> list[Step]:
    """Return the steps of an ONNX file.

    Parameters
    ----------
    path
        One input (n, features), one output (n, classes).

    Raises
    ------
    InputError
        The package onnx is not installed, the file is missing or damaged, or holds something
        else than a stack of dense layers.
    """
    graph = _graph(path)
    reading = _Reading(str(path), graph)
    last = reading.input
    for node in graph.node:
        if node.op_type == "Constant":
            continue
        if last not in node.input:
            raise foreign(str(path), f"{_shown(node)} does not follow the step before it")
        reading.take(node, last)
        last = node.output[0]
    if [output.name for output in graph.output] != [last]:
        raise foreign(str(path), "its output is not its last step's")
    return reading.steps


def _graph(path: Path) -> Any:
    try:
        import onnx
    except ImportError:
        raise InputError(f"{path}: reading ONNX needs onnx: pip install 'moo-jsc[onnx]'") from None
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        model = onnx.load(path)
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise InputError(f"{path}: not a readable ONNX file ({reason[0]})") from None
    if not model.graph.node:
        raise InputError(f"{path}: not a readable ONNX file (it holds no graph)")
    return model.graph


class _Reading:
    """Nodes of a graph, one after the other."""

    def __init__(self, source: str, graph: Any) -> None:
        from onnx import numpy_helper

        self.source = source
        self.steps: list[Step] = []
        self.constants: Arrays = {
            tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer
        }
        for node in graph.node:
            if node.op_type == "Constant" and "value" in (found := _attributes(node)):
                self.constants[node.output[0]] = numpy_helper.to_array(found["value"])
        inputs = [value.name for value in graph.input if value.name not in self.constants]
        if len(inputs) != 1:
            raise foreign(source, f"it takes {len(inputs)} inputs")
        (self.input,) = inputs

    def take(self, node: Any, last: str) -> None:
        """Add the step of a node whose input is the value `last`."""
        reader = _READERS.get(node.op_type)
        if reader is None:
            raise foreign(self.source, f"{_shown(node)} is no such step")
        others = [name for name in node.input if name and name != last]
        for name in others:
            if name not in self.constants:
                raise foreign(self.source, f"{_shown(node)} joins two paths")
        name = node.name or node.output[0]
        for given in others:
            if given.endswith(".weight"):
                name = given.removesuffix(".weight")
        module = reader(self, node, others)
        if module is not None:
            self.steps.append(Step(name, module))

    def values(self, name: str, rank: int, node: Any) -> NDArray[np.float32]:
        """Return a constant of floats with a number of axes."""
        array = self.constants[name]
        if array.dtype.kind != "f" or array.ndim != rank:
            raise foreign(
                self.source, f"{_shown(node)}: {name} is {array.dtype} of shape {array.shape}"
            )
        return array.astype(np.float32)


def _gemm(reading: _Reading, node: Any, others: list[str]) -> nn.Module:
    found = _attributes(node)
    if found.get("transA", 0) or node.input[0] in reading.constants:
        raise foreign(reading.source, f"{_shown(node)} multiplies from the wrong side")
    weight = reading.values(others[0], 2, node) * np.float32(found.get("alpha", 1.0))
    if not found.get("transB", 0):
        weight = weight.T
    bias = None
    if len(others) > 1:
        bias = reading.values(others[1], 1, node) * np.float32(found.get("beta", 1.0))
    return _linear(weight, bias, reading, node)


def _matmul(reading: _Reading, node: Any, others: list[str]) -> nn.Module:
    if node.input[0] in reading.constants:
        raise foreign(reading.source, f"{_shown(node)} multiplies from the wrong side")
    return _linear(reading.values(others[0], 2, node).T, None, reading, node)


def _add(reading: _Reading, node: Any, others: list[str]) -> None:
    """Put an added constant into the bias of the dense layer before it."""
    before = reading.steps[-1].module if reading.steps else None
    if not isinstance(before, nn.Linear) or len(others) != 1:
        raise foreign(reading.source, f"{_shown(node)} does not follow a product")
    terms = reading.constants[others[0]].reshape(-1).astype(np.float32)
    if terms.size not in (1, before.out_features):
        raise foreign(reading.source, f"{_shown(node)}: {others[0]} has {terms.size} values")
    with torch.no_grad():
        before.bias.add_(torch.from_numpy(terms))


def _norm(reading: _Reading, node: Any, others: list[str]) -> nn.Module:
    found = _attributes(node)
    if found.get("training_mode", 0) or len(others) != 4:
        raise foreign(reading.source, f"{_shown(node)} has no statistics")
    scale, shift, mean, variance = (reading.values(name, 1, node) for name in others)
    norm = nn.BatchNorm1d(len(scale), eps=found.get("epsilon", 1e-5))
    state = {"weight": scale, "bias": shift, "running_mean": mean, "running_var": variance}
    norm.load_state_dict({key: torch.tensor(value) for key, value in state.items()}, strict=False)
    return norm


def _reshape(reading: _Reading, node: Any, others: list[str]) -> nn.Module:
    shape = reading.constants[others[0]].tolist() if len(others) == 1 else []
    if len(shape) != 2 or (shape[0] not in (0, -1) and shape[1] != -1):
        raise foreign(reading.source, f"{_shown(node)} changes more than the shape of a row")
    return nn.Flatten()


def _softmax(reading: _Reading, node: Any, others: list[str]) -> nn.Module:  # noqa: ARG001
    return nn.Softmax(_attributes(node).get("axis", -1))


def _plain(kind: type[nn.Module]) -> Callable[[_Reading, Any, list[str]], nn.Module]:
    return lambda reading, node, others: kind()  # noqa: ARG005


def _linear(
    weight: NDArray[np.float32], bias: NDArray[np.float32] | None, reading: _Reading, node: Any
) -> nn.Linear:
    outputs, inputs = weight.shape
    if bias is not None and bias.shape != (outputs,):
        raise foreign(reading.source, f"{_shown(node)}: its bias has shape {bias.shape}")
    dense = nn.Linear(inputs, outputs)
    with torch.no_grad():
        dense.weight.copy_(torch.tensor(np.ascontiguousarray(weight)))
        dense.bias.copy_(torch.tensor(np.zeros(outputs, np.float32) if bias is None else bias))
    return dense


_READERS: dict[str, Callable[[_Reading, Any, list[str]], nn.Module | None]] = {
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Add": _add,
    "BatchNormalization": _norm,
    "Relu": _plain(nn.ReLU),
    "Identity": _plain(nn.Identity),
    "Dropout": _plain(nn.Identity),
    "Flatten": _plain(nn.Flatten),
    "Reshape": _reshape,
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
}
"""What makes the module of each kind of node; None where an earlier one takes it in."""


def _attributes(node: Any) -> dict[str, Any]:
    from onnx import helper

    return {each.name: helper.get_attribute_value(each) for each in node.attribute}


def _shown(node: Any) -> str:
    return f"{node.op_type} {node.name or node.output[0]}"
