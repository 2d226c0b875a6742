"""Figures of the grid search: accuracy against costs, and the gain over the narrowest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.plots.axes import number_axis
from analysis.plots.colormaps import diverging, heat_map
from analysis.plots.palette import BLUE, ROSE
from analysis.plots.style import PAGE, SMALL, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def figure(table: pd.DataFrame, trainings: int) -> Figure:
    """Draw accuracy against both costs, and the gain over the narrowest as a map.

    Parameters
    ----------
    table
        From `studies.multipliers.tables.network_table`.
    trainings
        Over how many the means are.
    """
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(PAGE, 5.4))
    above, below = canvas.subfigures(2, 1, height_ratios=(1, 1.1))  # type: ignore[misc]
    by_flops, by_size = above.subplots(1, 2, sharey=True)
    draw_costs(by_flops, table, "flops", "FLOPs per jet")
    draw_costs(by_size, table, "size_bytes", "size, float32 (bytes)")
    by_flops.set_ylabel(f"test accuracy (%),\n95 % over {trainings} trainings")
    above.legend(*by_flops.get_legend_handles_labels(), loc="outside upper left", ncols=4)
    draw_gains(below.subplots(), table)
    return canvas


def draw_costs(axes: Axes, table: pd.DataFrame, cost: str, label: str) -> None:
    """Draw mean accuracies with intervals, and the fronts of both kinds of multipliers."""
    kinds = (
        ("per layer", ~table.uniform, BLUE, "o", 3.0),
        ("uniform", table.uniform, ROSE, "s", 4.0),
    )
    for name, chosen, color, marker, size in kinds:
        rows = table[chosen]
        axes.errorbar(
            rows[cost],
            100 * rows.accuracy,
            100 * abs(rows[["accuracy_low", "accuracy_high"]].sub(rows.accuracy, axis=0)).T,
            fmt=marker,
            ms=size,
            color=color,
            elinewidth=0.8,
            alpha=0.95,
            label=f"{name} ({len(rows)})",
            zorder=3,
        )
    for name, rows, color, dashes in (
        ("front, all networks", table, BLUE, "-"),
        ("front, uniform only", table[table.uniform], ROSE, (0, (4, 2))),
    ):
        ordered = rows.sort_values(cost)
        axes.step(
            [*ordered[cost], table[cost].max()],
            [*(100 * ordered.accuracy.cummax()), 100 * ordered.accuracy.max()],
            where="post",
            color=color,
            ls=dashes,
            lw=1.1,
            label=name,
            zorder=2,
        )
    number_axis(axes, "x", "logarithmic")
    number_axis(axes, "y")
    axes.set_xlabel(label)


def draw_gains(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the gain over the narrowest network for both multipliers."""
    import numpy as np
    import pandas as pd

    sides = np.array([[int(part) for part in name.split("x")] for name in table.multipliers])
    choices, places = np.unique(sides, return_inverse=True)
    first, second = places.reshape(sides.shape).T
    gains = np.full((len(choices), len(choices)), np.nan)
    texts = np.full(gains.shape, "", dtype="U12")
    gains[second, first] = 100 * table.gain
    doubtful = (table.gain_low <= 0) & (table.gain_high >= 0) & (first + second > 0)
    texts[second, first] = [
        f"{100 * gain:+.2f}{' ?' if doubt else ''}"
        for gain, doubt in zip(table.gain, doubtful, strict=True)
    ]
    largest = max(float(np.nanmax(np.abs(gains))), 0.01)
    heat_map(
        axes,
        pd.DataFrame(gains, index=choices, columns=choices),
        texts,
        colors=diverging(),
        limits=(-largest, largest),
        bar=f"paired gain over {choices[0]}x{choices[0]}\n(points); ?: interval holds 0",
        size=SMALL,
    )
    axes.invert_yaxis()
    axes.set_xlabel("multiplier of the first hidden layer")
    axes.set_ylabel("multiplier of the second hidden layer")
