"""The comparison's answer on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from analysis.efficiency.page import EfficiencyReport
    from moo_jsc.objectives.objective import Objective
    from moo_jsc.samplers import Sampler


def print_results(head: str, report: EfficiencyReport, designs: pd.DataFrame | None) -> None:
    """Print the answer, the table and the warnings.

    Parameters
    ----------
    head
        One line on what was run.
    report
        What was found.
    designs
        Test accuracy of each sampler's knee designs, or None.
    """
    findings = report.findings
    print(f"\n{head}\n")
    print(printed_table(findings.summary, designs).to_string())
    print()
    again = () if report.replication is None else report.replication.sentences
    for sentence in (*findings.answers, *again):
        print(sentence)
    for warning in findings.warnings:
        print(f"warning: {warning}")


def printed_table(summary: pd.DataFrame, designs: pd.DataFrame | None) -> pd.DataFrame:
    """Return the summary with intervals in one column each, as text.

    A sampler that found no design that counts has no knee: "-".
    """
    import numpy as np
    import pandas as pd

    def with_interval(frame: pd.DataFrame, column: str, digits: int) -> list[str]:
        return [
            f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
            if np.isfinite(value)
            else "-"
            for value, low, high in frame[[column, f"{column}_low", f"{column}_high"]].to_numpy()
        ]

    trials = summary["trials_to_target"]
    columns = {
        "hypervolume": with_interval(summary, "hypervolume", 3),
        "area": with_interval(summary, "area", 3),
        "unique": summary["unique"].map("{:.1f}".format),
        "runs at 90 %": [
            f"{n} of {m}" for n, m in zip(summary["reached"], summary["seeds"], strict=True)
        ],
        "trials to 90 %": ["-" if not np.isfinite(t) else f"{t:.0f}" for t in trials],
        "overhead s": summary["overhead_seconds"].map("{:.3f}".format),
    }
    if designs is not None:
        columns["knee test accuracy"] = with_interval(designs.reindex(summary.index), "accuracy", 4)
    return pd.DataFrame(columns, index=summary.index)


def told_beforehand(samplers: Sequence[Sampler], objectives: tuple[Objective, ...]) -> str:
    """Say which samplers were told which objectives of every design before they started."""
    from moo_jsc.samplers import told

    informed = [
        f"{sampler.name}: {', '.join(told(sampler, objectives))}"
        for sampler in samplers
        if told(sampler, objectives)
    ]
    return "; ".join([*informed, "all others: nothing" if informed else "nothing, to any sampler"])
