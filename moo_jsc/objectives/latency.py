"""Latency: milliseconds of a forward pass, measured once for each architecture.

The width of a simulated format does not change how long a CPU takes, so latency belongs to the
architecture. `measure_latency` times all architectures of a study together (see
`moo_jsc.objectives.latency_protocol`); `latency_for` does so once per machine and keeps the
measurement in a file, so that one study, and every later one, sees one latency for each.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.code import code_hash
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of
from moo_jsc.foundation.sealed import BrokenSeal, read_record, write_record
from moo_jsc.foundation.store import Store
from moo_jsc.networks.specification import Linear
from moo_jsc.objectives.latency_protocol import LatencySettings, machine_description, time_rounds
from moo_jsc.objectives.latency_statistics import Summary, summarize
from moo_jsc.objectives.objective import MeasuredObjective, register

if TYPE_CHECKING:
    from moo_jsc.networks.classifier import Classifier

DISPATCH_WARNING_BELOW = 32
"""Batches smaller than this mostly time the framework's calls, not the network."""

_FORMAT = 2

_PURPOSE = "latency measurement"

_CODE = (
    "moo_jsc.objectives.latency",
    "moo_jsc.objectives.latency_protocol",
    "moo_jsc.objectives.latency_statistics",
    "moo_jsc.networks.classifier",
)
"""Modules whose change makes a measurement stale."""

log = logging.getLogger(__name__)


class Latency(MeasuredObjective):
    """Milliseconds of a forward pass of one batch on one CPU thread of this machine."""


LATENCY = register(
    Latency(
        name="latency",
        unit="ms",
        sense="min",
        definition="time of an undisturbed forward pass of one batch, one CPU thread",
        source="interleaved paired rounds, docs/latency.md",
    )
)


class LatencyMeasurement(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True
):
    """Timings of several architectures, taken together.

    Attributes
    ----------
    networks
        Names of the architectures, in the order of every other attribute.
    architectures
        Hash of each architecture's layers.
    batch_size
        Samples in a forward pass.
    rounds
        One list per round: milliseconds of an undisturbed pass of each network.
    disturbance
        Median of all passes over the quietest round, minus 1: how busy the machine was.
    machine
        Processor, torch version, threads.
    seed
        Of the order of networks.
    format
        Version of this record.
    """

    networks: tuple[str, ...]
    architectures: tuple[str, ...]
    batch_size: int
    rounds: tuple[tuple[float, ...], ...]
    disturbance: float
    machine: str
    seed: int
    format: int = _FORMAT

    @cached_property
    def summary(self) -> Summary:
        """Medians, 95 % intervals and ties."""
        return summarize(np.asarray(self.rounds))

    @property
    def median_ms(self) -> NDArray[np.float64]:
        """Median latency (n,) of each network, milliseconds."""
        return self.summary.median

    @property
    def cautions(self) -> tuple[str, ...]:
        """What a reader should know before using the numbers; empty when all is well."""
        found = []
        if self.batch_size < DISPATCH_WARNING_BELOW:
            found.append(
                f"latency at batch {self.batch_size} is mostly the dispatch of layers "
                f"by the framework, not arithmetic"
            )
        if self.disturbance > 0.25:
            found.append(
                f"the machine was busy: the typical pass took {self.disturbance:.0%} longer "
                f"than an undisturbed one"
            )
        return tuple(found)

    def save(self, path: Path | str) -> None:
        """Write the measurement as sealed JSON, whole or not at all."""
        write_record(Path(path), self, _PURPOSE)

    @classmethod
    def load(cls, path: Path | str) -> LatencyMeasurement:
        """Read a measurement.

        Raises
        ------
        InputError
            The file is missing, damaged or of another kind.
        """
        path = Path(path)
        try:
            measurement = read_record(path, cls, _PURPOSE)
        except BrokenSeal as error:
            raise InputError(f"{error}; expected a latency measurement") from None
        if measurement is None:
            raise InputError(f"{path}: no such file, expected a latency measurement")
        measurement._check(path)
        return measurement

    def _check(self, path: Path) -> None:
        count = len(self.networks)
        shapes = {len(row) for row in self.rounds} | {len(self.architectures)}
        if self.format != _FORMAT:
            raise InputError(f"{path}: format {self.format}, expected {_FORMAT}")
        if not count or len(self.rounds) < 2 or shapes != {count}:
            raise InputError(f"{path}: expected at least 2 rounds of {count} timings each")
        if not (np.asarray(self.rounds) > 0).all():
            raise InputError(f"{path}: expected positive timings")


