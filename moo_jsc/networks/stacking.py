"""Many networks of one structure as one batched computation on stacked, zero-padded tensors.

Networks may differ in width. Every dense layer is padded to the widest with zero weights and
biases, every batch norm with zero scale and shift. Padded channels then carry exactly 0, their
gradients are exactly 0, and an optimiser that leaves zero gradients alone (Adam) never changes
them: no masks are needed.

Gradients are written out by hand, into memory that is allocated once: for networks this small
an automatic differentiation would spend most of its time on bookkeeping and fresh memory.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.classifier import Classifier
from moo_jsc.networks.specification import BatchNorm, Linear, ReLU

_LEARNED = ("weight", "bias")


class StackedNetworks:
    """E networks with the same sequence of layer kinds.

    Parameters
    ----------
    networks
        Their weights are copied. Structures must agree in all but the widths.
    device
        Where to compute.

    Attributes
    ----------
    parameters, gradients
        All learned values and their gradients, one vector each.

    Raises
    ------
    InputError
        The networks differ in more than their widths.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec, widened
    >>> base = network_spec("jsc-three-linear")
    >>> pair = [initialized(widened(base, m), seed=0).eval() for m in ((1, 1), (2, 3))]
    >>> stacked = StackedNetworks(pair)
    >>> features = torch.randn(7, 16)
    >>> logits = stacked.logits(features.t().expand(2, 16, 7))
    >>> torch.allclose(logits[1].t(), pair[1](features), atol=1e-6)
    True
    """

    def __init__(self, networks: Sequence[Classifier], device: torch.device | str = "cpu") -> None:
        self.specs = tuple(network.spec for network in networks)
        kinds = [[type(layer) for layer in spec.layers] for spec in self.specs]
        if any(other != kinds[0] for other in kinds):
            raise InputError(
                "networks trained together: expected the same layers up to their widths, got "
                + ", ".join(sorted({spec.name for spec in self.specs}))
            )
        stacks: dict[tuple[int, str], Tensor] = {}
        for position in range(len(kinds[0])):
            states = [network.blocks[position].state_dict() for network in networks]
            for name, first in states[0].items():
                if first.is_floating_point():
                    stacks[position, name] = _stack([state[name] for state in states]).to(device)
        learned = {key: stack for key, stack in stacks.items() if key[1] in _LEARNED}
        self.parameters = torch.cat([stack.reshape(-1) for stack in learned.values()])
        self.gradients = torch.zeros_like(self.parameters)
        self._statistics = {key: stack for key, stack in stacks.items() if key not in learned}
        self._values = _views(self.parameters, learned) | self._statistics
        self._gradients = _views(self.gradients, learned)
        self._norms = [
            (getattr(block, "momentum", 0.0), getattr(block, "eps", 0.0))
            for block in networks[0].blocks
        ]
        self._memory: dict[tuple[object, ...], Tensor] = {}

    def __len__(self) -> int:
        """Return the number of networks."""
        return len(self.specs)

    @property
    def inputs(self) -> int:
        """Features of a sample."""
        return self.specs[0].features

    @torch.no_grad()
    def logits(self, features: Tensor) -> Tensor:
        """Return logits (E, classes, B) of features (E, inputs, B), batch norms evaluated.

        The result is overwritten by the next call.
        """
        return self._forward(features)[-1]

    @torch.no_grad()
    def differentiate(self, features: Tensor, labels: Tensor) -> Tensor:
        """Fill `gradients` with those of the mean cross-entropy of each network on a batch.

        Batch norms are in training mode: they use and update their statistics.

        Parameters
        ----------
        features
            Shape (E, inputs, B).
        labels
            int64, shape (E, B).

        Returns
        -------
        torch.Tensor
            Cross-entropy in nats, summed over the batch, float64, shape (E,).
        """
        samples = features.shape[2]
        kept: list[tuple[Tensor, ...]] = []
        values = self._forward(features, kept)
        likelihood = functional.log_softmax(values[-1], dim=1)
        chosen = labels.unsqueeze(1)
        losses = likelihood.gather(1, chosen).sum(dim=(1, 2), dtype=torch.float64)
        gradient = likelihood.exp_()
        gradient.scatter_add_(1, chosen, gradient.new_full((1,), -1.0).expand(chosen.shape))
        gradient.div_(samples)
        for position in reversed(range(len(self.specs[0].layers))):
            gradient = self._backward(position, gradient, values, kept)
        return losses.neg_()

    def _forward(
        self, features: Tensor, kept: list[tuple[Tensor, ...]] | None = None
    ) -> list[Tensor]:
        """Return the features and every layer's output; ReLUs work in place.

        With a list `kept` the batch norms train, and what the gradients need is put there.
        """
        values = [features]
        for position, layer in enumerate(self.specs[0].layers):
            inputs = values[-1]
            if isinstance(layer, Linear):
                weight = self._values[position, "weight"]
                bias = self._values[position, "bias"]
                if kept is not None:
                    kept.append((inputs, weight))
                output = self._room("output", position, len(self), weight.shape[1], inputs.shape[2])
                values.append(torch.baddbmm(bias.unsqueeze(2), weight, inputs, out=output))
            elif isinstance(layer, BatchNorm):
                values.append(self._normalized(position, inputs, kept))
            else:
                values.append(inputs.relu_() if position else inputs.relu())
        return values

    def _normalized(
        self, position: int, inputs: Tensor, kept: list[tuple[Tensor, ...]] | None
    ) -> Tensor:
        members, channels, samples = inputs.shape
        momentum, eps = self._norms[position]
        scale, shift, running_mean, running_variance = self._norm_values(position)
        output, mean, deviation = torch.native_batch_norm(
            inputs.reshape(1, members * channels, samples),
            scale,
            shift,
            running_mean,
            running_variance,
            kept is not None,
            momentum,
            eps,
        )
        if kept is not None:
            kept.append((mean, deviation))
        return output.view(inputs.shape)

    def _backward(
        self,
        position: int,
        gradient: Tensor,
        values: list[Tensor],
        kept: list[tuple[Tensor, ...]],
    ) -> Tensor:
        """Fill the layer's gradients; return the gradient at its input."""
        layer = self.specs[0].layers[position]
        if isinstance(layer, ReLU):
            positive = values[position + 1]
            return torch.ops.aten.threshold_backward.grad_input(
                gradient, positive, 0, grad_input=gradient
            )
        if isinstance(layer, Linear):
            inputs, weight = kept.pop()
            torch.bmm(
                gradient,
                inputs.transpose(1, 2),
                out=self._gradients[position, "weight"],
            )
            torch.sum(gradient, dim=2, out=self._gradients[position, "bias"])
            if position == 0:
                return gradient
            room = self._room("gradient", position, *inputs.shape)
            return torch.bmm(weight.transpose(1, 2), gradient, out=room)
        mean, deviation = kept.pop()
        inputs = values[position]
        flat = (1, mean.numel(), inputs.shape[2])
        scale, _, running_mean, running_variance = self._norm_values(position)
        result, scale_gradient, shift_gradient = torch.ops.aten.native_batch_norm_backward(
            gradient.view(flat),
            inputs.reshape(flat),
            scale,
            running_mean,
            running_variance,
            mean,
            deviation,
            True,
            self._norms[position][1],
            [position > 0, True, True],
        )
        self._gradients[position, "weight"].copy_(scale_gradient.view(len(self), -1))
        self._gradients[position, "bias"].copy_(shift_gradient.view(len(self), -1))
        return result.view(inputs.shape) if position else gradient

    def _norm_values(self, position: int) -> list[Tensor]:
        """Return scale, shift, running mean and variance of a batch norm, each (E channels,)."""
        return [
            self._values[position, name].view(-1)
            for name in ("weight", "bias", "running_mean", "running_var")
        ]

    def _room(self, purpose: str, position: int, *shape: int) -> Tensor:
        """Return memory that is reused for the same purpose, layer and shape."""
        key = (purpose, position, shape)
        if key not in self._memory:
            self._memory[key] = self.parameters.new_empty(shape)
        return self._memory[key]

    def state(self) -> dict[str, Tensor]:
        """Return the parameters and the statistics of the batch norms, by name."""
        statistics = {f"{position}.{name}": t for (position, name), t in self._statistics.items()}
        return {"parameters": self.parameters, **statistics}

    def network(self, member: int) -> Classifier:
        """Return one network on its own, in evaluation mode, without the padding."""
        spec = self.specs[member]
        alone = Classifier(spec).to(self.parameters.dtype)
        for position, block in enumerate(alone.blocks):
            state = dict(block.state_dict())
            for name, target in state.items():
                if target.is_floating_point():
                    whole = self._values[position, name][member].cpu()
                    state[name] = whole[tuple(slice(size) for size in target.shape)].clone()
            block.load_state_dict(state)
        return alone.eval()


def _stack(tensors: Sequence[Tensor]) -> Tensor:
    """Stack tensors of equal rank, padding each with zeros to the largest shape."""
    shape = [max(sizes) for sizes in zip(*(tensor.shape for tensor in tensors), strict=True)]
    stack = torch.zeros((len(tensors), *shape), dtype=tensors[0].dtype)
    for target, tensor in zip(stack, tensors, strict=True):
        target[tuple(slice(size) for size in tensor.shape)] = tensor
    return stack


def _views(vector: Tensor, shapes: dict[tuple[int, str], Tensor]) -> dict[tuple[int, str], Tensor]:
    """Return consecutive parts of a vector in the shapes of the given tensors."""
    parts = vector.split([tensor.numel() for tensor in shapes.values()])
    return {
        key: part.view(tensor.shape)
        for (key, tensor), part in zip(shapes.items(), parts, strict=True)
    }
