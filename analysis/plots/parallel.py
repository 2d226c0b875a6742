"""A front as lines over parallel axes, one for each objective."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.objectives import ObjectiveLike, checked_values, labeled
from analysis.foundation.scales import Scale
from analysis.plots.axes import axis_scale, number_axis, objective_label, short_number
from analysis.plots.colormaps import ordered
from analysis.plots.palette import BASELINE_INK
from analysis.plots.style import COLUMN, PAGE, SMALL, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@styled
def parallel_coordinates(
    front: ArrayLike,
    objectives: Sequence[ObjectiveLike],
    *,
    color: int = 0,
    scales: Mapping[str, Scale] | None = None,
) -> Figure:
    """Draw each point of a front as a line over all objectives, the best value on top.

    Parameters
    ----------
    front
        (k, m) points, natural units.
    objectives
        The m columns.
    color
        The column that colors the lines.
    scales
        Declared scales by objective, see `axes.axis_scale`.

    Raises
    ------
    InputError
        The columns do not match the objectives, or a value is not finite.
    """
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure

    values = checked_values(front, objectives)
    used = [
        axis_scale(objective, values[:, column], scales)
        for column, objective in enumerate(objectives)
    ]
    shares = heights(values, objectives, used)
    figure = Figure(figsize=(PAGE if len(objectives) > 2 else COLUMN, 3.2))
    axes = figure.subplots()
    order = np.argsort(values[:, color], kind="stable")
    places = np.arange(len(objectives), dtype=float)
    lines = LineCollection(
        [np.column_stack([places, shares[i]]) for i in order],
        array=values[order, color],
        cmap=ordered(),
        lw=0.9,
        alpha=float(np.clip(60 / len(values), 0.25, 0.9)),
    )
    axes.add_collection(lines)
    for column, objective in enumerate(objectives):
        axes.axvline(column, color=BASELINE_INK, lw=1.0, zorder=3)
        ends = [values[:, column].min(), values[:, column].max()]
        for top, value in enumerate(ends if objective.sense == "max" else ends[::-1]):
            axes.annotate(
                short_number(float(value)),
                (column, top),
                xytext=(0, 4 if top else -4),
                textcoords="offset points",
                ha="center",
                va="bottom" if top else "top",
                fontsize=SMALL,
            )
    labels = [
        objective_label(objective, 14, "log" if scale == "logarithmic" else "")
        for objective, scale in zip(objectives, used, strict=True)
    ]
    axes.set_xticks(places, labels)
    axes.tick_params(axis="x", length=0, pad=14)
    axes.set_yticks([0, 1], ["worst on\nthe front", "best"])
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(-0.3, len(objectives) - 0.7)
    axes.set_ylim(-0.04, 1.04)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(lines, ax=axes, fraction=0.04, pad=0.02, label=labeled(objectives[color]))
    bar.solids.set_alpha(1.0)  # type: ignore[union-attr]
    bar.outline.set_visible(False)
    number_axis(bar.ax, "y")
    return figure


def heights(
    values: NDArray[np.float64], objectives: Sequence[ObjectiveLike], scales: Sequence[Scale]
) -> NDArray[np.float64]:
    """Return where values (k, m) are between the worst (0) and the best (1) of their column.

    A column without differences is at 1.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> heights(np.array([[1.0], [10.0], [100.0]]), [Objective(name="size")], ["logarithmic"]).T
    array([[1. , 0.5, 0. ]])
    """
    columns = []
    for column, (objective, scale) in enumerate(zip(objectives, scales, strict=True)):
        measured = np.log(values[:, column]) if scale == "logarithmic" else values[:, column]
        best, worst = measured.max(), measured.min()
        if objective.sense == "min":
            best, worst = worst, best
        columns.append((measured - worst) / (best - worst) if best != worst else 0 * measured + 1)
    return np.stack(columns, axis=1) + 0.0  # No -0.
