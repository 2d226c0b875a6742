"""Nodes and tensors of an ONNX graph as they come, and the package that writes them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError

if TYPE_CHECKING:
    import onnx

Dialect = Literal["qonnx", "plain"]
"""How formats are written: as QONNX's ``Quant`` nodes, or in standard operators."""

EXTRA = "export"
OPSET = 17
"""Version of the standard operators: old enough for every current reader."""

IR_VERSION = 8
QUANT_DOMAIN = "qonnx.custom_op.general"
INPUT, OUTPUT = "features", "logits"


def package(name: str) -> ModuleType:
    """Import a package of the extra `EXTRA`, or a module of it.

    Raises
    ------
    InputError
        It is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        root = name.partition(".")[0]
        raise InputError(
            f"this export needs the package {root}: pip install 'moo-jsc[{EXTRA}]'"
        ) from None


class Nodes:
    """A chain of nodes that grows from the input; every tensor's shape is written down.

    Parameters
    ----------
    samples
        The first dimension of the chain: a fixed number, or a name for any number.
    inputs
        Channels of the input.
    """

    def __init__(self, samples: int | str, inputs: int) -> None:
        self.onnx = package("onnx")
        self.samples = samples
        self.last = INPUT
        self.inputs = self.channels = inputs
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.shapes: list[Any] = []

    def constant(self, name: str, values: NDArray[Any] | float) -> str:
        """Add a tensor of the file and return its name."""
        array = np.asarray(values, dtype=np.float32)
        self.initializers.append(self.onnx.numpy_helper.from_array(array, name))
        self._shape(name, array.shape)
        return name

    def apply(
        self,
        operation: str,
        name: str,
        *operands: str,
        channels: int | None = None,
        **attributes: Any,
    ) -> None:
        """Add a node that turns the end of the chain into a new one."""
        self.channels = channels or self.channels
        self._node(operation, name, (self.last, *operands), attributes)
        self._shape(name, (self.samples, self.channels))
        self.last = name

    def of_constant(
        self,
        operation: str,
        name: str,
        constant: str,
        *operands: str,
        shape: tuple[int, ...],
        **attributes: Any,
    ) -> str:
        """Add a node beside the chain, on a constant, and return the name of its output."""
        self._node(operation, name, (constant, *operands), attributes)
        self._shape(name, shape)
        return name

    def model(self, name: str, notes: dict[str, str]) -> onnx.ModelProto:
        """Return the chain as a model whose output is its end; it passes ONNX's own check.

        Parameters
        ----------
        name
            Of the graph.
        notes
            Kept in the file as its metadata.
        """
        helper = self.onnx.helper
        self.nodes[-1].output[0] = OUTPUT
        ends = {self.last, OUTPUT}
        graph = helper.make_graph(
            self.nodes,
            name,
            [self._info(INPUT, (self.samples, self.inputs))],
            [self._info(OUTPUT, (self.samples, self.channels))],
            self.initializers,
            value_info=[info for info in self.shapes if info.name not in ends],
        )
        domains = sorted({node.domain for node in self.nodes if node.domain})
        model = helper.make_model(
            graph,
            producer_name="moo_jsc",
            ir_version=IR_VERSION,
            opset_imports=[
                helper.make_opsetid("", OPSET),
                *(helper.make_opsetid(domain, 1) for domain in domains),
            ],
        )
        helper.set_model_props(model, notes)
        self.onnx.checker.check_model(model)
        return model

    def _node(
        self, operation: str, name: str, inputs: tuple[str, ...], attributes: dict[str, Any]
    ) -> None:
        node = self.onnx.helper.make_node(operation, inputs, [name], name=name, **attributes)
        self.nodes.append(node)

    def _shape(self, name: str, shape: tuple[int | str, ...]) -> None:
        self.shapes.append(self._info(name, shape))

    def _info(self, name: str, shape: tuple[int | str, ...]) -> Any:
        kind = self.onnx.TensorProto.FLOAT
        return self.onnx.helper.make_tensor_value_info(name, kind, shape)
