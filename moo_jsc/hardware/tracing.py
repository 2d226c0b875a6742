"""Dense layers as adder graphs, one at a time or a whole network at once.

The tracer turns a product with a constant matrix into shifts and additions that share partial
sums (distributed arithmetic, Sun et al., arXiv:2507.04535), then rounding and saturation into
the next layer's format, and counts what that costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.hardware.dense import DenseForm, effective_bits
from moo_jsc.hardware.library import tracer_module
from moo_jsc.objectives.circuit import TERMS, Term
from moo_jsc.quantization.formats import FixedPoint, Rounding

if TYPE_CHECKING:
    from alkaid.types import CombLogic

_ROUNDING: dict[Rounding, str] = {"even": "RND_CONV", "up": "RND", "down": "TRN"}
_CONSTANT = 5
_ADDITION = 1.09375
"""Delay of an addition without its carry, in the tracer's units."""

_ADDITIONS = frozenset({0, 1, 4, 11})
"""Codes of the tracer's operations: a constant; sums, differences, sums with a constant."""


@dataclass(frozen=True)
class Circuit:
    """A traced circuit.

    Attributes
    ----------
    logic
        The tracer's program: operations, their costs and delays.
    ebops
        Effective bit operations of the layers in it.
    """

    logic: CombLogic
    ebops: float

    @cached_property
    def terms(self) -> dict[Term, float]:
        """What the circuit costs, see `moo_jsc.objectives.circuit.TERMS`."""
        logic = self.logic
        ports = [*logic.inp_qint, *logic.out_qint]
        return {
            "lut": logic.cost,
            "delay": max(logic.latency[1], 0.0),
            "adder_depth": float(_adder_depth(logic)),
            "held_bits": _held_bits(logic),
            "port_bits": float(sum(_width(interval) for interval in ports)),
            "ebops": self.ebops,
        }

    @property
    def output_bits(self) -> NDArray[np.int64]:
        """Bits that each output needs, 0 for one that never changes, shape (outputs,)."""
        return np.array(
            [
                _width(interval) if interval.max > interval.min else 0
                for interval in self.logic.out_qint
            ]
        )

    @property
    def arrival(self) -> float:
        """When the outputs are ready for a layer that adds them up, in delay units.

        Late values are added last, so that the next layer starts neither with the first nor
        with the last one: a soft maximum, ``log2(mean(2^(t / d))) d``, d half an addition.
        """
        times = np.array(self.logic.out_latency, dtype=np.float64) / (_ADDITION / 2)
        largest = times.max(initial=0.0)
        return float((np.log2(np.mean(2.0 ** (times - largest))) + largest) * _ADDITION / 2)

    @property
    def row(self) -> NDArray[np.float64]:
        """The terms in the order of `TERMS`, shape (terms,)."""
        return np.array([self.terms[term] for term in TERMS])

    def logits(self, codes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Run the circuit bit by bit on inputs that its input format holds.

        Parameters
        ----------
        codes
            Rounded inputs (values, not whole codes), shape (n, inputs).

        Returns
        -------
        numpy.ndarray
            Exact outputs, shape (n, outputs).
        """
        return self.logic.predict(np.ascontiguousarray(codes, dtype=np.float64), n_threads=1)


def trace_network(layers: Sequence[DenseForm]) -> Circuit:
    """Trace all layers as one circuit, inputs in the first layer's format.

    Takes a few tenths of a second to a few seconds, by size.

    Parameters
    ----------
    layers
        See `moo_jsc.hardware.form.dense_forms`.

    Raises
    ------
    InputError
        The tracer is not installed, or rejects a format.
    """
    inputs = values = _inputs(layers[0])
    for number, layer in enumerate(layers):
        values = _dense(layer, values)
        if number + 1 < len(layers):
            values = _rounded(values, layers[number + 1].data)
    return Circuit(_program(inputs, values), sum(layer_ebops(layer) for layer in layers))


def trace_layer(layer: DenseForm, following: Sequence[FixedPoint | None]) -> list[Circuit]:
    """Trace one layer alone, once for each format that its outputs may be rounded into.

    Parameters
    ----------
    layer
        The layer; any inputs that its format holds are assumed to occur.
    following
        Data formats of the next layer; None leaves outputs as they are (the last layer).

    Returns
    -------
    list of Circuit
        One for each of `following`.

    Raises
    ------
    InputError
        The tracer is not installed, or rejects a format.

    Examples
    --------
    >>> layer = DenseForm(
    ...     FixedPoint(4, 0), True, np.array([[3.0, 5.0]]), np.array([1.0]), (None,),
    ...     np.array([[3, 5]]))
    >>> (circuit,) = trace_layer(layer, [FixedPoint(4, -1)])
    >>> circuit.logits(np.array([[1.0, 1.0], [7.0, 0.0]])).tolist(), circuit.ebops
    ([[8.0], [14.0]], 20.0)
    """
    inputs = _inputs(layer)
    outputs = _dense(layer, inputs)
    ebops = layer_ebops(layer)
    return [
        Circuit(_program(inputs, _rounded(outputs, fmt) if fmt else outputs), ebops)
        for fmt in following
    ]


def layer_ebops(layer: DenseForm) -> float:
    """Return the effective bit operations of one layer, without its bias.

    Sum over weights of data width x bits between the weight's first and last set bit
    (Sun et al., arXiv:2405.00645). A zero costs nothing.
    """
    return float(layer.data.width * effective_bits(layer.weight_codes).sum())


def _inputs(layer: DenseForm) -> Any:
    array = tracer_module("trace").FVArray
    shape = layer.weight.shape[1]
    lowest = 0.0 if layer.nonnegative else layer.data.lowest
    return array.from_lhs(
        np.full(shape, lowest),
        np.full(shape, layer.data.highest),
        np.full(shape, layer.data.step),
    )


def _dense(layer: DenseForm, values: Any) -> Any:
    values = values @ layer.weight.T + layer.bias
    for step in layer.after:
        values = values.relu() if step is None else values * step.scale + step.shift
    return values


def _rounded(values: Any, fmt: FixedPoint) -> Any:
    if fmt.fraction is None:
        raise ValueError(f"{fmt}: the fraction is not calibrated yet")
    rounded = [_rounded_one(value, fmt, fmt.fraction) for value in np.asarray(values)]
    return type(values)(np.array(rounded), values.solver_options, hwconf=values.hwconf)


def _rounded_one(value: Any, fmt: FixedPoint, fraction: int) -> Any:
    """Round and saturate one value.

    The tracer's own rounding to even goes wrong for a value that lies half way between two codes
    whatever the inputs are (even products and an odd bias). Half a code more is then a whole
    number of codes, and clearing its last bit makes it even. It goes wrong, too, for a value whose
    whole range rounds to one code, which is a constant.
    """
    sign = int(fmt.signed)
    target = (sign, fmt.width - sign - fraction)
    if fmt.rounding != "even":
        return value.quantize(*target, fraction, "SAT", _ROUNDING[fmt.rounding])
    value = value.max_of(fmt.lowest).min_of(fmt.highest)
    code, last = np.rint(np.array([value.low, value.high]) / fmt.step).tolist()
    if code == last:
        return value.from_const(code * fmt.step, hwconf=value.hwconf)
    above = value + fmt.step / 2
    if value.kif[2] > fraction and above.kif[2] <= fraction:
        signed, integer, _ = above.kif
        value = above.quantize(signed, integer, fraction - 1, "WRAP", "TRN")
    return value.quantize(*target, fraction, "WRAP", _ROUNDING["even"])


def _program(inputs: Any, outputs: Any) -> CombLogic:
    raw = tracer_module("trace").trace(inputs, outputs, optimize=False)
    # Tracing the result again, the library's default, changes no cost and takes most time.
    return tracer_module("trace.passes").optimize(raw, keep_dead_inputs=True, retrace=False)


def _width(interval: Any) -> int:
    return sum(interval.kif)


def _adder_depth(logic: CombLogic) -> int:
    depth = [0] * len(logic.ops)
    for number, op in enumerate(logic.ops):
        below = max((depth[source] for source in op.addr), default=0)
        depth[number] = below + (op.opcode in _ADDITIONS)
    return max((depth[number] for number in logic.out_idxs if number >= 0), default=0)


def _held_bits(logic: CombLogic) -> float:
    """Return the sum over values of bits x (last use - ready)."""
    last = [op.latency for op in logic.ops]
    for op in logic.ops:
        for source in op.addr:
            last[source] = max(last[source], op.latency)
    end = logic.latency[1]
    for number in logic.out_idxs:
        if number >= 0:
            last[number] = end
    return sum(
        _width(op.qint) * (until - op.latency)
        for op, until in zip(logic.ops, last, strict=True)
        if op.opcode != _CONSTANT
    )
