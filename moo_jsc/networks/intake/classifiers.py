"""Steps turned into the classifier that everything else works on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.classifier import Classifier
from moo_jsc.networks.intake.steps import Steps, foreign, plain_name
from moo_jsc.networks.specification import BatchNorm, Layer, Linear, NetworkSpec, ReLU

_IGNORED = (nn.Identity, nn.Dropout, nn.Flatten)
_AT_THE_END = (nn.Softmax, nn.LogSoftmax)

ONNX_ENDING = ".onnx"


def take_in(
    network: nn.Module | str | Path,
    *,
    weights: str | Path | Mapping[str, Tensor] | None = None,
    name: str | None = None,
) -> Classifier:
    """Return a network of one's own as a classifier in evaluation mode.

    Parameters
    ----------
    network
        A module (``nn.Sequential``, or one that torch.fx traces into a chain), or the path of
        an ONNX file.
    weights
        Trained weights for the module: a state dict, or the path of one that `torch.save` wrote,
        of a safetensors file, or of a checkpoint of Lightning or MASE. By default those that
        the module has.
    name
        For tables and files; by default the file's stem, a classifier's own, or ``"network"``.

    Returns
    -------
    Classifier
        In float32, on the CPU, a copy. Its logits are the network's before a closing softmax.
        Dense layers without bias get one of zeros, batch norms without scale and shift the
        identity, and a batch norm's own epsilon goes into its variance.

    Raises
    ------
    InputError
        The network is no stack of dense layers (the message names the module), or the weights
        do not fit it.

    Examples
    --------
    >>> net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.1), nn.ReLU(), nn.Linear(8, 3))
    >>> take_in(net, name="petals").spec.parameters
    67
    >>> take_in(nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3)))
    Traceback (most recent call last):
    moo_jsc.foundation.errors.InputError: network: 1 is a Tanh; expected a stack of ...
    """
    if isinstance(network, nn.Module):
        from moo_jsc.networks.intake.modules import steps_of_module
        from moo_jsc.networks.intake.weight_files import with_weights

        source = name or (network.spec.name if isinstance(network, Classifier) else "network")
        module = network if weights is None else with_weights(network, weights)
        return classifier_of(steps_of_module(module, source), source)
    if not isinstance(network, str | Path):
        raise InputError(
            f"network of type {type(network).__name__}: expected a module or an ONNX file"
        )
    path = Path(network)
    if path.suffix.lower() != ONNX_ENDING:
        raise InputError(
            f"{path}: unknown kind of network {path.suffix!r}; expected a module or an ONNX file"
        )
    if weights is not None:
        raise InputError(f"{path}: an ONNX file holds its weights; expected no others")
    from moo_jsc.networks.intake.onnx_files import steps_of_onnx

    return classifier_of(steps_of_onnx(path), name or path.stem, source=str(path))


def classifier_of(steps: Steps, name: str, *, source: str | None = None) -> Classifier:
    """Return the classifier that does what the steps do.

    Parameters
    ----------
    steps
        In order.
    name
        Of the classifier.
    source
        To begin messages with; by default `name`.

    Raises
    ------
    InputError
        A step is no part of a stack of dense layers, shapes do not fit, a weight is missing or
        not finite.
    """
    where = source or name
    steps = list(steps)
    if steps and isinstance(steps[-1].module, _AT_THE_END):
        if getattr(steps[-1].module, "dim", None) not in (1, -1, None):
            raise foreign(where, f"{steps[-1].name} normalizes over rows")
        steps.pop()
    kept = [step for step in steps if not isinstance(step.module, _IGNORED)]
    _check(kept, where)
    layers: list[Layer] = []
    for step in kept:
        layers.append(_layer(step.module, layers or _features(kept)))
    names = [plain_name(step.name) for step in kept if isinstance(step.module, nn.Linear)]
    if not names:
        raise foreign(where, "no dense layer")
    try:
        spec = NetworkSpec(name, tuple(layers), tuple(names))
    except ValueError as error:
        raise InputError(str(error)) from None
    network = Classifier(spec)
    with torch.no_grad():
        for step, block in zip(kept, network.blocks, strict=True):
            _copy(step.module, block)
    for key, tensor in network.state_dict().items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise InputError(f"{where}: {key} holds a value that is not finite")
    return network.eval()


def _check(steps: Steps, source: str) -> None:
    seen: set[int] = set()
    for step in steps:
        kind = type(step.module)
        if not isinstance(step.module, nn.Linear | nn.BatchNorm1d | nn.ReLU):
            raise foreign(source, f"{step.name} is a {kind.__name__}")
        tensors = [*step.module.parameters(recurse=False), *step.module.buffers(recurse=False)]
        if any(nn.parameter.is_lazy(tensor) for tensor in tensors):
            raise foreign(source, f"{step.name} is a {kind.__name__} without shape yet")
        if isinstance(step.module, nn.ReLU):
            continue
        if id(step.module) in seen:
            raise foreign(source, f"{step.name} is used twice")
        seen.add(id(step.module))
        if isinstance(step.module, nn.BatchNorm1d) and step.module.running_mean is None:
            raise foreign(source, f"{step.name} is a BatchNorm1d without running statistics")


def _features(steps: Steps) -> list[Layer]:
    """Return a layer as wide as the features, for a ReLU right on them."""
    sized = next((s.module for s in steps if not isinstance(s.module, nn.ReLU)), None)
    if isinstance(sized, nn.Linear):
        return [ReLU(sized.in_features)]
    return [ReLU(sized.num_features)] if isinstance(sized, nn.BatchNorm1d) else [ReLU(0)]


def _layer(module: nn.Module, before: list[Layer]) -> Layer:
    if isinstance(module, nn.Linear):
        return Linear(module.in_features, module.out_features)
    if isinstance(module, nn.BatchNorm1d):
        return BatchNorm(module.num_features)
    last = before[-1]
    return ReLU(last.outputs if isinstance(last, Linear) else last.features)


def _copy(module: nn.Module, block: Any) -> None:
    if isinstance(module, nn.Linear):
        block.weight.copy_(module.weight)
        block.bias.zero_() if module.bias is None else block.bias.copy_(module.bias)
    elif isinstance(module, nn.BatchNorm1d):
        assert module.running_mean is not None and module.running_var is not None
        if module.weight is not None:
            block.weight.copy_(module.weight)
            block.bias.copy_(module.bias)
        block.running_mean.copy_(module.running_mean)
        block.running_var.copy_(module.running_var.double() + (module.eps - block.eps))
