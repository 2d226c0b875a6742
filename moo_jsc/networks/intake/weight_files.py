"""Trained weights from files of other tools, put into their network; no code is unpickled."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from moo_jsc.foundation.errors import InputError

SAFETENSORS_ENDING = ".safetensors"

STATE = "state_dict"
"""Where Lightning (and with it MASE) keeps the weights in a checkpoint."""


def with_weights(module: nn.Module, weights: str | Path | Mapping[str, Tensor]) -> nn.Module:
    """Return a copy of a module with other weights.

    A prefix that all names share (``model.seq_blocks.``) is left out on both sides; what a
    checkpoint holds beside the module is ignored. Where names differ, the layers are taken in
    their order, if kinds and shapes agree in all of them.

    Raises
    ------
    InputError
        The file cannot be read without running code from it, or holds another network.

    Examples
    --------
    >>> net = nn.Sequential(nn.Linear(2, 2, bias=False))
    >>> found = with_weights(net, {"model.0.weight": torch.eye(2)})
    >>> found(torch.tensor([[3.0, 4.0]])).tolist()
    [[3.0, 4.0]]
    """
    source = "state_dict" if isinstance(weights, Mapping) else str(weights)
    state = dict(weights) if isinstance(weights, Mapping) else read_state(Path(weights))
    wanted = module.state_dict()
    by_name = not isinstance(weights, Mapping) and _is_safetensors(Path(weights))
    found = _under_its_names(wanted, state) or _in_order(wanted, state, sorted_by_name=by_name)
    if found is None:
        raise InputError(f"{source}: holds another network: {_difference(wanted, state)}")
    for key, tensor in wanted.items():
        if tensor.shape != found[key].shape:
            raise InputError(
                f"{source}: {key} has shape {tuple(found[key].shape)}; "
                f"expected {tuple(tensor.shape)}, the network's"
            )
    filled = copy.deepcopy(module)
    filled.load_state_dict(found)
    return filled


def read_state(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file, a saved state dict or a checkpoint, by name.

    Raises
    ------
    InputError
        The file is missing or unreadable, holds no tensors, or would run code when it is read.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if _is_safetensors(path):
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            return dict(load_file(path))
        except (SafetensorError, OSError) as error:
            raise InputError(f"{path}: not readable as safetensors ({error})") from None
    content = _unpickled(path)
    if isinstance(content, Mapping) and isinstance(content.get(STATE), Mapping):
        content = content[STATE]
    tensors = (
        {str(key): value for key, value in content.items() if isinstance(value, Tensor)}
        if isinstance(content, Mapping)
        else {}
    )
    if not tensors:
        raise InputError(
            f"{path}: holds a {type(content).__name__} without tensors; expected a state dict, "
            f"or a checkpoint with one under {STATE!r}"
        )
    return tensors


def _is_safetensors(path: Path) -> bool:
    return path.suffix.lower() == SAFETENSORS_ENDING


def _unpickled(path: Path) -> Any:
    """Read with torch's restricted unpickler, which makes tensors and plain containers only."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        others = _other_objects(path)
        if others:
            raise InputError(
                f"{path}: holds objects of {', '.join(others)}, which would be unpickled; expected "
                f"tensors alone: torch.save(checkpoint[{STATE!r}], ...) where it was made"
            ) from None
        raise InputError(
            f"{path}: not a file of torch.save; expected a state dict or a checkpoint"
        ) from error


def _other_objects(path: Path) -> list[str]:
    """Return the names of what the restricted unpickler refuses."""
    try:
        return sorted(torch.serialization.get_unsafe_globals_in_checkpoint(os.fspath(path)))
    except Exception:
        return []


def _under_its_names(
    wanted: Mapping[str, Tensor], state: Mapping[str, Tensor]
) -> dict[str, Tensor] | None:
    """Return the state under the names that the module has; None where they do not agree."""
    short, needed = _short_names(wanted)
    for prefix in _prefixes(needed, state):
        below = {key.removeprefix(prefix) for key in state if key.startswith(prefix)}
        if needed <= below <= set(short):
            return {
                key: state[prefix + name] if prefix + name in state else wanted[key]
                for name, key in short.items()
            }
    return None


