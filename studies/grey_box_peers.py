"""Measure what is gained by knowing costs and trends before the first trial.

Enumerates each problem, runs every sampler with the same seeds, and writes one table and one
figure of the share of the true hypervolume after 5, 10, 15, 20 and 50 trials, with the seconds
that each sampler takes for a trial.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studies.common.checks import listed, require_at_least
from studies.common.console import run_study
from studies.common.running import Results, study
from studies.common.settings import Settings


@dataclass
class Config(Settings):
    """Settings of the comparison with peers."""

    budget: int = 20
    """Trials of each run."""
    seeds: int = 20
    """Paired repetitions: every sampler runs with seeds 0, 1, 2, ..."""
    problems: tuple[str, ...] = (
        "joint",
        "joint-fine",
        "mixed-precision",
        "mixed-precision/hls4ml-3layer",
        "lab3-types",
    )
    """Names of problems; behind a slash the network, where it is not the problem's own."""
    samplers: tuple[str, ...] = (
        "grey-box",
        "grey-box-plain",
        "optuna-random",
        "optuna-tpe",
        "known-costs(optuna-tpe)",
        "optuna-nsga2",
    )
    """Names of samplers; optuna-gp, botorch and botorch-known-costs take seconds a trial."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""

    script = "grey_box_peers"
    catalogs = ("problems", "networks", "samplers")


@study
def main(config: Config) -> Results:
    """Run the study."""
    require_at_least("budget", config.budget, 1)
    require_at_least("seeds", config.seeds, 2)
    config.check_folders()

    import pandas as pd

    from moo_jsc.samplers import get_samplers
    from studies.peers.measuring import compared
    from studies.peers.page import write

    names = listed(config.samplers)
    samplers = get_samplers(names)
    folder = config.out or Path("results") / f"grey-box-peers-{config.budget}-trials"
    shares = pd.concat(
        [
            compared(
                problem,
                samplers,
                seeds=range(config.seeds),
                budget=config.budget,
                folder=folder / problem.replace("/", "-"),
                jets=config.jets,
                workers=config.workers,
                device=config.device,
            )
            for problem in listed(config.problems)
        ],
        ignore_index=True,
    )
    return write(folder, shares, samplers, config)


if __name__ == "__main__":
    run_study(main, Config)
