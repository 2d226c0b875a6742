"""Formats of the weights and biases of many copies of one network, value by value."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from moo_jsc.evaluation.parameter_rows import ParameterRows
from moo_jsc.quantization.fixed_point import round_codes_
from moo_jsc.quantization.formats import CodeRounding, FixedPoint, NetworkPrecision
from moo_jsc.quantization.pruning import prune


class WeightFormats:
    """Rounds rows of learned values, each value by the format of its tensor.

    Parameters
    ----------
    rows
        What is where.
    precisions
        One for each row, explicit fractions.
    latent
        The rows before any training, (E, size). Pruned weights, those of smallest magnitude, are
        set to zero here.

    Attributes
    ----------
    scale
        2^fraction, 1 where nothing is rounded, (E, size).
    pruned
        Which values are pruned weights, bool (E, size).

    Examples
    --------
    >>> from moo_jsc.networks.family import network_spec
    >>> from moo_jsc.quantization.formats import LayerPrecision
    >>> rows = ParameterRows(network_spec("jsc-tiny"))
    >>> latent = torch.full((2, rows.size), 0.8)
    >>> precisions = [(LayerPrecision(weight=FixedPoint(bits, 1)),) for bits in (2, 1)]
    >>> formats = WeightFormats(rows, precisions, latent)
    >>> codes, scaled = torch.empty_like(latent), torch.empty_like(latent)
    >>> formats.round(latent, scaled, codes)
    >>> rows.view(codes, 2)[:, 0, :2]
    tensor([[1., 1.],
            [0., 0.]])
    """

    def __init__(
        self, rows: ParameterRows, precisions: Sequence[NetworkPrecision], latent: Tensor
    ) -> None:
        formats = [
            [fmt for layer in precision for fmt in (layer.weight, layer.bias)]
            + [None] * (len(rows.norms) + 1)
            for precision in precisions
        ]
        table = torch.tensor([[_numbers(fmt) for fmt in row] for row in formats])
        columns = table.to(latent.device).unbind(dim=2)
        self.scale, self._lowest, self._highest, rounded = map(rows.spread, columns)
        self._rounded = rounded.bool()
        self._modes: dict[CodeRounding, Tensor] = {}
        for mode in sorted({fmt.code_rounding for row in formats for fmt in row if fmt}):
            taken = [
                [float(fmt is not None and fmt.code_rounding == mode) for fmt in row]
                for row in formats
            ]
            self._modes[mode] = rows.spread(torch.tensor(taken, device=latent.device)).bool()
        self.pruned = torch.zeros_like(latent, dtype=torch.bool)
        for member, precision in enumerate(precisions):
            for position, layer in zip(rows.dense, precision, strict=True):
                if layer.pruned:
                    weights = rows.view(latent, position)[member]
                    gone = prune(weights, layer.pruned) == 0
                    weights[gone] = 0.0
                    rows.view(self.pruned, position)[member] = gone
        self._any_pruned = any(layer.pruned for precision in precisions for layer in precision)

    def round(self, latent: Tensor, scaled: Tensor, codes: Tensor) -> None:
        """Write latent values times the scale, and these as codes, (E, size) each.

        Where a tensor stays in float32 both are the latent values.
        """
        torch.mul(latent, self.scale, out=scaled)
        if self._modes.keys() <= {"even"}:
            torch.round(scaled, out=codes)
        else:
            for mode, where in self._modes.items():
                codes.copy_(torch.where(where, round_codes_(scaled.clone(), mode), codes))
        torch.clamp(codes, self._lowest, self._highest, out=codes)
        torch.where(self._rounded, codes, scaled, out=codes)

    def stopped(self, scaled: Tensor, *, clip: bool) -> Tensor | None:
        """Say where gradients are zero, bool (E, size); None for nowhere.

        At pruned weights, and with `clip` outside a format's range.
        """
        if not clip:
            return self.pruned if self._any_pruned else None
        clamped = (scaled <= self._lowest - 0.5) | (scaled >= self._highest + 0.5)
        return clamped | self.pruned if self._any_pruned else clamped


def _numbers(fmt: FixedPoint | None) -> tuple[float, float, float, float]:
    if fmt is None:
        return 1.0, -torch.inf, torch.inf, 0.0
    return 1 / fmt.step, float(fmt.lowest_code), float(fmt.highest_code), 1.0
