"""Differences to a baseline, and A12 of all pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.plots.axes import number_axis, wrapped
from analysis.plots.colormaps import diverging, heat_map
from analysis.plots.palette import BASELINE_INK, PAPER, STROKES, look
from analysis.plots.style import COLUMN, PAGE, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_NAME = 24
"""Letters of a name beside a row."""


@styled
def differences(comparison: pd.DataFrame, baseline: str) -> Figure:
    """Draw each sampler's mean difference to the baseline with its interval, best first.

    Filled markers: different after correction; open ones: undecided.

    Parameters
    ----------
    comparison
        From `comparison.against_baseline`, on shares.
    baseline
        Whom they are compared with.
    """
    from matplotlib.figure import Figure

    table = comparison.sort_values("difference", kind="stable")
    figure = Figure(figsize=(COLUMN, 0.7 + 0.21 * max(len(table), 2)))
    axes = figure.subplots()
    axes.axvline(0.0, color=BASELINE_INK, lw=1.0, ls=(0, (3, 1.5)))
    for height, (name, row) in enumerate(table.iterrows()):
        drawn = look(str(name))
        decided = row["verdict"] in ("better", "worse")
        low, high = 100 * row["difference_low"], 100 * row["difference_high"]
        axes.plot([low, high], [height, height], color=drawn.color, lw=1.6)
        axes.plot(
            100 * row["difference"],
            height,
            marker="o" if drawn.marker in STROKES else drawn.marker,
            ms=5,
            color=drawn.color,
            mfc=drawn.color if decided else PAPER,
            mew=1.2,
        )
    axes.set_yticks(range(len(table)), [wrapped(str(name), _NAME, 1) for name in table.index])
    axes.grid(axis="y", visible=False)
    axes.set_ylim(-0.6, max(len(table), 2) - 0.4)
    axes.set_xlabel(f"difference to {wrapped(baseline, _NAME, 1)}\n(percentage points)")
    number_axis(axes, "x")
    return figure


def a12_matrix(pairs: pd.DataFrame, order: list[str]) -> np.ndarray:
    """Return A12 of row over column, (k, k), 1/2 on the diagonal, from `comparison.all_pairs`."""
    place = {name: position for position, name in enumerate(order)}
    matrix = np.full((len(order), len(order)), 0.5)
    for one, other, effect in zip(pairs["one"], pairs["other"], pairs["a12"], strict=True):
        matrix[place[one], place[other]] = effect
        matrix[place[other], place[one]] = 1.0 - effect
    return matrix


@styled
def effect_sizes(pairs: pd.DataFrame, order: list[str]) -> Figure:
    """Draw A12 of all pairs as a heat map; bold numbers mark pairs whose mean is decided.

    Parameters
    ----------
    pairs
        From `comparison.all_pairs`.
    order
        Samplers, best first.
    """
    import pandas as pd
    from matplotlib.figure import Figure

    matrix = a12_matrix(pairs, order)
    np.fill_diagonal(matrix, np.nan)
    decided = set()
    for row in pairs[pairs["verdict"].isin(["better", "worse"])].itertuples():
        decided |= {(row.one, row.other), (row.other, row.one)}
    labels = [wrapped(name, 17) for name in order]
    side = 1.2 + 0.24 * max(len(order), 5)
    figure = Figure(figsize=(min(PAGE, side + 1.2), side))
    axes = figure.subplots()
    heat_map(
        axes,
        pd.DataFrame(matrix, index=labels, columns=labels),
        np.char.replace(np.char.mod("%.2f", matrix), "0.", "."),
        colors=diverging(),
        limits=(0.0, 1.0),
        bar="A12: row\nbeats column",
        size=6.0,
    )
    axes.tick_params(axis="x", rotation=90)
    places = [(row, column) for row in order for column in order if row != column]
    for text, place in zip(axes.texts, places, strict=True):
        text.set_fontweight("bold" if place in decided else "normal")
    return figure
