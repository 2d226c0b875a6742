"""What all measurements share: the setting, the jets, trained networks, and finished pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.files import atomic_path, sha256_of, sha256_of_file
from studies.lab_reports.claims import Arrays

if TYPE_CHECKING:
    from moo_jsc.data.jets import Jets
    from moo_jsc.networks.classifier import JetClassifier
    from moo_jsc.networks.specification import NetworkSpec

EPOCHS = 10

_SOURCES = (
    "workshop",
    "training",
    "protocols",
    "spaces",
    "searching",
    "counting",
    "timing",
    "measurements",
)
"""Modules whose change makes kept pieces stale."""


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
    training_seeds: int = 4
    jets: str = "sample"


class Workshop:
    """Hands measurements what they need, and keeps what is finished.

    A piece is one JSON file, written whole, that belongs to the setting, the jets and the code
    that it was measured with; another setting or changed code measures it again.

    Parameters
    ----------
    setting
        See `Setting`.
    folder
        Where pieces and trained networks are kept.
    workers
        Processes for searches.
    jets
        Instead of those that the setting names, for tests.
    """

    def __init__(
        self, setting: Setting, folder: Path, *, workers: int = 2, jets: Jets | None = None
    ) -> None:
        self.setting = setting
        self.folder = folder
        self.workers = workers
        self._given_jets = jets

    @cached_property
    def jets(self) -> Jets:
        """The data."""
        from moo_jsc.data.jets import load_jets

        return self._given_jets or load_jets(self.setting.jets)

    @property
    def seeds(self) -> range:
        """Seeds of the repetitions."""
        return range(self.setting.seeds)

    @cached_property
    def tiny_networks(self) -> list[JetClassifier]:
        """One trained ``jsc-tiny`` with a final ReLU for each seed."""
        from moo_jsc.networks.family import network_spec

        return self.trained([network_spec("jsc-tiny", final_relu=True)], self.seeds)

    @cached_property
    def deep_networks(self) -> list[JetClassifier]:
        """One trained ``jsc-three-linear`` with a final ReLU for each seed."""
        from moo_jsc.networks.family import network_spec

        return self.trained([network_spec("jsc-three-linear", final_relu=True)], self.seeds)

    def trained(
        self, specs: Sequence[NetworkSpec], seeds: Sequence[int], epochs: int = EPOCHS
    ) -> list[JetClassifier]:
        """Train every network with every seed, seeds varying fastest, or load them if kept.

        The schedule is that of the reports: Adam at 0.001, batches of 512 jets. Networks whose
        first dense layers are equally wide train together, so that little is padded.
        """
        from joblib import Parallel, delayed

        from studies.lab_reports.training import train_or_load

        groups = []
        for width in sorted({spec.linear_layers[0].outputs for spec in specs}):
            group = [spec for spec in specs if spec.linear_layers[0].outputs == width]
            groups.append([(spec, seed) for spec in group for seed in seeds])
        trained = Parallel(n_jobs=min(self.workers, len(groups)), max_nbytes=None)(
            delayed(train_or_load)(self._weights(every, epochs), every, self.jets, epochs)
            for every in groups
        )
        networks = {
            (spec.name, seed): network
            for every, together in zip(groups, trained, strict=True)
            for (spec, seed), network in zip(every, together, strict=True)
        }
        return [networks[spec.name, seed] for spec in specs for seed in seeds]

    def _weights(self, every: Sequence[tuple[NetworkSpec, int]], epochs: int) -> Path:
        """Return the file for networks that train together."""
        key = sha256_of(
            repr([(spec.layers, seed) for spec, seed in every]), f"{epochs}", self._origin
        )
        return self.folder / "networks" / f"{every[0][0].name}-{key[:12]}.safetensors"

    def piece(self, name: str, measure: Callable[[Workshop], Arrays]) -> Arrays:
        """Return a finished piece from disk, or measure it and keep it."""
        path = self.folder / "pieces" / f"{name}.json"
        identity = sha256_of(name, repr(asdict(self.setting)), self._origin)
        kept = _read(path, identity)
        if kept is not None:
            return kept
        arrays = measure(self)
        content = _Piece(identity, {key: np.asarray(a).tolist() for key, a in arrays.items()})
        with atomic_path(path) as temporary:
            temporary.write_bytes(msgspec.json.encode(content))
        return arrays

    @cached_property
    def _origin(self) -> str:
        """Hash of the jets and of the code that measures."""
        here = Path(__file__).parent
        return sha256_of(
            self.jets.fingerprint, *(sha256_of_file(here / f"{name}.py") for name in _SOURCES)
        )


class _Piece(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identity: str
    arrays: dict[str, object]


def _read(path: Path, identity: str) -> Arrays | None:
    """Return a piece if it is there, readable, and of this identity."""
    try:
        piece = msgspec.json.decode(path.read_bytes(), type=_Piece)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    if piece.identity != identity:
        return None
    return {key: _array(values) for key, values in piece.arrays.items()}


def _array(values: object) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)
