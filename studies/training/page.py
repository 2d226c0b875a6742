"""The report of a training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.running import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from studies.training.files import Score


def write(folder: Path, scores: Sequence[Score], command: str) -> Results:
    """Write the page: test accuracies with intervals, and the course of the trainings."""
    import pandas as pd
    from matplotlib import rc_context

    from analysis.plots.palette import style
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
    with rc_context(style()):  # type: ignore[arg-type]
        drawn = curves(scores)
    section.figure(
        "curves",
        drawn,
        "Validation accuracy after each epoch, one line a training; colour: parameters.",
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
    report.section("How to reproduce").code(command)
    return Results(report.write(folder))


def curves(scores: Sequence[Score]) -> Figure:
    """Draw validation accuracy over epochs, coloured by the logarithm of the parameters."""
    import numpy as np
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator, StrMethodFormatter

    figure = Figure(figsize=(7.2, 3.8), layout="constrained")
    axes = figure.subplots()
    sizes = [score.parameters for score in scores]
    norm = LogNorm(min(sizes) * 0.9, max(sizes) * 1.1)
    colors = colormaps["viridis"]
    for score in scores:
        epochs = np.arange(1, len(score.curve) + 1)
        marker = "o" if len(epochs) == 1 else ""
        axes.plot(
            epochs, 100 * score.curve, color=colors(norm(score.parameters)), lw=0.9, marker=marker
        )
    axes.set_xlabel("epoch")
    axes.set_ylabel("validation accuracy (%)")
    bar = figure.colorbar(
        ScalarMappable(norm, colors),
        ax=axes,
        label="parameters",
        ticks=LogLocator(subs=(1, 2, 5)),
        format=StrMethodFormatter("{x:,.0f}"),
    )
    bar.ax.minorticks_off()
    return figure
