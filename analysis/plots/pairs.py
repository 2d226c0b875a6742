"""A front in every pair of objectives, with the distribution of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.objectives import ObjectiveLike, checked_values
from analysis.foundation.scales import Scale
from analysis.plots.axes import axis_scale, number_axis, objective_label
from analysis.plots.colormaps import ordered
from analysis.plots.palette import BASELINE_INK, FOREST
from analysis.plots.style import COLUMN, PAGE, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure

_BINS = 30
_FEW = 5
"""Axes of two objectives, with those of the distributions: there is no free corner."""


@styled
def pair_grid(
    front: ArrayLike,
    objectives: Sequence[ObjectiveLike],
    *,
    color: NDArray[np.float64],
    label: str,
    limits: tuple[float, float] | None = None,
    cloud: ArrayLike | None = None,
    cloud_label: str = "designs of the space",
    scales: Mapping[str, Scale] | None = None,
) -> Figure:
    """Draw a front in every pair of objectives; on the diagonal how each is distributed.

    Parameters
    ----------
    front
        (k, m) points, natural units.
    objectives
        The m columns.
    color
        (k,) by which the points are colored.
    label
        What the color says.
    limits
        Of the color; by default those of its values.
    cloud
        (n, m) other designs, in grey behind the front.
    cloud_label
        What they are.
    scales
        Declared scales of the axes by objective, see `axes.axis_scale`.

    Returns
    -------
    matplotlib.figure.Figure
        Not shown, and not registered with pyplot.

    Raises
    ------
    InputError
        The columns do not match the objectives, or a value is not finite.
    """
    import pandas as pd
    import seaborn as sns
    from matplotlib import pyplot, rc_context
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    points = checked_values(front, objectives)
    behind = checked_values(np.empty((0, len(objectives))) if cloud is None else cloud, objectives)
    order = np.argsort(color, kind="stable")
    if len(order) == 1:
        order = np.repeat(order, 2)  # seaborn's grid draws nothing of a table of one row
    low, high = limits or (float(color.min()), float(color.max()))
    span = Normalize(low, high)
    colors = ScalarMappable(span, ordered())
    names = [objective.name for objective in objectives]
    others = pd.DataFrame(behind, columns=names)
    scale_of = {
        objective.name: axis_scale(objective, np.append(one, other), scales)
        for objective, one, other in zip(objectives, behind.T, points.T, strict=True)
    }

    def scattered(x: pd.Series, y: pd.Series, **_: object) -> None:
        axes = pyplot.gca()
        axes.scatter(
            others[str(x.name)],
            others[str(y.name)],
            s=2,
            color=BASELINE_INK,
            alpha=float(np.clip(500 / max(len(others), 1), 0.08, 0.5)),
            lw=0,
            rasterized=True,
        )
        axes.scatter(x, y, s=9, c=color[order], cmap=colors.cmap, norm=span, lw=0)

    def distributed(x: pd.Series, **_: object) -> None:
        name = names[list(grid.diag_axes).index(pyplot.gca())]
        _histograms(pyplot.gca(), x, others[name], scale_of[name])

    size = len(names)
    wide = PAGE if size > 2 else COLUMN
    try:
        with rc_context({"figure.constrained_layout.use": False}):
            grid = sns.PairGrid(
                pd.DataFrame(points[order], columns=names),
                height=wide / size,
                corner=True,
                diag_sharey=False,
            )
        for column, objective in enumerate(objectives):
            number_axis(grid.axes[-1, column], "x", scale_of[objective.name])
            if column:
                number_axis(grid.axes[column, 0], "y", scale_of[objective.name])
        grid.map_diag(distributed)
        grid.map_lower(scattered)
    finally:
        pyplot.close(grid.figure)
    for column, objective in enumerate(objectives):
        grid.axes[-1, column].set_xlabel(objective_label(objective, 14))
        if column:
            grid.axes[column, 0].set_ylabel(objective_label(objective, 14))
    figure: Figure = grid.figure
    figure.set_layout_engine("constrained")
    figure.set_size_inches(wide, wide + (0.5 if size > 1 else 0.0))
    _key(figure, colors if size > 1 else None, label, cloud_label if len(behind) else "")
    layout = figure.get_layout_engine()
    assert layout is not None
    layout.execute(figure)  # Which ticks fit follows from the first layout.
    return figure


def _histograms(axes: Axes, front: pd.Series, others: pd.Series, scale: Scale) -> None:
    """Draw how many of the front's points, and of the other designs, are where."""
    everything = np.append(front, others)
    low, high = everything.min(), everything.max()
    if low == high:
        low, high = low - 0.5, high + 0.5
    spaced = np.geomspace if scale == "logarithmic" else np.linspace
    edges = spaced(low, high, _BINS + 1).tolist()
    for values, color, alpha in ((others, BASELINE_INK, 0.35), (front, FOREST, 0.6)):
        if len(values):
            axes.hist(
                values,
                edges,
                weights=np.full(len(values), 1 / len(values)),
                color=color,
                alpha=alpha,
                lw=0,
            )
    axes.grid(visible=False)


def _key(figure: Figure, colors: ScalarMappable | None, label: str, others: str) -> None:
    """Say what the colors mean, above the grid."""
    from matplotlib.patches import Patch

    if colors is not None:
        if len(figure.axes) > _FEW:
            bar = figure.colorbar(
                colors,
                cax=figure.add_axes((0.52, 0.95, 0.45, 0.012)),
                orientation="horizontal",
                label=label,
            )
        else:
            bar = figure.colorbar(colors, ax=figure.axes, location="bottom", label=label)
        bar.outline.set_visible(False)
        number_axis(bar.ax, "x")
    handles = [Patch(color=FOREST, alpha=0.6, lw=0, label="front")]
    if others:
        handles.append(Patch(color=BASELINE_INK, alpha=0.35, lw=0, label=others))
    figure.legend(handles=handles, loc="outside upper left", ncols=2)
