"""Mean shares of runs that end, or are looked at, after a few numbers of trials."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from analysis.foundation.scales import Scale
from analysis.foundation.words import counted
from analysis.plots.axes import number_axis, wrapped
from analysis.plots.palette import MUTED, look, told_apart
from analysis.plots.style import COLUMN, PAGE, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ACROSS = 3
"""Panels in a row."""


@styled
def shares_at(
    shares: pd.DataFrame, *, baseline: str = "optuna-random", scale: Scale = "linear"
) -> Figure:
    """Draw the mean share of every sampler with Student's 95 % interval, a panel a problem.

    The samplers that are best at the largest number of trials that all of a problem's samplers
    had, over all problems, and the baseline have a color; the others are grey.

    Parameters
    ----------
    shares
        One row a run and number of trials: ``problem``, ``sampler``, ``trials``, ``share``.
    baseline
        A sampler that is told apart whatever its rank.
    scale
        Of the trials.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    problems = list(dict.fromkeys(shares["problem"]))
    order = [str(name) for name in _final_means(shares).index]
    chosen = told_apart(order, baseline)
    across = min(_ACROSS, len(problems))
    rows, columns = -(-len(problems) // across), 1 if across == 1 else 3
    height = 2.2 * rows + 0.5 + 0.15 * -(-(len(chosen) + 1) // columns)
    figure = Figure(figsize=(COLUMN if across == 1 else PAGE, height))
    panels = figure.subplots(rows, across, squeeze=False, sharex=True, sharey=True)
    by_name: dict[str, Artist] = {}
    for place, panel in enumerate(panels.flat):
        if place >= len(problems):
            panel.set_visible(False)
            continue
        _draw(panel, shares[shares["problem"] == problems[place]], chosen)
        panel.set_title(wrapped(problems[place], 96 // max(across, 2), 1))
        handles, names = panel.get_legend_handles_labels()
        by_name |= dict(zip(names, handles, strict=True))
        if place + across >= len(problems):
            panel.tick_params(labelbottom=True)
            panel.set_xlabel("trials")
    number_axis(panels[0, 0], "x", scale, whole=True)
    number_axis(panels[0, 0], "y")
    panels[0, 0].set_ylim(top=1.02)
    figure.supylabel("share of the true hypervolume")
    labels = [wrapped(name, 30, 1) for name in chosen]
    handles = [by_name[name] for name in chosen]
    if len(order) > len(chosen):
        handles.append(Line2D([], [], color=MUTED, lw=0.7))
        labels.append(f"{counted(len(order) - len(chosen), 'other')}: mean")
    figure.legend(handles, labels, loc="outside lower left", ncols=columns, handlelength=2.6)
    return figure


def _final_means(shares: pd.DataFrame) -> pd.Series:
    """Return the mean over problems where all samplers of one come last, best first."""
    run = shares.dropna(subset="share")
    everyone = run.groupby("problem")["sampler"].transform("nunique")
    there = run.groupby(["problem", "trials"])["sampler"].transform("nunique")
    common = run[there == everyone]
    last = common[common["trials"] == common.groupby("problem")["trials"].transform("max")]
    means = last.groupby(["sampler", "problem"], sort=False)["share"].mean()
    ranked = means.groupby("sampler", sort=False).mean().reindex(run["sampler"].unique())
    return ranked.sort_values(ascending=False, kind="stable")


def _draw(panel: Axes, shares: pd.DataFrame, chosen: Collection[str]) -> None:
    from scipy.stats import t

    for sampler, part in shares.groupby("sampler", sort=False):
        groups = part.groupby("trials")["share"]
        mean, count = groups.mean(), groups.count()
        if sampler not in chosen:
            panel.plot(mean.index, mean, color=MUTED, lw=0.7, zorder=1)
            continue
        looks = look(str(sampler))
        half = (groups.std(ddof=1) / count**0.5 * t.ppf(0.975, count - 1)).fillna(0.0)
        panel.plot(
            mean.index,
            mean,
            color=looks.color,
            ls=looks.dashes,
            marker=looks.marker,
            ms=3.5,
            label=str(sampler),
        )
        low, high = (mean - half).clip(0, 1), (mean + half).clip(0, 1)
        panel.fill_between(mean.index, low, high, color=looks.color, alpha=0.12, lw=0)
