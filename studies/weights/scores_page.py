"""The part of the report on the reports' scores: what they are, and a verdict on each."""

from __future__ import annotations

from analysis.plots import scalarization as drawings
from analysis.report import Column, Section
from analysis.scalarization import sentences as words
from studies.weights.findings import (
    Designs,
    Scored,
    WeightFindings,
    scaling_frame,
    score_frame,
    score_lines,
    scored_metrics,
    value_columns,
)
from studies.weights.scores import INTRODUCTION, introductions


def add_scores(section: Section, found: WeightFindings) -> None:
    """Say what the scores are, judge them where they were stated, then on the problem."""
    first = found.scored[0]
    section.lead(words.scores_sentence(first.audits))
    section.text(INTRODUCTION)
    section.definitions(introductions())
    section.sentences(score_lines(first))
    for number, scored in enumerate(found.scored):
        section.heading(scored.title)
        if number:
            section.sentences(score_lines(scored))
        _add_tables(section, scored, number)


def _add_tables(section: Section, scored: Scored, number: int) -> None:
    section.table(
        f"scores_{number}",
        score_frame(scored),
        [
            Column("score", "score", "text"),
            Column("formula", "formula", "text", wrap=True),
            Column("dominating", "dominated by", "whole"),
            Column(
                "volume",
                "region (% of weights)",
                "percent",
                2,
                limits=("sampled_low", "sampled_high"),
            ),
            Column("radius", "largest ball", "significant", 2),
            Column("knee_distance", "to the knee (ranges)", digits=2),
            Column("vacuous", "vacuous weights", "text", wrap=True),
            Column("verdict", "verdict", "text", wrap=True),
        ],
        "Region: share of the simplex of weights, in natural units, that gives the same pick, "
        "exact, and in brackets its 95 % interval by sampling; a score with a negative weight "
        "is no point of it. Largest ball: how far weights that sum to 1 may move in any "
        "direction, from the region's center. Dominated by: designs better throughout.",
    )
    section.figure(
        f"score_tolerances_{number}",
        drawings.score_tolerances(scored.audits),
        "Tolerance of each weight: the multiples of the stated value, the others as stated, "
        "for which the pick stays. Dotted: the objective is constant.",
    )
    section.table(
        f"scalings_{number}",
        scaling_frame(scored),
        [
            Column("score", "score", "text"),
            Column("scaling", "scaling", "text"),
            Column("pick", "pick", "text", wrap=True),
            *value_columns(scored.table, scored_metrics(scored)),
            Column("given_up", "given up (% of range)", "text", wrap=True),
        ],
        "What each score picks in natural units (raw), as it was stated, and what the same weights "
        "pick when the objectives are first divided by their range along the front, or by their "
        "standard deviation over the space; scores that reward what should be avoided are only "
        "shown as stated.",
    )
    section.heading("Tolerance of each weight")
    name = Designs(scored.table)
    section.sentences(
        [
            f"{audit.score.label}: {words.tolerance_sentence(each, name)}"
            for audit in scored.audits
            for each in audit.tolerances
            if each.weight != 0
        ]
    )
