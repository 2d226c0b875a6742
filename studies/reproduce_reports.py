"""Reproduce five lab reports, claim by claim.

Measures every claim of the reports R0 to R4 again, with enough seeds, and judges it by a stated
rule: reproduced, not reproduced, true but for another reason, or cannot be told apart. Writes a
self-contained report, the claims as a table, and what was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.console import require_at_least, run_study

if TYPE_CHECKING:
    from studies.lab_reports.claims import Arrays, Claim, Finding
    from studies.lab_reports.workshop import Setting, Workshop

FOR_THE_PAGE = ("protocols", "widths")


@dataclass
class Config:
    """Settings of the reproduction."""

    report: str | None = None
    """One of R0, R1, R2, R3, R4; all of them by default."""
    seeds: int = 30
    """Repetitions, each with its own trained network, jets and searches."""
    training_seeds: int = 4
    """Repetitions of the searches that train every network."""
    budget: int = 20
    """Trials of each search; the reports used 20."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""
    out: Path = Path("results/reports")
    """Folder for the results; finished measurements in it are not repeated."""
    workers: int = 2
    """Parallel processes of the searches, one thread each."""
    config: Path | None = None
    """TOML file with any of these settings; flags override it."""


def main(config: Config) -> None:
    """Run the reproduction."""
    require_at_least("seeds", config.seeds, 2)
    require_at_least("training-seeds", config.training_seeds, 2)
    require_at_least("budget", config.budget, 2)
    require_at_least("workers", config.workers, 1)

    from studies.lab_reports.catalogue import claims_of
    from studies.lab_reports.claims import judge_all
    from studies.lab_reports.workshop import Setting, Workshop

    claims = claims_of(config.report)
    setting = Setting(config.seeds, config.budget, config.training_seeds, config.jets)
    shop = Workshop(setting, config.out, workers=config.workers)
    data = measure(claims, shop)
    findings = judge_all(claims, data)
    conclude(findings, data, shop)


def measure(claims: Sequence[Claim], shop: Workshop, *, progress: bool = True) -> dict[str, Arrays]:
    """Return every measurement that the claims and the page need, from disk where it is kept."""
    from tqdm import tqdm

    from moo_jsc.foundation.threads import one_thread
    from studies.lab_reports.measurements import MEASUREMENTS

    needed = {name for claim in claims for name in claim.needs} | set(FOR_THE_PAGE)
    names = [name for name in MEASUREMENTS if name in needed]
    data = {}
    with one_thread(), tqdm(names, unit="measurement", disable=None if progress else True) as bar:
        for name in bar:
            bar.set_description(name)
            data[name] = shop.piece(name, MEASUREMENTS[name])
    return data


def conclude(findings: Sequence[Finding], data: dict[str, Arrays], shop: Workshop) -> None:
    """Print the table and write ``claims.csv`` and ``report.html``."""
    from moo_jsc.foundation.files import atomic_path
    from studies.lab_reports.claims import findings_table
    from studies.lab_reports.page import build_report, summary

    table = findings_table(tuple(findings))
    with atomic_path(shop.folder / "claims.csv") as path:
        table.to_csv(path, index=False, lineterminator="\n")
    page = build_report(findings, data, shop.setting, about(shop)).write(shop.folder)
    print(terminal_table(findings))
    print(f"\n{summary(findings)}\n{page}")


def terminal_table(findings: Sequence[Finding]) -> str:
    """Return claims, first numbers and verdicts in columns, with lines of at most 120 letters."""
    rows = [
        (f.claim.key, f.claim.statement, str(f.judgement.measured[0]), str(f.judgement.verdict))
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


def about(shop: Workshop) -> dict[str, object]:
    """Return data, settings and software, for the page."""
    from moo_jsc.foundation.code import package_versions

    setting: Setting = shop.setting
    versions = package_versions(("moo-jsc", "numpy", "scipy", "optuna", "torch"))
    return {
        "data": f"{shop.jets.name}, {len(shop.jets.validation)} validation jets",
        "seeds": setting.seeds,
        "trials of a search": setting.budget,
        "trainings of the channel multipliers": setting.training_seeds,
        "software": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "command": "python studies/reproduce_reports.py "
        f"--seeds {setting.seeds} --budget {setting.budget} "
        f"--training-seeds {setting.training_seeds}",
    }


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width) or [""]


if __name__ == "__main__":
    run_study(main, Config)
