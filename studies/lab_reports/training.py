"""Training the networks of the reproduction by the reports' schedule, and keeping them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.foundation.files import atomic_path

if TYPE_CHECKING:
    from moo_jsc.data.jets import Jets
    from moo_jsc.networks.classifier import JetClassifier
    from moo_jsc.networks.specification import NetworkSpec


def train_or_load(
    path: Path, every: Sequence[tuple[NetworkSpec, int]], jets: Jets, epochs: int
) -> list[JetClassifier]:
    """Return one trained network for each pair of a specification and a seed.

    They train at the same time, on one thread, by the reports' schedule (Adam at 0.001, batches
    of 512 jets), and are kept in the file at `path`; where that is there, it is read. An
    interrupted training goes on from a checkpoint beside it.
    """
    from dataclasses import replace

    from moo_jsc.foundation.threads import one_thread
    from moo_jsc.networks.training import REPORTS, train_ensemble

    if path.exists():
        return load_networks(path, [spec for spec, _ in every])
    path.parent.mkdir(parents=True, exist_ok=True)
    with one_thread():
        ensemble = train_ensemble(
            [spec for spec, _ in every],
            [seed for _, seed in every],
            jets.train,
            jets.validation,
            replace(REPORTS, epochs=epochs),
            checkpoint=path.with_suffix(".checkpoint"),
            progress=False,
        )
    save_networks(path, ensemble.networks)
    return list(ensemble.networks)


def save_networks(path: Path, networks: Sequence[JetClassifier]) -> None:
    """Write the weights of several networks as one safetensors file, whole."""
    from safetensors.torch import save_file

    tensors = {
        f"{position}.{key}": tensor
        for position, network in enumerate(networks)
        for key, tensor in network.state_dict().items()
    }
    with atomic_path(path) as temporary:
        save_file(tensors, temporary)


def load_networks(path: Path, specs: Sequence[NetworkSpec]) -> list[JetClassifier]:
    """Read the networks of `save_networks`, in their order."""
    from safetensors.torch import load_file

    from moo_jsc.networks.classifier import JetClassifier

    tensors = load_file(path)
    networks = []
    for position, spec in enumerate(specs):
        network = JetClassifier(spec)
        prefix = f"{position}."
        network.load_state_dict(
            {key.removeprefix(prefix): t for key, t in tensors.items() if key.startswith(prefix)}
        )
        networks.append(network.eval())
    return networks
