"""The report of a training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.plots.axes import number_axis
from analysis.plots.colormaps import ordered
from analysis.plots.style import PAGE, styled
from studies.common.provenance import data_in_words
from studies.common.running import Results, end_page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from moo_jsc.data import Dataset
    from studies.common.settings import Settings
    from studies.training.files import Score


def write(folder: Path, scores: Sequence[Score], jets: Dataset, config: Settings) -> Results:
    """Write the page: test accuracies with intervals, and the course of the trainings."""
    import pandas as pd

    from analysis.report import Column, Report

    table = pd.DataFrame(
        [
            {
                "network": score.name,
                "seed": score.seed,
                "parameters": score.parameters,
                "accuracy": score.accuracy,
                "low": score.low,
                "high": score.high,
            }
            for score in scores
        ]
    )
    report = Report("How accurate are the trained networks?", f"{len(scores)} trainings")
    section = report.section("Networks")
    drawn = curves(scores)
    section.figure(
        "curves",
        drawn,
        "Validation accuracy after each epoch, one line a training; color: parameters.",
    )
    section.table(
        "networks",
        table,
        [
            Column("network", "network", "text"),
            Column("seed", "seed", "whole"),
            Column("parameters", "parameters", "whole"),
            Column("accuracy", "test accuracy (%)", "percent", 2, limits=("low", "high")),
        ],
        "Float32 accuracy on the test split with its 95 % Clopper-Pearson interval, which covers "
        "the sample of jets and no other training.",
    )
    end_page(report, config, {"Data": data_in_words(jets)})
    return Results(report.write(folder))


@styled
def curves(scores: Sequence[Score]) -> Figure:
    """Draw validation accuracy over epochs, colored by the logarithm of the parameters."""
    import numpy as np
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

    figure = Figure(figsize=(PAGE * 0.75, 3.0))
    axes = figure.subplots()
    sizes = [score.parameters for score in scores]
    span, shades = LogNorm(min(sizes) * 0.9, max(sizes) * 1.1), ordered()
    for score in scores:
        epochs = np.arange(1, len(score.curve) + 1)
        axes.plot(
            epochs,
            100 * score.curve,
            color=shades(span(score.parameters)),
            lw=0.9,
            marker="o" if len(epochs) == 1 else "",
        )
    axes.set_xlabel("epoch")
    axes.set_ylabel("validation accuracy (%)")
    number_axis(axes, "x", whole=True)
    number_axis(axes, "y")
    bar = figure.colorbar(ScalarMappable(span, shades), ax=axes, label="parameters")
    bar.outline.set_visible(False)
    number_axis(bar.ax, "y", "logarithmic")
    return figure
