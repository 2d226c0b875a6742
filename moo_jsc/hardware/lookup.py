"""Costs of circuits for whole spaces: a few traces of layers, added up.

The cost of a design is a sum over its layers, each traced alone with the rounding into the next
layer's format. A layer alone must assume every input that its format holds; in the design the
layer before may reach fewer values (a coarse step, a small range, pruned outputs that are
constant), and the adders are narrower. So the products and additions of a layer, its ``lut``
and ``held_bits`` without the rounding, count with the share of its effective bit operations
that is left when each input has the bits which the layer before gives it.

Everything depends on pairs of neighbouring options, so that a space of any size takes one
look-up for each pair of layers.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moo_jsc.hardware.dense import DenseForm, effective_bits
from moo_jsc.hardware.form import dense_form
from moo_jsc.hardware.traces import LayerTrace, TraceTask, trace_all
from moo_jsc.networks.classifier import Classifier
from moo_jsc.objectives.circuit import TERMS
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision

Options = Sequence[Sequence[LayerPrecision]]

_NARROWED = [TERMS.index("lut"), TERMS.index("held_bits")]
_PORTS = TERMS.index("port_bits")


@dataclass(frozen=True)
class CircuitTable:
    """Terms of every configuration of one network.

    Attributes
    ----------
    last
        Terms of the last layer alone, shape (options, terms).
    pairs
        For each layer but the last the terms of that layer, and what the next one saves, by
        this layer's option and the next one's; shape (options, next options, terms).
    """

    last: NDArray[np.float64]
    pairs: tuple[NDArray[np.float64], ...]

    def totals(self, choices: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the sums (n, terms) of configurations.

        Parameters
        ----------
        choices
            For each configuration and dense layer an index into its options, shape (n, layers).
        """
        totals = self.last[choices[:, -1]]
        for layer, table in enumerate(self.pairs):
            totals += table[choices[:, layer], choices[:, layer + 1]]
        return totals


def circuit_tables(
    networks: Sequence[Classifier],
    options: Sequence[Options],
    traces: MutableMapping[str, LayerTrace] | None = None,
    *,
    workers: int = 1,
) -> list[CircuitTable]:
    """Trace every layer of every network in every option, and tabulate the costs.

    One trace for each distinct (layer, option): of 3-bit weights about 0.1 s for 32 x 32, 1.5 s for
    64 x 64 and 5 to 7 s for 100 x 80, and a few hundredths more for each format that may follow.

    Parameters
    ----------
    networks
        In hardware form (see `moo_jsc.hardware.form.hardware_form`).
    options
        For each network and dense layer the precisions to choose from, fractions explicit.
    traces
        Earlier traces by key, to which the new ones are added.
    workers
        Processes.

    Returns
    -------
    list of CircuitTable
        One for each network.

    Raises
    ------
    InputError
        A format or a batch norm has no hardware form, or the tracer is not installed.
    """
    kept: MutableMapping[str, LayerTrace] = {} if traces is None else traces
    plans = [_tasks(network, layers) for network, layers in zip(networks, options, strict=True)]
    tasks = [task for plan in plans for layer in plan for task in layer]
    kept.update(trace_all(tasks, kept, workers=workers))
    return [_tabulated(plan, kept) for plan in plans]


def trace_tasks(network: Classifier, options: Options) -> list[TraceTask]:
    """Return every trace that the table of a network needs; see `circuit_tables`."""
    return [task for layer in _tasks(network, options) for task in layer]


def _tasks(network: Classifier, options: Options) -> list[list[TraceTask]]:
    """Return for each dense layer and option what to trace."""
    forms = [
        [dense_form(network, position, option) for option in layer]
        for position, layer in enumerate(options)
    ]
    following = [_formats(layer) for layer in forms[1:]] + [()]
    return [
        [TraceTask(form, formats) for form in layer]
        for layer, formats in zip(forms, following, strict=True)
    ]


def _formats(layer: Sequence[DenseForm]) -> tuple[FixedPoint, ...]:
    return tuple(sorted({form.data for form in layer}, key=lambda fmt: (fmt.rounding, fmt)))


def _tabulated(
    plan: list[list[TraceTask]], traces: MutableMapping[str, LayerTrace]
) -> CircuitTable:
    found = [[traces[task.key] for task in layer] for layer in plan]
    last = np.stack([trace.terms[0] for trace in found[-1]])
    pairs = []
    for number in range(len(plan) - 1):
        formats = plan[number][0].following
        after = plan[number + 1]
        chosen = [formats.index(task.layer.data) for task in after]
        own = np.stack([trace.terms[1:] for trace in found[number]])[:, chosen]
        bits = np.stack([trace.bits for trace in found[number]])[:, chosen]
        saved = _saved(bits, [task.layer for task in after], found[number + 1])
        own[:, :, _NARROWED] -= saved
        pairs.append(own)
    _count_ports_once(plan, last, pairs)
    return CircuitTable(last, tuple(pairs))


def _saved(
    bits: NDArray[np.uint8], layers: Sequence[DenseForm], traces: Sequence[LayerTrace]
) -> NDArray[np.float64]:
    """Return what narrower inputs save in the next layer, shape (options, next options, 2).

    `bits` of its inputs has shape (options, next options, inputs).
    """
    saved = np.empty((*bits.shape[:2], len(_NARROWED)))
    for option, (layer, trace) in enumerate(zip(layers, traces, strict=True)):
        weights = effective_bits(layer.weight_codes).sum(axis=0)
        full = max(layer.bits_per_input * int(weights.sum()), 1)
        share = (bits[:, option].astype(np.int64) @ weights) / full
        saved[:, option] = (1.0 - share)[:, None] * trace.terms[0][_NARROWED]
    return saved


def _count_ports_once(
    plan: list[list[TraceTask]], last: NDArray[np.float64], pairs: list[NDArray[np.float64]]
) -> None:
    """Count the inputs of the first layer and the outputs of the last as ports, no others."""
    if not pairs:
        return
    last[:, _PORTS] -= _input_bits(plan[-1])
    for table in pairs:
        table[:, :, _PORTS] = 0.0
    pairs[0][:, :, _PORTS] = _input_bits(plan[0])[:, None]


def _input_bits(options: Sequence[TraceTask]) -> NDArray[np.int64]:
    return np.array([task.layer.bits_per_input * task.layer.weight.shape[1] for task in options])
