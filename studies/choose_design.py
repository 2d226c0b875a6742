"""Say what rules of choice take from designs whose accuracy scatters, and what that loses.

The most accurate design, the cheapest one within a standard error of it, the cheapest one at an
accuracy, with and without a margin: each chooses in many draws of one training a design, and is
judged by the test split.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studies.common.checks import require_at_least
from studies.common.console import run_study
from studies.common.pages import fill, markdown
from studies.common.running import Results, study, write_results
from studies.common.settings import Settings


@dataclass(kw_only=True)
class Config(Settings):
    """Which table, which cost."""

    problem: str = "codesign-hardware"
    """Name of a problem with a finished table of trainings: codesign, codesign-hardware."""
    cost: str = "lut"
    """The cost that the rules save, one of the table's."""
    wanted: tuple[float, ...] = (0.74, 0.75)
    """Accuracies for the rules that ask for one."""
    draws: int = 200
    """Draws of one training a design."""
    page: Path | None = None
    """Markdown page whose table, between its marks, is to be written anew."""

    script = "choose_design"
    catalogs = ("objectives",)


@study
def main(config: Config) -> Results:
    """Run the study."""
    require_at_least("draws", config.draws, 2)
    config.check_folders()

    from analysis.report import Column, Report
    from moo_jsc.enumeration.benchmark import load_benchmark
    from studies.choosing.trying import standard_error, summarized, tried
    from studies.common.provenance import provenance

    benchmark = load_benchmark(config.problem, noisy=True)
    choices = tried(benchmark, config.cost, config.draws, config.wanted)
    table = summarized(choices, config.cost)
    head = (
        f"{config.problem}: one training of each design a draw, {config.draws} draws; standard "
        f"error of an accuracy {100 * standard_error(benchmark):.2f} points; means with 95 % of "
        "the draws"
    )
    print(f"\n{head}\n\n{markdown(table)}")
    if config.page is not None:
        fill(config.page, {"rules": f"{head}:\n\n{markdown(table)}"})
    report = Report("What do rules of choice lose to luck?", head)
    report.section("Rules").table(
        "rules",
        table,
        [Column(str(name), str(name), "text") for name in table],
        "Seen: accuracy of the drawn training on the validation split. On test: mean of the "
        "design's trainings on the test split. Lost: what was seen less that. Paid: cost over that "
        "of the cheapest design that is as accurate on the test split. S.e.: standard error; the "
        "rule of one standard error takes the cheapest design within one of the most accurate.",
    )
    folder = config.out or Path("results") / f"choosing-{config.problem}"
    return write_results(
        folder,
        report,
        config,
        setting={"Problem": config.problem, "Cost": config.cost, **provenance(benchmark)},
        files={"choices.csv": choices.to_csv(index=False)},
        figures={},
    )


if __name__ == "__main__":
    run_study(main, Config)
