"""Figures of a front: every pair of objectives, and all of them side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from moo_jsc.objectives.objective import Objective
    from moo_jsc.problems.problem import Problem
    from studies.front.points import Front

from studies.front.points import shown

_LOG_RATIO = 20.0
"""Ratio of largest to smallest value from which an axis is logarithmic."""


def colored_by(problem: Problem) -> int:
    """Return the column that colours the front: accuracy, or else the first objective."""
    names = [objective.name for objective in problem.objectives]
    return names.index("accuracy") if "accuracy" in names else 0


def projections(problem: Problem, front: Front) -> Figure:
    """Draw the front and the space around it in every pair of objectives."""
    import numpy as np
    from matplotlib.figure import Figure

    objectives = problem.objectives
    size = max(len(objectives) - 1, 1)
    figure = Figure(figsize=(2.3 * size + 1.3, 2.1 * size + 0.4), layout="constrained")
    grid = figure.subplots(size, size, squeeze=False, sharex="col", sharey="row")
    color = colored_by(problem)
    order = np.argsort(front.values[:, color], kind="stable")
    points = front.values[order]
    drawn = None
    for row in range(size):
        for column in range(size):
            axes = grid[row, column]
            if column > row:
                axes.remove()
                continue
            x, y = column, min(row + 1, len(objectives) - 1)
            axes.scatter(
                front.cloud[:, x], front.cloud[:, y], s=1.5, c="#d5d9dd", lw=0, rasterized=True
            )
            drawn = axes.scatter(
                points[:, x], points[:, y], s=11, c=points[:, color], cmap="viridis", lw=0
            )
            _scale(axes, "x", np.concatenate([front.cloud[:, x], points[:, x]]))
            _scale(axes, "y", np.concatenate([front.cloud[:, y], points[:, y]]))
            if row == size - 1:
                axes.set_xlabel(_label(objectives[x]))
            if column == 0:
                axes.set_ylabel(_label(objectives[y]))
    bar = figure.colorbar(drawn, ax=figure.axes, fraction=0.03, pad=0.02)  # type: ignore[arg-type]
    bar.set_label(_label(objectives[color]))
    if size > 1 and len(front.cloud):
        note = "grey: configurations of the space\ncolour: its front"
        figure.text(0.86, 0.97, note, ha="right", va="top", fontsize=8)
    return figure


def parallel_coordinates(problem: Problem, front: Front) -> Figure:
    """Draw each point of the front as a line over all objectives, the best value on top."""
    import numpy as np
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure

    objectives, values = problem.objectives, front.values
    low, high = values.min(axis=0), values.max(axis=0)
    logarithmic = [
        objective.sense == "min" and low[i] > 0 and high[i] / low[i] >= _LOG_RATIO
        for i, objective in enumerate(objectives)
    ]

    def height(column: int, given: NDArray[np.float64]) -> NDArray[np.float64]:
        bounds = np.array([low[column], high[column]])
        if logarithmic[column]:
            given, bounds = np.log(given), np.log(bounds)
        share = (given - bounds[0]) / ((bounds[1] - bounds[0]) or 1.0)
        return share if objectives[column].sense == "max" else 1 - share

    heights = np.stack([height(column, values[:, column]) for column in range(len(low))], axis=1)
    figure = Figure(figsize=(1.9 * len(objectives) + 1.6, 3.7), layout="constrained")
    axes = figure.subplots()
    color = colored_by(problem)
    order = np.argsort(values[:, color], kind="stable")
    places = np.arange(len(objectives), dtype=float)
    lines = LineCollection(
        [np.column_stack([places, heights[i]]) for i in order],
        array=values[order, color],
        cmap="viridis",
        lw=0.9,
        alpha=float(np.clip(60 / len(values), 0.25, 0.9)),
    )
    axes.add_collection(lines)
    for column, objective in enumerate(objectives):
        axes.axvline(column, color="#8c959f", lw=1.0, zorder=3)
        for end, value in ((0.0, low[column]), (1.0, high[column])):
            top = end if objective.sense == "max" else 1 - end
            axes.annotate(
                shown(value),
                (column, top),
                xytext=(0, 5 if top else -5),
                textcoords="offset points",
                ha="center",
                va="bottom" if top else "top",
                fontsize=8,
            )
    names = [
        f"{_label(objective)}{', log' if log else ''}"
        for objective, log in zip(objectives, logarithmic, strict=True)
    ]
    axes.set_xticks(places, names)
    axes.tick_params(axis="x", length=0, pad=16)
    axes.set_yticks([0, 1], ["worst on\nthe front", "best"])
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(-0.25, len(objectives) - 0.75)
    axes.set_ylim(-0.04, 1.04)
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)
    bar = figure.colorbar(lines, ax=axes, fraction=0.04, pad=0.02)
    bar.solids.set_alpha(1.0)  # type: ignore[union-attr]
    bar.set_label(_label(objectives[color]))
    return figure


def _scale(axes: Axes, axis: Literal["x", "y"], values: NDArray[np.float64]) -> None:
    """Use a logarithmic axis for positive values over more than a decade."""
    if len(values) and values.min() > 0 and values.max() / values.min() >= _LOG_RATIO:
        (axes.set_xscale if axis == "x" else axes.set_yscale)("log")


def _label(objective: Objective) -> str:
    unit = "" if objective.unit == "1" else f" ({objective.unit})"
    return objective.name + unit
