"""The report of the study of fine-tuning, and its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.running import Results, write_results
from studies.common.settings import Settings
from studies.fine_tuning.drawings import figure
from studies.fine_tuning.tables import configuration_table

if TYPE_CHECKING:
    import pandas as pd

    from studies.fine_tuning.outcomes import Outcome

FIGURE = "quantization_aware"


def write(
    folder: Path,
    outcomes: list[Outcome],
    table: pd.DataFrame,
    said: Mapping[str, Sequence[str]],
    setting: str,
    config: Settings,
) -> Results:
    """Write page, tables and figure, each whole or not at all.

    Parameters
    ----------
    folder
        Of the results.
    outcomes, table
        What was found, and its summary by width.
    said
        Sentences on each space.
    setting
        One line on what was run.
    config
        The study's settings.
    """
    from analysis.report import Column, Report

    configurations = configuration_table(outcomes)
    report = Report("How much accuracy does fine-tuning recover?", setting)
    section = report.section("Answer")
    for sentences in said.values():
        section.lead(sentences[0])
        section.sentences(sentences[1:])
    drawn = figure(configurations, table)
    section.figure(
        FIGURE,
        drawn,
        "Test accuracy of every configuration, fine-tuned against rounded after training (mean "
        "over seeds, color: narrowest weight); what fine-tuning recovers, by width, with 95 % "
        "intervals over seeds and test sample.",
    )
    report.section("By width").table(
        "summary",
        table,
        [
            Column("space", "space", "text"),
            Column("weight_bits", "weight (bits)", "whole"),
            Column("data_bits", "data (bits)", "whole"),
            Column("configurations", "configurations", "whole"),
            Column("post_training", "post-training (%)", "percent", 2),
            Column("fine_tuned", "fine-tuned (%)", "percent", 2),
            Column(
                "recovered",
                "recovered (points)",
                "percent",
                2,
                limits=("recovered_low", "recovered_high"),
                signed=True,
            ),
            Column("p_holm", "p (Holm)", "p"),
            Column("verdict", "verdict", "text"),
        ],
        "Test accuracy, mean over configurations and seeds; widths are the narrowest of all "
        "layers. Intervals (95 %), p and verdicts hold for all rows of a space together.",
    )
    return write_results(
        folder,
        report,
        config,
        setting=setting,
        files={
            "configurations.csv": configurations.to_csv(index=False),
            "summary.csv": table.to_csv(index=False),
        },
        figures={FIGURE: drawn},
    )
