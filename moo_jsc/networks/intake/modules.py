"""Modules read as steps, by tracing them symbolically."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import fx, nn
from torch.nn import functional

from moo_jsc.networks.intake.steps import Step, foreign

_FUNCTIONS: dict[Any, Callable[[], nn.Module]] = {
    **dict.fromkeys(
        (torch.relu, torch.relu_, functional.relu, functional.relu_, "relu", "relu_"), nn.ReLU
    ),
    **dict.fromkeys((torch.flatten, "flatten"), nn.Flatten),
    **dict.fromkeys((functional.dropout, torch.dropout, "contiguous", "float"), nn.Identity),
    **dict.fromkeys((torch.softmax, functional.softmax, "softmax"), nn.Softmax),
    **dict.fromkeys((torch.log_softmax, functional.log_softmax, "log_softmax"), nn.LogSoftmax),
}
"""The module that does what a function or method of tensors does."""

_SHAPES = ("size", "shape")
_RESHAPES = ("view", "reshape", torch.reshape)


def steps_of_module(module: nn.Module, source: str) -> list[Step]:
    """Return the steps of a module.

    Parameters
    ----------
    module
        ``nn.Sequential``, or any module that `torch.fx` traces into a chain.
    source
        What the module is called in messages.

    Raises
    ------
    InputError
        It cannot be traced, is no chain, or does something else than a stack of dense layers.

    Examples
    --------
    >>> net = nn.Sequential(nn.Flatten(), nn.Sequential(nn.Linear(4, 3), nn.ReLU()))
    >>> [step.name for step in steps_of_module(net, "net")]
    ['0', '1.0', '1.1']
    """
    if _is_leaf(module):
        return [Step(type(module).__name__.lower(), module)]
    try:
        graph = fx.Tracer().trace(module)
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise foreign(source, f"torch.fx cannot trace it ({reason[0]})") from None
    steps: list[Step] = []
    last: fx.Node | None = None
    inputs = 0
    for node in graph.nodes:
        if node.op == "placeholder":
            inputs += 1
            last = node
        elif node.op == "output":
            if node.args[0] is not last:
                raise foreign(source, "its result is not its last step's")
        elif not _asks_for_shape(node, last):
            if not node.args or node.args[0] is not last:
                raise foreign(source, f"{node.name} does not follow the step before it")
            if any(other is not last and not _is_shape(other) for other in node.all_input_nodes):
                raise foreign(source, f"{node.name} joins two paths")
            steps.append(_step(node, module, source))
            last = node
    if inputs != 1:
        raise foreign(source, f"it takes {inputs} inputs")
    return steps


def _is_leaf(module: nn.Module) -> bool:
    """Tell torch's own modules, which are not traced into."""
    return fx.Tracer().is_leaf_module(module, "")


def _asks_for_shape(node: fx.Node, last: fx.Node | None) -> bool:
    """Tell ``x.size(0)`` and ``x.shape[0]``, which only reshaping needs."""
    if node.args[:1] == (last,) and (
        (node.op == "call_method" and node.target in _SHAPES)
        or (node.op == "call_function" and node.target is getattr and node.args[1] in _SHAPES)
    ):
        return True
    of = node.args[0] if node.args else None
    return node.target is operator.getitem and isinstance(of, fx.Node) and _is_shape(of)


def _is_shape(node: fx.Node) -> bool:
    return (
        node.target in _SHAPES
        or node.target is operator.getitem
        or (node.target is getattr and node.args[1] in _SHAPES)
    )


def _step(node: fx.Node, module: nn.Module, source: str) -> Step:
    if node.op == "call_module":
        name = str(node.target)
        return Step(name, module.get_submodule(name))
    if node.target in _RESHAPES:
        if not _keeps_rows(node.args[1:]):
            raise foreign(source, f"{node.name} changes more than the shape of a row")
        return Step(node.name, nn.Flatten())
    if node.target not in _FUNCTIONS:
        raise foreign(source, f"{node.name} is {getattr(node.target, '__name__', node.target)}")
    made = _FUNCTIONS[node.target]
    if made in (nn.Softmax, nn.LogSoftmax):
        axis: Any = node.kwargs.get("dim", node.args[1] if len(node.args) > 1 else None)
        return Step(node.name, made(axis))
    return Step(node.name, made())


def _keeps_rows(shape: tuple[Any, ...]) -> bool:
    """Tell ``(x.size(0), -1)`` and ``(-1, 64)`` from shapes that mix rows."""
    if len(shape) == 1 and isinstance(shape[0], tuple | list):
        shape = tuple(shape[0])
    return len(shape) == 2 and (
        (isinstance(shape[0], fx.Node) and not isinstance(shape[1], fx.Node))
        or (shape[0] == -1 and isinstance(shape[1], int) and shape[1] > 0)
    )
