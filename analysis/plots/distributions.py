"""What each run ended with: one mark a run, by sampler."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.plots.axes import number_axis, wrapped
from analysis.plots.curves import ranked
from analysis.plots.palette import BASELINE_INK, INK, look
from analysis.plots.style import COLUMN, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from analysis.indicators.curves import Curves


@styled
def final_values(curves: Curves, *, baseline: str | None = None) -> Figure:
    """Draw the final value of every run, with median and quartiles, best sampler first.

    Parameters
    ----------
    curves
        Any indicator.
    baseline
        Its median is drawn through all rows; None: no line.
    """
    import pandas as pd
    import seaborn as sns
    from matplotlib.figure import Figure

    order = ranked(curves)
    final = curves.final()
    frame = pd.DataFrame(
        [(name, value) for name in order for value in final[name]], columns=["sampler", "value"]
    )
    figure = Figure(figsize=(COLUMN, 0.7 + 0.24 * max(len(order), 2)))
    axes = figure.subplots()
    if baseline in final:
        axes.axvline(
            float(np.median(final[str(baseline)])), color=BASELINE_INK, lw=1, ls=(0, (3, 1.5))
        )
    sns.stripplot(
        frame,
        x="value",
        y="sampler",
        order=order,
        hue="sampler",
        palette={name: look(name).color for name in order},
        legend=False,
        size=3.0,
        alpha=0.6,
        jitter=0.16,
        zorder=1,
        ax=axes,
    )
    for place, name in enumerate(order):
        low, first, middle, third, high = np.quantile(final[name], [0.05, 0.25, 0.5, 0.75, 0.95])
        axes.plot([low, high], [place, place], color=INK, lw=0.8, zorder=2)
        axes.plot([first, third], [place, place], color=INK, lw=2.0, solid_capstyle="butt")
        axes.plot([middle, middle], [place - 0.3, place + 0.3], color=INK, lw=1.2)
    axes.set_yticks(range(len(order)), [wrapped(name, 24, 1) for name in order])
    axes.set_ylim(max(len(order), 2) - 0.4, -0.6)
    axes.set_xlabel(curves.indicator)
    axes.set_ylabel("")
    number_axis(axes, "x")
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    return figure
