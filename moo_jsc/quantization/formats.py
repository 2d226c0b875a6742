"""Fixed-point formats, and which format each tensor of a network takes."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

from moo_jsc.foundation.errors import InputError

Rounding = Literal["even", "up", "down"]
"""To the nearest value with ties to the even code (``even``) or upwards (``up``), or to the next
value below (``down``). Hardware gets ``down`` for nothing and ``up`` for one addition."""

CodeRounding = Rounding | Literal["power-of-two"]

MAX_WIDTH = 32
MAX_FRACTION = 126
"""Largest magnitude of a fraction: up to it 2^fraction and 2^-fraction are normal float32."""


@dataclass(frozen=True, order=True)
class FixedPoint:
    """A fixed-point format: `width` bits in all, `fraction` of them after the point.

    The values are k / 2^fraction for whole k in [-2^(width-1), 2^(width-1) - 1] when signed,
    in [0, 2^width - 1] when not. `fraction` may be negative or larger than `width`; None asks
    for the fraction that a calibration finds (smallest squared error on the tensor at hand).
    `rounding` says which of the values a number between two of them takes.

    Raises
    ------
    InputError
        `width` is not a whole number in 1..32, `fraction` neither None nor a whole number
        in -126..126, or `rounding` none of the known ones.

    Examples
    --------
    >>> FixedPoint(8, 4).step, FixedPoint(8, 4).lowest, FixedPoint(8, 4).highest
    (0.0625, -8.0, 7.9375)
    >>> FixedPoint(0, 4)
    Traceback (most recent call last):
    moo_jsc.foundation.errors.InputError: width = 0: expected a whole number in 1..32
    """

    width: int
    fraction: int | None = None
    signed: bool = True
    rounding: Rounding = "even"

    def __post_init__(self) -> None:
        if type(self.width) is not int or not 1 <= self.width <= MAX_WIDTH:
            raise InputError(f"width = {self.width!r}: expected a whole number in 1..{MAX_WIDTH}")
        if self.rounding not in get_args(Rounding):
            raise InputError(
                f"rounding = {self.rounding!r}: expected one of {', '.join(get_args(Rounding))}"
            )
        if self.fraction is not None and (
            type(self.fraction) is not int or abs(self.fraction) > MAX_FRACTION
        ):
            raise InputError(
                f"fraction = {self.fraction!r}: expected none or a whole number in "
                f"-{MAX_FRACTION}..{MAX_FRACTION}"
            )

    @property
    def step(self) -> float:
        """Distance of neighbouring values, 2^-fraction. Needs an explicit fraction."""
        if self.fraction is None:
            raise ValueError(f"{self}: the fraction is not calibrated yet")
        return 2.0**-self.fraction

    @property
    def lowest_code(self) -> int:
        """Smallest k."""
        return -(2 ** (self.width - 1)) if self.signed else 0

    @property
    def highest_code(self) -> int:
        """Largest k."""
        return 2 ** (self.width - 1) - 1 if self.signed else 2**self.width - 1

    @property
    def code_rounding(self) -> CodeRounding:
        """How a scaled number becomes a code."""
        return self.rounding

    @property
    def lowest(self) -> float:
        """Smallest value."""
        return self.lowest_code * self.step

    @property
    def highest(self) -> float:
        """Largest value."""
        return self.highest_code * self.step


@dataclass(frozen=True, order=True)
class Ternary(FixedPoint):
    """Weights of three values, -2^-fraction, 0 and 2^-fraction, stored in two bits.

    Li, Zhang, Liu, arXiv:1605.04711, with a scale that is a power of two, so that hardware
    shifts instead of multiplying.

    Raises
    ------
    InputError
        `width` is not 2, the format is not signed, or as for `FixedPoint`.

    Examples
    --------
    >>> Ternary(fraction=2).lowest, Ternary(fraction=2).highest
    (-0.25, 0.25)
    """

    width: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width != 2 or not self.signed:
            raise InputError(f"{self}: expected a signed ternary format of 2 bits")

    @property
    def lowest_code(self) -> int:
        """Smallest code, -1."""
        return -1


MAX_POWER_WIDTH = 6


@dataclass(frozen=True, order=True)
class PowerOfTwo(FixedPoint):
    """Weights that are zero or a power of two of either sign: a product is a shift.

    One bit holds the sign, the others count exponents, the first of them standing for zero:
    magnitudes 2^-fraction, 2 x 2^-fraction, ..., 2^(n - 1) x 2^-fraction with
    n = 2^(width - 1) - 1 (Zhou et al., arXiv:1702.03044). A number takes the nearest value, of
    two equally near ones the larger magnitude.

    Raises
    ------
    InputError
        `width` is not in 3..6, the format is not signed, or as for `FixedPoint`.

    Examples
    --------
    >>> PowerOfTwo(3, 3).step, PowerOfTwo(3, 3).highest
    (0.125, 0.5)
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 3 <= self.width <= MAX_POWER_WIDTH or not self.signed:
            raise InputError(
                f"{self}: expected a signed power-of-two format of 3..{MAX_POWER_WIDTH} bits"
            )

    @property
    def lowest_code(self) -> int:
        """Smallest code."""
        return -self.highest_code

    @property
    def highest_code(self) -> int:
        """Largest code, 2^(n - 1)."""
        return 2 ** (2 ** (self.width - 1) - 2)

    @property
    def code_rounding(self) -> CodeRounding:
        """To the nearest power of two."""
        return "power-of-two"


@dataclass(frozen=True)
class LayerPrecision:
    """Formats of one dense layer: its input (`data`), its weight and its bias.

    None leaves the tensor in float32 (counted as 32 bits). `pruned` is the share of the weights
    that is set to zero before rounding, those of smallest magnitude first (see
    `moo_jsc.quantization.pruning`).

    Raises
    ------
    InputError
        `pruned` is not a number of at least 0 and below 1.
    """

    data: FixedPoint | None = None
    weight: FixedPoint | None = None
    bias: FixedPoint | None = None
    pruned: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.pruned < 1:
            raise InputError(f"pruned = {self.pruned!r}: expected a share of at least 0, below 1")

    @property
    def data_width(self) -> int:
        """Bits of an input value."""
        return self.data.width if self.data else 32

    @property
    def weight_width(self) -> int:
        """Bits of a weight."""
        return self.weight.width if self.weight else 32

    @property
    def bias_width(self) -> int:
        """Bits of a bias."""
        return self.bias.width if self.bias else 32


NetworkPrecision = tuple[LayerPrecision, ...]
"""One `LayerPrecision` for each dense layer of a network, in order."""


def half_fraction(width: int) -> int:
    """Return the fraction that the reports take where a configuration gives none: width // 2.

    Examples
    --------
    >>> FixedPoint(5, half_fraction(5))
    FixedPoint(width=5, fraction=2, signed=True, rounding='even')
    """
    return width // 2


def pruned_count(weights: int, share: float) -> int:
    """Return how many of a layer's weights a share is, rounded half to even.

    Examples
    --------
    >>> pruned_count(80, 0.25)
    20
    """
    return round(weights * share)


def unsigned_data(precision: LayerPrecision) -> LayerPrecision:
    """Return the precision with inputs in an unsigned format of the same width.

    For a layer whose inputs come from a ReLU: they are never negative, so that the sign's bit
    is one more of precision or of range. An explicit fraction stays as it is.

    Examples
    --------
    >>> unsigned_data(LayerPrecision(data=FixedPoint(4, 2))).data.highest
    3.75
    """
    if precision.data is None:
        return precision
    return replace(precision, data=replace(precision.data, signed=False))
