"""Published jet classifiers on FPGAs, as their sources state them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

FILE = Path(__file__).parent / "data" / "jsc_published.json"
DATASETS = {"openml": "OpenML 42468", "cernbox": "CERNBox (about one point harder)"}
HOLLOW = ("left out", "not stated")
"""Designs with an input encoder whose look-up tables are, or may be, not among those counted."""

MARKERS = "osD^v<>PXphd*8"
COSTS = (("lut", "LUTs"), ("latency_ns", "latency, ns"))


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
    methods = list(dict.fromkeys(rows["method"]))
    figure = Figure(figsize=(9.5, 8.2), layout="constrained")
    grid = figure.subplots(2, 2, sharey=True, sharex="row")
    for column, (dataset, title) in enumerate(DATASETS.items()):
        for line, (cost, label) in enumerate(COSTS):
            axes = grid[line, column]
            for method, marker in zip(methods, _cycled(len(methods)), strict=True):
                own = rows[(rows["dataset"] == dataset) & (rows["method"] == method)]
                for encoder, part in own.groupby("encoder"):
                    hollow = encoder in HOLLOW
                    if len(part):
                        axes.scatter(
                            part[cost],
                            part["accuracy_percent"],
                            marker=marker,
                            s=34,
                            facecolors="none" if hollow else "#8a939c",
                            edgecolors="#57606a",
                            label=f"{method}, encoder {encoder}" if hollow else method,
                        )
            if data == dataset or data not in DATASETS:
                ours = (front[cost], front["accuracy"])
                axes.scatter(*ours, s=9, c="#aa3377", label="this front", zorder=3)
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:,g}")
            axes.set_xlabel(label)
            axes.set_ylim(68, 77.5)
            axes.grid(alpha=0.3)
            if line == 0:
                axes.set_title(title, fontsize=10)
            if column == 0:
                axes.set_ylabel("accuracy, %")
    handles: dict[str, Artist] = {}
    for axes in grid.ravel():
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(name, handle)
    figure.legend(
        list(handles.values()), list(handles), loc="outside lower center", ncols=4, fontsize=7
    )
    return figure


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


def _cycled(count: int) -> Sequence[str]:
    return [MARKERS[number % len(MARKERS)] for number in range(count)]
