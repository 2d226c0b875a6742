"""Figures of the grid search: accuracy against costs, and the gain over the narrowest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from analysis.statistics.network_accuracies import Grid

UNIFORM = "#ee6677"
PER_LAYER = "#4477aa"


def figure(grid: Grid, table: pd.DataFrame) -> Figure:
    """Draw accuracy against both costs, and the gain over the narrowest as a map."""
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(11.5, 3.7), layout="constrained")
    by_flops, by_size, gains = canvas.subplots(1, 3, width_ratios=(1, 1, 0.95))
    draw_costs(by_flops, table, "flops", "FLOPs per jet")
    draw_costs(by_size, table, "size_bytes", "size, float32 (bytes)")
    by_size.sharey(by_flops)
    by_flops.set_ylabel(f"test accuracy (%), 95 % over {len(grid.test)} trainings")
    by_flops.legend(loc="lower right")
    draw_gains(gains, table)
    return canvas


def draw_costs(axes: Axes, table: pd.DataFrame, cost: str, label: str) -> None:
    """Draw mean accuracies with intervals, and the fronts of both kinds of multipliers."""
    from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

    kinds = (
        ("per layer", ~table.uniform, PER_LAYER, "o", 4.0),
        ("uniform", table.uniform, UNIFORM, "s", 5.5),
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
        ("front, all networks", table, PER_LAYER, "-"),
        ("front, uniform only", table[table.uniform], UNIFORM, (0, (4, 2))),
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
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(label)


def draw_gains(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the gain over the narrowest network for both multipliers."""
    import numpy as np

    sides = np.array([[int(part) for part in name.split("x")] for name in table.multipliers])
    choices, places = np.unique(sides, return_inverse=True)
    first, second = places.reshape(sides.shape).T
    gains = np.zeros((len(choices), len(choices)))
    certain = np.zeros(gains.shape, dtype=bool)
    gains[second, first] = 100 * table.gain
    certain[second, first] = (table.gain_low > 0) | (table.gain_high < 0)
    certain[0, 0] = True
    image = axes.imshow(gains, origin="lower", cmap="cividis")
    middle = (gains.min() + gains.max()) / 2
    for row, column in np.ndindex(gains.shape):
        axes.annotate(
            f"{gains[row, column]:+.2f}{'' if certain[row, column] else ' ?'}",
            (column, row),
            ha="center",
            va="center",
            fontsize=8,
            color="black" if gains[row, column] > middle else "white",
        )
    axes.set_xticks(range(len(choices)), [str(choice) for choice in choices])
    axes.set_yticks(range(len(choices)), [str(choice) for choice in choices])
    axes.set_xlabel("multiplier of the first hidden layer")
    axes.set_ylabel("multiplier of the second hidden layer")
    axes.grid(visible=False)
    bar = axes.figure.colorbar(image, ax=axes, fraction=0.046, pad=0.03)
    narrowest = choices[0]
    bar.set_label(f"paired gain over {narrowest}x{narrowest} (points); ?: interval holds 0")
