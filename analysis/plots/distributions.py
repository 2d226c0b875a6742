"""What each run ended with: one mark a run, by sampler."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.plots.curves import ranked
from analysis.plots.palette import BASELINE_INK, INK, look, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from analysis.indicators.curves import Curves


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
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    order = ranked(curves)
    final = curves.final()
    frame = pd.DataFrame(
        [(name, value) for name in order for value in final[name]], columns=["sampler", "value"]
    )
    colors = {name: look(name).color for name in order}
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(6.4, 0.9 + 0.3 * len(order)))
        axes = figure.subplots()
        if baseline in final:
            axes.axvline(
                float(np.median(final[str(baseline)])), color=BASELINE_INK, lw=1, ls=(0, (3, 1.5))
            )
        shared = {"data": frame, "x": "value", "y": "sampler", "order": order, "ax": axes}
        sns.boxplot(
            **shared,
            fill=False,
            color=INK,
            width=0.6,
            linewidth=0.9,
            showfliers=False,
            whis=(5, 95),
        )
        sns.stripplot(
            **shared,
            hue="sampler",
            palette=colors,
            legend=False,
            size=3.2,
            alpha=0.6,
            jitter=0.16,
            zorder=0,
        )
        axes.set_xlabel(curves.indicator)
        axes.set_ylabel("")
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)
    return figure
