"""Rounding tensors to fixed point, with straight-through gradients.

For a format of width w and fraction f the result is
``clamp(round(x * 2^f), lowest_code, highest_code) / 2^f``; the format says how ties are rounded
(see `round_codes_`). Scaling by
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

from moo_jsc.quantization.formats import CodeRounding, FixedPoint

_LARGEST_POWER = 2.0**31
"""Above the codes of every power-of-two format."""


def round_codes_(codes: Tensor, rounding: CodeRounding) -> Tensor:
    """Round scaled numbers to whole codes, in place and without error at any magnitude.

    ``even`` goes to the nearest code, ties to the even one; ``up`` to the nearest, ties upwards
    (the largest whole number of at most x + 1/2); ``down`` to the next one below;
    ``power-of-two`` to the nearest of 0, +-1, +-2, +-4, ..., 2^31, ties away from zero.

    Examples
    --------
    >>> ties = [-2.5, -0.5, 0.5, 2.5]
    >>> [round_codes_(torch.tensor(ties), mode).tolist() for mode in ("even", "up", "down")]
    [[-2.0, -0.0, 0.0, 2.0], [-2.0, -0.0, 1.0, 3.0], [-3.0, -1.0, 0.0, 2.0]]
    >>> round_codes_(torch.tensor([0.4, 0.5, -2.9, 3.0]), "power-of-two").tolist()
    [0.0, 1.0, -2.0, 4.0]
    """
    if rounding == "even":
        return codes.round_()
    if rounding == "down":
        return codes.floor_()
    if rounding == "up":
        # floor(2x) is whole and odd exactly where the fraction of x is at least a half; adding
        # a half to x instead would itself be rounded.
        return codes.mul_(2.0).floor_().mul_(0.5).ceil_()
    mantissa, exponent = torch.frexp(codes.clamp_(-_LARGEST_POWER, _LARGEST_POWER))
    nearest = torch.ldexp(torch.ones_like(codes), exponent - 1 + (mantissa.abs() >= 0.75))
    nearest = nearest.clamp_(min=1.0).copysign_(codes)
    return codes.copy_(torch.where(codes.abs() < 0.5, 0.0, nearest))


Roundings = CodeRounding | dict[CodeRounding, Tensor]
"""One rounding for a whole tensor, or for each rounding the entries of the first axis."""


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
        rounding: Roundings,
    ) -> Tensor:
        return _rounded(x, scale, step, lowest, highest, rounding)

    @staticmethod
    def backward(_ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        return gradients[0], None, None, None, None, None


def _rounded(
    x: Tensor,
    scale: float | Tensor,
    step: float | Tensor,
    lowest: float | Tensor,
    highest: float | Tensor,
    rounding: Roundings,
) -> Tensor:
    scaled = x * scale
    if isinstance(rounding, str):
        codes = round_codes_(scaled, rounding)
    else:
        codes = scaled
        for mode, rows in rounding.items():
            codes[rows] = round_codes_(scaled[rows], mode)
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
    >>> from moo_jsc.quantization.formats import PowerOfTwo
    >>> quantize(torch.tensor([0.3, -0.9, 0.1]), PowerOfTwo(3, 3))
    tensor([ 0.2500, -0.5000,  0.1250])
    """
    if fmt is None:
        return x
    arguments = (
        *(1 / fmt.step, fmt.step, float(fmt.lowest_code), float(fmt.highest_code)),
        fmt.code_rounding,
    )
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
    rounding
        That of all entries, or for each rounding the entries that take it.

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
    rounding: Roundings = "even"

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
        modes = [fmt.code_rounding if fmt else "even" for fmt in formats]
        rounding: Roundings = modes[0] if modes else "even"
        if len(set(modes)) > 1:
            rounding = {
                mode: torch.tensor([i for i, m in enumerate(modes) if m == mode], device=device)
                for mode in dict.fromkeys(modes)
            }
        return cls(scale, step, lowest, highest, None if bool(active.all()) else active, rounding)

    def quantize(self, x: Tensor) -> Tensor:
        """Round `x` (n, ...), entry i of the first axis by format i; see `quantize`."""
        shape = (-1,) + (1,) * (x.dim() - 1)
        scale, step, lowest, highest = (
            column.view(shape) for column in (self.scale, self.step, self.lowest, self.highest)
        )
        if x.requires_grad and torch.is_grad_enabled():
            rounded = _StraightThrough.apply(x, scale, step, lowest, highest, self.rounding)
        else:
            rounded = _rounded(x, scale, step, lowest, highest, self.rounding)
        if self.active is None:
            return rounded
        return torch.where(self.active.view(shape), rounded, x)
