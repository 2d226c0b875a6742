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


class _StraightThrough(torch.autograd.Function):
    """Forward: fixed point. Backward: the gradient unchanged."""

    @staticmethod
    def forward(_ctx: Any, x: Tensor, fmt: FixedPoint) -> Tensor:
        return _rounded(x, fmt)

    @staticmethod
    def backward(_ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        return gradients[0], None


def _rounded(x: Tensor, fmt: FixedPoint) -> Tensor:
    codes = round_codes_(x * (1 / fmt.step), fmt.code_rounding)
    return torch.clamp(codes, float(fmt.lowest_code), float(fmt.highest_code)).mul_(fmt.step)


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
    if x.requires_grad and torch.is_grad_enabled():
        return _StraightThrough.apply(x, fmt)
    return _rounded(x, fmt)
