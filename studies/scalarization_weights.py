"""Audit scalarisation weights on a problem whose true front is known.

Enumerates the space and says what a weighted sum can and cannot pick, what the reports' weights
pick and how firmly, which weights can be defended, what searching with weights costs, and which
objectives are the same objective. Prints the answers and writes a self-contained report.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    from moo_jsc.objectives.objective import Objective
    from studies.weights.findings import Scored, WeightFindings

Objectives = tuple["Objective", ...]


@dataclass
class Config(RegionSettings):
    """Settings of the audit."""

    problem: str = "joint"
    """Name of the problem, for instance joint, mixed-precision, lab3-types, or one of a plugin."""
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
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, whose workers enumerate the space and
    run the searches."""

    script = "scalarization_weights"
    catalogs = ("problems", "objectives")


@study
def main(config: Config) -> Results:
    """Run the study."""
    require_at_least("budget", config.budget, 0)
    require_at_least("seeds", config.seeds, 1)
    require_at_least("samples", config.samples, 1)
    objectives = audited_objectives(config)
    check_region(config, objectives)
    own_weights(config, objectives)
    triangle_objectives(config, objectives)
    config.check_folders()

    from moo_jsc.foundation.files import write_text
    from studies.common.failures import failed_designs, failure_files
    from studies.weights.page import page
    from studies.weights.printing import print_answers

    folder = config.out or Path("results") / f"scalarization-{config.problem}"
    found = audited_weights(config, objectives, folder)
    with reporting():
        path = page(found, setting(config, found), command_line(config)).write(folder)
    print_answers(found)
    if found.table.failures:
        print(f"\n{failed_designs(found.table)}")
    files = failure_files(found.table)
    for name, text in files.items():
        write_text(folder / name, text)
    return Results(path, tuple(files))


def audited_objectives(config: Config) -> Objectives:
    """Return the objectives to audit, checked before anything expensive starts."""
    from moo_jsc.problems.catalog import chosen_objectives

    objectives = chosen_objectives(config.problem, listed(config.objectives))
    if len(objectives) < 2:
        names = ", ".join(objective.name for objective in objectives)
        raise InputError(f"objectives {names}: expected at least two to weigh")
    return tuple(objectives)


def check_region(config: Config, objectives: Objectives) -> None:
    """Check bounds and scales before anything is computed."""
    from moo_jsc.objectives.scales import check_scales

    config.bounds.check(objectives)
    check_scales(config.scales_by_name, objectives)


def own_weights(config: Config, objectives: Objectives) -> dict[str, np.ndarray]:
    """Return the user's weights by label, or equal ones.

    Raises
    ------
    InputError
        A weight is not of the form name=number, negative, or of an unknown objective.
    """
    from analysis.scalarization.weights import checked_importance

    if not config.weights:
        return {"equal weights": checked_importance([1.0] * len(objectives), objectives)}
    given: dict[str, float] = {}
    for entry in listed(config.weights):
        name, _, number = entry.partition("=")
        try:
            given[name] = float(number)
        except ValueError:
            raise InputError(f"weights: {entry!r}, expected for instance accuracy=1") from None
    return {" ".join(listed(config.weights)): checked_importance(given, objectives)}


def triangle_objectives(config: Config, objectives: Objectives) -> tuple[str, ...] | None:
    """Return the three objectives of the figure of weight space; None if there are only two."""
    names = [objective.name for objective in objectives]
    if len(names) < 3:
        return None
    chosen = listed(config.triangle) or (names[0], names[-2], names[-1])
    if len(set(chosen)) != 3 or not set(chosen) <= set(names):
        raise InputError(
            f"triangle {', '.join(chosen)}: expected three different ones of {', '.join(names)}"
        )
    return tuple(chosen)


