"""Say which sampler to use for which budget, and how sure that is.

Runs samplers on problems for several budgets and names, for each, the one with the highest mean
share of the true hypervolume and those that were not shown to find less.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studies.common.checks import listed, require_at_least
from studies.common.console import run_study
from studies.common.running import Results, study
from studies.common.settings import Settings


@dataclass(kw_only=True)
class Config(Settings):
    """On what, with what, and for how long."""

    problems: tuple[str, ...] = ("codesign", "codesign-hardware")
    """Names of problems."""
    budgets: tuple[int, ...] = (20, 50, 200)
    """Trials of a run; each budget has runs of its own. At 1000 a run of TPE takes a minute."""
    seeds: int = 20
    """Paired repetitions: every sampler runs with seeds 0, 1, 2, ..."""
    samplers: tuple[str, ...] = (
        "optuna-random",
        "optuna-tpe",
        "optuna-tpe-multivariate",
        "pymoo-nsga2",
        "pymoo-sms-emoa",
        "known-costs(optuna-tpe)",
        "without-repeats(pymoo-nsga2)",
        "uniform-widths",
        "one-factor",
        "grey-box",
    )
    """Names of samplers; the grey box is left out above 50 trials, for its cost."""
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, whose workers enumerate spaces and
    run the samplers."""
    page: Path | None = None
    """Markdown page whose tables, between their marks, are to be written anew; a single budget
    has tables of its own."""

    script = "which_sampler"
    catalogs = ("problems", "samplers")


@study
def main(config: Config) -> Results:
    """Run the study."""
    require_at_least("seeds", config.seeds, 2)
    for budget in config.budgets:
        require_at_least("budgets", budget, 1)

    from moo_jsc.samplers import get_samplers

    samplers = get_samplers(listed(config.samplers))
    config.check_folders()

    import pandas as pd

    from studies.budgets.measuring import final_shares
    from studies.budgets.page import write

    folder = config.out or Path("results") / "which-sampler"
    shares = pd.concat(
        [
            final_shares(
                problem,
                samplers,
                budget,
                range(config.seeds),
                folder / f"{problem}-{budget}",
                config.workers,
                config.scheduler,
            )
            for problem in listed(config.problems)
            for budget in config.budgets
        ]
    )
    return write(folder, shares, config, page=config.page)


if __name__ == "__main__":
    run_study(main, Config)