def _short_names(wanted: Mapping[str, Tensor]) -> tuple[dict[str, str], set[str]]:
    """Return a module's names without what all share, each with the whole, and those needed."""
    folders = [key.split(".")[:-2] for key in wanted]
    depth = 0
    while all(len(each) > depth and each[depth] == folders[0][depth] for each in folders):
        depth += 1
    own = "".join(f"{part}." for part in folders[0][:depth])
    short = {key.removeprefix(own): key for key in wanted}
    return short, {name for name in short if not name.endswith(_COUNTER)}


def _prefixes(needed: set[str], state: Mapping[str, Tensor]) -> list[str]:
    """Return what may stand before a module's names in a state."""
    first = min(needed)
    return sorted(key[: -len(first)] for key in state if f".{key}".endswith(f".{first}"))


def _in_order(
    wanted: Mapping[str, Tensor], state: Mapping[str, Tensor], *, sorted_by_name: bool
) -> dict[str, Tensor] | None:
    """Return a state under the names of a module with the same layers in the same order.

    Parameters
    ----------
    wanted, state
        The module's and the file's.
    sorted_by_name
        The file's own order is lost, as in safetensors: only numbers in its names tell it.

    Returns
    -------
    dict or None
        None where kinds or shapes differ, or the order is not known.
    """
    own, given = _layers(wanted), _layers(state)
    if sorted_by_name:
        if len({re.sub(r"\d+", "", path) for path, _ in given}) > 1:
            return None
        given.sort(key=lambda each: [int(digits) for digits in re.findall(r"\d+", each[0])])
    first, second = (
        [{name: tensor.shape for name, tensor in layer.items()} for _, layer in layers]
        for layers in (own, given)
    )
    if first != second:
        return None
    found = dict(wanted)
    for (path, layer), (_, values) in zip(own, given, strict=True):
        found |= {f"{path}{name}": values[name] for name in layer}
    return found


def _layers(state: Mapping[str, Tensor]) -> list[tuple[str, dict[str, Tensor]]]:
    """Return the tensors of each layer with its path, batch counters left out."""
    layers: dict[str, dict[str, Tensor]] = {}
    for key, tensor in state.items():
        folder, dot, name = key.rpartition(".")
        if name != _COUNTER:
            layers.setdefault(folder + dot, {})[name] = tensor
    return list(layers.items())


def _difference(wanted: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> str:
    """Say which tensor is missing, or is none of the module's."""
    short, needed = _short_names(wanted)
    prefixes = _prefixes(needed, state) or [""]
    closest = max(prefixes, key=lambda each: len(needed & {k.removeprefix(each) for k in state}))
    names = {key.removeprefix(closest) for key in state if key.startswith(closest)}
    missing = sorted(needed - names)
    if missing:
        return (
            f"no {missing[0]!r} among {_few(sorted(state))}, and in their order its layers are "
            f"{_kinds(state)}; expected {_kinds(wanted)}"
        )
    return f"{sorted(names - set(short))[0]!r} is none of its tensors"


def _kinds(state: Mapping[str, Tensor]) -> str:
    """Return the layers of a state by kind and shape."""
    found = []
    for _, tensors in _layers(state):
        weight = tensors.get("weight")
        if weight is not None and weight.ndim == 2:
            found.append(f"Linear({weight.shape[1]}, {weight.shape[0]})")
        elif "running_mean" in tensors:
            found.append(f"BatchNorm1d({len(tensors['running_mean'])})")
        else:
            found += [f"{name} {tuple(tensor.shape)}" for name, tensor in tensors.items()]
    return _few(found, 6)


_COUNTER = "num_batches_tracked"
"""A batch norm's count of batches, which no prediction depends on."""


def _few(names: list[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
