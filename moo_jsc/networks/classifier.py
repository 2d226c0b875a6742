"""The float network of a specification, as a torch module."""

import math

import torch
from torch import Tensor, nn

from moo_jsc.networks.specification import BatchNorm, Layer, Linear, NetworkSpec


class Classifier(nn.Module):
    """A feed-forward classifier of jets in float32.

    Parameters
    ----------
    spec
        Its layers.

    Attributes
    ----------
    spec
        As given.
    blocks
        One module for each layer of ``spec.layers``, in order: ``nn.Linear``,
        ``nn.BatchNorm1d`` or ``nn.ReLU``.

    Examples
    --------
    >>> from moo_jsc.networks.family import network_spec
    >>> network = initialized(network_spec("jsc-tiny"), seed=0)
    >>> network.eval()(torch.zeros(3, 16)).shape
    torch.Size([3, 5])
    """

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.spec = spec
        self.blocks = nn.ModuleList(_module(layer) for layer in spec.layers)

    def forward(self, features: Tensor) -> Tensor:
        """Return logits (n, classes) of features (n, inputs)."""
        for block in self.blocks:
            features = block(features)
        return features


def initialized(spec: NetworkSpec, seed: int) -> Classifier:
    """Return an untrained network whose weights depend on `seed` and the shapes alone.

    Weights and biases of a dense layer of n inputs are uniform in +-1/sqrt(n), PyTorch's own
    default; batch norms start as the identity. The global random state is left as it was.

    Examples
    --------
    >>> from moo_jsc.networks.family import network_spec
    >>> first, again = (initialized(network_spec("jsc-tiny"), seed=3) for _ in range(2))
    >>> bool((first.blocks[2].weight == again.blocks[2].weight).all())
    True
    """
    with torch.random.fork_rng(devices=[]):
        network = Classifier(spec)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for block in network.blocks:
            if isinstance(block, nn.Linear):
                bound = 1 / math.sqrt(block.in_features)
                block.weight.uniform_(-bound, bound, generator=generator)
                block.bias.uniform_(-bound, bound, generator=generator)
    return network


def predict(logits: Tensor) -> Tensor:
    """Return predicted classes (n,) of logits (n, classes): the first of the largest logits.

    Ties are common among quantised networks; this one rule for them holds everywhere.

    Examples
    --------
    >>> predict(torch.tensor([[0.0, 2.0, 2.0], [1.0, 1.0, 1.0]]))
    tensor([1, 0])
    """
    # argmax promises no order among equal values; the first position of the maximum does.
    positions = torch.arange(logits.shape[-1], device=logits.device)
    largest = logits == logits.amax(dim=-1, keepdim=True)
    return torch.where(largest, positions, logits.shape[-1]).amin(dim=-1)


def content(network: Classifier) -> list[bytes | str]:
    """Return what tells a network from others, its layers and values, in parts to be hashed.

    Examples
    --------
    >>> from moo_jsc.networks.family import network_spec
    >>> first, other = (initialized(network_spec("jsc-tiny"), seed=seed) for seed in (0, 1))
    >>> content(first) == content(other)
    False
    """
    parts: list[bytes | str] = [repr(network.spec.layers)]
    for key, tensor in sorted(network.state_dict().items()):
        parts += [key, tensor.cpu().numpy().tobytes()]
    return parts


def _module(layer: Layer) -> nn.Module:
    if isinstance(layer, Linear):
        return nn.Linear(layer.inputs, layer.outputs)
    if isinstance(layer, BatchNorm):
        return nn.BatchNorm1d(layer.features)
    return nn.ReLU()
