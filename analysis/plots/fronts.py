"""The true front: which of its points are found, and attainment surfaces of two samplers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.objectives import labeled
from analysis.plots.palette import GRID, look, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

    from analysis.foundation.objectives import ObjectiveLike
    from analysis.front.reference import Reference


def projections(reference: Reference, share: NDArray[np.float64], label: str) -> Figure:
    """Draw the front's projections on its first varying objective against each of the others.

    Parameters
    ----------
    reference
        The true front.
    share
        (k,) color of each point, in [0, 1].
    label
        What the color says.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    varying = [int(column) for column in np.flatnonzero(~reference.degenerate)] or [0]
    first, others = varying[0], varying[1:] or varying[:1]
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(2.5 * len(others) + 1.1, 2.7))
        axes = figure.subplots(1, len(others), sharey=True, squeeze=False)[0]
        order = np.argsort(-share, kind="stable")
        for panel, column in zip(axes, others, strict=True):
            image = panel.scatter(
                reference.front[order, column],
                reference.front[order, first],
                c=share[order],
                cmap=_readable_colors(),
                vmin=0.0,
                vmax=max(float(share.max()), 0.01),
                s=14,
                lw=0,
            )
            panel.set_xlabel(labeled(reference.objectives[column]))
            _compact(panel)
        axes[0].set_ylabel(labeled(reference.objectives[first]))
        bar = figure.colorbar(image, ax=list(axes), pad=0.01)
        bar.set_label(label)
        bar.outline.set_visible(False)
    return figure


def attainment_surfaces(
    surfaces: Mapping[str, Mapping[float, NDArray[np.float64]]],
    objectives: tuple[ObjectiveLike, ObjectiveLike],
    front: NDArray[np.float64],
    label: str = "true front",
) -> Figure:
    """Draw the attainment surfaces of samplers in two objectives, with the front.

    Parameters
    ----------
    surfaces
        For each sampler and percentile the corner points (k, 2), minimized (see
        `attainment.surfaces`): the band runs from the smallest to the largest percentile, the
        line is the middle one.
    objectives
        Of the two columns.
    front
        (k, 2) the front in these objectives, minimized.
    label
        What it is called.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    signs = np.array([-1.0 if objective.sense == "max" else 1.0 for objective in objectives])
    corners = [front, *(part for found in surfaces.values() for part in found.values())]
    worst = np.vstack([part for part in corners if len(part)]).max(axis=0)
    worst = worst + 0.03 * (worst - front.min(axis=0))
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(5.4, 3.6))
        axes = figure.subplots()
        truth = _staircase(front, worst) * signs
        axes.plot(truth[:, 0], truth[:, 1], color=GRID, lw=4, label=label, zorder=1)
        for name, found in surfaces.items():
            drawn = look(name)
            percentiles = sorted(found)
            middle = percentiles[len(percentiles) // 2]
            for percentile in percentiles:
                line = _staircase(found[percentile], worst) * signs
                axes.plot(
                    line[:, 0],
                    line[:, 1],
                    color=drawn.color,
                    lw=1.8 if percentile == middle else 0.8,
                    ls="-" if percentile == middle else (0, (2, 1.5)),
                    label=f"{name}: {', '.join(f'{p:g}' for p in percentiles)} % of runs"
                    if percentile == middle
                    else None,
                )
        axes.set_xlabel(labeled(objectives[0]))
        axes.set_ylabel(labeled(objectives[1]))
        axes.legend(loc="best")
        _compact(axes)
    return figure


def attainment_differences(
    one: str,
    other: str,
    rectangles: NDArray[np.float64],
    objectives: tuple[ObjectiveLike, ObjectiveLike],
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
    """
    from matplotlib import rc_context
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure

    signs = np.array([-1.0 if objective.sense == "max" else 1.0 for objective in objectives])
    low, high = rectangles[:, :2] * signs, rectangles[:, 2:4] * signs
    boxes = np.stack(
        [
            low,
            np.column_stack([high[:, 0], low[:, 1]]),
            high,
            np.column_stack([low[:, 0], high[:, 1]]),
        ],
        axis=1,
    )
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(5.4, 3.4))
        axes = figure.subplots()
        drawn = PolyCollection(list(boxes), array=rectangles[:, 4], cmap="PuOr", lw=0)
        drawn.set_clim(-1, 1)
        axes.add_collection(drawn)
        axes.autoscale_view()
        axes.set_xlabel(labeled(objectives[0]))
        axes.set_ylabel(labeled(objectives[1]))
        bar = figure.colorbar(drawn, ax=axes)
        bar.set_label("difference of the shares of runs")
        axes.set_title(f"{one} (purple) against {other} (orange)", loc="left")
        bar.outline.set_visible(False)
        _compact(axes)
    return figure


def _readable_colors() -> ListedColormap:
    """Return viridis without its ends, which vanish on white or on black."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps["viridis"](np.linspace(0.85, 0.2, 256)))


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


def _compact(axes: Axes) -> None:
    from matplotlib.ticker import EngFormatter, MaxNLocator

    low, high = sorted(axes.get_xlim())
    axes.xaxis.set_major_locator(MaxNLocator(4))
    if max(abs(low), abs(high)) >= 10_000:
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
