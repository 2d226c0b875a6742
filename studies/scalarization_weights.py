"""Audit scalarisation weights on a problem whose true front is known.

Enumerates the space and says what a weighted sum can and cannot pick, what the reports' weights
pick and how firmly, which weights can be defended, what searching with weights costs, and which
objectives are the same objective. Prints the answers and writes a self-contained report.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from studies.common.checks import listed, require_at_least
from studies.common.console import run_study
from studies.common.regions import RegionSettings
from studies.common.running import Results, reporting, study
from studies.common.settings import command_line

if TYPE_CHECKING:
    import numpy as np

    from analysis.scalarization.score_audit import ScoreAudit
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.objectives import Bounds
    from moo_jsc.objectives.scales import Scales
    from studies.weights.findings import Scored, WeightFindings


@dataclass
class Config(RegionSettings):
    """Settings of the audit."""

    problem: str = "joint"
    """Name of the problem, for instance joint, mixed-precision, lab3-types."""
    objectives: tuple[str, ...] = ()
    """Names of the objectives to audit; by default the problem's own."""
    weights: tuple[str, ...] = ()
    """Your own weights, as accuracy=1 size=0.2; by default all equal."""
    design: int | None = None
    """Index of a design to ask for the weights that justify it."""
    triangle: tuple[str, ...] = ()
    """Three objectives for the figure of weight space; by default the first and the last two."""
    budget: int = 50
    """Trials of each run when searching with weights; 0 leaves the search out."""
    seeds: int = 30
    """Paired repetitions of the search: seeds 0, 1, 2, ..."""
    samples: int = 100_000
    """Weights drawn for the intervals of the regions' volumes."""

    script = "scalarization_weights"
    catalogs = ("problems", "objectives")


@study
def main(config: Config) -> Results:
    """Run the study."""
    require_at_least("budget", config.budget, 0)
    require_at_least("seeds", config.seeds, 1)
    require_at_least("samples", config.samples, 1)
    names = audited_objectives(config)
    check_region(config, names)
    own_weights(config, names)
    triangle_objectives(config, names)
    config.check_folders()

    from studies.weights.page import page
    from studies.weights.printing import print_answers

    folder = config.out or Path("results") / f"scalarization-{config.problem}"
    found = audited_weights(config, names, folder)
    with reporting():
        path = page(found, setting(config, found), command_line(config)).write(folder)
    print_answers(found)
    return Results(path)


def audited_objectives(config: Config) -> tuple[str, ...]:
    """Return the objectives to audit, checked before anything expensive starts."""
    from moo_jsc.objectives import get_objectives
    from moo_jsc.problems.catalog import recipe_of

    recipe = recipe_of(config.problem)
    names = listed(config.objectives) or recipe.objectives
    get_objectives(names)
    if len(names) < 2:
        raise InputError(f"objectives {', '.join(names)}: expected at least two to weigh")
    return tuple(names)


def check_region(config: Config, names: tuple[str, ...]) -> None:
    """Check bounds and scales, and that a chosen design is known, before anything is computed."""
    from moo_jsc.objectives import get_objectives
    from moo_jsc.objectives.scales import check_scales

    objectives = get_objectives(names)
    config.bounds.check(objectives)
    check_scales(config.scales_by_name, objectives)


