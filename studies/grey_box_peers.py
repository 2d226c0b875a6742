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
from studies.common.pages import fill
from studies.common.running import Results, study
from studies.common.settings import Settings


@dataclass
class Config(Settings):
    """Settings of the comparison with peers."""

    budget: int = 50
    """Trials of each run."""
    seeds: int = 20
    """Paired repetitions: every sampler runs with seeds 0, 1, 2, ..."""
    problems: tuple[str, ...] = (
        "codesign",
        "codesign/noisy",
        "codesign-hardware",
        "joint",
        "joint-fine",
        "mixed-precision",
        "mixed-precision/hls4ml-3layer",
        "lab3-types",
    )
    """Names of problems; behind a slash the network, where it is not the problem's own, or noisy:
    a trial is one training, designs are judged by the mean over theirs."""
    samplers: tuple[str, ...] = (
        "grey-box",
        "grey-box-plain",
        "optuna-random",
        "optuna-tpe",
        "known-costs(optuna-tpe)",
        "optuna-nsga2",
        "cheapest-architecture",
        "uniform-widths",
        "one-factor",
    )
    """Names of samplers; rules are left out of problems that they say nothing about."""
    costly: tuple[str, ...] = ("botorch", "botorch-known-costs", "optuna-gp")
    """Names of samplers that take seconds a trial; none with --costly and nothing behind it."""
    costly_seeds: int = 20
    """Repetitions of the costly ones."""
    short_budget: int = 20
    """Trials of the costly samplers, and of all samplers on problems of many designs."""
    many: int = 200_000
    """How many designs are many."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, whose workers enumerate spaces and
    run the samplers."""
    page: Path | None = None
    """Markdown page whose marked places get the table and its setting, docs/grey_box.md."""

    script = "grey_box_peers"
    catalogs = ("problems", "networks", "samplers")


@study
def main(config: Config) -> Results:
    """Run the study."""
    for name in ("budget", "short_budget", "many"):
        require_at_least(name, getattr(config, name), 1)
    for name in ("seeds", "costly_seeds"):
        require_at_least(name, getattr(config, name), 2)
    config.check_folders()

    import pandas as pd

    from moo_jsc.samplers import get_samplers
    from studies.peers.measuring import Plan, compared
    from studies.peers.page import parts, write

    costly = listed(config.costly)
    plan = Plan(
        get_samplers(listed(config.samplers)),
        get_samplers(costly) if costly else (),
        seeds=config.seeds,
        costly_seeds=config.costly_seeds,
        budget=config.budget,
        short_budget=min(config.budget, config.short_budget),
        many=config.many,
    )
    folder = config.out or Path("results/grey_box_peers")
    shares = pd.concat(
        [
            compared(
                problem,
                plan,
                folder=folder / problem.replace("/", "-"),
                jets=config.jets,
                workers=config.workers,
                scheduler=config.scheduler,
                device=config.device,
            )
            for problem in listed(config.problems)
        ],
        ignore_index=True,
    )
    results = write(folder, shares, config)
    if config.page is not None:
        fill(config.page, parts(shares, config))
    return results


if __name__ == "__main__":
    run_study(main, Config)
