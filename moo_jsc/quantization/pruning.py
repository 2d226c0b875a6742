"""Pruning by magnitude: the smallest weights of a dense layer become zero.

Han et al., arXiv:1506.02626, without their retraining. Hardware made of constants pays for
neither the multiplication nor the addition of a zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from moo_jsc.quantization.fixed_point import quantize
from moo_jsc.quantization.formats import LayerPrecision, pruned_count


def prune(weight: Tensor, share: float) -> Tensor:
    """Set a share of the weights to zero, those of smallest magnitude.

    Of equal magnitudes the first ones go. Gradients reach the weights that are kept.

    Parameters
    ----------
    weight
        Shape (outputs, inputs).
    share
        At least 0 and below 1.

    Examples
    --------
    >>> prune(torch.tensor([[0.1, -3.0], [2.0, -0.2]]), 0.5)
    tensor([[ 0., -3.],
            [ 2., -0.]])
    """
    return prune_batch(weight[None], [share])[0] if share else weight


def prune_batch(weights: Tensor, shares: Sequence[float]) -> Tensor:
    """Prune stacked weights (n, outputs, inputs), each by its own share; see `prune`.

    Examples
    --------
    >>> prune_batch(torch.tensor([[[1.0, 2.0]], [[1.0, 2.0]]]), [0.0, 0.5])
    tensor([[[1., 2.]],
            [[0., 2.]]])
    """
    if not any(shares):
        return weights
    flat = weights.detach().flatten(1).abs()
    ranks = flat.argsort(dim=1, stable=True).argsort(dim=1)
    counts = torch.tensor(
        [pruned_count(flat.shape[1], share) for share in shares], device=weights.device
    )
    return weights * (ranks >= counts[:, None]).view_as(weights)


def quantized_weight(weight: Tensor, precision: LayerPrecision) -> Tensor:
    """Return a layer's weight (outputs, inputs) pruned, then rounded to its format.

    Examples
    --------
    >>> from moo_jsc.quantization.formats import Ternary
    >>> layer = LayerPrecision(weight=Ternary(fraction=0), pruned=0.5)
    >>> quantized_weight(torch.tensor([[0.7, -3.0, 2.0, 0.9]]), layer)
    tensor([[ 0., -1.,  1.,  0.]])
    """
    return quantize(prune(weight, precision.pruned), precision.weight)
