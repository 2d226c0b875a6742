"""The reproduction's tables on a Markdown page, between markers, written by the command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studies.common.pages import fill
from studies.lab_reports.claims import JudgedClaim, Measurements
from studies.lab_reports.effects import protocol_effects
from studies.lab_reports.page import contradiction_sentences, effect_sentences, summary
from studies.lab_reports.report import LabReport


def update_page(
    page: Path,
    findings: Sequence[JudgedClaim],
    data: Measurements,
    reports: Sequence[LabReport],
) -> None:
    """Write every part of a page that is made of numbers.

    Raises
    ------
    InputError
        The page cannot be read, or a marker is missing.
    """
    effects = protocol_effects(data["protocols"])
    parts = {
        "summary": summary(findings),
        "sections": "\n".join(
            f"- **{report.key}**, {report.title}: {', '.join(report.sections)}"
            for report in reports
        ),
        "claims": claims_markdown(findings),
        "because": "\n".join(f"- {f.claim.key}: {f.judgment.because}" for f in findings),
        "contradictions": "\n".join(
            f"- {sentence}" for sentence in contradiction_sentences(reports, findings)
        ),
        "protocols": "\n".join(f"- {sentence}" for sentence in effect_sentences(data, effects)),
    }
    fill(page, parts)


def claims_markdown(findings: Sequence[JudgedClaim]) -> str:
    """Return one row a claim: where it stands, what it says, the first number, the verdict."""
    lines = [
        "| claim | section | what the report says | measured | verdict |",
        "| --- | --- | --- | --- | --- |",
    ]
    for found in findings:
        cells = (
            found.claim.key,
            found.claim.section,
            found.claim.statement,
            str(found.judgment.measured[0]),
            str(found.judgment.verdict),
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)
