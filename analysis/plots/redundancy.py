"""Figures of the redundancy audit: how alike objectives are, and what leaving one out does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.plots.palette import INK, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from analysis.redundancy.audit import Redundancy


def association_matrices(found: Redundancy) -> Figure:
    """Draw Kendall's tau and shared information of all pairs, over the space and the front.

    Above the diagonal the space, below it the front; objectives are turned so that smaller is
    better, so blue pairs agree and red ones conflict. Empty: an objective is constant.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    size = len(found.objectives)
    tau = np.full((size, size), np.nan)
    shared = np.full((size, size), np.nan)
    for pair in found.pairs:
        first, second = pair.first, pair.second
        tau[first, second], tau[second, first] = pair.space.tau, pair.front.tau
        shared[first, second], shared[second, first] = pair.space.shared, pair.front.shared
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(1.1 * size + 3.4, 0.45 * size + 1.5))
        left, right = figure.subplots(1, 2)
        _matrix(left, tau, found.names, "Kendall's tau", "RdBu", -1.0)
        _matrix(right, shared, found.names, "shared information", "Blues", 0.0)
        right.set_yticklabels([])
        figure.suptitle("upper right: over the space; lower left: along the front", fontsize=8)
    return figure


def leaving_out(found: Redundancy) -> Figure:
    """Draw what leaving each objective out does to the front and to dominance."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    outs = found.left_out
    places = np.arange(len(outs))
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(7.4, 0.3 * len(outs) + 1.2))
        left, right = figure.subplots(1, 2, sharey=True)
        left.barh(places, [100 * out.front_kept for out in outs], color="#4477aa", height=0.6)
        left.set_xlim(0, 100)
        left.set_xlabel("front's designs that stay on it (%)")
        right.barh(
            places, [100 * out.relations_changed for out in outs], color="#ee6677", height=0.6
        )
        right.hlines(
            places,
            [100 * out.low for out in outs],
            [100 * out.high for out in outs],
            color=INK,
            linewidth=1,
        )
        right.set_xlabel("dominance relations that change (%)")
        left.set_yticks(places, [f"without {found.names[out.column]}" for out in outs])
        left.invert_yaxis()
        for axis in (left, right):
            axis.grid(axis="y", visible=False)
    return figure


def _matrix(
    axis: Axes,
    values: NDArray[np.float64],
    names: tuple[str, ...],
    title: str,
    colors: str,
    least: float,
) -> None:
    import pandas as pd
    import seaborn as sns

    sns.heatmap(
        pd.DataFrame(values, index=names, columns=names),
        mask=~np.isfinite(values),
        cmap=colors,
        vmin=least,
        vmax=1.0,
        annot=True,
        fmt=".2f",
        annot_kws={"fontsize": 8},
        cbar=False,
        ax=axis,
    )
    axis.tick_params(length=0)
    for label in axis.get_xticklabels():
        label.set(rotation=35, ha="right")
    axis.set_title(title)
    axis.grid(visible=False)
