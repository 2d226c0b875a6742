"""What the copies of a network in one stack share of their data formats."""

from __future__ import annotations

from dataclasses import dataclass

from moo_jsc.quantization.formats import CodeRounding, FixedPoint, NetworkPrecision


@dataclass(frozen=True)
class CodeRange:
    """What a data format does to scaled numbers, its fraction apart.

    Attributes
    ----------
    lowest, highest
        Codes.
    rounding
        To whole codes.

    Examples
    --------
    >>> CodeRange.of(FixedPoint(3, 1)).after_relu().inside
    (0.0, 3.5)
    """

    lowest: float
    highest: float
    rounding: CodeRounding
    positive: bool = False
    """The numbers pass a ReLU first."""

    @classmethod
    def of(cls, fmt: FixedPoint | None) -> CodeRange | None:
        """Return that of a format; None where data stay in float32."""
        if fmt is None:
            return None
        return cls(float(fmt.lowest_code), float(fmt.highest_code), fmt.code_rounding)

    def after_relu(self) -> CodeRange:
        """Return the range that does the work of a ReLU before it as well."""
        return CodeRange(max(self.lowest, 0.0), self.highest, self.rounding, positive=True)

    @property
    def inside(self) -> tuple[float, float]:
        """Gradients pass where scaled numbers are strictly between these."""
        low, high = (0.0, 1.0) if self.rounding == "down" else (-0.5, 0.5)
        return 0.0 if self.positive else self.lowest + low, self.highest + high


DataRanges = tuple[CodeRange | None, ...]
"""One for each dense layer."""


def data_ranges(precision: NetworkPrecision) -> DataRanges:
    """Return what every member of a stack must have in common."""
    return tuple(CodeRange.of(layer.data) for layer in precision)
