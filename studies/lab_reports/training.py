"""Training the networks of the reproduction by the reports' schedule, and keeping them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moo_jsc.foundation.store import Store

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.networks.specification import NetworkSpec

SHELF = "networks"


def train_or_load(
    folder: Path,
    key: str,
    every: Sequence[tuple[NetworkSpec, int]],
    jets: Dataset,
    epochs: int,
    device: str = "cpu",
) -> list[Classifier]:
    """Return one trained network for each pair of a specification and a seed.

    They train at the same time, on one thread, by the reports' schedule (Adam at 0.001, batches
    of 512 jets), and are kept in the store in `folder` under `key`; where they are there, they
    are read. An interrupted training goes on from a checkpoint beside them.
    """
    from dataclasses import replace

    from moo_jsc.foundation.threads import one_thread
    from moo_jsc.networks.training import REPORTS, train_ensemble
    from moo_jsc.networks.weights import network_arrays, network_of

    store, name = Store(folder), every[0][0].name
    path = store.path(SHELF, name, key)

    def train() -> dict[str, NDArray[Any]]:
        with one_thread():
            ensemble = train_ensemble(
                [spec for spec, _ in every],
                [seed for _, seed in every],
                jets.train,
                jets.validation,
                replace(REPORTS, epochs=epochs),
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
