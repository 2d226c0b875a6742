"""The report of the reproduction: answer, claims, protocols, setting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from analysis.report import Column, Report
from analysis.report.tables import Kind
from studies.lab_reports.claims import ClaimVerdict, JudgedClaim, Measurements, claims_table
from studies.lab_reports.crossover import crossover
from studies.lab_reports.drawings import crossover_figure, protocol_figure, stated_figure
from studies.lab_reports.effects import Effect, effects_table, protocol_effects, width_effects
from studies.lab_reports.report import LabReport
from studies.lab_reports.workshop import Setting

if TYPE_CHECKING:
    from analysis.report import Section

INTERPRETATION = (
    "How sure that is: numbers in brackets are 95 % intervals over seeds (studentized bootstrap). "
    "Where a single run of a report is compared they are 95 % prediction intervals of one further "
    "run: such a run falls inside with probability 95 %. Tau compares two orders of the same "
    "designs: 1 is the same order, 0 no relation. Every verdict follows from the stated rule at "
    "5 %, each claim by itself: among many claims that the data cannot decide, about one in twenty "
    "would still get a verdict."
)


def build_report(
    findings: Sequence[JudgedClaim],
    data: Measurements,
    reports: Sequence[LabReport],
    setting: Setting,
    about: Mapping[str, object],
) -> Report:
    """Compose the page.

    Parameters
    ----------
    findings
        The judged claims.
    data
        The measurements, with ``protocols`` and ``widths``.
    reports
        Those of the claims.
    setting
        Of the run.
    about
        Names and values for the last section: data, software, command.
    """
    keys = ", ".join(report.key for report in reports)
    report = Report(
        "Which claims of the lab reports hold?",
        f"{len(findings)} claims of {keys}, measured again with {setting.seeds} "
        "seeds, each with its own trained network, jets and search",
    )
    _answer(report.section("Answer"), findings, reports)
    _said(report.section("What the reports say, and where"), reports)
    _claims(report.section("Claims"), findings, reports)
    rows = [row for each in reports if each.accuracies for row in each.accuracies(data)]
    if rows:
        section = report.section("Stated accuracies")
        section.figure(
            "stated_accuracies",
            stated_figure(rows),
            "Accuracies that single runs of the reports state (crosses), and the mean and 95 % "
            "prediction interval of one further run of ours: rightly scored on all validation jets "
            "(circles), and with the faults of the reports' search (squares).",
            png=True,
        )
    effects = protocol_effects(data["protocols"])
    _protocols(report.section("How the numbers were reported"), data, effects)
    if "search-seconds" in data:
        _crossover(report.section("When is brute force faster, and why?"), data)
    _contradictions(report.section("Contradictions"), reports, findings)
    report.section("Setting").definitions(about)
    return report


def counts(findings: Sequence[JudgedClaim]) -> dict[ClaimVerdict, int]:
    """Return how many claims got each verdict."""
    found = Counter(finding.judgment.verdict for finding in findings)
    return {verdict: found[verdict] for verdict in ClaimVerdict}


def summary(findings: Sequence[JudgedClaim]) -> str:
    """Say in one sentence how the claims fared."""
    number = counts(findings)
    parts = [f"{number[verdict]} {_are(number[verdict], verdict)}" for verdict in ClaimVerdict]
    return f"Of {len(findings)} claims {', '.join(parts[:-1])}, and {parts[-1]}."


def effect_sentences(data: Measurements, effects: Sequence[Effect]) -> list[str]:
    """Say what each protocol does, in one sentence each."""
    said = [
        f"{_capital(effect.name)}: accuracy {effect.bias.value:+.3f} [{effect.bias.low:+.3f}, "
        f"{effect.bias.high:+.3f}], tau {effect.tau.value:.2f} [{effect.tau.low:.2f}, "
        f"{effect.tau.high:.2f}], the same design chosen in {effect.same_design.value:.0%}, "
        f"{effect.lost.value:.3f} of accuracy lost by the choice."
        for effect in effects
    ]
    for fault, (tau, widest) in width_effects(data["widths"]).items():
        said.append(
            f"Average bitwidth, {fault}: tau {tau:.2f} over 64 networks; the design reported as "
            f"narrowest may have a true average bitwidth of {widest:.1f}."
        )
    before, after = data["protocols"]["before drift"], data["protocols"]["after drift"]
    said.append(
        f"Batch norms that drift in training mode leave the float network at "
        f"{after.mean():.3f} instead of {before.mean():.3f} after a study of 18 trials."
    )
    return said


def _answer(
    section: Section, findings: Sequence[JudgedClaim], reports: Sequence[LabReport]
) -> None:
    titles = "; ".join(f"{report.key} is \u201c{report.title}\u201d" for report in reports)
    section.text(
        "Lab reports of students searched for good formats and widths of small jet classifiers, "
        f"each from single runs: {titles}. Their claims were measured again."
    )
    section.lead(summary(findings))
    section.text(INTERPRETATION)
    order = (
        ClaimVerdict.NOT_REPRODUCED,
        ClaimVerdict.ANOTHER_REASON,
        ClaimVerdict.UNDECIDED,
        ClaimVerdict.REPRODUCED,
    )
    for verdict in order:
        chosen = [f for f in findings if f.judgment.verdict is verdict]
        if chosen:
            section.heading(_capital(str(verdict)))
            section.sentences(
                [f"{f.claim.key}, {f.claim.statement}: {f.judgment.because}" for f in chosen]
            )


def _said(section: Section, reports: Sequence[LabReport]) -> None:
    for report in reports:
        section.heading(f"{report.key}: {report.title}")
        section.definitions(report.sections)


def _claims(
    section: Section, findings: Sequence[JudgedClaim], reports: Sequence[LabReport]
) -> None:
    table = claims_table(tuple(findings), {report.key: report.title for report in reports})
    table["where"] = table["title"] + ", " + table["section"]
    section.table(
        "claims",
        table,
        [
            Column("claim", "claim", "text"),
            Column("where", "report, section", "text", wrap=True),
            Column("statement", "what the report says", "text", wrap=True),
            Column("setting", "setting", "text", wrap=True),
            Column("measured", "measured [95 % interval]", "text", wrap=True),
            Column("seeds", "seeds", "whole"),
            Column("verdict", "verdict", "text", wrap=True),
            Column("because", "because", "text", wrap=True),
        ],
        "Every claim, where it stands, what was measured, and the verdict. Numbers without a seed "
        "are exact counts.",
    )
    section.heading("Rules")
    section.definitions({finding.claim.key: finding.claim.rule for finding in findings})


def _protocols(section: Section, data: Measurements, effects: Sequence[Effect]) -> None:
    section.text(
        "Each panel switches on one fault of the tool that the reports used and reports the 18 "
        "configurations of jsc-tiny by it; the controls have no fault but as few jets. The last "
        "two come with all their faults together."
    )
    section.figure(
        "protocols",
        protocol_figure(data["protocols"], data["widths"], effects),
        "Above: reported against correct accuracy, one point for each configuration and seed; the "
        "line is equality. Below: Kendall's tau with the correct order, share of studies that "
        "choose the same design, and the accuracy lost by the choice, with 95 % intervals over "
        "seeds. Grey: controls, red: one fault, purple: all that came together. The last row "
        "compares two runs of one configured study with each other.",
        png=True,
    )
    section.sentences(effect_sentences(data, effects))
    section.table(
        "protocols",
        effects_table(tuple(effects)),
        [
            Column("protocol", "protocol", "text"),
            Column("kind", "kind", "text"),
            _with_interval("bias", "accuracy minus correct", "number", 3),
            _with_interval("tau", "Kendall's tau", "number", 2),
            _with_interval("same_design", "same design (%)", "percent", 0),
            _with_interval("lost", "accuracy lost", "number", 3),
        ],
        "The same in numbers.",
    )


def _with_interval(key: str, title: str, kind: Kind, digits: int) -> Column:
    return Column(key, title, kind, digits, limits=(f"{key}_low", f"{key}_high"))


def _crossover(section: Section, data: Measurements) -> None:
    costs = crossover(data["search-seconds"])
    section.text(costs.sentence())
    section.figure(
        "crossover",
        crossover_figure(costs),
        "Share of what brute force saves against TPE that comes from the trials which the space "
        "does not have; the rest is TPE's own work for each trial. Line: median over seeds, band: "
        "the middle 95 %; dashed: the cost of a trial here and in the reports.",
        narrow=True,
        png=True,
    )


def contradiction_sentences(
    reports: Sequence[LabReport], findings: Sequence[JudgedClaim]
) -> list[str]:
    """Say how the reports contradict each other and themselves, with the claims' verdicts."""
    judged = {finding.claim.key: finding for finding in findings}
    sentences = []
    for contradiction in (each for report in reports for each in report.contradictions):
        known = [judged[key] for key in contradiction.claims if key in judged]
        told = " ".join(
            f"{f.claim.key} ({f.judgment.verdict}): {f.judgment.because}" for f in known
        )
        sentences.append(f"{contradiction.text} {told}".rstrip())
    return sentences


def _contradictions(
    section: Section, reports: Sequence[LabReport], findings: Sequence[JudgedClaim]
) -> None:
    sentences = contradiction_sentences(reports, findings)
    section.sentences(sentences)
    if not sentences:
        section.text("None is known.")


def _are(count: int, verdict: ClaimVerdict) -> str:
    if verdict is ClaimVerdict.UNDECIDED:
        return str(verdict)
    return f"{'is' if count == 1 else 'are'} {verdict}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
