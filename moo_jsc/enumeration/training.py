"""Networks that train at the same time on several machines: group by group, each kept when done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from moo_jsc.data import Split
from moo_jsc.enumeration.workers import Workers
from moo_jsc.foundation.code import code_hash
from moo_jsc.foundation.files import sha256_of
from moo_jsc.foundation.sealed import write_sealed
from moo_jsc.foundation.store import Store
from moo_jsc.networks.grouping import grouped
from moo_jsc.networks.specification import NetworkSpec

if TYPE_CHECKING:
    from moo_jsc.networks.training import Schedule, TrainedEnsemble

SHELF = "trainings"

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Training:
    """Networks to be trained, in groups that are stacked together.

    Attributes
    ----------
    specs, seeds
        One of each for every network.
    train, validation
        Standardized features and labels.
    schedule
        For all of them.
    """

    specs: tuple[NetworkSpec, ...]
    seeds: tuple[int, ...]
    train: Split
    validation: Split
    schedule: Schedule

    @cached_property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Places of the networks of each group."""
        return grouped(self.specs)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over networks, data, schedule and code."""
        parts = (self.train, self.validation)
        return sha256_of(
            repr([(spec.layers, seed) for spec, seed in zip(self.specs, self.seeds, strict=True)]),
            repr(asdict(self.schedule)),
            *(array.tobytes() for part in parts for array in (part.features, part.labels)),
            code_hash("moo_jsc.networks"),
        )


def train_on_workers(
    specs: Sequence[NetworkSpec],
    seeds: Sequence[int],
    train: Split,
    validation: Split,
    schedule: Schedule,
    crew: Workers,
    *,
    cache_dir: Path | str | None = None,
    progress: bool = True,
) -> TrainedEnsemble:
    """Train networks as `moo_jsc.networks.training.train_ensemble` does, on any workers.

    Networks and curves are the same to the last bit on machines of the same kind. A group that
    has come back is kept in the store, so that an interrupted training repeats only the others.

    Parameters
    ----------
    specs, seeds, train, validation, schedule
        See `train_ensemble`.
    crew
        Who trains.
    cache_dir
        Folder of the store, by default the user's.
    progress
        Show a bar over the networks.

    Raises
    ------
    InputError
        See `moo_jsc.enumeration.cluster.map_on_cluster`; the store cannot be written to.
    """
    from moo_jsc.networks.training import CURVES, TrainedEnsemble
    from moo_jsc.networks.weights import network_of

    training = Training(tuple(specs), tuple(seeds), train, validation, schedule)
    store = Store.at(cache_dir)
    keys = [sha256_of(training.fingerprint, repr(group)) for group in training.groups]
    paths = [store.path(SHELF, f"group-{number}", key) for number, key in enumerate(keys)]
    done = {n: store.read(path, key) for n, (path, key) in enumerate(zip(paths, keys, strict=True))}
    missing = [number for number, arrays in done.items() if arrays is None]
    with tqdm(
        total=len(specs),
        initial=sum(len(training.groups[n]) for n in done if n not in missing),
        desc="training",
        unit=" networks",
        disable=None if progress else True,
    ) as bar:
        ranges = [(number, number + 1) for number in missing]
        for (number, _), arrays in crew.arriving(_trained, training, ranges):
            write_sealed(paths[number], arrays, keys[number])
            done[number] = arrays
            bar.update(len(training.groups[number]))
    curves = {name: np.zeros((len(specs), schedule.epochs)) for name in CURVES}
    networks = {}
    for number, group in enumerate(training.groups):
        arrays = done[number] or {}
        for name in CURVES:
            curves[name][list(group)] = arrays[f"curve/{name}"]
        for place, member in enumerate(group):
            networks[member] = network_of(
                training.specs[member], arrays, prefix=f"{place}.", source=str(paths[number])
            )
    return TrainedEnsemble(tuple(networks[n] for n in range(len(specs))), tuple(seeds), curves)


def _trained(training: Training, start: int, stop: int) -> Arrays:
    """Train one group; return its weights and curves."""
    from moo_jsc.foundation.threads import one_thread
    from moo_jsc.networks.training import train_ensemble
    from moo_jsc.networks.weights import network_arrays

    assert stop == start + 1
    group = training.groups[start]
    with one_thread():
        ensemble = train_ensemble(
            [training.specs[member] for member in group],
            [training.seeds[member] for member in group],
            training.train,
            training.validation,
            training.schedule,
            progress=False,
        )
    networks = {f"{place}.": network for place, network in enumerate(ensemble.networks)}
    return {
        **network_arrays(networks),
        **{f"curve/{name}": curve for name, curve in ensemble.curves.items()},
    }
