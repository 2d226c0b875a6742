"""Costs of the circuit that would be built from a design's actual weights.

Unlike the analytic costs these depend on the trained weights: `moo_jsc.hardware` traces every
dense layer as a graph of shifts and additions. Each trace gives a few `TERMS`; they add up over
layers, and an objective closes the sums.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives.objective import Objective, register

Term = Literal["lut", "delay", "adder_depth", "held_bits", "port_bits", "ebops"]
TERMS: tuple[Term, ...] = ("lut", "delay", "adder_depth", "held_bits", "port_bits", "ebops")
"""What a trace gives, in the order of a row of terms.

``lut``: estimated look-up tables. ``delay``: of the longest path, in the tracer's units (an
adder takes 1.09 and 0.025 for each bit of carry). ``adder_depth``: additions on the deepest
path. ``held_bits``: bits x delay between the moment a value is ready and its last use.
``port_bits``: bits of the circuit's inputs and outputs. ``ebops``: effective bit operations.
"""

STAGE_DELAY = 5.0
"""Delay units that fit into one pipeline stage."""

CLOCK_NS = 5.0
"""Period of the clock, ns (200 MHz); one delay unit is taken for one ns."""


@dataclass(frozen=True, kw_only=True)
class CircuitObjective(Objective, ABC):
    """A cost of the circuit, closed from the sums of `TERMS` over layers.

    Examples
    --------
    >>> LATENCY_CYCLES.finish(np.array([[900.0, 11.0, 5.0, 400.0, 60.0, 2000.0]]))
    array([3.])
    """

    known: bool = True

    @abstractmethod
    def finish(self, totals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn sums (..., terms), in the order of `TERMS`, into values (...)."""


@dataclass(frozen=True, kw_only=True)
class TermSum(CircuitObjective):
    """One of the sums as it is."""

    term: Term = "lut"

    def finish(self, totals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum."""
        return totals[..., TERMS.index(self.term)]


@dataclass(frozen=True, kw_only=True)
class PipelineLatency(CircuitObjective):
    """Pipeline stages, at least one, times `scale`: ``ceil(delay / STAGE_DELAY) * scale``."""

    scale: float = 1.0

    def finish(self, totals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the latency."""
        return pipeline_stages(totals[..., TERMS.index("delay")]) * self.scale


@dataclass(frozen=True, kw_only=True)
class FlipFlops(CircuitObjective):
    """Registers of the pipeline, its inputs and outputs included.

    A value is held in a register for each stage boundary that it crosses; on average that is
    the time it is held over the length of a stage.
    """

    def finish(self, totals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the flip-flops."""
        delay = totals[..., TERMS.index("delay")]
        held = totals[..., TERMS.index("held_bits")]
        stages = pipeline_stages(delay)
        crossings = np.divide(held * stages, delay, out=np.zeros_like(held), where=delay > 0)
        return totals[..., TERMS.index("port_bits")] + crossings


def pipeline_stages(delay: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the stages that a delay (...) takes, at least one.

    Examples
    --------
    >>> pipeline_stages(np.array([0.0, 5.0, 5.1]))
    array([1., 1., 2.])
    """
    return np.maximum(np.ceil(delay / STAGE_DELAY), 1.0)


_SOURCE = "adder graphs of constant matrices, Sun et al., arXiv:2507.04535; tracer alkaid"

LUT = register(
    TermSum(
        name="lut",
        unit="LUT",
        sense="min",
        definition="estimated 6-input look-up tables of the circuit, layers traced alone",
        source=_SOURCE,
        term="lut",
    )
)
FF = register(
    FlipFlops(
        name="ff",
        unit="FF",
        sense="min",
        definition="estimated flip-flops of the pipeline, inputs and outputs included",
        source=_SOURCE,
    )
)
LATENCY_CYCLES = register(
    PipelineLatency(
        name="latency-cycles",
        unit="cycles",
        sense="min",
        definition=f"pipeline stages of at most {STAGE_DELAY:g} delay units",
        source=_SOURCE,
    )
)
LATENCY_NS = register(
    PipelineLatency(
        name="latency-ns",
        unit="ns",
        sense="min",
        definition=f"pipeline stages at a clock period of {CLOCK_NS:g} ns, not placed and routed",
        source=_SOURCE,
        scale=CLOCK_NS,
    )
)
ADDER_DEPTH = register(
    TermSum(
        name="adder-depth",
        unit="adders",
        sense="min",
        definition="additions on the deepest path, summed over layers",
        source=_SOURCE,
        term="adder_depth",
    )
)
EBOPS = register(
    TermSum(
        name="ebops",
        unit="bit op",
        sense="min",
        definition="sum over weights: data width x bits from first to last set bit",
        source="Sun et al., arXiv:2405.00645 (HGQ)",
        term="ebops",
    )
)
