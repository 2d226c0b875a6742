"""Mean ranks over several problems, and which cannot be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.plots.axes import wrapped
from analysis.plots.palette import INK, look
from analysis.plots.style import PAGE, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from analysis.statistics.several_problems import Ranking


@styled
def critical_differences(ranking: Ranking) -> Figure:
    """Draw mean ranks over problems; bars join samplers that cannot be told apart.

    Parameters
    ----------
    ranking
        From `several_problems.friedman`.
    """
    from matplotlib.figure import Figure

    names = list(ranking.ranks)
    count = len(names)
    half = -(-count // 2)
    step, level = 1.0, 0.45
    below = -0.6 - level * len(ranking.groups)
    low, high = below - step * half, 2.6
    figure = Figure(figsize=(PAGE, 0.2 * (high - low)))
    axes = figure.subplots()
    beside = 0.42 * max(count - 1, 1)
    axes.set_xlim(1 - beside, count + beside)
    axes.set_ylim(low, high)
    axes.axis("off")
    axes.plot([1, count], [0, 0], color=INK, lw=1)
    for rank in range(1, count + 1):
        axes.plot([rank, rank], [0, 0.2], color=INK, lw=1)
        axes.text(rank, 0.3, str(rank), ha="center", va="bottom")
    axes.plot([1, 1 + ranking.critical_difference], [1.6, 1.6], color=INK, lw=2)
    axes.text(
        1 + ranking.critical_difference / 2,
        1.7,
        f"critical difference {ranking.critical_difference:.2f}",
        ha="center",
        va="bottom",
    )
    gap = 0.02 * count
    for position, name in enumerate(names):
        left = position < half
        height = below - step * (position if left else count - 1 - position)
        edge = 1 - gap if left else count + gap
        drawn = look(name)
        mean = ranking.ranks[name]
        axes.plot([mean, mean, edge], [0, height, height], color=drawn.color, lw=1.0)
        axes.plot(mean, 0, marker=drawn.marker, color=drawn.color, ms=4.5)
        axes.text(
            edge + (-gap if left else gap),
            height,
            f"{wrapped(name, 26, 1)}  {mean:.2f}",
            ha="right" if left else "left",
            va="center",
        )
    for place, group in enumerate(ranking.groups):
        height = -0.45 - level * place
        ends = [ranking.ranks[group[0]] - gap / 2, ranking.ranks[group[-1]] + gap / 2]
        axes.plot(ends, [height, height], color=INK, lw=2.5, solid_capstyle="round")
    return figure
