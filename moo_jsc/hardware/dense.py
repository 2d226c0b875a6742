"""A dense layer as hardware sees it: exact constants, and the bits in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moo_jsc.quantization.formats import FixedPoint

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Affine:
    """``x * scale + shift`` for each channel, exact numbers, shape (channels,) each."""

    scale: Floats
    shift: Floats


@dataclass(frozen=True)
class DenseForm:
    """One dense layer as hardware sees it, up to the rounding into the next layer's format.

    Attributes
    ----------
    data
        Format of the inputs.
    nonnegative
        Inputs come from a ReLU, so that negative codes do not occur.
    weight
        Constants, shape (outputs, inputs); a batch norm right after the layer is in them.
    bias
        Shape (outputs,).
    after
        What follows before the next rounding, in order; None is a ReLU.
    weight_codes
        The layer's own weights as whole codes, without a batch norm, shape (outputs, inputs).
    """

    data: FixedPoint
    nonnegative: bool
    weight: Floats
    bias: Floats
    after: tuple[Affine | None, ...]
    weight_codes: NDArray[np.int64]

    @property
    def bits_per_input(self) -> int:
        """Bits of an input that can change: no sign's where inputs are never negative."""
        return self.data.width - int(self.nonnegative and self.data.signed)


def effective_bits(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the bits from the first to the last set bit of each code, 0 for zero.

    Examples
    --------
    >>> effective_bits(np.array([0, 1, -4, 6, 5]))
    array([0, 1, 1, 2, 3])
    """
    magnitude = np.abs(codes)
    odd = magnitude // np.maximum(magnitude & -magnitude, 1)
    return np.frexp(odd.astype(np.float64))[1].astype(np.int64)


def significant_bits(values: Floats) -> int:
    """Return the bits from the highest to the lowest set bit of any of the values.

    Examples
    --------
    >>> significant_bits(np.array([0.75, -2.0]))
    4
    """
    occupied = [_bit_range(value) for value in values.tolist() if value]
    if not occupied:
        return 0
    return max(high for high, _ in occupied) - min(low for _, low in occupied)


def _bit_range(value: float) -> tuple[int, int]:
    """Return one more than the exponent of the highest set bit, and that of the lowest."""
    numerator, denominator = abs(value).as_integer_ratio()
    trailing = (numerator & -numerator).bit_length() - 1
    point = denominator.bit_length() - 1
    return numerator.bit_length() - point, trailing - point
