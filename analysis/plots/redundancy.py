"""Figures of the redundancy audit: how alike objectives are, and what leaving one out does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.plots.axes import number_axis, wrapped
from analysis.plots.colormaps import diverging, heat_map, sequential
from analysis.plots.palette import BLUE, INK, ROSE
from analysis.plots.style import PAGE, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

    from analysis.redundancy.audit import Redundancy


@styled
def association_matrices(found: Redundancy) -> Figure:
    """Draw Kendall's tau and shared information of all pairs, over the space and the front.

    Above the diagonal the space, below it the front; objectives are turned so that smaller is
    better, so blue pairs agree and ochre ones conflict. Empty: an objective is constant.
    """
    from matplotlib.figure import Figure

    size = len(found.objectives)
    tau = np.full((size, size), np.nan)
    shared = np.full((size, size), np.nan)
    for pair in found.pairs:
        first, second = pair.first, pair.second
        tau[first, second], tau[second, first] = pair.space.tau, pair.front.tau
        shared[first, second], shared[second, first] = pair.space.shared, pair.front.shared
    figure = Figure(figsize=(PAGE, 0.3 * size + 1.8))
    left, right = figure.subplots(1, 2)
    where = "upper right: space, lower left: front"
    _matrix(left, tau, found.names, f"Kendall's tau\n({where})", diverging(), -1.0)
    _matrix(right, shared, found.names, f"shared information\n({where})", sequential(), 0.0)
    right.set_yticklabels([])
    return figure


@styled
def leaving_out(found: Redundancy) -> Figure:
    """Draw what leaving each objective out does to the front and to dominance."""
    from matplotlib.figure import Figure

    outs = found.left_out
    places = np.arange(len(outs))
    figure = Figure(figsize=(PAGE, 0.24 * max(len(outs), 2) + 0.8))
    left, right = figure.subplots(1, 2, sharey=True)
    left.barh(places, [100 * out.front_kept for out in outs], color=BLUE, height=0.6)
    left.set_xlim(0, 100)
    left.set_xlabel("front's designs that stay on it (%)")
    right.barh(places, [100 * out.relations_changed for out in outs], color=ROSE, height=0.6)
    right.hlines(
        places,
        [100 * out.low for out in outs],
        [100 * out.high for out in outs],
        color=INK,
        linewidth=1,
    )
    right.set_xlabel("dominance relations that change (%)")
    left.set_yticks(places, [f"without {wrapped(found.names[out.column], 26, 1)}" for out in outs])
    left.set_ylim(max(len(outs), 2) - 0.5, -0.5)
    for axis in (left, right):
        number_axis(axis, "x")
        axis.grid(axis="y", visible=False)
    return figure


def _matrix(
    axis: Axes,
    values: NDArray[np.float64],
    names: tuple[str, ...],
    title: str,
    colors: ListedColormap,
    least: float,
) -> None:
    import pandas as pd

    labels = [wrapped(name, 26, 1) for name in names]
    heat_map(
        axis,
        pd.DataFrame(values, index=labels, columns=labels),
        np.char.mod("%.2f", values),
        colors=colors,
        limits=(least, 1.0),
    )
    axis.tick_params(axis="x", rotation=90)
    axis.set_title(title)
