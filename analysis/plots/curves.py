"""Curves over the budget: each sampler against the baseline, the others in grey."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.errors import InputError
from analysis.plots.palette import BASELINE_INK, MUTED, look, style
from analysis.statistics.intervals import bands

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from analysis.indicators.curves import Curves

MOST_DRAWN = 200


def hypervolume_curves(
    curves: Curves, *, baseline: str | None = "optuna-random", level: float = 0.95
) -> Figure:
    """Draw the share of the true hypervolume against trials (see `indicator_curves`)."""
    return indicator_curves(curves, baseline=baseline, level=level)


def indicator_curves(
    curves: Curves,
    *,
    baseline: str | None = "optuna-random",
    level: float = 0.95,
    scale: Literal["linear", "log"] = "linear",
    columns: int = 5,
) -> Figure:
    """Draw one small panel for each sampler, best first, all on the same axes.

    A panel shows the mean over seeds of one sampler with its interval, the baseline with its
    interval, and the means of all others in grey; its title gives the final mean.

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
    if scale not in ("linear", "log"):
        raise InputError(f"scale {scale!r}: expected linear or log")
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    table = bands(curves, level=level)
    table = table[table[curves.axis].isin(thinned(curves.budget) + 1)]
    parts = {str(name): part for name, part in table.groupby("sampler", sort=False)}
    order = ranked(curves)
    columns = min(columns, len(order))
    rows = -(-len(order) // columns)
    label = f"{curves.indicator} (mean, {level:.0%} interval)"
    lines = textwrap.wrap(label, 22 if rows == 1 else 60)
    label, left = "\n".join(lines), 0.45 + 0.15 * len(lines)
    with rc_context(style()):  # type: ignore[arg-type]
        width, height = left + 0.15 + 1.95 * columns, 0.75 + 1.6 * rows
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
                "right": 1 - 0.15 / width,
                "bottom": 0.5 / height,
                "top": 1 - 0.25 / height,
                "wspace": 0.12,
                "hspace": 0.26,
            },
        )
        for position, panel in enumerate(axes.flat):
            if position >= len(order):
                panel.set_visible(False)
                continue
            _panel(panel, order[position], parts, curves, baseline)
            if position + columns >= len(order):
                panel.tick_params(labelbottom=True)
        axes[0, 0].set_yscale(scale)
        if scale == "log":
            plain_log_labels(axes[0, 0])
        axes[0, 0].set_xlim(1, max(curves.budget, 2))
        note = f"    (dashed: {baseline}; grey: the others)" if baseline in parts else ""
        figure.supxlabel(f"{curves.axis}{note}", fontsize=9, y=0.06 / height, va="bottom")
        figure.supylabel(
            label,
            fontsize=9,
            x=0.06 / width,
            ha="left",
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


def plain_log_labels(axes: Axes) -> None:
    """Label a logarithmic vertical axis with plain numbers, between powers of ten as well."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def ranked(curves: Curves) -> list[str]:
    """Return the samplers by their final mean, best first."""
    sign = -1.0 if curves.sense == "max" else 1.0
    means = {name: sign * float(np.mean(values)) for name, values in curves.final().items()}
    return sorted(means, key=lambda name: means[name])


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
    _line(panel, parts[sampler], curves.axis, drawn.color, 1.7, "-", 0.25)
    last = parts[sampler].iloc[-1]
    panel.plot(
        last[curves.axis],
        last["mean"],
        marker=drawn.marker,
        color=drawn.color,
        ms=5,
        clip_on=False,
        zorder=5,
    )
    panel.set_title(f"{sampler}  {last['mean']:.3g}", fontsize=7.5, loc="left", pad=3)


def _line(
    panel: Axes,
    part: pd.DataFrame,
    axis: str,
    color: str,
    width: float,
    dashes: str | tuple[int, tuple[float, ...]],
    shade: float,
) -> None:
    panel.plot(part[axis], part["mean"], color=color, lw=width, ls=dashes, zorder=3)
    panel.fill_between(
        part[axis], part["low"], part["high"], color=color, alpha=shade, lw=0, zorder=2
    )
