"""Traces on disk: those shipped for the shipped networks, and those made before on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of
from moo_jsc.foundation.sealed import BrokenSeal, read_sealed, write_sealed
from moo_jsc.foundation.store import Store
from moo_jsc.hardware.lookup import CircuitTable, Options, circuit_tables, trace_tasks
from moo_jsc.hardware.traces import LayerTrace, TraceTask, trace_all
from moo_jsc.networks.classifier import Classifier
from moo_jsc.objectives.circuit import TERMS

SHIPPED = Path(__file__).parent / "tables" / "traces.safetensors"
PURPOSE = "traces of layers"

Traces = dict[str, LayerTrace]


def packed(traces: Mapping[str, LayerTrace]) -> dict[str, NDArray[Any]]:
    """Return traces as a few flat arrays, in the order of their keys."""
    keys = sorted(traces)
    found = [traces[key] for key in keys]
    return {
        "keys": np.frombuffer(bytes.fromhex("".join(keys)), dtype=np.uint8).reshape(-1, 32),
        "formats": np.array([len(trace.bits) for trace in found], dtype=np.int64),
        "outputs": np.array([trace.bits.shape[1] for trace in found], dtype=np.int64),
        "terms": np.concatenate([trace.terms.ravel() for trace in found] or [np.empty(0)]),
        "bits": np.concatenate(
            [trace.bits.ravel() for trace in found] or [np.empty(0, dtype=np.uint8)]
        ),
    }


def unpacked(arrays: Mapping[str, NDArray[Any]], terms: int) -> Traces:
    """Return traces from flat arrays; the inverse of `packed`.

    Parameters
    ----------
    arrays
        As `packed` returns them.
    terms
        Columns of a row of terms.
    """
    traces: Traces = {}
    row = place = 0
    for key, formats, outputs in zip(
        arrays["keys"], arrays["formats"].tolist(), arrays["outputs"].tolist(), strict=True
    ):
        rows = (1 + formats) * terms
        traces[key.tobytes().hex()] = LayerTrace(
            arrays["terms"][row : row + rows].reshape(1 + formats, terms),
            arrays["bits"][place : place + formats * outputs].reshape(formats, outputs),
        )
        row, place = row + rows, place + formats * outputs
    return traces


def write_traces(path: Path, traces: Mapping[str, LayerTrace]) -> None:
    """Write traces as one sealed file.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    write_sealed(path, packed(traces), PURPOSE)


def read_traces(path: Path) -> Traces:
    """Read what `write_traces` wrote; nothing where there is no such file.

    Raises
    ------
    BrokenSeal
        The file is damaged.
    """
    arrays = read_sealed(path, PURPOSE)
    return {} if arrays is None else unpacked(arrays, len(TERMS))


def kept_tables(
    networks: Sequence[Classifier], options: Sequence[Options], *, workers: int = 1
) -> list[CircuitTable]:
    """Tabulate networks (see `circuit_tables`) with traces from the package and the store.

    What is in neither is traced and kept in the store.

    Raises
    ------
    InputError
        As `circuit_tables`; a file is damaged or cannot be written.
    """
    tasks = [task for pair in zip(networks, options, strict=True) for task in trace_tasks(*pair)]
    return circuit_tables(networks, options, kept_traces(tasks, networks[0].spec.name, workers))


def kept_traces(tasks: Sequence[TraceTask], name: str, workers: int = 1) -> Traces:
    """Return traces from the package and the store; what is in neither is made and kept.

    Parameters
    ----------
    tasks
        What to trace.
    name
        For the file in the store.
    workers
        Processes.

    Raises
    ------
    InputError
        As `kept_tables`.
    """
    known = dict(shipped_traces())
    missing = {task.key: task for task in tasks if task.key not in known}
    if missing:
        store, key = Store.at(), sha256_of(*sorted(missing))
        with store.locked(store.path("circuits", name, key)):
            kept = store.made(
                "circuits",
                name,
                key,
                lambda: packed(trace_all(missing.values(), {}, workers=workers)),
            )
        known.update(unpacked(kept, len(TERMS)))
    return known


@lru_cache(maxsize=1)
def shipped_traces() -> Mapping[str, LayerTrace]:
    """Return the shipped traces.

    Raises
    ------
    InputError
        The file is damaged.
    """
    try:
        return read_traces(SHIPPED)
    except BrokenSeal as error:
        raise InputError(f"{error}; install the package again") from None
