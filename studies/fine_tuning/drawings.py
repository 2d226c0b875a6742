"""Figures of fine-tuning: both accuracies of every configuration, and what is recovered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from analysis.plots.axes import number_axis, wrapped
from analysis.plots.palette import BASELINE_INK, COLORS, INK, MARKERS, Look
from analysis.plots.style import PAGE, SMALL, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def figure(configurations: pd.DataFrame, table: pd.DataFrame) -> Figure:
    """Draw both accuracies of every configuration, and what is recovered at each width."""
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(table.space))
    widths = sorted({int(width) for width in [*configurations.weight_bits, *table.weight_bits]})
    looks = {
        width: Look(color, marker)
        for width, color, marker in zip(widths, COLORS, MARKERS, strict=False)
    }
    heights = 2.8, 0.15 * (len(table) + 1.5 * len(names)) + 0.7
    canvas = Figure(figsize=(PAGE, sum(heights)))
    above, below = canvas.subfigures(2, 1, height_ratios=heights)  # type: ignore[misc]
    clouds = above.subplots(1, len(names), squeeze=False)[0]
    for axes, name in zip(clouds, names, strict=True):
        draw_cloud(axes, configurations[configurations.space == name], looks)
        axes.set_title(f"{wrapped(name, 30, 1)}, mean over seeds")
    clouds[0].set_ylabel("fine-tuned, test accuracy (%)")
    draw_recovered(below.subplots(), table, looks)
    handles = {
        label: handle
        for axes in clouds
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    labels = sorted(handles, key=int)
    above.legend(
        [handles[label] for label in labels],
        [f"{label} bits" for label in labels],
        title="narrowest weight of the configuration",
        loc="outside upper left",
        ncols=len(labels),
        alignment="left",
    )
    return canvas


def draw_cloud(axes: Axes, configurations: pd.DataFrame, looks: Mapping[int, Look]) -> None:
    """Draw the mean over seeds of every configuration."""
    columns = ["weight_bits", "post_training", "fine_tuned", "float32"]
    means = configurations.groupby("configuration", sort=False)[columns].mean()
    for width, rows in means.groupby("weight_bits"):
        drawn = looks[int(width)]
        axes.plot(
            100 * rows.post_training,
            100 * rows.fine_tuned,
            drawn.marker,
            ms=3.5,
            color=drawn.color,
            alpha=0.75,
            mew=0,
            label=f"{int(width)}",
        )
    top = 100 * means.float32.iloc[0]
    left, low = (100 * float(means[name].min()) - 2 for name in ("post_training", "fine_tuned"))
    corner = max(left, low)
    axes.plot([corner, top + 1], [corner, top + 1], color=BASELINE_INK, lw=0.9, zorder=0)
    axes.axhline(top, color=INK, lw=0.9, ls=(0, (4, 2)), zorder=0)
    axes.annotate(
        "float32",
        (0, top),
        xycoords=("axes fraction", "data"),
        xytext=(4, 2),
        textcoords="offset points",
        fontsize=SMALL,
    )
    beside = left < low  # No point is that low; else the line begins at the left edge.
    axes.annotate(
        "no change",
        (corner, corner),
        xytext=(-4, 0) if beside else (6, -2),
        textcoords="offset points",
        fontsize=SMALL,
        ha="right" if beside else "left",
        va="bottom" if beside else "top",
    )
    number_axis(axes, "x")
    number_axis(axes, "y")
    axes.set_xlabel("post-training, test accuracy (%)")


def draw_recovered(axes: Axes, table: pd.DataFrame, looks: Mapping[int, Look]) -> None:
    """Draw the recovered points with intervals, one row for each pair of widths."""
    places, labels = [], []
    place = 0.0
    for name in dict.fromkeys(table.space):
        labels.append(wrapped(str(name), 24, 1))
        places.append(place)
        place += 1
        for row in table[table.space == name].itertuples():
            drawn = looks[int(row.weight_bits)]
            errors = [
                [100 * (row.recovered - row.recovered_low)],
                [100 * (row.recovered_high - row.recovered)],
            ]
            axes.errorbar(
                100 * row.recovered,
                place,
                xerr=errors,
                fmt=drawn.marker,
                ms=4,
                color=drawn.color,
                capsize=2,
                lw=1.0,
            )
            labels.append(f"weight {row.weight_bits}, data {row.data_bits}")
            places.append(place)
            place += 1
        place += 0.5
    axes.axvline(0, color=BASELINE_INK, lw=0.9, zorder=0)
    axes.set_yticks(places, labels)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.set_ylim(place, -0.7)
    number_axis(axes, "x")
    axes.set_xlabel("recovered (points), 95 % interval")
