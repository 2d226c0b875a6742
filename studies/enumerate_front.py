"""Enumerate a whole space and show its true Pareto front.

Evaluates every configuration (or reads the finished table from the cache), prints the size of
the front and its extremes, writes the front as a table and draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studies.common.checks import listed
from studies.common.console import run_study
from studies.common.regions import RegionSettings
from studies.common.running import Results, reporting, study


@dataclass
class Config(RegionSettings):
    """Settings of the enumeration."""

    problem: str = "mixed-precision"
    """Name of the problem, for instance mixed-precision, lab3-types, joint."""
    network: str | None = None
    """Network with shipped weights; by default the problem's own."""
    objectives: tuple[str, ...] = ()
    """Names of the objectives; by default the problem's own."""
    training: Literal["ptq", "qat"] | None = None
    """Round trained networks (ptq), or fine-tune every design (qat); the problem's own way by
    default."""
    evaluate: bool = False
    """Compute the values of all designs on this machine, even where a finished table ships."""
    split: Literal["train", "validation", "test"] = "validation"
    """Where predictions are scored."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""
    dask: bool = False
    """Run the processes as a Dask cluster of this machine."""
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, to use its workers instead."""
    stream: bool = False
    """Keep only the front in memory, for spaces that are too large for a table."""

    script = "enumerate_front"
    catalogs = ("problems", "networks", "objectives")


@study
def main(config: Config) -> Results:
    """Run the study."""
    config.check_folders()

    from studies.common.designs import design_commands
    from studies.common.problems import problem_named
    from studies.front.page import write
    from studies.front.points import enumerated, front_table, summary

    problem = problem_named(
        config.problem,
        training=config.training,
        evaluate=config.evaluate or config.stream or config.dask or config.scheduler is not None,
        network=config.network,
        objectives=listed(config.objectives) or None,
        split=config.split,
        jets=config.jets,
        device=config.device,
        bounds=config.bounds,
        scales=config.scales_by_name,
    )
    front = enumerated(
        problem,
        stream=config.stream,
        workers=config.workers,
        backend="dask" if config.dask else "loky",
        scheduler=config.scheduler,
    )
    folder = config.out or Path("results") / f"front-{problem.name}-{problem.fingerprint[:8]}"
    table = front_table(problem, front)
    lines = summary(problem, front, table)
    print("\n".join(lines))
    commands = design_commands(problem, config.problem, config.network, config.jets)
    with reporting():
        return write(folder, problem, front, table, lines, config, commands)


if __name__ == "__main__":
    run_study(main, Config)
