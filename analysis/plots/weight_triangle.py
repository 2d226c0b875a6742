"""The weight simplex of three objectives, cut into the regions of the points that are picked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.errors import InputError
from analysis.plots.axes import short_number, wrapped
from analysis.plots.palette import COLORS, INK, MUTED, PAPER
from analysis.plots.style import PAGE, SMALL, styled
from analysis.scalarization.regions import region_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from analysis.scalarization.front import Scaling
    from analysis.scalarization.weight_audit import WeightAudit

_ROOT_3 = np.sqrt(3.0)
_NUMBERED_FROM = 0.025
"""Radius of the largest ball in a region from which its number fits inside."""


@styled
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
    from matplotlib.figure import Figure

    front = found.front
    if len(front.names) != 3:
        raise InputError(f"weight triangle: {len(front.names)} objectives, expected 3")
    stretch = front.divisors(scaling) / front.divisors("range")
    order = [int(row) for row in np.argsort(-found.volumes[scaling], kind="stable")]
    figure = Figure(figsize=(PAGE, 3.6))
    axis, key = figure.subplots(1, 2, width_ratios=[3, 2])
    _frame(axis, front.names)
    suggested = found.suggestions if scaling == "range" else ()
    stars = flat(np.array([each.weights for each in suggested]).reshape(-1, 3))
    axis.plot(*stars.T, ls="", marker="*", color=INK, ms=5, zorder=4)
    rows = [("", *(wrapped(name, 12, 1) for name in front.names), "% of weights")]
    for rank, row in enumerate(order):
        region = region_of(found.space, row, stretch)
        if region is None or region.volume == 0:
            continue
        corners = flat(region.corners)
        angle = np.arctan2(*(corners - corners.mean(axis=0)).T[::-1])
        axis.fill(
            *corners[np.argsort(angle)].T,
            facecolor=(COLORS[rank % len(COLORS)], 0.45),
            edgecolor=PAPER,
            linewidth=0.7,
            zorder=2,
        )
        if len(rows) <= labels:
            text = str(len(rows))
            if region.radius > _NUMBERED_FROM:
                center = flat(region.center[None])[0]
                hidden = (np.hypot(*(stars - center).T) < _NUMBERED_FROM).any()
                axis.annotate(
                    text,
                    center,
                    xytext=(0, 7 if hidden else 0),
                    textcoords="offset points",
                    ha="center",
                    va="center",
                    fontsize=SMALL,
                    zorder=5,
                )
            values = (short_number(float(value)) for value in front.values[row])
            share = 100 * region.volume
            rows.append((text, *values, f"{share:.1f}" if share >= 0.05 else "< 0.1"))
    _table(key, rows)
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


def _table(axis: Axes, rows: Sequence[Sequence[str]]) -> None:
    """Write which point each number picks."""
    axis.set_axis_off()
    for line, cells in enumerate(rows):
        for place, cell in zip((0.06, 0.32, 0.55, 0.78, 1.0), cells, strict=True):
            axis.text(
                place,
                1.0 - 0.075 * line,
                cell,
                ha="right",
                va="bottom",
                fontsize=SMALL if line else SMALL - 1,
                transform=axis.transAxes,
            )


def _frame(axis: Axes, names: Sequence[str]) -> None:
    corners = flat(np.eye(3))
    axis.plot(*corners[[0, 1, 2, 0]].T, color=MUTED, linewidth=1, zorder=3)
    for corner, name, (shift, align) in zip(
        corners, names, ((0.03, "center"), (-0.04, "left"), (-0.04, "right")), strict=True
    ):
        axis.text(
            corner[0],
            corner[1] + shift,
            f"all on {wrapped(name, 18, 1)}",
            ha=align,
            va="bottom" if shift > 0 else "top",
        )
    axis.set_aspect("equal")
    axis.set_axis_off()
