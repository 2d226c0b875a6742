"""Curves over the budget: each sampler against the baseline, the others in grey."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.errors import InputError
from analysis.plots.axes import number_axis, short_number, wrapped
from analysis.plots.palette import BASELINE_INK, INK, MUTED, PAPER, Dashes, look
from analysis.plots.style import COLUMN, PAGE, SMALL, styled
from analysis.statistics.intervals import bands

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from analysis.indicators.curves import Curves

MOST_DRAWN = 200
"""Points of a line, at most."""

_IN_A_PANEL = 100
"""Points of a line in one of many small panels: half a point of print apart."""

_ROOM_BELOW = 0.14
"""Part of a panel below the lowest line, for what is written there."""


def hypervolume_curves(
    curves: Curves, *, baseline: str | None = "optuna-random", level: float = 0.95
) -> Figure:
    """Draw the share of the true hypervolume against trials (see `indicator_curves`)."""
    return indicator_curves(curves, baseline=baseline, level=level)


@styled
def indicator_curves(
    curves: Curves,
    *,
    baseline: str | None = "optuna-random",
    level: float = 0.95,
    scale: Literal["linear", "logarithmic"] = "linear",
    columns: int = 4,
) -> Figure:
    """Draw one small panel for each sampler, best first, all on the same axes.

    A panel shows the mean over seeds of one sampler with its interval and where it ends, the
    baseline with its interval, and the means of all others in grey.

    Parameters
    ----------
    curves
        Any indicator.
    baseline
        The sampler that every panel repeats; None, or one that is not there: no baseline.
    level
        Of the pointwise intervals over seeds.
    scale
        Of the vertical axis.
    columns
        Panels in a row, at most.

    Returns
    -------
    matplotlib.figure.Figure
        Not shown, and not registered with pyplot.

    Raises
    ------
    InputError
        The scale is unknown.
    """
    if scale not in ("linear", "logarithmic"):
        raise InputError(f"scale {scale!r}: expected linear or logarithmic")
    from matplotlib.figure import Figure

    table = bands(curves, level=level)
    table = table[table[curves.axis].isin(thinned(curves.budget, _IN_A_PANEL) + 1)]
    parts = {str(name): part for name, part in table.groupby("sampler", sort=False)}
    order = ranked(curves)
    columns = min(columns, len(order))
    rows = -(-len(order) // columns)
    lines = textwrap.wrap(curves.indicator, 24 if rows == 1 else 60)
    width, left = (COLUMN if columns <= 2 else PAGE), 0.42 + 0.13 * len(lines)
    key = _key(parts, order, baseline, level)
    across = len(key) if width == PAGE else 1
    top = 0.2 + 0.14 * -(-len(key) // across) + 0.1
    height = 0.5 + top + 1.35 * rows
    figure = Figure(figsize=(width, height))
    figure.set_layout_engine("none")
    axes = figure.subplots(
        rows,
        columns,
        sharex=True,
        sharey=True,
        squeeze=False,
        gridspec_kw={
            "left": left / width,
            "right": 1 - 0.12 / width,
            "bottom": 0.45 / height,
            "top": 1 - top / height,
            "wspace": 0.1,
            "hspace": 0.3,
        },
    )
    broad = int((width - left) / columns / 0.072)
    for position, panel in enumerate(axes.flat):
        if position >= len(order):
            panel.set_visible(False)
            continue
        _panel(panel, order[position], parts, curves, baseline)
        panel.set_title(wrapped(order[position], broad, 1), pad=3)
        if position + columns >= len(order):
            panel.tick_params(labelbottom=True)
    budget = max(curves.budget, 2)
    axes[0, 0].set_xlim(1, budget + 0.02 * (budget - 1))
    number_axis(axes[0, 0], "x", whole=True)
    number_axis(axes[0, 0], "y", scale)
    if curves.sense == "max" and scale == "linear":
        low, high = axes[0, 0].get_ylim()
        axes[0, 0].set_ylim(low - _ROOM_BELOW * (high - low), high)
    figure.supxlabel(curves.axis, y=0.04 / height, va="bottom")
    figure.supylabel("\n".join(lines), x=0.04 / width, ha="left")
    figure.legend(
        key.values(),
        key.keys(),
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=across,
        borderaxespad=0.3,
        labelspacing=0.25,
        columnspacing=1.5,
    )
    return figure


def thinned(budget: int, most: int = MOST_DRAWN) -> NDArray[np.int64]:
    """Return the columns of a long curve that are drawn: all, or `most` evenly spaced ones.

    Examples
    --------
    >>> thinned(5), thinned(1000, 3)
    (array([0, 1, 2, 3, 4]), array([  0, 500, 999]))
    """
    return np.unique(np.round(np.linspace(0, budget - 1, min(budget, most))).astype(np.int64))


def ranked(curves: Curves) -> list[str]:
    """Return the samplers by their final mean, best first."""
    sign = -1.0 if curves.sense == "max" else 1.0
    means = {name: sign * float(np.mean(values)) for name, values in curves.final().items()}
    return sorted(means, key=lambda name: means[name])


def _key(
    parts: dict[str, pd.DataFrame], order: list[str], baseline: str | None, level: float
) -> dict[str, Artist]:
    """Return what the lines mean, with something drawn like each."""
    from matplotlib.lines import Line2D

    key: dict[str, Artist] = {
        f"sampler of the panel: mean and {100 * level:g} % interval": Line2D([], [], color=INK)
    }
    if baseline in parts:
        key[f"{wrapped(str(baseline), 30, 1)}, likewise"] = Line2D(
            [], [], color=BASELINE_INK, lw=1.0, ls=(0, (3, 1.5))
        )
    if len(order) > 1 + (baseline in parts):
        key["all others: mean"] = Line2D([], [], color=MUTED, lw=0.8)
    return key


def _panel(
    panel: Axes,
    sampler: str,
    parts: dict[str, pd.DataFrame],
    curves: Curves,
    baseline: str | None,
) -> None:
    from matplotlib.collections import LineCollection

    others = [
        part[[curves.axis, "mean"]].to_numpy()
        for other, part in parts.items()
        if other not in (sampler, baseline)
    ]
    panel.add_collection(
        LineCollection(others, colors=MUTED, linewidths=0.5, alpha=0.7, zorder=1), autolim=False
    )
    if baseline in parts and baseline != sampler:
        _line(panel, parts[baseline], curves.axis, BASELINE_INK, 1.0, (0, (3, 1.5)), 0.16)
    drawn = look(sampler)
    _line(panel, parts[sampler], curves.axis, drawn.color, 1.6, "-", 0.25)
    last = parts[sampler].iloc[-1]
    panel.plot(
        last[curves.axis],
        last["mean"],
        marker=drawn.marker,
        color=drawn.color,
        ms=4.5,
        clip_on=False,
        zorder=5,
    )
    rising = curves.sense == "max"
    panel.text(
        0.97,
        0.05 if rising else 0.95,
        f"ends at {short_number(last['mean'], 3)}",
        transform=panel.transAxes,
        ha="right",
        va="bottom" if rising else "top",
        fontsize=SMALL,
        bbox={"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.75},
        zorder=6,
    )


def _line(
    panel: Axes,
    part: pd.DataFrame,
    axis: str,
    color: str,
    width: float,
    dashes: Dashes,
    shade: float,
) -> None:
    panel.plot(part[axis], part["mean"], color=color, lw=width, ls=dashes, zorder=3)
    panel.fill_between(
        part[axis], part["low"], part["high"], color=color, alpha=shade, lw=0, zorder=2
    )
