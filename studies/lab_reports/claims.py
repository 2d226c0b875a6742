"""What a claim is: a statement of a report, its setting, what is measured, and how it is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Arrays = Mapping[str, NDArray[np.float64]]
"""One measurement: arrays by name."""

Measurements = Mapping[str, Arrays]
"""Finished measurements by name (see `studies.lab_reports.measurements`)."""


class ClaimVerdict(StrEnum):
    """What the data say of a claim."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not reproduced"
    ANOTHER_REASON = "true but for another reason"
    UNDECIDED = "cannot be told apart"


@dataclass(frozen=True)
class Measured:
    """One number of a row, with its interval where it has one.

    Attributes
    ----------
    what
        A few words.
    value
        The estimate.
    unit
        ``"1"`` for a pure number.
    low, high
        The 95 % interval; None for exact numbers.
    seeds
        Independent repetitions behind the number; 0 for exact numbers.
    """

    what: str
    value: float
    unit: str = "1"
    low: float | None = None
    high: float | None = None
    seeds: int = 0

    def __str__(self) -> str:
        unit = "" if self.unit == "1" else f" {self.unit}"
        if self.low is None or self.high is None:
            return f"{self.what}: {_number(self.value)}{unit}"
        limits = f"[{_number(self.low)}, {_number(self.high)}]"
        return f"{self.what}: {_number(self.value)} {limits}{unit}"


@dataclass(frozen=True)
class Judgment:
    """What was measured for a claim, and what follows.

    Attributes
    ----------
    verdict
        By the claim's rule.
    measured
        The numbers that the rule used first, others after.
    because
        One sentence, made of the numbers.
    """

    verdict: ClaimVerdict
    measured: tuple[Measured, ...]
    because: str


@dataclass(frozen=True)
class Claim:
    """One row of the reproduction.

    Attributes
    ----------
    key
        Report and number, ``"R1.3"``.
    section
        Where the report says it.
    statement
        The claim, whole, in a few words.
    setting
        Network, space, protocol and budget.
    rule
        How the verdict follows from the data, in one sentence.
    needs
        Names of the measurements that `judge` reads.
    judge
        The rule itself; a pure function of the measurements.
    """

    key: str
    section: str
    statement: str
    setting: str
    rule: str
    needs: tuple[str, ...]
    judge: Callable[[Measurements], Judgment]

    @property
    def report(self) -> str:
        """Key of the report, ``"R1"``."""
        return self.key.partition(".")[0]


@dataclass(frozen=True)
class JudgedClaim:
    """A claim with its judgment."""

    claim: Claim
    judgment: Judgment

    @property
    def seeds(self) -> int:
        """The largest number of repetitions behind any of its numbers."""
        return max((m.seeds for m in self.judgment.measured), default=0)


def judge_all(claims: tuple[Claim, ...], measurements: Measurements) -> tuple[JudgedClaim, ...]:
    """Judge every claim from the finished measurements."""
    return tuple(JudgedClaim(claim, claim.judge(measurements)) for claim in claims)


def claims_table(findings: tuple[JudgedClaim, ...], titles: Mapping[str, str]) -> pd.DataFrame:
    """Return one row a claim, as written to ``claims.csv`` and into the report.

    Parameters
    ----------
    findings
        The judged claims.
    titles
        Of the reports, by key.
    """
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "claim": finding.claim.key,
                "report": finding.claim.report,
                "title": titles[finding.claim.report],
                "section": finding.claim.section,
                "statement": finding.claim.statement,
                "setting": finding.claim.setting,
                "measured": "; ".join(str(m) for m in finding.judgment.measured),
                "seeds": finding.seeds,
                "verdict": str(finding.judgment.verdict),
                "because": finding.judgment.because,
                "rule": finding.claim.rule,
            }
            for finding in findings
        ]
    )


def _number(value: float) -> str:
    if not np.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e7:
        return str(int(value))
    if abs(value) >= 1 or abs(value) < 1e-3:
        return f"{value:.4g}" if abs(value) >= 1 else f"{value:.1e}"
    return f"{value:.3f}"
