"""Mean shares against budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.plots.axes import number_axis, wrapped
from analysis.plots.palette import look
from analysis.plots.style import COLUMN, PAGE, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def drawn(shares: pd.DataFrame) -> Figure:
    """Draw mean final shares of every sampler with 95 % intervals, a panel a problem."""
    from matplotlib.figure import Figure

    problems = list(dict.fromkeys(shares["problem"]))
    figure = Figure(figsize=(COLUMN if len(problems) == 1 else PAGE, 3.4))
    panels = figure.subplots(1, len(problems), squeeze=False, sharey=True)[0]
    labels: dict[str, Artist] = {}
    for panel, problem in zip(panels, problems, strict=True):
        draw_panel(panel, shares[shares["problem"] == problem])
        panel.set_title(wrapped(problem, 96 // max(len(problems), 2), 1))
        handles, names = panel.get_legend_handles_labels()
        labels |= dict(zip(names, handles, strict=True))
    panels[0].set_ylabel("share of the true hypervolume")
    figure.legend(
        list(labels.values()),
        [wrapped(name, 30, 1) for name in labels],
        loc="outside lower left",
        ncols=1 if len(problems) == 1 else 3,
        handlelength=2.6,
    )
    return figure


def draw_panel(panel: Axes, shares: pd.DataFrame) -> None:
    """Draw the samplers on one problem, budgets on a logarithmic axis."""
    from scipy.stats import t

    for sampler in dict.fromkeys(shares["sampler"]):
        groups = shares[shares["sampler"] == sampler].groupby("budget")["share"]
        mean, count = groups.mean(), groups.count()
        half = (groups.std(ddof=1) / count**0.5 * t.ppf(0.975, count - 1)).fillna(0.0)
        chosen = look(str(sampler))
        panel.plot(
            mean.index,
            mean,
            color=chosen.color,
            ls=chosen.dashes,
            marker=chosen.marker,
            ms=3.5,
            label=sampler,
        )
        low, high = (mean - half).clip(0, 1), (mean + half).clip(0, 1)
        panel.fill_between(mean.index, low, high, color=chosen.color, alpha=0.12, lw=0)
    budgets = sorted(shares["budget"].unique())
    panel.set_xscale("log")
    panel.set_xticks(budgets, [f"{budget}" for budget in budgets])
    panel.minorticks_off()
    panel.set_xlabel("trials of a run")
    panel.set_ylim(0, 1.02)
    number_axis(panel, "y")
