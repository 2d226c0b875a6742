"""Reproduce lab reports, claim by claim.

Measures every claim of the reports again, with enough seeds, and judges it by a stated
rule: reproduced, not reproduced, true but for another reason, or cannot be told apart. Writes a
self-contained report, the claims as a table, and what was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.checks import require_at_least
from studies.common.console import run_study
from studies.common.running import Results, study
from studies.common.settings import Settings, command_line

if TYPE_CHECKING:
    from studies.lab_reports.claims import Arrays, JudgedClaim
    from studies.lab_reports.report import LabReport
    from studies.lab_reports.workshop import Setting, Workshop

FOR_THE_PAGE = ("protocols", "widths")


@dataclass
class Config(Settings):
    """Settings of the reproduction."""

    report: str | None = None
    """Key of one report, such as R1; all of them by default."""
    seeds: int = 30
    """Repetitions, each with its own trained network, jets and searches."""
    training_seeds: int = 20
    """Repetitions of the searches that train every network."""
    budget: int = 20
    """Trials of each search; the reports used 20."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""
    page: Path | None = None
    """Markdown page whose tables, between their markers, are to be written anew."""

    script = "reproduce_reports"


@study
def main(config: Config) -> Results:
    """Run the reproduction."""
    require_at_least("seeds", config.seeds, 2)
    require_at_least("training-seeds", config.training_seeds, 2)
    require_at_least("budget", config.budget, 2)

    from studies.lab_reports.catalog import reports_of
    from studies.lab_reports.claims import judge_all
    from studies.lab_reports.markdown import update_page
    from studies.lab_reports.workshop import Setting, Workshop

    reports = reports_of(config.report)
    config.check_folders()
    setting = Setting(config.seeds, config.budget, config.training_seeds, config.jets)
    folder = config.out or Path("results/reports")
    shop = Workshop(setting, folder, workers=config.workers, device=config.device)
    data = measure(reports, shop)
    claims = tuple(claim for report in reports for claim in report.claims)
    findings = judge_all(claims, data)
    results = conclude(findings, data, reports, shop, command_line(config))
    if config.page is not None:
        update_page(config.page, findings, data, reports)
    return results


def measure(
    reports: Sequence[LabReport], shop: Workshop, *, progress: bool = True
) -> dict[str, Arrays]:
    """Return every measurement that the reports and the page need, from the store if kept."""
    from tqdm import tqdm

    from moo_jsc.foundation.threads import one_thread
    from studies.lab_reports.catalog import all_measurements

    known = all_measurements()
    needed = set(FOR_THE_PAGE)
    for report in reports:
        needed |= {name for claim in report.claims for name in claim.needs}
        needed |= set(report.accuracies_need)
    names = [name for name in known if name in needed]
    data = {}
    with one_thread(), tqdm(names, unit="measurement", disable=None if progress else True) as bar:
        for name in bar:
            bar.set_description(f"measuring {name}")
            data[name] = shop.piece(name, known[name])
    return data


def conclude(
    findings: Sequence[JudgedClaim],
    data: dict[str, Arrays],
    reports: Sequence[LabReport],
    shop: Workshop,
    command: str,
) -> Results:
    """Print the table and write ``claims.csv`` and ``report.html``."""
    from moo_jsc.foundation.files import atomic_path
    from studies.lab_reports.claims import claims_table
    from studies.lab_reports.page import build_report, summary

    table = claims_table(tuple(findings), {report.key: report.title for report in reports})
    with atomic_path(shop.folder / "claims.csv") as path:
        table.to_csv(path, index=False, lineterminator="\n")
    page = build_report(findings, data, reports, shop.setting, about(shop, command)).write(
        shop.folder
    )
    print(terminal_table(findings))
    print(f"\n{summary(findings)}")
    return Results(page, ("claims.csv",))


def terminal_table(findings: Sequence[JudgedClaim]) -> str:
    """Return claims, first numbers and verdicts in columns, with lines of at most 120 letters."""
    rows = [
        (f.claim.key, f.claim.statement, str(f.judgment.measured[0]), str(f.judgment.verdict))
        for f in findings
    ]
    widths = (5, 47, 36, 26)
    lines = []
    for row in (("claim", "what the report says", "measured", "verdict"), *rows):
        cells = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
        for line in range(max(map(len, cells))):
            parts = [
                (cell[line] if line < len(cell) else "").ljust(width)
                for cell, width in zip(cells, widths, strict=True)
            ]
            lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)


def about(shop: Workshop, command: str) -> dict[str, object]:
    """Return data, settings and software, for the page."""
    from moo_jsc.foundation.code import package_versions
    from studies.common.provenance import code_in_words

    setting: Setting = shop.setting
    versions = package_versions(("moo-jsc", "numpy", "scipy", "optuna", "torch"))
    return {
        "data": f"{shop.jets.name}, {len(shop.jets.validation)} validation jets",
        "seeds": setting.seeds,
        "trials of a search": setting.budget,
        "trainings of the channel multipliers": setting.training_seeds,
        "code": code_in_words(),
        "software": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "command": command,
    }


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width) or [""]


if __name__ == "__main__":
    run_study(main, Config)
