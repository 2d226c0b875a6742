"""Compute the finished table of a problem; that of the sample is kept with the package.

Every design of the space is rounded, and fine-tuned with every seed, and scored on the validation
and the test split; every cost that is known beforehand stands beside it. What has been computed
is kept, so that the command goes on where it was stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from studies.common.checks import require_at_least
from studies.common.console import run_study
from studies.common.settings import Settings, command_line


@dataclass(kw_only=True)
class Config(Settings):
    """Of which problem, and how often each design is trained."""

    problem: str = "codesign"
    """Name of the problem, for instance codesign, joint."""
    seeds: int = 3
    """Trainings of each design, with seeds 0, 1, 2, ...; 0 only rounds."""
    screen: tuple[str, ...] = ()
    """Designs whose first training lies outside, as accuracy=0.69, are not trained again."""
    skip_outside: tuple[str, ...] = ()
    """Designs below several that lie outside, as accuracy=0.73, are not trained at all."""
    circuits: bool = True
    """Costs of the circuit too; where no traces ship they take the extra hardware and minutes."""
    keep_latency: bool = False
    """Take latencies from the table that is there already, instead of measuring them."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file; then the networks are trained
    on them, too."""
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, whose workers compute."""

    script = "make_benchmark"
    catalogs = ("problems",)


def main(config: Config) -> None:
    """Compute and write."""
    config.check()
    require_at_least("seeds", config.seeds, 0)

    from pathlib import Path

    from moo_jsc.enumeration.benchmark import SHIPPED
    from moo_jsc.enumeration.benchmark_maker import Effort, make_benchmark
    from moo_jsc.objectives import Bounds
    from studies.common.running import cache_in

    config.check_folders()
    own = Path("results") / f"benchmark-{config.problem}"
    folder = config.out or (SHIPPED if config.jets == "sample" else own)
    with cache_in(config.cache):
        card = make_benchmark(
            config.problem,
            folder,
            seeds=range(config.seeds),
            screen=Bounds.parsed(config.screen),
            skip_outside=Bounds.parsed(config.skip_outside),
            jets=config.jets,
            circuits=config.circuits,
            keep_latency=config.keep_latency,
            command=command_line(config),
            made=datetime.now(UTC).date().isoformat(),
            effort=Effort(config.workers, config.scheduler, config.device),
        )
    print(f"wrote {folder / card.name}.npz and its card: {card.space.size:,} designs")
    if folder != SHIPPED:
        print(f'load_benchmark("{card.name}", folder="{folder}") reads them')


if __name__ == "__main__":
    run_study(main, Config)
