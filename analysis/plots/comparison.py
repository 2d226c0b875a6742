"""Differences to a baseline, A12 of all pairs, and critical differences of mean ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.plots.palette import BASELINE_INK, INK, PAPER, look, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from analysis.statistics.several_problems import Ranking


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
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    table = comparison.sort_values("difference", kind="stable")
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(6.4, 0.9 + 0.26 * len(table)))
        axes = figure.subplots()
        axes.axvline(0.0, color=BASELINE_INK, lw=1.0, ls=(0, (3, 1.5)))
        for height, (name, row) in enumerate(table.iterrows()):
            drawn = look(str(name))
            decided = row["verdict"] in ("better", "worse")
            low, high = 100 * row["difference_low"], 100 * row["difference_high"]
            axes.plot([low, high], [height, height], color=drawn.color, lw=2.0)
            stroke = drawn.marker in ("+", "x", "|")
            axes.plot(
                100 * row["difference"],
                height,
                marker="o" if stroke else drawn.marker,
                ms=6,
                color=drawn.color,
                mfc=drawn.color if decided else PAPER,
                mew=1.3,
            )
        axes.set_yticks(range(len(table)), [str(name) for name in table.index])
        axes.grid(axis="y", visible=False)
        axes.set_ylim(-0.6, len(table) - 0.4)
        axes.set_xlabel(f"difference to {baseline} (percentage points of the hypervolume)")
    return figure


def a12_matrix(pairs: pd.DataFrame, order: list[str]) -> np.ndarray:
    """Return A12 of row over column, (k, k), 1/2 on the diagonal, from `comparison.all_pairs`."""
    place = {name: position for position, name in enumerate(order)}
    matrix = np.full((len(order), len(order)), 0.5)
    for one, other, effect in zip(pairs["one"], pairs["other"], pairs["a12"], strict=True):
        matrix[place[one], place[other]] = effect
        matrix[place[other], place[one]] = 1.0 - effect
    return matrix


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
    import seaborn as sns
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    matrix = a12_matrix(pairs, order)
    decided = set()
    for row in pairs[pairs["verdict"].isin(["better", "worse"])].itertuples():
        decided |= {(row.one, row.other), (row.other, row.one)}
    size = 1.7 + 0.42 * len(order)
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(size + 1.1, size))
        axes = figure.subplots()
        sns.heatmap(
            pd.DataFrame(matrix, index=order, columns=order),
            mask=np.eye(len(order), dtype=bool),
            cmap=sns.diverging_palette(30, 265, s=70, l=60, as_cmap=True),
            vmin=0.0,
            vmax=1.0,
            annot=True,
            fmt=".2f",
            annot_kws={"fontsize": 6.5},
            linewidths=0.6,
            linecolor="none",
            square=True,
            ax=axes,
            cbar_kws={"shrink": 0.7, "label": "A12: row beats column"},
        )
        places = [(row, column) for row in order for column in order if row != column]
        for text, place in zip(axes.texts, places, strict=True):
            text.set_fontweight("bold" if place in decided else "normal")
        axes.grid(visible=False)
        axes.tick_params(length=0)
    return figure


def critical_differences(ranking: Ranking) -> Figure:
    """Draw mean ranks over problems; bars join samplers that cannot be told apart.

    Parameters
    ----------
    ranking
        From `several_problems.friedman`.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    names = list(ranking.ranks)
    count = len(names)
    half = -(-count // 2)
    with rc_context(style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(7.2, 1.2 + 0.24 * half + 0.12 * len(ranking.groups)))
        axes = figure.subplots()
        axes.set_xlim(0.5 - 0.22 * count, count + 0.5 + 0.22 * count)
        step = 1.0
        below = -0.6 - 0.45 * len(ranking.groups)
        axes.set_ylim(below - step * half, 2.2)
        axes.axis("off")
        axes.plot([1, count], [0, 0], color=INK, lw=1)
        for rank in range(1, count + 1):
            axes.plot([rank, rank], [0, 0.18], color=INK, lw=1)
            axes.text(rank, 0.3, str(rank), ha="center", va="bottom")
        axes.plot([1, 1 + ranking.critical_difference], [1.4, 1.4], color=INK, lw=2)
        axes.text(
            1 + ranking.critical_difference / 2,
            1.5,
            f"critical difference {ranking.critical_difference:.2f}",
            ha="center",
            va="bottom",
        )
        for position, name in enumerate(names):
            left = position < half
            height = below - step * (position if left else count - 1 - position)
            edge = 0.7 if left else count + 0.3
            drawn = look(name)
            mean = ranking.ranks[name]
            axes.plot([mean, mean, edge], [0, height, height], color=drawn.color, lw=1.1)
            axes.plot(mean, 0, marker=drawn.marker, color=drawn.color, ms=5)
            axes.text(
                edge + (-0.08 if left else 0.08),
                height,
                f"{name}  {mean:.2f}",
                ha="right" if left else "left",
                va="center",
            )
        for level, group in enumerate(ranking.groups):
            height = -0.45 - 0.45 * level
            ends = [ranking.ranks[group[0]] - 0.06, ranking.ranks[group[-1]] + 0.06]
            axes.plot(ends, [height, height], color=INK, lw=3, solid_capstyle="round")
    return figure