def measure_latency(
    networks: Sequence[Classifier],
    *,
    batch_size: int = 1024,
    rounds: int = 20,
    seed: int = 0,
) -> LatencyMeasurement:
    """Time networks together on one thread of this machine.

    Takes about 0.15 s a network at batch 1024 on a quiet machine.

    Parameters
    ----------
    networks
        At least one. Their weights do not matter; they are copied, not changed.
    batch_size
        Samples in a forward pass. Small batches time the dispatch of layers (a warning says so).
    rounds
        Repetitions of the comparison, at least 5.
    seed
        Of the order in which networks are timed.

    Raises
    ------
    InputError
        No network, or a number below its least value.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> networks = [initialized(network_spec(name), seed=0) for name in ("jsc-tiny", "jsc-s")]
    >>> measurement = measure_latency(networks, rounds=5)
    >>> measurement.networks, bool(measurement.median_ms[0] < measurement.median_ms[1])
    (('jsc-tiny', 'jsc-s'), True)
    """
    if not networks:
        raise InputError("latency: expected at least one network")
    protocol = LatencySettings(batch_size=batch_size, rounds=rounds, seed=seed)
    inputs = [_inputs(network) for network in networks]
    timings, disturbance = time_rounds(networks, inputs, protocol)
    measurement = LatencyMeasurement(
        networks=tuple(network.spec.name for network in networks),
        architectures=tuple(_architecture(network) for network in networks),
        batch_size=batch_size,
        rounds=tuple(tuple(float(value) for value in row) for row in timings),
        disturbance=disturbance,
        machine=machine_description(),
        seed=seed,
    )
    for caution in measurement.cautions:
        warnings.warn(caution, stacklevel=2)
    return measurement


def cached_measurement(
    networks: Sequence[Classifier],
    *,
    batch_size: int = 1024,
    cache_dir: Path | str | None = None,
) -> LatencyMeasurement:
    """Return this machine's measurement of exactly these architectures; measure at first use.

    Networks of equal layers are timed once. A damaged file is measured anew.

    Parameters
    ----------
    networks
        At least one, in any order.
    batch_size
        Samples in a forward pass.
    cache_dir
        Folder of the store (`moo_jsc.foundation.store`), by default the user's.
    """
    distinct = {_architecture(network): network for network in networks}
    keys = sorted(distinct)
    machine = machine_description()
    key = sha256_of(*keys, str(batch_size), machine, str(_FORMAT), code_hash(*_CODE))
    store = Store.at(cache_dir)
    path = store.path("latency", f"{len(keys)}-networks-batch-{batch_size}", key, ".json")
    with store.locked(path):
        if path.exists():
            try:
                stored = LatencyMeasurement.load(path)
            except InputError as error:
                log.warning("%s; measured anew", error)
            else:
                if stored.architectures == tuple(keys) and stored.machine == machine:
                    return stored
        measurement = measure_latency([distinct[key] for key in keys], batch_size=batch_size)
        measurement.save(path)
    return measurement


def latency_for(
    networks: Sequence[Classifier],
    *,
    batch_size: int = 1024,
    cache_dir: Path | str | None = None,
) -> NDArray[np.float64]:
    """Return the latency (n,) of each network in milliseconds, measured once per machine.

    See `cached_measurement`, which gives intervals and ties too.

    Examples
    --------
    >>> import tempfile
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> networks = [initialized(network_spec("jsc-tiny"), seed=seed) for seed in (0, 1)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = latency_for(networks, cache_dir=folder)
    ...     again = latency_for(networks, cache_dir=folder)
    >>> bool(first[0] == first[1]), bool((first == again).all())
    (True, True)
    """
    measurement = cached_measurement(networks, batch_size=batch_size, cache_dir=cache_dir)
    known = dict(zip(measurement.architectures, measurement.median_ms, strict=True))
    return np.array([known[_architecture(network)] for network in networks])


def _architecture(network: Classifier) -> str:
    """Hash the layers; the name and the weights do not matter."""
    layers = [(type(layer).__name__, asdict(layer)) for layer in network.spec.layers]
    return sha256_of(msgspec.json.encode(layers))[:16]


def _inputs(network: Classifier) -> int:
    """Return the number of input features."""
    first = network.spec.layers[0]
    return first.inputs if isinstance(first, Linear) else first.features
