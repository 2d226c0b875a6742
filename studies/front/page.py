"""The report of an enumerated space, and its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.failures import failed_designs, failure_files
from studies.common.provenance import provenance
from studies.common.running import Results, write_results
from studies.common.settings import Settings
from studies.front.points import extremes, front_designs

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from moo_jsc.problems.problem import Problem
    from studies.front.points import Front

FOLDED_FROM = 40
"""Points from which the table of the front is folded away."""


def write(
    folder: Path,
    problem: Problem,
    front: Front,
    table: pd.DataFrame,
    lines: Sequence[str],
    config: Settings,
    commands: Mapping[str, str] | None = None,
) -> Results:
    """Write page, table and figures, each whole or not at all.

    Parameters
    ----------
    folder
        Of the results.
    problem, front, table
        What was enumerated, and one row for each point of its front.
    lines
        The summary.
    config
        The study's settings.
    commands
        What can be done with a design (see `studies.common.designs`).
    """
    from analysis.foundation.objectives import labeled
    from analysis.report import Column, Report

    figures = drawings(problem, front)
    report = Report(f"The true Pareto front of {problem.name}", lines[0])
    section = report.section("Front")
    section.lead(f"{lines[1][0].upper()}{lines[1][1:]}.")
    values = [Column(o.name, labeled(o), "significant", 5) for o in problem.objectives]
    section.table(
        "extremes",
        extremes(problem, table),
        [
            Column("best", "best in", "text"),
            *values,
            Column("index", "design", "whole"),
            Column("choices", "choices", "text", wrap=True),
        ],
        "The best point in each objective; of equals, the best in the others, in their order.",
    )
    if front.table is not None and front.table.failures:
        section.text(failed_designs(front.table))
    section.figure(
        "front_projections",
        figures["front_projections"],
        "The front (colored) and designs of the space that count (grey) in every pair; "
        "on the diagonal how both are distributed. Logarithmic where that is declared, or where a "
        "cost spans a factor of 20.",
        png=True,
    )
    section.figure(
        "front_parallel",
        figures["front_parallel"],
        "Each point of the front as a line over all objectives, the best value on top.",
        png=True,
    )
    report.section("Designs to explore").explorer(
        "designs", front_designs(problem, front, commands or {})
    )
    report.section("Points").table(
        "front",
        table,
        [
            *values,
            Column("configurations", "attained by", "whole"),
            Column("index", "design", "whole"),
            *(Column(choice.name, choice.name, "text") for choice in problem.space.choices),
        ],
        "Distinct points of the front, how many configurations attain each, and the first of them.",
        folded=len(table) >= FOLDED_FROM,
    )
    return write_results(
        folder,
        report,
        config,
        setting={
            "Problem": problem.name,
            **provenance(problem),
            "Designs that count": str(problem.bounds) or "all",
            "Fingerprint": problem.fingerprint[:16],
        },
        files={"front.csv": table.to_csv(index=False), **failure_files(front.table)},
        figures=figures,
    )


def drawings(problem: Problem, front: Front) -> dict[str, Figure]:
    """Draw the front in every pair of objectives and as lines, colored by accuracy.

    Without accuracy the first objective is the color.
    """
    from analysis.foundation.objectives import labeled
    from analysis.plots import pair_grid, parallel_coordinates

    names = [objective.name for objective in problem.objectives]
    color = names.index("accuracy") if "accuracy" in names else 0
    return {
        "front_projections": pair_grid(
            front.values,
            problem.objectives,
            color=front.values[:, color],
            label=labeled(problem.objectives[color]),
            cloud=front.cloud[problem.bounds.kept(front.cloud, problem.objectives)],
            cloud_label="designs that count" if problem.bounds else "designs of the space",
            scales=problem.scales,
        ),
        "front_parallel": parallel_coordinates(
            front.values, problem.objectives, color=color, scales=problem.scales
        ),
    }
