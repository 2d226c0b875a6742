"""Timing networks fairly: one thread, interleaved, in random order, over several rounds.

Timing around single batches, one network after the other, mostly measures what else the machine
was doing. Here all networks are timed together:

- one thread, inference mode, evaluation mode, garbage collection off, after a warm-up;
- a round gives every network several short blocks of passes, in a new random order each time, so
  that whatever disturbs the machine for a while disturbs all networks;
- before each round the networks and their input are copied to fresh places in memory among
  allocations of random sizes, because the placement alone shifts a network by 1 to 2 % for as
  long as it stays;
- a round's timing of a network is the lower decile of its passes: a disturbance only ever makes
  a pass slower, so the fast passes are the undisturbed ones.
"""

from __future__ import annotations

import copy
import gc
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.threads import one_thread

if TYPE_CHECKING:
    from torch import nn

UNDISTURBED = 0.1
"""Quantile of a round's passes that stands for the round."""

_WARM_UP_SECONDS = 0.2
_BALLAST_PIECES = 40
_BALLAST_FLOATS = 5000


@dataclass(frozen=True)
class LatencySettings:
    """How much is timed.

    Parameters
    ----------
    batch_size
        Samples in a forward pass.
    rounds
        Independent repetitions of the whole comparison; the intervals come from them.
    blocks
        Visits to each network in a round.
    passes
        Timed passes of a visit, after one that is not timed.
    seed
        Of the order of networks, of the input and of the places in memory.

    Raises
    ------
    InputError
        A number is below its least value.
    """

    batch_size: int = 1024
    rounds: int = 20
    blocks: int = 6
    passes: int = 6
    seed: int = 0

    def __post_init__(self) -> None:
        least = {"batch_size": 1, "rounds": 5, "blocks": 1, "passes": 1, "seed": 0}
        for name, minimum in least.items():
            value = getattr(self, name)
            if not isinstance(value, int) or value < minimum:
                raise InputError(
                    f"latency {name} = {value!r}: expected a whole number of at least {minimum}"
                )


def time_rounds(
    networks: Sequence[nn.Module], inputs: Sequence[int], protocol: LatencySettings
) -> tuple[NDArray[np.float64], float]:
    """Time networks by the protocol.

    Parameters
    ----------
    networks
        On the CPU; left as they are.
    inputs
        Input features of each network.
    protocol
        How much is timed.

    Returns
    -------
    rounds
        (rounds, networks) milliseconds of an undisturbed pass.
    disturbance
        Median of all passes over the quietest round, minus 1: a few per cent on a quiet machine.
    """
    import torch

    order = np.random.default_rng(protocol.seed)
    generator = torch.Generator().manual_seed(protocol.seed)
    widest = torch.randn(protocol.batch_size, max(inputs), generator=generator)
    passes = np.empty((protocol.rounds, len(networks), protocol.blocks, protocol.passes))
    with one_thread(), torch.inference_mode(), _no_garbage_collection():
        _warm_up(networks, [widest[:, :width].contiguous() for width in inputs])
        for round_ in passes:
            ballast = _ballast(order)
            copies = [copy.deepcopy(network).eval() for network in networks]
            batches = {width: widest[:, :width].clone().contiguous() for width in set(inputs)}
            for block in range(protocol.blocks):
                for index in order.permutation(len(networks)):
                    _time_block(copies[index], batches[inputs[index]], round_[index, block])
            del ballast
    milliseconds = passes.reshape(protocol.rounds, len(networks), -1) / 1e6
    rounds = np.quantile(milliseconds, UNDISTURBED, axis=2)
    disturbance = np.median(np.median(milliseconds, axis=(0, 2)) / rounds.min(axis=0)) - 1
    return rounds, float(disturbance)


def machine_description() -> str:
    """Say what the timings depend on beside the networks: processor, torch, instruction set.

    Examples
    --------
    >>> ", torch 2" in machine_description()
    True
    """
    import torch

    capability = torch.backends.cpu.get_cpu_capability()
    return f"{_processor()}, torch {torch.__version__} ({capability}), 1 thread"


def _time_block(network: nn.Module, batch: object, nanoseconds: NDArray[np.float64]) -> None:
    """Fill `nanoseconds` (passes,) with the time of one pass each."""
    clock = time.perf_counter_ns
    network(batch)
    for position in range(len(nanoseconds)):
        start = clock()
        network(batch)
        nanoseconds[position] = clock() - start


def _warm_up(networks: Sequence[nn.Module], batches: Sequence[object]) -> None:
    end = time.perf_counter() + _WARM_UP_SECONDS
    copies = [copy.deepcopy(network).eval() for network in networks]
    while time.perf_counter() < end:
        for network, batch in zip(copies, batches, strict=True):
            network(batch)


def _ballast(order: np.random.Generator) -> list[NDArray[np.float32]]:
    """Allocate pieces of random size, so that what comes next lies elsewhere than before."""
    sizes = order.integers(1, _BALLAST_FLOATS, size=_BALLAST_PIECES)
    return [np.empty(size, dtype=np.float32) for size in sizes]


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _processor() -> str:
    """Return the processor's model name."""
    table = Path("/proc/cpuinfo")
    if table.is_file():
        for line in table.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
