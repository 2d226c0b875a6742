"""All samplers in one axes, several indicators side by side, one legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.foundation.scales import Scale
from analysis.foundation.words import counted
from analysis.plots.axes import number_axis, wrapped
from analysis.plots.curves import ranked, thinned
from analysis.plots.palette import MUTED, look, told_apart
from analysis.plots.style import COLUMN, PAGE, styled
from analysis.statistics.intervals import bands

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from analysis.indicators.curves import Curves


@styled
def overview(
    panels: Sequence[tuple[Curves, Scale]], *, baseline: str | None = None, level: float = 0.95
) -> Figure:
    """Draw the means over seeds of several indicators with their intervals.

    The best samplers by the first panel, and the baseline, have a color; the others are grey.

    Parameters
    ----------
    panels
        Curves with the scale of their vertical axis; the legend follows the first one's ranking.
    baseline
        A sampler that is told apart whatever its rank.
    level
        Of the pointwise intervals over seeds.

    Returns
    -------
    matplotlib.figure.Figure
        Not shown, and not registered with pyplot.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    order = ranked(panels[0][0])
    chosen = told_apart(order, baseline)
    figure = Figure(figsize=(COLUMN if len(panels) == 1 else PAGE, 2.9))
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for panel, (curves, scale) in zip(axes, panels, strict=True):
        _draw(panel, curves, chosen, scale, level)
        panel.set_xlabel(curves.axis)
        panel.set_title(wrapped(curves.indicator, 96 // max(len(panels), 2)))
    handles = [_sample(name) for name in chosen]
    labels = [wrapped(name, 30, 1) for name in chosen]
    if len(chosen) < len(order):
        handles.append(Line2D([], [], color=MUTED, lw=0.7))
        labels.append(f"{counted(len(order) - len(chosen), 'other')}: mean")
    figure.legend(
        handles,
        labels,
        loc="outside lower left",
        ncols=3 if len(panels) > 1 else 1,
        handlelength=2.6,
        title=f"by {panels[0][0].indicator} at the end, best first; {100 * level:g} % intervals",
        alignment="left",
    )
    return figure


def _draw(panel: Axes, curves: Curves, chosen: list[str], scale: Scale, level: float) -> None:
    number_axis(panel, "x", whole=True)
    number_axis(panel, "y", scale)
    shown = thinned(curves.budget)
    logarithmic = scale == "logarithmic"

    def positive(values: np.ndarray) -> np.ndarray:
        return np.where(values > 0, values, np.nan) if logarithmic else values

    for name, values in curves.values.items():
        if name not in chosen:
            mean = positive(values.mean(axis=0)[shown])
            panel.plot(shown + 1, mean, color=MUTED, lw=0.7, zorder=1)
    told = replace(curves, values={name: curves.values[name] for name in chosen})
    with np.errstate(invalid="ignore"):  # A run that has found nothing is infinitely far away.
        parts = dict(tuple(bands(told, level=level).groupby("sampler", sort=False)))
    marks = max(1, len(shown) // 4)
    for place, name in enumerate(chosen):
        drawn, part = look(name), parts[name].iloc[shown]
        panel.plot(
            shown + 1,
            positive(part["mean"].to_numpy()),
            color=drawn.color,
            ls=drawn.dashes,
            lw=1.2,
            marker=drawn.marker,
            ms=3.2,
            markevery=((place * marks // len(chosen)) % max(len(shown) - 1, 1), marks),
            zorder=4,
        )
    least, most = panel.get_ylim()
    for name in chosen:
        part = parts[name].iloc[shown]
        low = np.maximum(part["low"], least) if logarithmic else part["low"]
        panel.fill_between(
            shown + 1, low, part["high"], color=look(name).color, alpha=0.12, lw=0, zorder=2
        )
    if logarithmic:  # Intervals that reach down to nothing must not decide the limits.
        panel.set_ylim(least, most)
    panel.set_xlim(1, max(curves.budget, 2))


def _sample(name: str) -> Line2D:
    from matplotlib.lines import Line2D

    drawn = look(name)
    return Line2D([], [], color=drawn.color, ls=drawn.dashes, lw=1.2, marker=drawn.marker, ms=3.2)
