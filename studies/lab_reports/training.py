"""Training the networks of the reproduction by the reports' schedule, and keeping them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moo_jsc.foundation.code import DECISIVE_PACKAGES, code_hash, package_versions
from moo_jsc.foundation.files import sha256_of
from moo_jsc.foundation.store import Store

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.networks.group_training import Schedule
    from moo_jsc.networks.specification import NetworkSpec

SHELF = "networks"


def train_or_load(
    folder: Path,
    every: Sequence[tuple[NetworkSpec, int]],
    data: Dataset,
    schedule: Schedule,
    device: str = "cpu",
) -> list[Classifier]:
    """Return one trained network for each pair of a specification and a seed.

    They train at the same time, on one thread, and are kept in the store in `folder`; where they
    are there, they are read. An interrupted training goes on from a checkpoint beside them.
    """
    from moo_jsc.foundation.threads import one_thread
    from moo_jsc.networks.training import train_ensemble
    from moo_jsc.networks.weights import network_arrays, network_of

    store, name = Store(folder), every[0][0].name
    key = training_key(every, data, schedule, device)
    path = store.path(SHELF, name, key)

    def train() -> dict[str, NDArray[Any]]:
        with one_thread():
            ensemble = train_ensemble(
                [spec for spec, _ in every],
                [seed for _, seed in every],
                data.train,
                data.validation,
                schedule,
                checkpoint=path.with_suffix(".checkpoint"),
                device=device,
                progress=False,
            )
        return network_arrays({f"{i}.": network for i, network in enumerate(ensemble.networks)})

    arrays = store.made(SHELF, name, key, train)
    return [
        network_of(spec, arrays, prefix=f"{position}.", source=str(path))
        for position, (spec, _) in enumerate(every)
    ]


def training_key(
    every: Sequence[tuple[NetworkSpec, int]], data: Dataset, schedule: Schedule, device: str
) -> str:
    """Hash what decides networks that train together: them, data, schedule, code and packages."""
    rooms = ("foundation", "data", "networks")
    return sha256_of(
        repr([(spec.layers, seed) for spec, seed in every]),
        repr(asdict(schedule)),
        data.fingerprint,
        device,
        code_hash(*(f"moo_jsc.{room}" for room in rooms), __name__),
        repr(package_versions(DECISIVE_PACKAGES)),
    )
