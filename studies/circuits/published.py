"""Published jet classifiers on FPGAs, as their sources state them."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.plots.axes import number_axis
from analysis.plots.palette import COLORS, INK, MARKERS
from analysis.plots.style import PAGE, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FILE = Path(__file__).parent / "data" / "jsc_published.json"
DATASETS = {"openml": "OpenML 42468", "cernbox": "CERNBox (about one point harder)"}
HOLLOW = ("left out", "not stated")
"""Designs with an input encoder whose look-up tables are, or may be, not among those counted."""

COSTS = (("lut", "LUTs"), ("latency_ns", "latency (ns)"))


@lru_cache(maxsize=1)
def published() -> pd.DataFrame:
    """Return one row for each published design, with the columns of the data file.

    Examples
    --------
    >>> sorted(set(published()["dataset"]))
    ['cernbox', 'openml']
    """
    import pandas as pd

    return pd.DataFrame(json.loads(FILE.read_text(encoding="utf-8"))["results"])


@styled
def beside_published(front: pd.DataFrame, data: str) -> Figure:
    """Draw accuracy against LUTs and against nanoseconds, ours and the published designs.

    Parameters
    ----------
    front
        Our front: ``accuracy`` in percent, ``lut``, ``latency_ns``.
    data
        What our accuracies are measured on: ``"openml"``, ``"cernbox"``, or the name of another
        set, which is drawn beside both.
    """
    from matplotlib.figure import Figure

    rows = published()
    figure = Figure(figsize=(PAGE, 7.0))
    grid = figure.subplots(2, 2, sharey=True, sharex="row")
    for column, (dataset, title) in enumerate(DATASETS.items()):
        for line, (cost, label) in enumerate(COSTS):
            axes = grid[line, column]
            _draw_methods(axes, rows[rows["dataset"] == dataset], cost)
            if data == dataset or data not in DATASETS:
                ours = (front[cost], front["accuracy"])
                axes.scatter(*ours, s=7, c=INK, lw=0, label="this front", zorder=3)
            axes.set_ylim(68, 77.5)
            number_axis(axes, "x", "logarithmic")
            number_axis(axes, "y")
            axes.set_xlabel(label)
            if line == 0:
                axes.set_title(title)
            if column == 0:
                axes.set_ylabel("accuracy (%)")
    handles: dict[str, Artist] = {}
    for axes in grid.ravel():
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(name, handle)
    figure.legend(list(handles.values()), list(handles), loc="outside lower left", ncols=3)
    return figure


def _draw_methods(axes: Axes, rows: pd.DataFrame, cost: str) -> None:
    """Draw the designs of each method with its color and marker, hollow ones hollow."""
    methods = list(dict.fromkeys(published()["method"]))
    for number, method in enumerate(methods):
        color, marker = COLORS[number % len(COLORS)], MARKERS[number % len(MARKERS)]
        for encoder, part in rows[rows["method"] == method].groupby("encoder"):
            hollow = encoder in HOLLOW
            axes.scatter(
                part[cost],
                part["accuracy_percent"],
                marker=marker,
                s=26,
                facecolors="none" if hollow else color,
                edgecolors=color,
                label=f"{method}, encoder {encoder}" if hollow else method,
            )


def caption(data: str, designs: int) -> str:
    """Say what the figure compares, and what it does not."""
    ours = (
        f"our accuracies are measured on {DATASETS[data]}"
        if data in DATASETS
        else "our jets are neither data set (JSC-like, Pythia), so that accuracies are not on one "
        "scale; --jets openml or the HDF5 file draws the figure on a real one"
    )
    return (
        f"Accuracy against look-up tables and latency: {designs} designs of our front (estimates "
        "before placement and routing; latency is pipeline stages at 5 ns) and published designs, "
        f"as their sources state them, after placement and routing. {ours[0].upper()}{ours[1:]}. "
        "Hollow markers leave out an input encoder, or do not say; compare them with each other."
    )
