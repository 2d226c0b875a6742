"""What all measurements share: the setting, the jets, trained networks, and finished pieces."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from moo_jsc.foundation.code import DECISIVE_PACKAGES, code_hash, package_versions
from moo_jsc.foundation.files import sha256_of, sha256_of_file
from moo_jsc.foundation.processes import processes
from moo_jsc.foundation.store import Store
from studies.lab_reports.claims import Arrays

if TYPE_CHECKING:
    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.networks.specification import NetworkSpec

EPOCHS = 10

PIECES = "report-pieces"
"""Shelf of the store."""

_SOURCES = (
    "workshop",
    "training",
    "protocols",
    "spaces",
    "searching",
    "counting",
    "command_line",
    "timing",
    "measurements",
)
"""Modules beside this one whose change makes kept pieces stale, as any of `moo_jsc` does."""


@dataclass(frozen=True)
class Setting:
    """What decides the measured numbers, besides the machine for the timed ones.

    Attributes
    ----------
    seeds
        Repetitions: each trains its own network, draws its own jets and seeds its own searches.
    budget
        Trials of each search.
    training_seeds
        Repetitions of the searches that train every network.
    jets
        As `moo_jsc.data.jets.load_jets` takes it.
    """

    seeds: int = 30
    budget: int = 20
    training_seeds: int = 20
    jets: str = "sample"


class Workshop:
    """Hands measurements what they need, and keeps what is finished.

    A piece is one sealed file of the store that belongs to the setting, the jets, the code and
    the packages that it was measured with; where one of them changes, it is measured again.

    Parameters
    ----------
    setting
        See `Setting`.
    folder
        For tables and the page.
    cache
        Folder of the store (`moo_jsc.foundation.store`), by default the user's.
    workers
        Processes for searches.
    device
        Where networks are trained: ``"cpu"`` or ``"cuda"``.
    jets
        Instead of those that the setting names, for tests.
    """

    def __init__(
        self,
        setting: Setting,
        folder: Path,
        *,
        workers: int = 2,
        device: str = "cpu",
        jets: Dataset | None = None,
        cache: Path | None = None,
    ) -> None:
        self.setting = setting
        self.folder = folder
        self.store = Store.at(cache)
        self.workers = workers
        self.device = device
        self._given_jets = jets

    @cached_property
    def jets(self) -> Dataset:
        """The data."""
        from moo_jsc.data.jets import load_jets

        return self._given_jets or load_jets(self.setting.jets)

    @property
    def seeds(self) -> range:
        """Seeds of the repetitions."""
        return range(self.setting.seeds)

    @cached_property
    def tiny_networks(self) -> list[Classifier]:
        """One trained ``jsc-tiny`` with a final ReLU for each seed."""
        from moo_jsc.networks.family import network_spec

        return self.trained([network_spec("jsc-tiny", final_relu=True)], self.seeds)

    @cached_property
    def deep_networks(self) -> list[Classifier]:
        """One trained ``jsc-three-linear`` with a final ReLU for each seed."""
        from moo_jsc.networks.family import network_spec

        return self.trained([network_spec("jsc-three-linear", final_relu=True)], self.seeds)

    def trained(
        self, specs: Sequence[NetworkSpec], seeds: Sequence[int], epochs: int = EPOCHS
    ) -> list[Classifier]:
        """Train every network with every seed, seeds varying fastest, or load them if kept.

        The schedule is that of the reports: Adam at 0.001, batches of 512 jets. Networks whose
        first dense layers are equally wide train together, so that little is padded.
        """
        from joblib import delayed

        from moo_jsc.networks.training import REPORTS
        from studies.lab_reports.training import train_or_load

        schedule = replace(REPORTS, epochs=epochs)
        groups = []
        for width in sorted({spec.linear_layers[0].outputs for spec in specs}):
            group = [spec for spec in specs if spec.linear_layers[0].outputs == width]
            groups.append([(spec, seed) for spec in group for seed in seeds])
        trained = processes(min(self.workers, len(groups)), max_nbytes=None)(
            delayed(train_or_load)(self.store.root, every, self.jets, schedule, self.device)
            for every in groups
        )
        networks = {
            (spec.name, seed): network
            for every, together in zip(groups, trained, strict=True)
            for (spec, seed), network in zip(every, together, strict=True)
        }
        return [networks[spec.name, seed] for spec in specs for seed in seeds]

    def piece(self, name: str, measure: Callable[[Workshop], Arrays]) -> Arrays:
        """Return a finished piece from the store, or measure it and keep it."""
        own = _source_hash(measure.__module__)
        key = sha256_of(name, repr(asdict(self.setting)), self.jets.fingerprint, _code(), own)
        arrays = self.store.made(PIECES, name, key, lambda: _floats(measure(self)))
        return _floats(arrays)


def _code() -> str:
    """Hash everything that a measurement can depend on."""
    here = __package__
    return sha256_of(
        code_hash("moo_jsc", *(f"{here}.{name}" for name in _SOURCES)),
        repr(package_versions((*DECISIVE_PACKAGES, "optuna", "pymoo", "torchmetrics"))),
    )


def _source_hash(module: str) -> str:
    """Hash the file of an imported module, wherever it lies."""
    source = sys.modules[module].__file__
    return sha256_of_file(source) if source else ""


def _floats(arrays: Arrays) -> Arrays:
    return {name: np.asarray(array, dtype=np.float64) for name, array in arrays.items()}
