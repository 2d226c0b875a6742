"""Measure how well a problem tells samplers apart.

Enumerates the space and prints the shares of the true hypervolume that are reached at so many
trials without any search: by the best single design, by random designs of the whole space and of
the best architecture, by rules of thumb; and what knowing all values would reach. A problem on
which one design or chance comes close to the front tells little about samplers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studies.common.checks import listed, require_at_least
from studies.common.console import run_study
from studies.common.provenance import provenance
from studies.common.regions import RegionSettings
from studies.common.running import Results, end_page, study


@dataclass
class Config(RegionSettings):
    """Settings of the table."""

    problem: str = "codesign"
    """Name of the problem, for instance codesign, joint, mixed-precision."""
    objectives: tuple[str, ...] = ()
    """Names of the objectives; by default the problem's own."""
    training: Literal["ptq", "qat"] | None = None
    """Round trained networks (ptq), or fine-tune every design (qat); the problem's own way by
    default."""
    evaluate: bool = False
    """Compute the values of all designs on this machine, even where a finished table ships."""
    trials: int = 20
    """Trials of each run, at least 1."""
    seeds: int = 30
    """Repetitions: seeds 0, 1, 2, ..., at least 2."""
    samplers: tuple[str, ...] = ("optuna-tpe",)
    """Names of samplers to show beside them."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, whose workers enumerate (and
    fine-tune) the space."""
    page: Path | None = None
    """Markdown page whose table of this problem, between its marks, is to be written anew."""

    script = "discrimination_table"
    catalogs = ("problems", "objectives", "samplers")


@study
def main(config: Config) -> Results:
    """Run the study."""
    require_at_least("trials", config.trials, 1)
    require_at_least("seeds", config.seeds, 2)

    from moo_jsc.samplers import SAMPLERS, get_samplers
    from moo_jsc.samplers.domain_rules import DomainRule

    samplers = get_samplers(listed(config.samplers)) if listed(config.samplers) else ()
    config.check_folders()

    from moo_jsc.foundation.files import write_text
    from studies.common.pages import fill
    from studies.common.problems import problem_named, table_of
    from studies.common.questions import Question
    from studies.discrimination.lines import lines, markdown
    from studies.discrimination.page import audit_sentences, page

    problem = problem_named(
        config.problem,
        evaluate=config.evaluate,
        objectives=listed(config.objectives) or None,
        jets=config.jets,
        training=config.training,
        device=config.device,
        bounds=config.bounds,
        scales=config.scales_by_name,
    )
    question = Question.of(table_of(problem, workers=config.workers, scheduler=config.scheduler))
    rules = [each for each in SAMPLERS.values() if isinstance(each, DomainRule)]
    found = lines(
        question,
        [rule for rule in rules if rule.suits(problem.space)],
        samplers,
        trials=config.trials,
        seeds=range(config.seeds),
    )
    head = (
        f"{problem.name}: {problem.space.size:,} designs"
        + (f", those count with {problem.bounds}" if problem.bounds else "")
        + f"; objectives {', '.join(o.name for o in problem.objectives)}"
        f" ({question.reference.scale_label}); shares of the true hypervolume at "
        f"{config.trials} trials, means of {config.seeds} seeds with 95 % intervals"
    )
    table = question.table
    needed = audit_sentences(table.counting_values, table.objectives)
    text = "\n\n".join([head, markdown(found), *needed])
    print(f"\n{text}")
    folder = config.out or Path("results") / f"discrimination-{problem.name}"
    write_text(folder / "discrimination.md", f"{text}\n")
    if config.page is not None:
        fill(config.page, {problem.name: text})
    report = page(problem.name, head, found, needed)
    end_page(report, config, provenance(problem))
    return Results(report.write(folder), ("discrimination.md",))


if __name__ == "__main__":
    run_study(main, Config)
