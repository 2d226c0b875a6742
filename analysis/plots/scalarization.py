"""Figures of the scalarization audit: reach, weight space, tolerances, methods side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import labeled
from analysis.foundation.words import number
from analysis.plots.palette import GRID, INK, MUTED, style
from analysis.scalarization.regions import region_of
from analysis.scalarization.support import Support

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from analysis.scalarization.front import Scaling
    from analysis.scalarization.score_audit import ScoreAudit
    from analysis.scalarization.weight_audit import WeightAudit

CLASSES = {
    Support.EXTREME: ("#4477aa", "o"),
    Support.SUPPORTED: ("#66ccee", "s"),
    Support.WEAK: ("#b09a1e", "D"),
    Support.UNSUPPORTED: ("#ee6677", "x"),
}
"""Color and marker of each class, the same in every figure."""

REGION_COLORS = ("#88b4d8", "#f2b6a0", "#b5d99c", "#d8c2e6", "#f0dc9a", "#a7dcd6", "#e3b3c8")
_ROOT_3 = np.sqrt(3.0)


def support_projections(found: WeightAudit, first: str | None = None) -> Figure:
    """Draw the front by class: one objective against each of the others, natural units.

    Parameters
    ----------
    found
        The audit.
    first
        On every vertical axis; the first objective by default.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    front = found.front
    top = _column(front.names, first)
    others = [
        column
        for column in range(len(front.names))
        if column != top and not front.degenerate[column]
    ]
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(2.6 * max(len(others), 1) + 0.6, 3.1))
        axes = figure.subplots(1, max(len(others), 1), sharey=True, squeeze=False)[0]
        for axis, column in zip(axes, others, strict=False):
            for kind in Support:
                rows = found.support.of(kind)
                color, marker = CLASSES[kind]
                axis.scatter(
                    front.values[rows, column],
                    front.values[rows, top],
                    c=color,
                    marker=marker,
                    s=14,
                    linewidths=0.8,
                    alpha=0.85,
                    label=f"{kind.label} ({int(rows.sum())})",
                    zorder=2 + kind,
                )
            axis.set_xlabel(labeled(front.objectives[column]))
            axis.ticklabel_format(axis="x", scilimits=(-3, 4))
        axes[0].set_ylabel(labeled(front.objectives[top]))
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(
            handles[::-1], labels[::-1], loc="outside upper center", ncols=min(4, len(axes))
        )
    return figure


def weight_triangle(found: WeightAudit, scaling: Scaling = "range", labels: int = 12) -> Figure:
    """Draw the weight simplex of three objectives, cut into the regions of each point.

    Parameters
    ----------
    found
        The audit of a problem with three objectives.
    scaling
        Of the weights.
    labels
        How many of the largest regions to number; the key beside the triangle says which point
        each picks.

    Raises
    ------
    InputError
        There are not three objectives.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    front = found.front
    if len(front.names) != 3:
        raise InputError(f"weight triangle: {len(front.names)} objectives, expected 3")
    stretch = front.divisors(scaling) / front.divisors("range")
    order = [int(row) for row in np.argsort(-found.volumes[scaling], kind="stable")]
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(7.4, 4.2))
        axis, key = figure.subplots(1, 2, width_ratios=[3, 2])
        _frame(axis, front.names)
        placed = 0
        for rank, row in enumerate(order):
            region = region_of(found.space, row, stretch)
            if region is None or region.volume == 0:
                continue
            corners = flat(region.corners)
            angle = np.arctan2(*(corners - corners.mean(axis=0)).T[::-1])
            axis.fill(
                *corners[np.argsort(angle)].T,
                facecolor=REGION_COLORS[rank % len(REGION_COLORS)],
                edgecolor="white",
                linewidth=0.7,
                zorder=2,
            )
            if placed < labels:
                placed += 1
                height = 1 - placed / (labels + 1)
                if region.radius > 0.02:
                    x, y = flat(region.center[None])[0]
                    axis.text(x, y, str(placed), ha="center", va="center", fontsize=8, zorder=5)
                key.text(0.0, height, str(placed), fontsize=8, va="center", transform=key.transAxes)
                values = ", ".join(
                    f"{objective.name} {number(value)}"
                    for objective, value in zip(front.objectives, front.values[row], strict=True)
                )
                key.text(
                    0.08,
                    height,
                    f"{values}\n{100 * region.volume:.1f} % of weights",
                    fontsize=7,
                    va="center",
                    transform=key.transAxes,
                )
        for suggestion in found.suggestions if scaling == "range" else ():
            axis.plot(*flat(suggestion.weights[None])[0], marker="*", color=INK, zorder=4)
        key.set_axis_off()
    return figure


def flat(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points of the simplex of three weights (n, 3) in the plane (n, 2).

    Examples
    --------
    >>> flat(np.eye(3)).round(3)
    array([[0.5  , 0.866],
           [0.   , 0.   ],
           [1.   , 0.   ]])
    """
    corners = np.array([[0.5, _ROOT_3 / 2], [0.0, 0.0], [1.0, 0.0]])
    return np.asarray(weights @ corners)


