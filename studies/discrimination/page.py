"""The report page of the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studies.discrimination.lines import Line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analysis.report import Report
    from moo_jsc.objectives import Objective


def audit_sentences(
    values: NDArray[np.float64], objectives: Sequence[Objective]
) -> tuple[str, ...]:
    """Say which objectives of the designs that count (n, m) are needed; nothing of a single one."""
    from analysis.redundancy.audit import audit_redundancy, sentences

    return sentences(audit_redundancy(values, objectives)) if len(objectives) > 1 else ()


def page(name: str, head: str, found: Sequence[Line], needed: Sequence[str]) -> Report:
    """Return the page.

    Parameters
    ----------
    name
        Of the problem.
    head
        What was measured, in one line.
    found
        The table.
    needed
        Which objectives are needed, in sentences.
    """
    import pandas as pd

    from analysis.report import Column, Report

    asked = [line for line in found if line.wanted]
    missed = [line.what for line in asked if not line.met]
    report = Report(
        f"Does {name} tell samplers apart?",
        "Everything that is asked of a problem is met."
        if not missed
        else f"Not met: {', '.join(missed)}.",
    )
    table = pd.DataFrame(
        {
            "what": [line.what for line in found],
            "value": [line.shown for line in found],
            "wanted": [line.wanted for line in found],
            "verdict": [line.verdict for line in found],
        }
    )
    report.section("Shares of the true hypervolume").table(
        "discrimination",
        table,
        [
            Column("what", "of what", "text", wrap=True),
            Column("value", "share, or number", "text"),
            Column("wanted", "wanted", "text"),
            Column("verdict", "verdict", "text"),
        ],
        head,
    )
    report.section("Which objectives are needed").sentences(needed)
    return report
