"""Attainment surfaces of samplers in two objectives, and where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.objectives import signs
from analysis.foundation.scales import Scale
from analysis.foundation.words import listed
from analysis.plots.axes import axis_scale, number_axis, objective_label, wrapped
from analysis.plots.colormaps import diverging
from analysis.plots.palette import MUTED, look
from analysis.plots.style import COLUMN, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from analysis.foundation.objectives import ObjectiveLike

_STEPS = 5
"""Colors on each side of no difference."""


@styled
def attainment_surfaces(
    surfaces: Mapping[str, Mapping[float, NDArray[np.float64]]],
    objectives: tuple[ObjectiveLike, ObjectiveLike],
    front: NDArray[np.float64],
    *,
    label: str = "true front",
    scales: Mapping[str, Scale] | None = None,
) -> Figure:
    """Draw the attainment surfaces of samplers in two objectives, with the front.

    Parameters
    ----------
    surfaces
        For each sampler and percentile the corner points (k, 2), minimized (see
        `attainment.surfaces`): the middle percentile is a solid line, the others are dotted.
    objectives
        Of the two columns.
    front
        (k, 2) the front in these objectives, minimized.
    label
        What it is called.
    scales
        Declared scales of the axes by objective, see `axes.axis_scale`.
    """
    from matplotlib.figure import Figure

    corners = [front, *(part for found in surfaces.values() for part in found.values())]
    worst = np.vstack([part for part in corners if len(part)]).max(axis=0)
    worst = worst + 0.03 * (worst - front.min(axis=0))
    natural = signs(objectives)
    figure = Figure(figsize=(COLUMN, 3.3))
    axes = figure.subplots()
    axes.plot(*(_staircase(front, worst) * natural).T, color=MUTED, lw=4, label=label, zorder=1)
    for name, found in surfaces.items():
        drawn, shown = look(name), wrapped(name, 26, 1)
        percentiles = sorted(found)
        middle = percentiles[len(percentiles) // 2]
        others = [percentile for percentile in percentiles if percentile != middle]
        line = _staircase(found[middle], worst) * natural
        axes.plot(
            *line.T, color=drawn.color, lw=1.8, label=f"{shown}: attained by {middle:g} % of runs"
        )
        for percentile in others:
            line = _staircase(found[percentile], worst) * natural
            axes.plot(*line.T, color=drawn.color, lw=1.0, ls=(0, (1.5, 1.2)))
        if others:
            texts = listed([f"{percentile:g}" for percentile in others])
            axes.plot(
                [], [], color=drawn.color, lw=1.0, ls=(0, (1.5, 1.2)), label=f"{shown}: {texts} %"
            )
    _axes(axes, objectives, np.vstack([front, worst]) * natural, scales)
    figure.legend(loc="outside upper left", ncols=1)
    return figure


@styled
def attainment_differences(
    one: str,
    other: str,
    rectangles: NDArray[np.float64],
    objectives: tuple[ObjectiveLike, ObjectiveLike],
    *,
    scales: Mapping[str, Scale] | None = None,
) -> Figure:
    """Draw where one sampler's runs attain more often than another's.

    Parameters
    ----------
    one, other
        Names of the samplers.
    rectangles
        (k, 5): two opposite corners, minimized, and the difference of the shares of runs (see
        `attainment.difference_rectangles`).
    objectives
        Of the two columns.
    scales
        Declared scales of the axes by objective, see `axes.axis_scale`.
    """
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import BoundaryNorm
    from matplotlib.figure import Figure

    natural = signs(objectives)
    low, high = rectangles[:, :2] * natural, rectangles[:, 2:4] * natural
    boxes = np.stack(
        [
            low,
            np.column_stack([high[:, 0], low[:, 1]]),
            high,
            np.column_stack([low[:, 0], high[:, 1]]),
        ],
        axis=1,
    )
    largest = float(np.abs(rectangles[:, 4]).max())
    limits = np.linspace(-largest, largest, 2 * _STEPS + 1)
    figure = Figure(figsize=(COLUMN, 3.0))
    axes = figure.subplots()
    drawn = PolyCollection(
        list(boxes),
        array=rectangles[:, 4],
        cmap=diverging(2 * _STEPS, least=0.2),
        norm=BoundaryNorm(limits, 2 * _STEPS),
        lw=0,
    )
    axes.add_collection(drawn)
    axes.autoscale_view()
    _axes(axes, objectives, np.vstack([low, high]), scales)
    bar = figure.colorbar(drawn, ax=axes, ticks=limits[::2], format=lambda x, _: f"{100 * x:+.0f}")
    bar.set_label("more runs that attain\n(percentage points)")
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0)
    names = wrapped(one, 26, 1), wrapped(other, 26, 1)
    axes.set_title("blue: more runs of {}\nochre: more runs of {}".format(*names))
    return figure


def _axes(
    axes: Axes,
    objectives: tuple[ObjectiveLike, ObjectiveLike],
    values: NDArray[np.float64],
    scales: Mapping[str, Scale] | None,
) -> None:
    number_axis(axes, "x", axis_scale(objectives[0], values[:, 0], scales))
    number_axis(axes, "y", axis_scale(objectives[1], values[:, 1], scales))
    axes.set_xlabel(objective_label(objectives[0]))
    axes.set_ylabel(objective_label(objectives[1]))


def _staircase(points: NDArray[np.float64], worst: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the boundary of the region dominated by points (k, 2), out to `worst`."""
    if len(points) == 0:
        return np.empty((0, 2))
    ordered = points[np.argsort(points[:, 0], kind="stable")]
    steps = [(ordered[0, 0], worst[1])]
    for position, (x, y) in enumerate(ordered):
        steps.append((x, y))
        after = ordered[position + 1, 0] if position + 1 < len(ordered) else worst[0]
        steps.append((after, y))
    return np.array(steps)
