"""The figure of the comparison with peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.plots.axes import number_axis, wrapped
from analysis.plots.palette import look
from analysis.plots.style import COLUMN, PAGE, styled
from studies.peers.measuring import TRIALS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ACROSS = 3
"""Panels in a row."""


@styled
def drawn(shares: pd.DataFrame) -> Figure:
    """Draw the mean share against trials with 95 % intervals over seeds, a panel a problem."""
    from matplotlib.figure import Figure

    problems = list(dict.fromkeys(shares["problem"]))
    samplers = list(dict.fromkeys(shares["sampler"]))
    across = min(_ACROSS, len(problems))
    rows = -(-len(problems) // across)
    figure = Figure(figsize=(COLUMN if across == 1 else PAGE, 2.2 * rows + 0.7))
    panels = figure.subplots(rows, across, squeeze=False, sharex=True, sharey=True)
    for panel in panels.flat[len(problems) :]:
        panel.set_visible(False)
    for place, (panel, problem) in enumerate(zip(panels.flat, problems, strict=False)):
        draw_panel(panel, shares[shares["problem"] == problem])
        panel.set_title(wrapped(problem, 96 // max(across, 2), 1))
        if place + across >= len(problems):
            panel.tick_params(labelbottom=True)
            panel.set_xlabel("trials")
    figure.supylabel("share of the true hypervolume")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(
        handles,
        [wrapped(label, 30, 1) for label in labels],
        loc="outside lower left",
        ncols=min(1 if across == 1 else 3, len(samplers)),
        handlelength=2.6,
    )
    return figure


def draw_panel(panel: Axes, shares: pd.DataFrame) -> None:
    """Draw the samplers on one problem."""
    from scipy.stats import t

    counts = [n for n in TRIALS if str(n) in shares]
    for sampler in dict.fromkeys(shares["sampler"]):
        values = shares.loc[shares["sampler"] == sampler, [str(n) for n in counts]].to_numpy()
        mean, drawn = values.mean(axis=0), look(str(sampler))
        error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
        half = t.ppf(0.975, len(values) - 1) * error
        panel.plot(
            counts,
            mean,
            color=drawn.color,
            ls=drawn.dashes,
            marker=drawn.marker,
            ms=3.5,
            label=sampler,
        )
        low, high = (mean - half).clip(0, 1), (mean + half).clip(0, 1)
        panel.fill_between(counts, low, high, color=drawn.color, alpha=0.12, lw=0)
    panel.set_ylim(top=1.02)
    number_axis(panel, "x")
    number_axis(panel, "y")
