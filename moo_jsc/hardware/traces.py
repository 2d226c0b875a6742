"""What one trace of one layer says, and many of them in parallel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.files import sha256_of
from moo_jsc.hardware.dense import DenseForm
from moo_jsc.hardware.library import tracer_version
from moo_jsc.hardware.tracing import trace_layer
from moo_jsc.objectives.circuit import TERMS
from moo_jsc.quantization.formats import FixedPoint

_FORMAT = "2"


@dataclass(frozen=True)
class TraceTask:
    """One layer to trace, with every format that its outputs may be rounded into.

    Attributes
    ----------
    layer
        In one of its options.
    following
        Distinct data formats of the next layer, in a fixed order; empty for the last layer.
    """

    layer: DenseForm
    following: tuple[FixedPoint, ...]

    @property
    def key(self) -> str:
        """SHA-256 over everything that the trace depends on."""
        layer = self.layer
        steps = [
            b"relu" if step is None else step.scale.tobytes() + step.shift.tobytes()
            for step in layer.after
        ]
        return sha256_of(
            _FORMAT,
            tracer_version(),
            repr((layer.data, layer.nonnegative, layer.weight.shape, self.following)),
            layer.weight.tobytes(),
            layer.bias.tobytes(),
            layer.weight_codes.tobytes(),
            *steps,
        )


@dataclass(frozen=True)
class LayerTrace:
    """Costs of one layer alone.

    Attributes
    ----------
    terms
        Rows of `moo_jsc.objectives.circuit.TERMS`: the layer without rounding of its outputs,
        then with each format of the task; shape (1 + formats, terms). The delay with a format is
        the time when the next layer can begin (`Circuit.arrival`).
    bits
        Bits that each output needs in each format, shape (formats, outputs): fewer than the
        format's where the outputs cannot reach its range or its step.
    """

    terms: NDArray[np.float64]
    bits: NDArray[np.uint8]


def trace(task: TraceTask) -> LayerTrace:
    """Trace one layer in all its following formats.

    Raises
    ------
    InputError
        The tracer is not installed, or rejects a format.
    """
    plain, *rounded = trace_layer(task.layer, [None, *task.following])
    outputs = len(task.layer.bias)
    bits = [circuit.output_bits for circuit in rounded]
    terms = np.stack([plain.row, *(circuit.row for circuit in rounded)])
    terms[1:, TERMS.index("delay")] = [circuit.arrival for circuit in rounded]
    return LayerTrace(terms, np.array(bits, dtype=np.uint8).reshape(len(rounded), outputs))


def trace_all(
    tasks: Iterable[TraceTask], known: Mapping[str, LayerTrace], *, workers: int = 1
) -> dict[str, LayerTrace]:
    """Trace what is not known yet, each distinct task once, on several processes.

    Parameters
    ----------
    tasks
        Any number, repeats allowed.
    known
        Earlier traces by key.
    workers
        Processes; 1 stays in this one.

    Returns
    -------
    dict
        The new traces by key.
    """
    missing = {task.key: task for task in tasks}
    missing = {key: task for key, task in missing.items() if key not in known}
    if not missing:
        return {}
    traced: Sequence[LayerTrace]
    if workers == 1 or len(missing) < _WORTH_PROCESSES:
        traced = [trace(task) for task in missing.values()]
    else:
        from joblib import Parallel, delayed

        traced = Parallel(n_jobs=workers, batch_size=4)(
            delayed(trace)(task) for task in missing.values()
        )
    return dict(zip(missing, traced, strict=True))


_WORTH_PROCESSES = 40
"""Traces from which on processes are started for them."""
