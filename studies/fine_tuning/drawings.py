"""Figures of fine-tuning: both accuracies of every configuration, and what is recovered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOOKS = {2: ("#ee6677", "o"), 3: ("#ccbb44", "^"), 4: ("#4477aa", "s"), 8: ("#228833", "D")}


def figure(configurations: pd.DataFrame, table: pd.DataFrame) -> Figure:
    """Draw both accuracies of every configuration, and what is recovered at each width."""
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(table.space))
    canvas = Figure(figsize=(3.7 * len(names) + 3.9, 3.7), layout="constrained")
    *clouds, recovered = canvas.subplots(1, len(names) + 1)
    for axes, name in zip(clouds, names, strict=True):
        draw_cloud(axes, configurations[configurations.space == name])
        axes.set_title(f"{name}, mean over seeds")
    clouds[0].set_ylabel("fine-tuned, test accuracy (%)")
    draw_recovered(recovered, table)
    return canvas


def draw_cloud(axes: Axes, configurations: pd.DataFrame) -> None:
    """Draw the mean over seeds of every configuration."""
    columns = ["weight_bits", "post_training", "fine_tuned", "float32"]
    means = configurations.groupby("configuration", sort=False)[columns].mean()
    for width, rows in means.groupby("weight_bits"):
        color, marker = LOOKS[int(width)]
        axes.plot(
            100 * rows.post_training,
            100 * rows.fine_tuned,
            marker,
            ms=4,
            color=color,
            alpha=0.75,
            mew=0,
            label=f"{int(width)}",
        )
    top = 100 * means.float32.iloc[0]
    lowest = 100 * float(means[["post_training", "fine_tuned"]].min().min()) - 2
    axes.plot([lowest, top + 1], [lowest, top + 1], color="#7f868f", lw=0.9, zorder=0)
    axes.axhline(top, color="#24292f", lw=0.9, ls=(0, (4, 2)), zorder=0)
    axes.annotate("float32", (lowest, top), xytext=(3, 3), textcoords="offset points", fontsize=8)
    axes.annotate(
        "no change",
        ((lowest + top) / 2, (lowest + top) / 2),
        xytext=(4, -4),
        textcoords="offset points",
        fontsize=8,
        ha="left",
        va="top",
    )
    axes.set_aspect("equal")
    axes.set_xlabel("post-training, test accuracy (%)")
    axes.legend(title="narrowest\nweight (bits)", loc="lower right", handletextpad=0.2)


def draw_recovered(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the recovered points with intervals, one row for each pair of widths."""
    places, labels = [], []
    place = 0.0
    for name in dict.fromkeys(table.space):
        labels.append(f"{name}")
        places.append(place)
        place += 1
        for row in table[table.space == name].itertuples():
            color, marker = LOOKS[int(row.weight_bits)]
            errors = [
                [100 * (row.recovered - row.recovered_low)],
                [100 * (row.recovered_high - row.recovered)],
            ]
            axes.errorbar(
                100 * row.recovered, place, xerr=errors, fmt=marker, ms=4.5, color=color, capsize=2
            )
            labels.append(f"weight {row.weight_bits}, data {row.data_bits}")
            places.append(place)
            place += 1
        place += 0.5
    axes.axvline(0, color="#7f868f", lw=0.9, zorder=0)
    axes.set_yticks(places, labels)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(place, -0.5)
    axes.set_xlabel("recovered (points), 95 % interval")
