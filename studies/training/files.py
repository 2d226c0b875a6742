"""Training into files of weights, entered in their manifest, and how well they came out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.networks.specification import NetworkSpec
    from moo_jsc.networks.training import Schedule

WEIGHTS = Path("moo_jsc/networks/weights")
"""The shipped weights, in a checkout."""

COMMAND = "python studies/train_networks.py"


@dataclass(frozen=True, eq=False)
class Score:
    """One trained network.

    Attributes
    ----------
    name, seed, parameters
        Which.
    accuracy, low, high
        On the test split, with the 95 % Clopper-Pearson interval.
    curve
        Validation accuracy after each epoch, (epochs,).
    """

    name: str
    seed: int
    parameters: int
    accuracy: float
    low: float
    high: float
    curve: NDArray[np.float64]

    def __str__(self) -> str:
        return (
            f"{f'{self.name}/{self.seed}':32s} {self.parameters:6d} parameters   "
            f"test accuracy {self.accuracy:.4f} [{self.low:.4f}, {self.high:.4f}]"
        )


def forms_of(name: str) -> list[NetworkSpec]:
    """Return a network's plain form and, where it has one, that with a ReLU on its logits.

    Raises
    ------
    InputError
        There is no such network.
    """
    from moo_jsc.networks.family import WITHOUT_FINAL_RELU, network_spec

    forms = [network_spec(name)]
    if name not in WITHOUT_FINAL_RELU:
        forms.append(network_spec(name, final_relu=True))
    return forms


def train_into(
    folder: Path,
    stem: str,
    specs: Sequence[NetworkSpec],
    seeds: Iterable[int],
    schedule: Schedule,
    jets: Dataset,
    *,
    device: str,
    scheduler: str | None = None,
) -> list[Score]:
    """Train every spec with every seed, write one file, enter it in the folder's manifest."""
    from moo_jsc.enumeration.training import train_on_workers
    from moo_jsc.enumeration.workers import Workers
    from moo_jsc.foundation.files import sha256_of_file
    from moo_jsc.networks.training import train_ensemble
    from moo_jsc.networks.weights import (
        MANIFEST,
        WeightFile,
        read_manifest,
        save_network,
        save_networks,
        write_manifest,
    )

    seeds = tuple(seeds)
    every = [(spec, seed) for seed in seeds for spec in specs]
    members = [spec for spec, _ in every], [seed for _, seed in every]
    splits = jets.train, jets.validation
    trained = (
        train_ensemble(
            *members,
            *splits,
            schedule,
            checkpoint=folder / f".{stem}.checkpoint",
            device=device,
        )
        if scheduler is None
        else train_on_workers(*members, *splits, schedule, Workers(scheduler=scheduler))
    )
    networks = {
        f"{spec.name}/{seed}/": network
        for (spec, seed), network in zip(every, trained.networks, strict=True)
    }
    path = folder / f"{stem}.safetensors"
    if len(networks) == 1:
        save_network(path, *networks.values())
    else:
        save_networks(path, networks)
    entries = read_manifest(folder) if (folder / MANIFEST).exists() else {}
    entries[stem] = WeightFile(
        sha256_of_file(path),
        tuple(spec.name for spec in specs),
        seeds,
        asdict(schedule),
        jets.fingerprint,
        COMMAND,
    )
    write_manifest(folder, entries)
    curves = trained.curves["validation_accuracy"]
    return [
        scored(network, seed, jets, curve)
        for (_, seed), network, curve in zip(every, trained.networks, curves, strict=True)
    ]


def scored(network: Classifier, seed: int, jets: Dataset, curve: NDArray[np.float64]) -> Score:
    """Score a trained network on the test split."""
    import torch
    from scipy.stats import binomtest

    from moo_jsc.networks.classifier import predict

    with torch.inference_mode():
        found = predict(network(torch.from_numpy(jets.test.features)))
    correct = int((found == torch.from_numpy(jets.test.labels)).sum())
    test = binomtest(correct, len(jets.test))
    low, high = test.proportion_ci()
    return Score(
        network.spec.name,
        seed,
        network.spec.parameters,
        float(test.statistic),
        float(low),
        float(high),
        curve,
    )