def region_volumes(found: WeightAudit, most: int = 15) -> Figure:
    """Draw the largest regions' shares of the weight simplex, exact and by sampling.

    One panel for each scaling; a bar is the exact share, a line the sampled interval.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    titles = {"raw": "raw units", "range": "range scale", "deviation": "standard deviations"}
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(7.4, 2.7))
        axes = figure.subplots(1, len(found.volumes), sharey=True)
        for axis, (scaling, volume) in zip(axes, found.volumes.items(), strict=True):
            rows = np.argsort(-volume, kind="stable")[:most]
            rows = rows[volume[rows] > 0]
            places = np.arange(1, len(rows) + 1)
            sampled = found.sampled[scaling]
            axis.bar(places, 100 * volume[rows], color="#88b4d8", width=0.75)
            axis.vlines(
                places, 100 * sampled.low[rows], 100 * sampled.high[rows], color=INK, linewidth=1
            )
            axis.set_title(titles[scaling])
            axis.set_xlabel("regions, largest first")
            axis.grid(axis="x", visible=False)
        axes[0].set_ylabel("share of all weights (%)")
    return figure


def score_tolerances(audits: Sequence[ScoreAudit]) -> Figure:
    """Draw, for each weight of each score, the factors between which the pick stays.

    1 is the weight as stated; bars that leave the panel have no end, hollow ones are weights of
    constant objectives.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    rows = [
        (f"{audit.score.label}: {each.objective} ({each.weight:+g})", each)
        for audit in audits
        for each in audit.tolerances
        if each.weight != 0
    ]
    least, most = 0.01, 100.0
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(7.4, 0.3 * len(rows) + 1.1))
        axis = figure.subplots()
        for place, (_, each) in enumerate(rows):
            ends = sorted((each.low / each.weight, each.high / each.weight))
            low, high = max(ends[0], least), min(ends[1], most)
            axis.barh(
                place,
                high - low,
                left=low,
                height=0.6,
                facecolor="none" if each.constant else "#88b4d8",
                edgecolor="#4477aa",
                linestyle=":" if each.constant else "-",
                linewidth=0.8,
            )
        axis.axvline(1.0, color=INK, linewidth=1)
        axis.axvspan(least, 10.0, color=GRID, alpha=0.4, zorder=0)
        axis.set_xscale("log")
        axis.set_xlim(least, most)
        axis.set_yticks(range(len(rows)), [label for label, _ in rows])
        axis.invert_yaxis()
        axis.set_xlabel("weight, as a multiple of the stated one (grey: plausible)")
        axis.grid(axis="y", visible=False)
    return figure


def method_reach(found: WeightAudit) -> Figure:
    """Draw which share of each class of points each method can reach."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    kinds = [kind for kind, count in found.support.counts().items() if count]
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(7.4, 2.6))
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
        axis.set_xlabel("points of the class that the method can reach (%)")
        axis.grid(axis="y", visible=False)
        figure.legend(loc="outside upper center", ncols=len(kinds))
    return figure


def _column(names: Sequence[str], name: str | None) -> int:
    if name is None:
        return 0
    if name not in names:
        raise InputError(f"objective {name!r}: expected one of {', '.join(names)}")
    return list(names).index(name)


def _frame(axis: Axes, names: Sequence[str]) -> None:
    corners = flat(np.eye(3))
    axis.plot(*corners[[0, 1, 2, 0]].T, color=MUTED, linewidth=1, zorder=3)
    for corner, name, (shift, align) in zip(
        corners, names, ((0.03, "center"), (-0.05, "left"), (-0.05, "right")), strict=True
    ):
        axis.text(
            corner[0],
            corner[1] + shift,
            f"all on {name}",
            ha=align,
            va="bottom" if shift > 0 else "top",
            fontsize=8,
        )
    axis.set_aspect("equal")
    axis.set_axis_off()
