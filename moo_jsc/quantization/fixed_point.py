"""Rounding tensors to fixed point, with straight-through gradients.

For a format of width w and fraction f the result is
``clamp(round(x * 2^f), lowest_code, highest_code) / 2^f``, ties rounded to even. Scaling by
powers of two is exact in float32 and fractions are limited to -126..126, so the result is the
exact fixed-point value; only where that has more than 24 significant bits (width above 24) is
it rounded to the nearest float32.

Gradients pass straight through, inside and outside the range alike: d quantize(x) / dx = 1
(Bengio, Leonard, Courville, arXiv:1308.3432).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from moo_jsc.quantization.formats import FixedPoint


class _StraightThrough(torch.autograd.Function):
    """Forward: fixed point. Backward: the gradient unchanged."""

    @staticmethod
    def forward(
        _ctx: Any,
        x: Tensor,
        scale: float | Tensor,
        step: float | Tensor,
        lowest: float | Tensor,
        highest: float | Tensor,
    ) -> Tensor:
        return _rounded(x, scale, step, lowest, highest)

    @staticmethod
    def backward(_ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        return gradients[0], None, None, None, None


def _rounded(
    x: Tensor,
    scale: float | Tensor,
    step: float | Tensor,
    lowest: float | Tensor,
    highest: float | Tensor,
) -> Tensor:
    codes = (x * scale).round_()
    return torch.clamp(codes, lowest, highest).mul_(step)  # type: ignore[arg-type]


def quantize(x: Tensor, fmt: FixedPoint | None) -> Tensor:
    """Round a tensor to a fixed-point format.

    Parameters
    ----------
    x
        float32, any shape.
    fmt
        With an explicit fraction. None returns `x` itself.

    Returns
    -------
    torch.Tensor
        float32, the shape of `x`, gradients straight through.

    Examples
    --------
    >>> quantize(torch.tensor([0.125, 0.375, -9.0, 3.14159]), FixedPoint(4, 2))
    tensor([ 0.0000,  0.5000, -2.0000,  1.7500])
    >>> quantize(torch.tensor([-1.0, 300.0]), FixedPoint(8, 0, signed=False))
    tensor([  0., 255.])
    """
    if fmt is None:
        return x
    arguments = (1 / fmt.step, fmt.step, float(fmt.lowest_code), float(fmt.highest_code))
    if x.requires_grad and torch.is_grad_enabled():
        return _StraightThrough.apply(x, *arguments)
    return _rounded(x, *arguments)


@dataclass(frozen=True)
class FormatBatch:
    """One format for each entry of a tensor's first axis, as tensors.

    Attributes
    ----------
    scale, step, lowest, highest
        2^f, 2^-f and the bounds of the codes, shape (n,).
    active
        False where the tensor stays in float32, shape (n,); None when all are rounded.

    Examples
    --------
    >>> batch = FormatBatch.of([FixedPoint(4, 2), FixedPoint(2, 0), None])
    >>> batch.quantize(torch.full((3, 1), 1.3))
    tensor([[1.2500],
            [1.0000],
            [1.3000]])
    """

    scale: Tensor
    step: Tensor
    lowest: Tensor
    highest: Tensor
    active: Tensor | None

    @classmethod
    def of(
        cls, formats: Sequence[FixedPoint | None], device: torch.device | str = "cpu"
    ) -> FormatBatch:
        """Stack formats with explicit fractions; None leaves an entry in float32."""
        columns = [
            (1 / fmt.step, fmt.step, float(fmt.lowest_code), float(fmt.highest_code))
            if fmt
            else (1.0, 1.0, 0.0, 0.0)
            for fmt in formats
        ]
        scale, step, lowest, highest = torch.tensor(
            columns, dtype=torch.float32, device=device
        ).unbind(dim=1)
        active = torch.tensor([fmt is not None for fmt in formats], device=device)
        return cls(scale, step, lowest, highest, None if bool(active.all()) else active)

    def quantize(self, x: Tensor) -> Tensor:
        """Round `x` (n, ...), entry i of the first axis by format i; see `quantize`."""
        shape = (-1,) + (1,) * (x.dim() - 1)
        arguments = [
            values.view(shape) for values in (self.scale, self.step, self.lowest, self.highest)
        ]
        if x.requires_grad and torch.is_grad_enabled():
            rounded = _StraightThrough.apply(x, *arguments)
        else:
            rounded = _rounded(x, *arguments)
        if self.active is None:
            return rounded
        return torch.where(self.active.view(shape), rounded, x)
