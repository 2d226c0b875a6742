"""Fixed-point formats, and which format each tensor of a network takes."""

from dataclasses import dataclass

from moo_jsc.errors import InputError

MAX_WIDTH = 32


@dataclass(frozen=True, order=True)
class FixedPoint:
    """A signed fixed-point format: `width` bits in all, `fraction` of them after the point.

    The values are k / 2^fraction for whole k in [-2^(width-1), 2^(width-1) - 1].
    `fraction` may be negative or larger than `width`; None asks for the fraction that a
    calibration finds (smallest squared error on the tensor at hand).

    Raises
    ------
    InputError
        `width` is not a whole number in 1..32, or `fraction` not a whole number or None.

    Examples
    --------
    >>> FixedPoint(8, 4).step, FixedPoint(8, 4).lowest, FixedPoint(8, 4).highest
    (0.0625, -8.0, 7.9375)
    >>> FixedPoint(0, 4)
    Traceback (most recent call last):
    moo_jsc.errors.InputError: width = 0: expected a whole number in 1..32
    """

    width: int
    fraction: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.width, int) or not 1 <= self.width <= MAX_WIDTH:
            raise InputError(f"width = {self.width!r}: expected a whole number in 1..{MAX_WIDTH}")
        if self.fraction is not None and not isinstance(self.fraction, int):
            raise InputError(f"fraction = {self.fraction!r}: expected a whole number or none")

    @property
    def step(self) -> float:
        """Distance of neighbouring values, 2^-fraction. Needs an explicit fraction."""
        if self.fraction is None:
            raise ValueError(f"{self}: the fraction is not calibrated yet")
        return 2.0**-self.fraction

    @property
    def lowest(self) -> float:
        """Smallest value."""
        return -(2.0 ** (self.width - 1)) * self.step

    @property
    def highest(self) -> float:
        """Largest value."""
        return (2.0 ** (self.width - 1) - 1) * self.step


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
