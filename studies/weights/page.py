"""The report of the scalarisation study: one page with its figures and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from analysis.foundation.words import counted, listed
from analysis.plots import scalarization as drawings
from analysis.plots.weight_triangle import weight_triangle
from analysis.redundancy.audit import sentences
from analysis.report import Column, Report, Section
from analysis.scalarization import sentences as words
from studies.weights.findings import (
    Designs,
    WeightFindings,
    inverse_lines,
    own_title,
    value_columns,
    valued_by,
)
from studies.weights.own_page import add_own_weights
from studies.weights.scores_page import add_scores

if TYPE_CHECKING:
    from studies.weights.search import Search


def page(found: WeightFindings, setting: Mapping[str, str], command: str) -> Report:
    """Build the report."""
    objectives = listed(found.audit.front.names)
    report = Report(
        "Are the weights justified?",
        f"{found.table.name}: {counted(found.audit.designs, 'design')}, all of them known; "
        f"objectives: {objectives}",
    )
    name = Designs(found.table)
    add_own_weights(report.section(f"{own_title(found)}: are they justified?"), found, name)
    if found.scored:
        add_scores(report.section("Verdicts on the reports' weights"), found)
    _reach(report.section("What weighted sums can never pick"), found)
    _weight_space(report.section("Weight space"), found, name)
    _inverse(report.section("Which weights justify a design"), found, name)
    _suggestions(report.section("Weights that can be defended"), found, name)
    if found.search is not None:
        _search(report.section("Searching with weights"), found.search)
    _redundancy(report.section("Which objectives are the same objective"), found)
    _designs(report.section("Designs named on this page"), name)
    section = report.section("Setting, and how to reproduce")
    section.definitions(setting)
    section.code(command)
    return report


def _reach(section: Section, found: WeightFindings) -> None:
    import pandas as pd

    lines = words.audit_sentences(found.audit)
    section.lead(lines[1])
    section.sentences([lines[0], *lines[2:]])
    section.figure(
        "support",
        drawings.support_projections(found.audit),
        "The true front by class of its points. Unsupported points are optimal for no weights, "
        "whatever the units.",
    )
    section.figure(
        "reach",
        drawings.method_reach(found.audit),
        "Share of each class that a method can pick, for parameters that were found (weighted "
        "sums: all that any weights reach; augmented Chebyshev and achievement: for the weights "
        "or the target that aim at the point).",
    )
    counts = found.audit.support.counts()
    total = len(found.audit.front)
    frame = pd.DataFrame(
        [
            {"class": kind.label, "points": count, "share": count / total}
            | {
                reach.method: float(reach.attainable[found.audit.support.of(kind)].mean())
                for reach in found.audit.reach
                if count
            }
            for kind, count in counts.items()
        ]
    )
    section.table(
        "classes",
        frame,
        [
            Column("class", "class", "text"),
            Column("points", "points", "whole"),
            Column("share", "share (%)", "percent", 1),
            *[
                Column(reach.method, f"{reach.method} (%)", "percent", 1)
                for reach in found.audit.reach
            ],
        ],
        "Classes after Könen and Stiglmayr (arXiv:2501.13842); share of each class that each "
        "method reaches.",
    )


def _weight_space(section: Section, found: WeightFindings, name: Designs) -> None:
    import pandas as pd

    audit = found.audit
    if found.triangle is not None:
        section.figure(
            "triangle",
            weight_triangle(found.triangle),
            f"The weights of {listed(found.triangle.front.names)} on the range scale, cut into "
            "the regions that pick the same design; stars: suggested weights for these three.",
        )
    section.figure(
        "volumes",
        drawings.region_volumes(audit),
        "The largest regions in three scalings: bars exact, lines 95 % intervals from "
        f"{audit.sampled['raw'].samples} sampled weights, the same in each.",
    )
    order = [
        row for row in np.argsort(-audit.volumes["range"], kind="stable") if row in audit.regions
    ]
    sampled = audit.sampled["range"]
    frame = pd.DataFrame(
        [
            {
                "design": name(int(audit.front.designs[row])),
                **valued_by(found.table, audit.front.names, int(audit.front.designs[row])),
                "volume": audit.volumes["range"][row],
                "low": sampled.low[row],
                "high": sampled.high[row],
                "radius": audit.regions[int(row)].radius,
                "centre": words.weighted(audit.front, audit.regions[int(row)].center),
                "neighbours": len(audit.regions[int(row)].neighbors),
                "raw": audit.volumes["raw"][row],
                "deviation": audit.volumes["deviation"][row],
            }
            for row in order[:12]
        ]
    )
    section.table(
        "regions",
        frame,
        [
            Column("design", "design", "text", wrap=True),
            *value_columns(found.table, audit.front.names),
            Column("volume", "volume (%)", "percent", 2, limits=("low", "high")),
            Column("radius", "largest ball", "significant", 2),
            Column("centre", "its centre", "text", wrap=True),
            Column("neighbours", "neighbours", "whole"),
            Column("raw", "raw units (%)", "percent", 2),
            Column("deviation", "deviations (%)", "percent", 2),
        ],
        "The twelve largest regions on the range scale. Volume: share of all weights with this "
        "pick, exact, and in brackets the 95 % interval of the sampled estimate; the last columns "
        "are the same design's shares in other scalings. Neighbours: designs to which a small "
        "change of weights at the region's edge leads.",
    )


def _inverse(section: Section, found: WeightFindings, name: Designs) -> None:
    section.sentences(inverse_lines(found, name))


def _suggestions(section: Section, found: WeightFindings, name: Designs) -> None:
    section.sentences(
        [words.suggestion_sentence(found.audit, each, name) for each in found.audit.suggestions]
    )


def _search(section: Section, search: Search) -> None:
    from analysis.plots.curves import hypervolume_curves
    from studies.weights.search import BASELINE

    section.lead(search.sentences[0])
    section.sentences(search.sentences[1:])
    section.figure(
        "search_curves",
        hypervolume_curves(search.curves, baseline=BASELINE),
        "Share of the true front's hypervolume against trials: mean over seeds with its "
        f"interval; dashed: {BASELINE}, which searches for the whole front.",
    )
    section.table(
        "search",
        search.summary,
        [
            Column("sampler", "search", "text"),
            Column(
                "hypervolume",
                "hypervolume (%)",
                "percent",
                1,
                limits=("hypervolume_low", "hypervolume_high"),
            ),
            *[
                Column(
                    f"regret_{k}",
                    f"regret, {preference} (%)",
                    "percent",
                    2,
                    limits=(f"regret_{k}_low", f"regret_{k}_high"),
                )
                for k, preference in enumerate(search.preferences)
            ],
        ],
        "Regret: by how much the run's best trial under these weights misses the best design of "
        "the space, as a share of the spread of scores along the true front. Searches with scaled "
        "or random weights spend two trials on the space's corners. Means with 95 % intervals.",
    )


def _redundancy(section: Section, found: WeightFindings) -> None:
    import pandas as pd

    from analysis.plots.redundancy import association_matrices, leaving_out

    redundancy = found.redundancy
    section.sentences(sentences(redundancy))
    section.figure(
        "association",
        association_matrices(redundancy),
        "Pairs of objectives, each turned so that smaller is better: Kendall's tau-b, and mutual "
        "information as a share of the smaller entropy, adjusted for chance. All designs of the "
        "space are known, so the values are exact.",
    )
    section.figure(
        "leaving_out",
        leaving_out(redundancy),
        "What leaving one objective out does: designs of the front that stay on it, and pairs of "
        "designs whose dominance relation changes (line: 95 % interval where pairs were sampled).",
    )
    size_of = len(redundancy.names)
    frame = pd.DataFrame(
        [
            {
                "objectives": listed([redundancy.names[k] for k in each.columns]),
                "size": len(each.columns),
                "delta": each.delta,
                "front_kept": each.front_kept,
                "newcomers": each.newcomers,
            }
            for size in range(1, size_of + 1)
            for each in [s for s in redundancy.sets if len(s.columns) == size][:3]
        ]
    )
    section.table(
        "objective_sets",
        frame,
        [
            Column("objectives", "objectives that stay", "text", wrap=True),
            Column("size", "how many", "whole"),
            Column("delta", "delta (% of a range)", "percent", 2),
            Column("front_kept", "front kept (%)", "percent", 1),
            Column("newcomers", "newcomers", "whole"),
        ],
        "The three best sets of each size by delta-conflict (Brockhoff and Zitzler): the largest "
        "error on the front of judging by these objectives alone.",
    )
    parts = redundancy.components
    names = [redundancy.names[column] for column in parts.columns]
    section.table(
        "components",
        pd.DataFrame(
            parts.loadings.T, columns=names, index=[f"component {k + 1}" for k in range(len(names))]
        )
        .assign(share=parts.shares)
        .rename_axis("component"),
        [
            Column("component", "component", "text"),
            Column("share", "share of variance (%)", "percent", 1),
            *[Column(each, each, digits=2, signed=True) for each in names],
        ],
        "Principal components of the front's correlation matrix, objectives minimised.",
    )


def _designs(section: Section, name: Designs) -> None:
    frame = name.frame()
    objectives = [objective.name for objective in name.table.objectives]
    choices = [str(key) for key in frame.columns if key not in objectives]
    section.table(
        "designs",
        frame,
        [
            *(Column(key, key, "text") for key in choices),
            *value_columns(name.table, objectives),
        ],
    )
