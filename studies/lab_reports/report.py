"""A lab report: its title and sections, its claims, and what only it needs measured and drawn."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from studies.lab_reports.claims import Arrays, Claim, Measured, Measurements

if TYPE_CHECKING:
    from studies.lab_reports.workshop import Workshop


@dataclass(frozen=True)
class Contradiction:
    """Two statements of the reports that cannot both hold.

    Attributes
    ----------
    text
        What they are.
    claims
        Keys of the claims that were judged for them.
    """

    text: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class StatedRow:
    """Single-run accuracies of a report, and where one further run of ours would fall."""

    label: str
    stated: tuple[float, ...]
    shown: Measured | None
    right: Measured


@dataclass(frozen=True)
class LabReport:
    """One report.

    Attributes
    ----------
    key
        ``"R0"``; the claims' keys begin with it.
    title
        The report's own.
    sections
        What it says in each of its sections, in short.
    claims
        The rows of the reproduction, each of one of the sections.
    contradictions
        Within the report, or with those before it.
    measurements
        By name, what its claims need beyond `studies.lab_reports.measurements`.
    accuracies
        Accuracies that it states, for the figure; from the finished measurements that
        `accuracies_need` names.
    accuracies_need
        Names of measurements.
    """

    key: str
    title: str
    sections: Mapping[str, str]
    claims: tuple[Claim, ...]
    contradictions: tuple[Contradiction, ...] = ()
    measurements: Mapping[str, Callable[[Workshop], Arrays]] = field(default_factory=dict)
    accuracies: Callable[[Measurements], tuple[StatedRow, ...]] | None = None
    accuracies_need: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for claim in self.claims:
            if claim.report != self.key or claim.section not in self.sections:
                raise ValueError(
                    f"claim {claim.key!r} of section {claim.section!r}: expected report "
                    f"{self.key} and one of its sections"
                )


@lru_cache(maxsize=1)
def _described() -> dict[str, dict[str, object]]:
    path = resources.files("studies.lab_reports") / "data" / "reports.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def described(
    key: str,
    claims: tuple[Claim, ...],
    *,
    accuracies: Callable[[Measurements], tuple[StatedRow, ...]] | None = None,
    accuracies_need: tuple[str, ...] = (),
) -> LabReport:
    """Return a report whose title, sections and contradictions are in ``data/reports.toml``."""
    entry = _described()[key]
    title, sections, noted = entry["title"], entry["sections"], entry.get("contradictions", [])
    assert isinstance(title, str) and isinstance(sections, dict) and isinstance(noted, list)
    return LabReport(
        key,
        title,
        sections,
        claims,
        tuple(Contradiction(each["text"], tuple(each["claims"])) for each in noted),
        accuracies=accuracies,
        accuracies_need=accuracies_need,
    )