def own_weights(config: Config, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return the user's weights by label, or equal ones.

    Raises
    ------
    InputError
        A weight is not of the form name=number, negative, or of an unknown objective.
    """
    from analysis.scalarization.weights import checked_importance
    from moo_jsc.objectives import get_objectives

    objectives = get_objectives(names)
    if not config.weights:
        return {"equal weights": checked_importance([1.0] * len(names), objectives)}
    given: dict[str, float] = {}
    for entry in listed(config.weights):
        name, _, number = entry.partition("=")
        try:
            given[name] = float(number)
        except ValueError:
            raise InputError(f"weights: {entry!r}, expected for instance accuracy=1") from None
    return {" ".join(listed(config.weights)): checked_importance(given, objectives)}


def triangle_objectives(config: Config, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the three objectives of the figure of weight space; None if there are only two."""
    if len(names) < 3:
        return None
    chosen = listed(config.triangle) or (names[0], names[-2], names[-1])
    if len(set(chosen)) != 3 or not set(chosen) <= set(names):
        raise InputError(
            f"triangle {', '.join(chosen)}: expected three different ones of {', '.join(names)}"
        )
    return tuple(chosen)


def audited_weights(config: Config, names: tuple[str, ...], folder: Path) -> WeightFindings:
    """Compute everything that the report says."""
    from analysis.redundancy.audit import audit_redundancy
    from analysis.scalarization.score_audit import audit_score
    from analysis.scalarization.weight_audit import audit_weights
    from analysis.scalarization.weights import ReportedScore, Weights
    from studies.weights.findings import WeightFindings
    from studies.weights.scores import SCORED_OBJECTIVES
    from studies.weights.search import search

    everything = enumerated(
        config.problem,
        tuple(dict.fromkeys([*names, *SCORED_OBJECTIVES])),
        config.workers,
        bounds=config.bounds,
        scales=config.scales_by_name,
    )
    table = everything.selected(names)
    corners = triangle_objectives(config, names)
    three = everything.selected(corners) if corners else None
    metrics = everything.selected(SCORED_OBJECTIVES)
    ((label, weights),) = own_weights(config, names).items()
    return WeightFindings(
        audit=audit_weights(table.counting_values, table.objectives, samples=config.samples),
        table=table,
        triangle=audit_weights(three.counting_values, three.objectives, samples=1000)
        if three
        else None,
        scored=(reported_setting(config.workers), on_the_problem(everything)),
        own=audit_score(
            table.counting_values,
            table.objectives,
            ReportedScore(
                f"The score with {label}", Weights.of_importance(weights, table.objectives)
            ),
        ),
        weights=weights,
        given=bool(config.weights),
        chosen=config.design,
        redundancy=audit_redundancy(metrics.counting_values, metrics.objectives),
        search=search(
            everything, range(config.seeds), config.budget, folder / "search", config.workers
        )
        if config.budget
        else None,
    )


def enumerated(
    problem: str,
    names: tuple[str, ...],
    workers: int,
    network: str | None = None,
    final_relu: bool = False,
    bounds: Bounds | None = None,
    scales: Scales | None = None,
) -> ObjectiveTable:
    """Return the table of a problem with these objectives."""
    from moo_jsc.objectives.bounds import UNBOUNDED
    from studies.common.problems import problem_named, table_of

    built = problem_named(
        problem,
        network=network,
        objectives=names,
        final_relu=final_relu,
        bounds=bounds or UNBOUNDED,
        scales=scales,
    )
    return table_of(built, workers=workers)


def reported_setting(workers: int) -> Scored:
    """Audit the reports' scores where they were stated: jsc-tiny, 18 configurations."""
    from studies.weights.findings import Scored
    from studies.weights.scores import (
        REPORTED_NETWORK,
        REPORTED_PROBLEM,
        SCORED_OBJECTIVES,
    )

    table = enumerated(
        REPORTED_PROBLEM, SCORED_OBJECTIVES, workers, REPORTED_NETWORK, final_relu=True
    )
    return Scored(
        f"In the reports' setting: {REPORTED_NETWORK}, {REPORTED_PROBLEM}",
        table,
        audited_scores(table),
    )


def on_the_problem(table: ObjectiveTable) -> Scored:
    """Audit the reports' scores on the problem, where more than widths may vary."""
    from studies.weights.findings import Scored

    return Scored(f"On {table.name}", table, audited_scores(table))


def audited_scores(table: ObjectiveTable) -> tuple[ScoreAudit, ...]:
    """Audit every score of the reports on the metrics that it names."""
    from analysis.scalarization.score_audit import audit_score
    from studies.weights.scores import SCORES

    audits = []
    for score in SCORES:
        chosen = table.selected(tuple(score.weights))
        audits.append(audit_score(chosen.counting_values, chosen.objectives, score))
    return tuple(audits)


def setting(config: Config, found: WeightFindings) -> dict[str, str]:
    """Return what was run, for the report."""
    from moo_jsc.problems.catalog import build_problem
    from studies.common.provenance import provenance

    return {
        "Problem": f"{found.table.name}, {found.table.space.size} configurations, all evaluated",
        "Objectives": ", ".join(found.audit.front.names),
        "Designs that count": str(found.table.bounds) or "all",
        **provenance(build_problem(config.problem, objectives=("accuracy",))),
        "Predictions scored on": "the validation split",
        "Sampled weights": f"{config.samples}, seed 0",
        "Search": f"{config.budget} trials, {config.seeds} seeds" if config.budget else "left out",
        "Fingerprint": found.table.fingerprint[:16],
    }


if __name__ == "__main__":
    run_study(main, Config)
