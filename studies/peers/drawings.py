"""The figure of the comparison with peers."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from analysis.foundation.words import counted
from analysis.plots.axes import number_axis, wrapped
from analysis.plots.palette import MUTED, look, told_apart
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
    """Draw the mean share against trials with 95 % intervals over seeds, a panel a problem.

    The samplers that are best at the end, over all problems, have a color; the others are grey.
    """
    from matplotlib.figure import Figure

    problems = list(dict.fromkeys(shares["problem"]))
    last = [str(n) for n in TRIALS if str(n) in shares][-1]
    ends = shares.groupby("sampler", sort=False)[last].mean().sort_values(ascending=False)
    chosen = told_apart([str(name) for name in ends.index], "optuna-random")
    across = min(_ACROSS, len(problems))
    rows, columns = -(-len(problems) // across), 1 if across == 1 else 3
    height = 2.2 * rows + 0.5 + 0.15 * -(-(len(chosen) + 1) // columns)
    figure = Figure(figsize=(COLUMN if across == 1 else PAGE, height))
    panels = figure.subplots(rows, across, squeeze=False, sharex=True, sharey=True)
    for panel in panels.flat[len(problems) :]:
        panel.set_visible(False)
    for place, (panel, problem) in enumerate(zip(panels.flat, problems, strict=False)):
        draw_panel(panel, shares[shares["problem"] == problem], chosen)
        panel.set_title(wrapped(problem, 96 // max(across, 2), 1))
        if place + across >= len(problems):
            panel.tick_params(labelbottom=True)
            panel.set_xlabel("trials")
    number_axis(panels[0, 0], "x", whole=True)
    number_axis(panels[0, 0], "y")
    panels[0, 0].set_ylim(top=1.02)
    figure.supylabel("share of the true hypervolume")
    by_name = dict(zip(*panels[0, 0].get_legend_handles_labels()[::-1], strict=True))
    labels = [name for name in chosen if name in by_name]
    handles = [by_name[name] for name in labels]
    if len(ends) > len(chosen):
        handles.append(panels[0, 0].plot([], [], color=MUTED, lw=0.7)[0])
        labels.append(f"{counted(len(ends) - len(chosen), 'other')}: mean")
    figure.legend(
        handles,
        [wrapped(label, 30, 1) for label in labels],
        loc="outside lower left",
        ncols=columns,
        handlelength=2.6,
    )
    return figure


def draw_panel(panel: Axes, shares: pd.DataFrame, chosen: Collection[str]) -> None:
    """Draw the samplers on one problem, the chosen ones with color, marker and interval."""
    from scipy.stats import t

    counts = [n for n in TRIALS if str(n) in shares]
    for sampler in dict.fromkeys(shares["sampler"]):
        values = shares.loc[shares["sampler"] == sampler, [str(n) for n in counts]].to_numpy()
        mean, looks = values.mean(axis=0), look(str(sampler))
        if sampler not in chosen:
            panel.plot(counts, mean, color=MUTED, lw=0.7, zorder=1)
            continue
        error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
        half = t.ppf(0.975, len(values) - 1) * error
        panel.plot(
            counts,
            mean,
            color=looks.color,
            ls=looks.dashes,
            marker=looks.marker,
            ms=3.5,
            label=sampler,
        )
        low, high = (mean - half).clip(0, 1), (mean + half).clip(0, 1)
        panel.fill_between(counts, low, high, color=looks.color, alpha=0.12, lw=0)
