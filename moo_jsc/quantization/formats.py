"""Fixed-point formats, and which format each tensor of a network takes."""

from dataclasses import dataclass

from moo_jsc.foundation.errors import InputError

MAX_WIDTH = 32
MAX_FRACTION = 126
"""Largest magnitude of a fraction: up to it 2^fraction and 2^-fraction are normal float32."""


@dataclass(frozen=True, order=True)
class FixedPoint:
    """A fixed-point format: `width` bits in all, `fraction` of them after the point.

    The values are k / 2^fraction for whole k in [-2^(width-1), 2^(width-1) - 1] when signed,
    in [0, 2^width - 1] when not. `fraction` may be negative or larger than `width`; None asks
    for the fraction that a calibration finds (smallest squared error on the tensor at hand).

    Raises
    ------
    InputError
        `width` is not a whole number in 1..32, or `fraction` neither None nor a whole number
        in -126..126.

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

    def __post_init__(self) -> None:
        if type(self.width) is not int or not 1 <= self.width <= MAX_WIDTH:
            raise InputError(f"width = {self.width!r}: expected a whole number in 1..{MAX_WIDTH}")
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
    def lowest(self) -> float:
        """Smallest value."""
        return self.lowest_code * self.step

    @property
    def highest(self) -> float:
        """Largest value."""
        return self.highest_code * self.step


@dataclass(frozen=True)
class LayerPrecision:
    """Formats of one dense layer: its input (`data`), its weight and its bias.

    None leaves the tensor in float32 (counted as 32 bits).
    """

    data: FixedPoint | None = None
    weight: FixedPoint | None = None
    bias: FixedPoint | None = None

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
    FixedPoint(width=5, fraction=2, signed=True)
    """
    return width // 2