def audited_weights(config: Config, objectives: Objectives, folder: Path) -> WeightFindings:
    """Compute everything that the report says.

    The reports' scores are left out for a registered problem, which has metrics of its own.
    """
    from analysis.redundancy.audit import audit_redundancy
    from analysis.scalarization.score_audit import audit_score
    from analysis.scalarization.weight_audit import audit_weights
    from analysis.scalarization.weights import ReportedScore, Weights
    from moo_jsc.problems.registered import PROBLEMS
    from studies.weights.findings import WeightFindings
    from studies.weights.scores import SCORED_OBJECTIVES
    from studies.weights.search import REPORTS_SEARCH, own_search, search

    names = tuple(objective.name for objective in objectives)
    registered = config.problem in PROBLEMS
    everything = enumerated(
        config,
        config.problem,
        objectives=None if registered else tuple(dict.fromkeys([*names, *SCORED_OBJECTIVES])),
        bounds=config.bounds,
        scales=config.scales_by_name,
    )
    table = everything.selected(names)
    corners = triangle_objectives(config, objectives)
    three = everything.selected(corners) if corners else None
    metrics = everything if registered else everything.selected(SCORED_OBJECTIVES)
    ((label, weights),) = own_weights(config, objectives).items()
    own = Weights.of_importance(weights, table.objectives)
    return WeightFindings(
        audit=audit_weights(table.counting_values, table.objectives, samples=config.samples),
        table=table,
        triangle=audit_weights(three.counting_values, three.objectives, samples=1000)
        if three
        else None,
        scored=() if registered else (reported_setting(config), on_the_problem(everything)),
        own=audit_score(
            table.counting_values, table.objectives, ReportedScore(f"The score with {label}", own)
        ),
        weights=weights,
        given=bool(config.weights),
        chosen=config.design,
        redundancy=audit_redundancy(metrics.counting_values, metrics.objectives),
        search=search(
            everything,
            own_search(own, given=bool(config.weights)) if registered else REPORTS_SEARCH,
            range(config.seeds),
            config.budget,
            folder / "search",
            workers=config.workers,
            scheduler=config.scheduler,
        )
        if config.budget
        else None,
    )


def enumerated(config: Config, problem: str, **asked: Any) -> ObjectiveTable:
    """Return the table of a problem.

    Parameters
    ----------
    config
        Who enumerates.
    problem
        Its name.
    asked
        See `studies.common.problems.problem_named`.
    """
    from studies.common.problems import problem_named, table_of

    return table_of(
        problem_named(problem, **asked), workers=config.workers, scheduler=config.scheduler
    )


def reported_setting(config: Config) -> Scored:
    """Audit the reports' scores where they were stated: jsc-tiny, 18 configurations."""
    from studies.weights.findings import Scored
    from studies.weights.scores import (
        REPORTED_NETWORK,
        REPORTED_PROBLEM,
        SCORED_OBJECTIVES,
    )

    table = enumerated(
        config,
        REPORTED_PROBLEM,
        objectives=SCORED_OBJECTIVES,
        network=REPORTED_NETWORK,
        final_relu=True,
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
    from moo_jsc.problems.registered import PROBLEMS
    from studies.common.problems import networks_of
    from studies.common.provenance import provenance

    problem = PROBLEMS.get(config.problem) or build_problem(
        config.problem, objectives=("accuracy",)
    )
    networks = networks_of(problem)
    split = (
        {} if networks is None else {"Predictions scored on": f"the {networks.scoring.split} split"}
    )
    return {
        "Problem": f"{found.table.name}, {found.table.space.size} configurations, all evaluated",
        "Objectives": ", ".join(found.audit.front.names),
        "Designs that count": str(found.table.bounds) or "all",
        **provenance(problem),
        **split,
        "Sampled weights": f"{config.samples}, seed 0",
        "Search": f"{config.budget} trials, {config.seeds} seeds" if config.budget else "left out",
        "Fingerprint": found.table.fingerprint[:16],
    }


if __name__ == "__main__":
    run_study(main, Config)
