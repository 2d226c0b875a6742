"""The report of a comparison of samplers: one page, with its figures and tables as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import plots
from analysis.efficiency.analyze import (
    POWER,
    EfficiencyFindings,
    Questions,
    analyze_efficiency,
)
from analysis.efficiency.designs_section import add_designs
from analysis.efficiency.front_section import add_front
from analysis.efficiency.replication import Replication, add_replication, replication
from analysis.foundation.objectives import labeled
from analysis.foundation.scales import Scale
from analysis.foundation.words import counted, percent
from analysis.plots.curves import ranked
from analysis.report import Column, Report, Section

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.chance import FrontChance
    from analysis.front.reference import Reference
    from analysis.indicators.curves import Curves
    from analysis.report.explorer import Designs
    from analysis.trials.table import Trials


@dataclass(frozen=True, eq=False)
class EfficiencyReport:
    """What `efficiency_report` made.

    Attributes
    ----------
    page
        The HTML file.
    answer
        Its first sentence.
    findings
        All tables behind it.
    replication
        The same on fresh seeds, if they were given.
    """

    page: Path
    answer: str
    findings: EfficiencyFindings
    replication: Replication | None = None

    def __repr__(self) -> str:
        return f"EfficiencyReport({str(self.page)!r}: {self.answer})"

    def _repr_html_(self) -> str:
        return self.findings._repr_html_()


def efficiency_report(
    trials: Trials | pd.DataFrame,
    reference: Reference,
    *,
    folder: Path | str,
    setting: Mapping[str, str],
    questions: Questions | None = None,
    retested: pd.DataFrame | None = None,
    retested_reference: Reference | None = None,
    replicate: Trials | pd.DataFrame | None = None,
    chance: FrontChance | None = None,
    designs: Designs | None = None,
    knees: pd.DataFrame | None = None,
    command: str = "",
    title: str = "Which sampler is more sample-efficient?",
    workers: int = 1,
) -> EfficiencyReport:
    """Analyse a comparison of samplers and write its report.

    Parameters
    ----------
    trials
        Or a table of them (see `analysis.trials.table`).
    reference
        The true front and its scale.
    folder
        Gets ``report.html``, ``figures/`` (SVG; the curves as PNG too), ``tables/`` (CSV, LaTeX).
    setting
        What was run: problem, budget, seeds, versions; shown as it is.
    questions
        What to ask (baseline, targets, levels); None: the defaults.
    retested, retested_reference
        Values of the configurations on a split that the search has not seen (see
        `analysis.efficiency.optimism`).
    replicate
        The same samplers with fresh seeds: their comparison is put beside the first.
    chance
        How much of the front is the chance of its sample (see `analysis.front.chance`).
    designs, knees
        Designs to explore, and what runs hand over (see `analysis.efficiency.designs_section`).
    command
        The lines that make this report again.
    title
        The question.
    workers
        Threads.

    Returns
    -------
    EfficiencyReport

    Raises
    ------
    InputError
        A table is unusable, the baseline is not in it, or the folder cannot be written to.
    """
    findings = analyze_efficiency(
        trials,
        reference,
        questions,
        retested=retested,
        retested_reference=retested_reference,
        chance=chance,
        workers=workers,
    )
    names = ", ".join(labeled(objective) for objective in reference.objectives)
    report = Report(
        title,
        f"{counted(len(findings.summary), 'sampler')}, "
        f"{counted(findings.hypervolume.budget, 'trial')} a run; "
        f"objectives: {names}",
    )
    kind = reference.kind
    _answer(report.section("Answer"), findings)
    _summary(report.section("What each sampler reached"), findings)
    if designs is not None or knees is not None:
        add_designs(report.section("Designs"), findings, designs, knees)
    _curves(report.section("Over the budget"), findings)
    add_front(report.section(f"The {kind} front"), findings)
    if findings.comparison is not None:
        _tests(report.section("Tests and effect sizes"), findings)
        _robustness(report.section("Robustness"), findings)
    if findings.optimism is not None:
        _optimism(report.section("On data that the search has not seen"), findings)
    again = None
    if replicate is not None:
        again = replication(
            findings,
            analyze_efficiency(replicate, reference, findings.questions, workers=workers),
        )
        add_replication(report.section("On fresh seeds"), again)
    report.section("Warnings").warnings(findings.warnings)
    _reproduction(report.section("Setting, and how to reproduce"), findings, setting, command)
    page = report.write(folder)
    return EfficiencyReport(page, findings.answers[0], findings, again)


def _answer(section: Section, findings: EfficiencyFindings) -> None:
    first, *others = findings.answers
    section.lead(first)
    section.sentences(others)
    if findings.comparison is not None:
        section.figure(
            "differences",
            plots.differences(findings.comparison, str(findings.questions.baseline)),
            f"Mean difference to {findings.questions.baseline} in the share of the "
            f"{findings.reference.kind} hypervolume at the end, with intervals that hold for all "
            "samplers at once. Filled: decided; open: undecided.",
            narrow=True,
        )


def _summary(section: Section, findings: EfficiencyFindings) -> None:
    section.add(findings.summary_table())
    section.table(
        "trials_to_target",
        findings.targets,
        [
            Column("sampler", "sampler", "text"),
            Column("target", "target (%)", "percent", 0),
            Column("reached", "reached", "whole"),
            Column("success", "success (%)", "percent", 0, limits=("success_low", "success_high")),
            Column("median", "median trials", digits=1, limits=("median_low", "median_high")),
            Column(
                "expected", "expected trials", digits=1, limits=("expected_low", "expected_high")
            ),
        ],
        f"Trials until a share of the {findings.reference.kind} hypervolume is reached. Expected "
        "trials: those spent in all runs per success, with a fresh start after every failed run.",
        folded=True,
    )


def _curves(section: Section, findings: EfficiencyFindings) -> None:
    baseline, kind = findings.questions.baseline, findings.reference.kind
    section.figure(
        "hypervolume_curves",
        plots.hypervolume_curves(findings.hypervolume, baseline=baseline),
        f"Share of the {kind} front's hypervolume found so far: mean over seeds and pointwise "
        f"interval of each sampler, best first, against {baseline} (dashed); grey lines: the "
        "other samplers.",
        png=True,
    )
    section.figure(
        "final_values",
        plots.final_values(findings.hypervolume, baseline=baseline),
        "What every run ended with; strokes: median; thick lines: quartiles; thin lines: 5 to "
        f"95 %; dashed: median of {baseline}.",
        narrow=True,
    )
    section.figure(
        "indicators",
        plots.overview(
            [
                (findings.hypervolume.regret(), "logarithmic"),
                (findings.igd_plus, "logarithmic"),
                (findings.epsilon, "logarithmic"),
            ],
            baseline=baseline,
        ),
        "What is still missing, mean over seeds with pointwise intervals, logarithmic: share of "
        f"the hypervolume, IGD+ and additive epsilon to the {kind} front (both on the normalized "
        f"scale). Told apart: the best samplers and {baseline}. A line begins where all "
        "runs of its sampler have found something.",
    )
    panels: list[tuple[Curves, Scale]] = [
        (findings.attainment.curves(), "linear"),
        (findings.profile, "linear"),
    ]
    if findings.unique is not None:
        panels.append((findings.unique, "linear"))
    section.figure(
        "profiles",
        plots.overview(panels, baseline=baseline),
        f"Cumulative distributions: points of the {kind} front attained (over points and seeds, "
        f"within {percent(findings.questions.epsilon)} of the front's range in every objective), "
        "targets from 50 to 100 % of the hypervolume reached (over targets and seeds); and, where "
        "known, the hypervolume against unique evaluations.",
    )


def _tests(section: Section, findings: EfficiencyFindings) -> None:
    assert findings.comparison is not None and findings.pairs is not None
    baseline = findings.questions.baseline
    table = findings.comparison.sort_values("difference", ascending=False, kind="stable")
    table = table.assign(
        best=[(findings.best or {})[str(name)] for name in table.index],
        record=[f"{w}, {t}, {n}" for w, t, n in table[["wins", "ties", "losses"]].to_numpy()],
    )
    section.table(
        "against_baseline",
        table,
        [
            Column("sampler", "sampler", "text"),
            Column("verdict", "verdict", "text"),
            Column(
                "difference",
                "difference (points)",
                "percent",
                1,
                limits=("difference_low", "difference_high"),
                signed=True,
            ),
            Column("p_mean", "p", "p"),
            Column("verdict_ranks", "by ranks", "text"),
            Column("p_holm", "p of ranks", "p"),
            Column("a12", "A12", digits=2, limits=("a12_low", "a12_high")),
            Column("record", "wins, ties, losses", "text"),
            Column("best", "best in resamples (%)", "percent", 0),
            Column("detectable", "detectable (points)", "percent", 1),
            Column(
                "seeds_needed",
                "seeds needed",
                "whole",
                limits=("seeds_needed_low", "seeds_needed_high"),
            ),
        ],
        f"Against {baseline}, by the hypervolume at the end. Verdict, p and the difference's "
        "interval: studentized bootstrap of the mean differences, all samplers together, so that "
        "no interval contradicts its verdict. By ranks: Wilcoxon's signed-rank test with Holm's "
        "correction. A12: probability that a run of the sampler beats one of "
        f"{baseline}, its interval by itself. Best in resamples: how often the sampler's mean is "
        "the best when these seeds are drawn again. Detectable: true difference that is found with "
        f"power {percent(POWER)}; seeds needed: to decide an undecided difference if the one seen "
        "is the true one, and over its interval.",
    )
    section.figure(
        "effect_sizes",
        plots.effect_sizes(findings.pairs, ranked(findings.hypervolume)),
        "A12 of all pairs; bold: the mean difference is decided, all pairs together.",
    )
    section.table(
        "pairs",
        findings.pairs,
        [
            Column("one", "sampler", "text"),
            Column("other", "against", "text"),
            Column("verdict", "verdict", "text"),
            Column(
                "difference",
                "difference (points)",
                "percent",
                1,
                limits=("difference_low", "difference_high"),
                signed=True,
            ),
            Column("p_mean", "p", "p"),
            Column("verdict_ranks", "by ranks", "text"),
            Column("a12", "A12", digits=2, limits=("a12_low", "a12_high")),
        ],
        "All pairs, tested together.",
        folded=True,
    )


def _robustness(section: Section, findings: EfficiencyFindings) -> None:
    found = findings.robustness
    assert found is not None
    section.text(
        "The same runs, measured in other ways. A pairwise verdict is lost if it was decided as "
        "reported and is not any more, gained the other way round, reversed if it is decided for "
        "the other sampler."
    )
    section.table(
        "robustness",
        found.table,
        [
            Column("scenario", "measured with", "text"),
            Column("tau", "rank correlation", digits=2),
            Column("pairs", "pairs", "whole"),
            Column("lost", "lost", "whole"),
            Column("gained", "gained", "whole"),
            Column("reversed", "reversed", "whole"),
            Column("best", "best mean", "text"),
        ],
        "Rank correlation: Kendall's tau of the samplers' means with those reported.",
    )
    ranks = found.means.rank(ascending=False, method="min")
    ranks = ranks.sort_values("as reported", kind="stable").rename_axis("sampler")
    section.table(
        "robustness_ranks",
        ranks,
        [
            Column("sampler", "sampler", "text"),
            *(Column(str(name), str(name), "whole") for name in ranks.columns),
        ],
        "Rank of each sampler by its mean (1 is best).",
    )
    if found.skipped:
        section.sentences([f"Not measured: {name} ({why})." for name, why in found.skipped.items()])


def _optimism(section: Section, findings: EfficiencyFindings) -> None:
    assert findings.optimism is not None
    searched, other = findings.questions.splits
    section.table(
        "selection_optimism",
        findings.optimism,
        [
            Column("sampler", "sampler", "text"),
            Column("front", "front size", digits=1),
            Column("survive", "survive (%)", "percent", 0),
            Column("claimed", "hypervolume searched (%)", "percent", 1),
            Column("delivered", "retested (%)", "percent", 1),
            Column(
                "optimism",
                "optimism (points)",
                "percent",
                1,
                limits=("optimism_low", "optimism_high"),
                signed=True,
            ),
        ],
        f"Each run's final front, found on {searched} and measured again on {other}. Survive: "
        "configurations that the others of that front do not dominate there. Searched: share of "
        f"the hypervolume of the front of {searched}; retested: share of that of {other}'s own "
        "front, where that is known.",
    )


def _reproduction(
    section: Section, findings: EfficiencyFindings, setting: Mapping[str, str], command: str
) -> None:
    reference = findings.reference
    section.definitions(
        {
            **setting,
            "baseline": findings.questions.baseline,
            f"{reference.kind} front": counted(len(reference.front), "point"),
            "bounds": str(reference.bounds) or "none",
            "hypervolume": f"reference point {reference.reference_point[0]:.4g} on the scale "
            f"ideal = 0, nadir = 1 of the {reference.kind} front ({reference.scale_label})",
            "error rate": f"{findings.questions.alpha:g} family-wise",
        }
    )
    if command:
        section.code(command)
