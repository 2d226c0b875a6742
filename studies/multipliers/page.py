"""The report of the grid search, and its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.running import Results, write_results
from studies.common.settings import Settings
from studies.multipliers.drawings import figure
from studies.multipliers.tables import scatter_note, seed_table, verdict_table

if TYPE_CHECKING:
    import pandas as pd

    from analysis.statistics.network_accuracies import Grid
    from analysis.statistics.paired_accuracies import JudgedClaim

FIGURE = "channel_multipliers"


def write(
    folder: Path,
    grid: Grid,
    table: pd.DataFrame,
    verdicts: Sequence[JudgedClaim],
    said: Sequence[str],
    setting: str,
    config: Settings,
) -> Results:
    """Write page, tables and figure, each whole or not at all.

    Parameters
    ----------
    folder
        Of the results.
    grid, table, verdicts
        What was found: accuracies, one row for each network, judged differences.
    said
        The answer in sentences.
    setting
        One line on what was run.
    config
        The study's settings.
    """
    from analysis.report import Column, Report

    judged = verdict_table(verdicts)
    report = Report("Is wider better?", setting)
    section = report.section("Answer")
    section.lead(said[0])
    section.sentences(said[1:])
    drawn = figure(table, len(grid.test))
    section.figure(
        FIGURE,
        drawn,
        "Test accuracy against FLOPs and float32 size, mean and 95 % interval over trainings, with "
        "the fronts of all networks and of the uniform ones; gain over the narrowest network for "
        "each pair of multipliers.",
    )
    report.section("Verdicts").table(
        "verdicts",
        judged,
        [
            Column("group", "question", "text"),
            Column("claim", "claim", "text"),
            Column(
                "difference",
                "points of accuracy",
                "percent",
                2,
                limits=("low", "high"),
                signed=True,
            ),
            Column("p", "p", "p"),
            Column("verdict", "verdict", "text"),
        ],
        "Paired differences on the test split, over trainings and test sample; intervals (95 %) "
        "and p hold for all claims of a question together, and for all pairs of networks where "
        "claims are about chosen ones.",
    )
    report.section("Networks").table(
        "networks",
        table,
        [
            Column("multipliers", "multipliers", "text"),
            Column("parameters", "parameters", "whole"),
            Column("flops", "FLOPs", "whole"),
            Column("size_bytes", "size (bytes)", "whole"),
            Column(
                "accuracy",
                "test accuracy (%)",
                "percent",
                2,
                limits=("accuracy_low", "accuracy_high"),
            ),
            Column("gain", "gain (points)", "percent", 2, limits=("gain_low", "gain_high")),
            Column("front_share", "on the front (% of seeds)", "percent", 0),
        ],
        scatter_note(grid).replace("\n", "; "),
    )
    return write_results(
        folder,
        report,
        config,
        setting=setting,
        files={
            "networks.csv": table.to_csv(index=False),
            "seeds.csv": seed_table(grid).to_csv(),
            "verdicts.csv": judged.to_csv(index=False),
        },
        figures={FIGURE: drawn},
    )
