"""Figures of the scalarization audit: reach, sizes of regions, tolerances, methods side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis.foundation.errors import InputError
from analysis.plots.axes import axis_scale, number_axis, objective_label, wrapped
from analysis.plots.palette import BLUE, GRID, INK, OCHRE, ROSE, SKY
from analysis.plots.style import PAGE, styled
from analysis.scalarization.support import Support

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from analysis.scalarization.score_audit import ScoreAudit
    from analysis.scalarization.weight_audit import WeightAudit

CLASSES = {
    Support.EXTREME: (BLUE, "o"),
    Support.SUPPORTED: (SKY, "s"),
    Support.WEAK: (OCHRE, "D"),
    Support.UNSUPPORTED: (ROSE, "x"),
}
"""Color and marker of each class, the same in every figure."""

_ACROSS = 4
"""Panels in a row."""


@styled
def support_projections(found: WeightAudit, first: str | None = None) -> Figure:
    """Draw the front by class: one objective against each of the others, natural units.

    Parameters
    ----------
    found
        The audit.
    first
        On every vertical axis; the first objective by default.
    """
    from matplotlib.figure import Figure

    front = found.front
    top = _column(front.names, first)
    others = [
        column
        for column in range(len(front.names))
        if column != top and not front.degenerate[column]
    ] or [top]
    across = min(_ACROSS, len(others))
    rows = -(-len(others) // across)
    figure = Figure(figsize=(min(PAGE, 2.4 * across + 1.2), 2.3 * rows + 0.5))
    grid = figure.subplots(rows, across, sharey=True, squeeze=False)
    used = [
        axis_scale(objective, front.values[:, column], front.scales)
        for column, objective in enumerate(front.objectives)
    ]
    for axis in grid.flat[len(others) :]:
        axis.set_visible(False)
    for axis, column in zip(grid.flat, others, strict=False):
        for kind in Support:
            members = found.support.of(kind)
            color, marker = CLASSES[kind]
            axis.scatter(
                front.values[members, column],
                front.values[members, top],
                c=color,
                marker=marker,
                s=11,
                linewidths=0.8,
                alpha=0.85,
                label=f"{kind.label} ({int(members.sum())})",
                zorder=2 + kind,
            )
        axis.set_xlabel(objective_label(front.objectives[column], 24))
        number_axis(axis, "x", used[column])
    for axis in grid[:, 0]:
        number_axis(axis, "y", used[top])
        axis.set_ylabel(objective_label(front.objectives[top], 24))
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(
        handles[::-1],
        labels[::-1],
        loc="outside upper left",
        ncols=len(CLASSES) if across > 2 else 2,
    )
    return figure


@styled
def region_volumes(found: WeightAudit, most: int = 15) -> Figure:
    """Draw the largest regions' shares of the weight simplex, exact and by sampling.

    One panel for each scaling; a bar is the exact share, a line the sampled interval.
    """
    from matplotlib.figure import Figure

    titles = {"raw": "raw units", "range": "range scale", "deviation": "standard deviations"}
    figure = Figure(figsize=(PAGE, 2.4))
    axes = figure.subplots(1, len(found.volumes), sharey=True)
    for axis, (scaling, volume) in zip(axes, found.volumes.items(), strict=True):
        rows = np.argsort(-volume, kind="stable")[:most]
        rows = rows[volume[rows] > 0]
        places = np.arange(1, len(rows) + 1)
        sampled = found.sampled[scaling]
        axis.bar(places, 100 * volume[rows], color=SKY, alpha=0.6, width=0.75)
        axis.vlines(
            places, 100 * sampled.low[rows], 100 * sampled.high[rows], color=INK, linewidth=1
        )
        axis.set_title(titles[scaling])
        axis.set_xlabel("regions, largest first")
        axis.set_xlim(0.4, max(len(rows), 2) + 0.6)
        number_axis(axis, "x", whole=True)
        axis.grid(axis="x", visible=False)
    number_axis(axes[0], "y")
    axes[0].set_ylabel("share of all weights (%)")
    return figure


@styled
def score_tolerances(audits: Sequence[ScoreAudit]) -> Figure:
    """Draw, for each weight of each score, the factors between which the pick stays.

    1 is the weight as stated; bars that leave the panel have no end, hollow ones are weights of
    constant objectives.
    """
    from matplotlib.figure import Figure

    rows = [
        (f"{wrapped(audit.score.label, 24, 1)}: {each.objective} ({each.weight:+g})", each)
        for audit in audits
        for each in audit.tolerances
        if each.weight != 0
    ]
    least, most = 0.01, 100.0
    figure = Figure(figsize=(PAGE, 0.22 * len(rows) + 0.8))
    axis = figure.subplots()
    for place, (_, each) in enumerate(rows):
        ends = sorted((each.low / each.weight, each.high / each.weight))
        low, high = max(ends[0], least), min(ends[1], most)
        axis.barh(
            place,
            high - low,
            left=low,
            height=0.6,
            facecolor="none" if each.constant else (SKY, 0.5),
            edgecolor=BLUE,
            linestyle=":" if each.constant else "-",
            linewidth=0.8,
        )
    axis.axvline(1.0, color=INK, linewidth=1)
    axis.axvspan(least, 10.0, color=GRID, alpha=0.4, zorder=0)
    number_axis(axis, "x", "logarithmic")
    axis.set_xlim(least, most)
    axis.set_yticks(range(len(rows)), [label for label, _ in rows])
    axis.invert_yaxis()
    axis.set_xlabel("weight, as a multiple of the stated one (grey: plausible)")
    axis.grid(axis="y", visible=False)
    return figure


@styled
def method_reach(found: WeightAudit) -> Figure:
    """Draw which share of each class of points each method can reach."""
    from matplotlib.figure import Figure

    kinds = [kind for kind, count in found.support.counts().items() if count]
    figure = Figure(figsize=(PAGE, 2.4))
    axis = figure.subplots()
    height = 0.8 / len(kinds)
    for place, kind in enumerate(kinds):
        members = found.support.of(kind)
        shares = [100 * reach.attainable[members].mean() for reach in found.reach]
        axis.barh(
            np.arange(len(found.reach)) + (place - (len(kinds) - 1) / 2) * height,
            shares,
            height=0.9 * height,
            color=CLASSES[kind][0],
            label=f"{kind.label} ({int(members.sum())})",
        )
    axis.set_yticks(range(len(found.reach)), [reach.method for reach in found.reach])
    axis.invert_yaxis()
    axis.set_xlim(0, 100)
    number_axis(axis, "x")
    axis.set_xlabel("points of the class that the method can reach (%)")
    axis.grid(axis="y", visible=False)
    figure.legend(loc="outside upper left", ncols=len(kinds))
    return figure


def _column(names: Sequence[str], name: str | None) -> int:
    if name is None:
        return 0
    if name not in names:
        raise InputError(f"objective {name!r}: expected one of {', '.join(names)}")
    return list(names).index(name)
