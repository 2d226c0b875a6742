"""Compare samplers on a problem against its true Pareto front.

Enumerates the space, runs every sampler with the same seeds, and writes a table, figures and a
self-contained report: which samplers beat random search at this budget, by how much, and how
sure that is.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studies.console import listed, require_at_least, run_study

if TYPE_CHECKING:
    import pandas as pd

    from analysis.reference import Reference
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.samplers import Sampler


@dataclass
class Config:
    """Settings of the comparison."""

    budget: int = 20
    """Trials of each run."""
    seeds: int = 30
    """Paired repetitions: every sampler runs with seeds 0, 1, 2, ..."""
    problem: str = "joint"
    """Name of the problem, for instance joint, mixed-precision, lab3-types."""
    network: str | None = None
    """Network with shipped weights; by default the problem's own."""
    objectives: tuple[str, ...] = ()
    """Names of the objectives; by default the problem's own."""
    samplers: tuple[str, ...] = ()
    """Names of the samplers; by default all that suit the number of objectives."""
    baseline: str = "optuna-random"
    """The sampler that the others are compared with."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""
    out: Path | None = None
    """Folder for the results; by default one under results/ that is named after the study."""
    workers: int = 2
    """Parallel processes, one thread each."""
    device: str = "cpu"
    """Where networks are evaluated: cpu or cuda."""
    config: Path | None = None
    """TOML file with any of these settings; flags override it."""


def main(config: Config) -> None:
    """Run the study."""
    require_at_least("budget", config.budget, 1)
    require_at_least("seeds", config.seeds, 1)
    require_at_least("workers", config.workers, 1)
    samplers = chosen_samplers(config)

    from moo_jsc.enumeration import enumerate_problem
    from moo_jsc.problems.catalogue import build_problem

    problem = build_problem(
        config.problem,
        network=config.network,
        objectives=listed(config.objectives) or None,
        jets=config.jets,
        device=config.device,
    )
    table = enumerate_problem(problem, workers=config.workers)
    folder = config.out or default_folder(config, problem)
    trials = search(config, table, samplers, folder)
    conclude(config, problem, table, trials, folder)


def chosen_samplers(config: Config) -> tuple[Sampler, ...]:
    """Return the samplers to run, checked before anything expensive starts."""
    from moo_jsc.objectives import get_objectives
    from moo_jsc.problems.catalogue import recipe_of
    from moo_jsc.samplers import default_samplers, get_samplers

    names = listed(config.objectives) or recipe_of(config.problem).objectives
    get_objectives(names)
    get_samplers([config.baseline])
    if not config.samplers:
        return default_samplers(len(names))
    wanted = listed(config.samplers)
    return get_samplers(wanted if config.baseline in wanted else (config.baseline, *wanted))


def default_folder(config: Config, problem: NetworkProblem) -> Path:
    """Return ``results/<problem>-<budget>-trials-<hash>``: one folder for each study."""
    return Path("results") / f"{problem.name}-{config.budget}-trials-{problem.fingerprint[:8]}"


def search(
    config: Config, table: ObjectiveTable, samplers: tuple[Sampler, ...], folder: Path
) -> pd.DataFrame:
    """Run every sampler with every seed on the enumerated table and return the trials."""
    from moo_jsc.enumeration import TableProblem
    from moo_jsc.runs import run_comparison

    comparison = run_comparison(
        TableProblem(table),
        samplers,
        range(config.seeds),
        config.budget,
        folder,
        workers=config.workers,
    )
    return comparison.trials().rename(columns={"sampler_seconds": "seconds"})


def conclude(
    config: Config,
    problem: NetworkProblem,
    table: ObjectiveTable,
    trials: pd.DataFrame,
    folder: Path,
) -> None:
    """Draw the conclusions: table, figures, report."""
    from analysis.curves import hypervolume_curves
    from analysis.efficiency import summarise
    from analysis.reference import Reference

    reference = Reference.from_values(table.values, table.objectives)
    curves = hypervolume_curves(trials, reference)
    summary = summarise(trials, reference, curves)
    print(summary.to_string())


if __name__ == "__main__":
    run_study(main, Config)
