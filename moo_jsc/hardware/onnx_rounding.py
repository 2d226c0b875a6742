"""Rounding to a fixed-point format as nodes of an ONNX graph, in two dialects.

Both give what `moo_jsc.quantization.fixed_point.quantize` gives, bit for bit: scaling by a power
of two is exact, and every rounding below is one of whole numbers.

- `QonnxRounding`: the ``Quant`` node of QONNX (Pappalardo et al., arXiv:2206.07527), which
  hls4ml and FINN read.
- `PlainRounding`: standard operators, which every runtime knows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any

from moo_jsc.foundation.errors import InputError
from moo_jsc.hardware.onnx_nodes import QUANT_DOMAIN, Nodes
from moo_jsc.quantization.formats import FixedPoint, PowerOfTwo, Ternary


class Rounding(ABC):
    """How a graph rounds what flows through it, and what it says of rounded constants."""

    @abstractmethod
    def data(self, nodes: Nodes, name: str, fmt: FixedPoint) -> None:
        """Round the end of the chain.

        Raises
        ------
        InputError
            The dialect has no node for the format.
        """

    @abstractmethod
    def constant(
        self, nodes: Nodes, name: str, constant: str, fmt: FixedPoint, shape: tuple[int, ...]
    ) -> str:
        """Say which format a constant has that is rounded already; return the name to use."""


class PlainRounding(Rounding):
    """Rounding in standard operators; constants stay as they are."""

    def data(self, nodes: Nodes, name: str, fmt: FixedPoint) -> None:
        """Scale, round, clip and scale back."""
        _refuse_powers(name, fmt)
        nodes.apply("Mul", f"{name}_scaled", nodes.constant(f"{name}_per_step", 1 / fmt.step))
        if fmt.rounding == "up":
            # The largest whole number of at most x + 1/2: half the floor of 2x, rounded up.
            nodes.apply("Mul", f"{name}_doubled", nodes.constant(f"{name}_two", 2.0))
            nodes.apply("Floor", f"{name}_halves")
            nodes.apply("Mul", f"{name}_halved", nodes.constant(f"{name}_half", 0.5))
            nodes.apply("Ceil", f"{name}_rounded")
        else:
            nodes.apply("Floor" if fmt.rounding == "down" else "Round", f"{name}_rounded")
        low = nodes.constant(f"{name}_lowest_code", fmt.lowest_code)
        high = nodes.constant(f"{name}_highest_code", fmt.highest_code)
        nodes.apply("Clip", f"{name}_codes", low, high)
        nodes.apply("Mul", name, nodes.constant(f"{name}_step", fmt.step))

    def constant(
        self, nodes: Nodes, name: str, constant: str, fmt: FixedPoint, shape: tuple[int, ...]
    ) -> str:
        """Return the constant itself."""
        del nodes, name, fmt, shape
        return constant


class QonnxRounding(Rounding):
    """QONNX's ``Quant`` nodes on data, weights and biases."""

    def data(self, nodes: Nodes, name: str, fmt: FixedPoint) -> None:
        """Add one ``Quant``; two where ties go up, for QONNX has no such mode.

        The first of the two rounds down to half steps, in a range that is wider by a bit at
        either end, the second one up to whole steps.
        """
        _refuse_powers(name, fmt)
        if fmt.signed and fmt.width == 1:
            raise InputError(
                f"{name}: a signed format of 1 bit has no QONNX form (its codes there are -1 "
                "and 1), expected 2 bits or an unsigned one"
            )
        if fmt.rounding != "up":
            mode = "FLOOR" if fmt.rounding == "down" else "ROUND"
            nodes.apply("Quant", name, *_operands(nodes, name, fmt), **_attributes(fmt, mode))
            return
        wider = replace(fmt, width=fmt.width + 2, fraction=(fmt.fraction or 0) + 1, signed=True)
        halves = f"{name}_halves"
        nodes.apply(
            "Quant", halves, *_operands(nodes, halves, wider), **_attributes(wider, "FLOOR")
        )
        nodes.apply("Quant", name, *_operands(nodes, name, fmt), **_attributes(fmt, "CEIL"))

    def constant(
        self, nodes: Nodes, name: str, constant: str, fmt: FixedPoint, shape: tuple[int, ...]
    ) -> str:
        """Add a ``Quant`` that changes nothing, for those who read the format off it."""
        held = holding(fmt)
        return nodes.of_constant(
            "Quant",
            name,
            constant,
            *_operands(nodes, name, held),
            shape=shape,
            **_attributes(held, "ROUND"),
        )


def holding(fmt: FixedPoint) -> FixedPoint:
    """Return a plain format that holds every value of one, for constants.

    Examples
    --------
    >>> holding(PowerOfTwo(4, 2))
    FixedPoint(width=8, fraction=2, signed=True, rounding='even')
    >>> holding(FixedPoint(1, 0)).width
    2
    """
    if isinstance(fmt, Ternary):
        return fmt
    width = max(fmt.width, 1 + fmt.highest_code.bit_length()) if fmt.signed else fmt.width
    return FixedPoint(max(width, 2) if fmt.signed else width, fmt.fraction, fmt.signed)


def _refuse_powers(name: str, fmt: FixedPoint) -> None:
    if isinstance(fmt, PowerOfTwo | Ternary):
        raise InputError(f"{name}: expected data in plain fixed point, got {fmt}")


def _operands(nodes: Nodes, name: str, fmt: FixedPoint) -> tuple[str, str, str]:
    return (
        nodes.constant(f"{name}_scale", fmt.step),
        nodes.constant(f"{name}_zero_point", 0.0),
        nodes.constant(f"{name}_bits", fmt.width),
    )


def _attributes(fmt: FixedPoint, mode: str) -> dict[str, Any]:
    return {
        "domain": QUANT_DOMAIN,
        "signed": int(fmt.signed),
        "narrow": int(isinstance(fmt, Ternary)),
        "rounding_mode": mode,
    }
