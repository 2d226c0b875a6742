"""Many networks of one structure as one batched computation on stacked, zero-padded tensors.

Networks may differ in width. Every dense layer is padded to the widest with zero weights and
biases, every batch norm with zero scale and shift. Padded channels then carry exactly 0, their
gradients are exactly 0, and so an optimiser that leaves zero gradients alone (Adam) never
changes them: no masks are needed after initialisation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from moo_jsc.errors import InputError
from moo_jsc.networks.classifier import JetClassifier
from moo_jsc.networks.specification import Layer, Linear, NetworkSpec

Transform = Callable[[int, Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]
"""(position among the dense layers, input (E, in, B), weight (E, out, in), bias (E, out)) ->
the same three, for instance quantised."""


class StackedNetworks(nn.Module):
    """E networks with the same sequence of layer kinds.

    Parameters
    ----------
    networks
        Their weights are copied. Structures must agree in all but the widths.

    Raises
    ------
    InputError
        The networks differ in more than their widths.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialised
    >>> from moo_jsc.networks.family import network_spec, widened
    >>> base = network_spec("jsc-three-linear")
    >>> pair = [initialised(widened(base, m), seed=0).eval() for m in ((1, 1), (2, 3))]
    >>> stacked = StackedNetworks(pair).eval()
    >>> features = torch.randn(7, 16)
    >>> logits = stacked(features.T.expand(2, 16, 7))
    >>> torch.allclose(logits[1].T, pair[1](features), atol=1e-6)
    True
    """

    def __init__(self, networks: Sequence[JetClassifier]) -> None:
        super().__init__()
        self.specs = tuple(network.spec for network in networks)
        kinds = [[type(layer) for layer in spec.layers] for spec in self.specs]
        if any(other != kinds[0] for other in kinds):
            raise InputError(
                "networks trained together: expected the same layers up to their widths, got "
                + ", ".join(spec.name for spec in self.specs)
            )
        self.tensors = nn.ParameterDict()
        for position in range(len(kinds[0])):
            blocks = [network.blocks[position] for network in networks]
            for name in blocks[0].state_dict():
                stack = _stack([block.state_dict()[name] for block in blocks])
                learned = name in dict(blocks[0].named_parameters())
                if stack.is_floating_point():
                    key = f"{position}_{name}"
                    self.tensors[key] = nn.Parameter(stack, requires_grad=learned)
        self.eps = [getattr(block, "eps", 0.0) for block in networks[0].blocks]
        self.momentum = [getattr(block, "momentum", 0.0) for block in networks[0].blocks]

    def __len__(self) -> int:
        return len(self.specs)

    def forward(self, features: Tensor, transform: Transform | None = None) -> Tensor:
        """Return logits (E, classes, B) of features (E, 16, B).

        Samples lie along the last axis, so that products, activations and batch norms of all
        networks run over contiguous memory.
        """
        values = features
        dense = 0
        for position, layer in enumerate(self.specs[0].layers):
            if isinstance(layer, Linear):
                weight = self.tensors[f"{position}_weight"]
                bias = self.tensors[f"{position}_bias"]
                if transform is not None:
                    values, weight, bias = transform(dense, values, weight, bias)
                values = torch.baddbmm(bias.unsqueeze(2), weight, values)
                dense += 1
            elif f"{position}_weight" in self.tensors:
                values = self._normalised(position, values)
            else:
                values = functional.relu(values)
        return values

    def _normalised(self, position: int, values: Tensor) -> Tensor:
        """Apply batch norm to each network's channels: one call on E * channels of them."""
        members, channels, samples = values.shape
        result = functional.batch_norm(
            values.reshape(1, members * channels, samples),
            self.tensors[f"{position}_running_mean"].view(-1),
            self.tensors[f"{position}_running_var"].view(-1),
            self.tensors[f"{position}_weight"].view(-1),
            self.tensors[f"{position}_bias"].view(-1),
            training=self.training,
            momentum=self.momentum[position],
            eps=self.eps[position],
        )
        return result.view(members, channels, samples)

    def network(self, member: int) -> JetClassifier:
        """Return one network on its own, in evaluation mode, without the padding."""
        spec = self.specs[member]
        alone = JetClassifier(spec)
        for position in range(len(spec.layers)):
            state = {}
            for name, target in alone.blocks[position].state_dict().items():
                if target.is_floating_point():
                    whole = self.tensors[f"{position}_{name}"].detach()[member].cpu()
                    state[name] = whole[tuple(slice(size) for size in target.shape)].clone()
                else:
                    state[name] = target
            alone.blocks[position].load_state_dict(state)
        return alone.eval()

    @property
    def padding_share(self) -> float:
        """Share of the dense layers' stacked multiplications that are spent on padding."""
        return padding_share(self.specs)


def padding_share(specs: Sequence[NetworkSpec]) -> float:
    """Return 1 - (multiply-accumulates needed) / (multiply-accumulates done when stacked).

    Examples
    --------
    >>> from moo_jsc.networks.family import network_spec, widened_family
    >>> specs = list(widened_family(network_spec("jsc-three-linear")).values())
    >>> round(padding_share(specs), 2)
    0.59
    """
    needed = sum(spec.macs for spec in specs)
    done = 0
    for position in specs[0].linear_positions:
        layers: list[Layer] = [spec.layers[position] for spec in specs]
        dense = [layer for layer in layers if isinstance(layer, Linear)]
        widest = max(layer.inputs for layer in dense) * max(layer.outputs for layer in dense)
        done += len(specs) * widest
    return 1.0 - needed / done


def _stack(tensors: Sequence[Tensor]) -> Tensor:
    """Stack tensors of equal rank, padding each with zeros to the largest shape."""
    shape = [max(sizes) for sizes in zip(*(tensor.shape for tensor in tensors), strict=True)]
    stack = torch.zeros((len(tensors), *shape), dtype=tensors[0].dtype)
    for target, tensor in zip(stack, tensors, strict=True):
        target[tuple(slice(size) for size in tensor.shape)] = tensor
    return stack
