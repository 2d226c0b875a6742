"""Train the shipped networks and print their accuracy with binomial intervals.

Without flags it reproduces every file in moo_jsc/networks/weights.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.console import listed, require_at_least, run_study

if TYPE_CHECKING:
    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.networks.specification import NetworkSpec
    from moo_jsc.networks.training import Schedule

SINGLES = ("jsc-tiny", "jsc-toy", "jsc-three-linear", "hls4ml-3layer")
COMMAND = "python studies/train_networks.py"


@dataclass
class Config:
    """Settings of the training."""

    out: Path = Path("moo_jsc/networks/weights")
    """Folder for the weights."""
    networks: tuple[str, ...] = (*SINGLES, "widened")
    """What to train: names of networks, and "widened" for jsc-three-linear x {1..5}^2."""
    seeds: int = 5
    """Trainings of each widened network; the others use seed 0."""
    epochs: int = 60
    """Passes over the training split."""
    learning_rate: float = 1e-2
    """Of Adam at the start; falls to 0 along half a cosine."""
    threads: int = 2
    """Groups of networks that train at the same time, one thread each."""
    device: str = "cpu"
    """cpu or cuda."""
    config: Path | None = None
    """TOML file with any of these settings; flags override it."""


def main(config: Config) -> None:
    """Train, store and print."""
    require_at_least("seeds", config.seeds, 1)
    require_at_least("threads", config.threads, 1)
    names = listed(config.networks)

    import torch

    from moo_jsc.data.jets import load_jets
    from moo_jsc.networks.family import WITHOUT_FINAL_RELU, network_spec, widened_family
    from moo_jsc.networks.training import Schedule
    from moo_jsc.networks.weights import WIDENED

    torch.set_num_threads(config.threads)
    schedule = Schedule(config.epochs, config.learning_rate)
    jets = load_jets()
    for name in names:
        if name == "widened":
            family = list(widened_family(network_spec("jsc-three-linear")).values())
            train_into(config, WIDENED, family, range(config.seeds), schedule, jets)
            continue
        forms = [network_spec(name)]
        if name not in WITHOUT_FINAL_RELU:
            forms.append(network_spec(name, final_relu=True))
        for spec in forms:
            train_into(config, spec.name, [spec], range(1), schedule, jets)


def train_into(
    config: Config,
    stem: str,
    specs: list[NetworkSpec],
    seeds: Iterable[int],
    schedule: Schedule,
    jets: Dataset,
) -> None:
    """Train every spec with every seed, write one file, enter it in the manifest, print."""
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
    trained = train_ensemble(
        [spec for spec, _ in every],
        [seed for _, seed in every],
        jets.train,
        jets.validation,
        schedule,
        checkpoint=config.out / f".{stem}.checkpoint",
        device=config.device,
    )
    networks = {
        f"{spec.name}/{seed}/": network
        for (spec, seed), network in zip(every, trained.networks, strict=True)
    }
    path = config.out / f"{stem}.safetensors"
    if len(networks) == 1:
        save_network(path, *networks.values())
    else:
        save_networks(path, networks)
    entries = read_manifest(config.out) if (config.out / MANIFEST).exists() else {}
    entries[stem] = WeightFile(
        sha256_of_file(path),
        tuple(spec.name for spec in specs),
        seeds,
        asdict(schedule),
        jets.fingerprint,
        COMMAND,
    )
    write_manifest(config.out, entries)
    for prefix, network in networks.items():
        print(accuracy_line(prefix.rstrip("/"), network, jets), flush=True)


def accuracy_line(name: str, network: Classifier, jets: Dataset) -> str:
    """Return a network's test accuracy with its 95 % Clopper-Pearson interval, as text."""
    import torch
    from scipy.stats import binomtest

    from moo_jsc.networks.classifier import predict

    with torch.inference_mode():
        found = predict(network(torch.from_numpy(jets.test.features)))
    correct = int((found == torch.from_numpy(jets.test.labels)).sum())
    test = binomtest(correct, len(jets.test))
    low, high = test.proportion_ci()
    return (
        f"{name:32s} {network.spec.parameters:6d} parameters   "
        f"test accuracy {test.statistic:.4f} [{low:.4f}, {high:.4f}]"
    )


if __name__ == "__main__":
    run_study(main, Config)
