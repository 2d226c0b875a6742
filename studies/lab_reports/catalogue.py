"""All claims, by report."""

from __future__ import annotations

from moo_jsc.foundation.errors import InputError
from studies.lab_reports import r0, r1, r2, r3, r4
from studies.lab_reports.claims import Claim

REPORTS: dict[str, tuple[Claim, ...]] = {
    "R0": r0.CLAIMS,
    "R1": r1.CLAIMS,
    "R2": r2.CLAIMS,
    "R3": r3.CLAIMS,
    "R4": r4.CLAIMS,
}


def claims_of(report: str | None) -> tuple[Claim, ...]:
    """Return the claims of one report, or of all of them.

    Raises
    ------
    InputError
        There is no such report.

    Examples
    --------
    >>> [claim.key for claim in claims_of("R0")][:2]
    ['R0.1', 'R0.2']
    """
    if report is None:
        return tuple(claim for claims in REPORTS.values() for claim in claims)
    if report not in REPORTS:
        raise InputError(f"report {report!r}: expected one of {', '.join(REPORTS)}")
    return REPORTS[report]
