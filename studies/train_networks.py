"""Train the shipped networks and print their accuracy with binomial intervals.

Without flags it reproduces every file in moo_jsc/networks/weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studies.common.checks import listed, require_at_least
from studies.common.console import run_study
from studies.common.running import Results, study
from studies.common.settings import Settings

SINGLES = ("jsc-tiny", "jsc-toy", "jsc-s", "jsc-three-linear", "jsc-two-hidden", "hls4ml-3layer")
SEVERAL = {"widened": "jsc-three-linear", "widths": "jsc-two-hidden"}
"""Networks whose widened forms are trained together, by the word that asks for them."""


@dataclass
class Config(Settings):
    """Settings of the training."""

    out: Path | None = None
    """Folder for the weights and the report; by default the package's own for the weights and
    results/training for the report."""
    networks: tuple[str, ...] = (*SINGLES, *SEVERAL)
    """What to train: names of networks, "widened" for jsc-three-linear x {1..5}^2, and "widths"
    for jsc-two-hidden with 4, 8, 16, 32 or 64 channels in each hidden layer."""
    seeds: int = 5
    """Trainings of each widened network; the others use seed 0."""
    epochs: int = 30
    """Passes over the training split."""
    learning_rate: float = 1e-2
    """Of Adam at the start; falls to 0 along half a cosine."""
    threads: int | None = None
    """Groups of networks that train at the same time, one thread each; by default workers."""
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, whose workers train the groups."""

    script = "train_networks"
    catalogs = ("networks",)


@study
def main(config: Config) -> Results:
    """Train, store and print."""
    require_at_least("seeds", config.seeds, 1)
    threads = config.workers if config.threads is None else config.threads
    require_at_least("threads", threads, 1)
    names = listed(config.networks)
    config.check_folders()

    import torch

    from moo_jsc.data.jets import load_jets
    from moo_jsc.networks.family import WIDENINGS, network_spec, widened_family
    from moo_jsc.networks.training import Schedule
    from moo_jsc.networks.weights import widened_stem
    from studies.training.files import WEIGHTS, forms_of, train_into
    from studies.training.page import write

    schedule = Schedule(config.epochs, config.learning_rate)
    forms = {name: forms_of(name) for name in names if name not in SEVERAL}
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    jets = load_jets()
    folder = config.out or WEIGHTS
    scores = []
    try:
        for name in names:
            if name in SEVERAL:
                base = SEVERAL[name]
                family = list(widened_family(network_spec(base), WIDENINGS[base]).values())
                stems = [(widened_stem(base), family, range(config.seeds))]
            else:
                stems = [(spec.name, [spec], range(1)) for spec in forms[name]]
            for stem, specs, seeds in stems:
                for score in train_into(
                    folder,
                    stem,
                    specs,
                    seeds,
                    schedule,
                    jets,
                    device=config.device,
                    scheduler=config.scheduler,
                ):
                    print(score, flush=True)
                    scores.append(score)
    finally:
        torch.set_num_threads(before)
    return write(config.out or Path("results/training"), scores, jets, config)


if __name__ == "__main__":
    run_study(main, Config)
