"""The style sheet of all figures, and the decorator that puts it on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from analysis.plots.palette import COLORS, GRID, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMN, PAGE = 3.5, 7.2
"""Widths of figures in inches: one column of a journal, and both."""

SMALL = 7.0
"""Size in points of what is not a label of an axis."""

Arguments = ParamSpec("Arguments")


def style() -> dict[str, object]:
    """Return the matplotlib settings that all figures share (for ``rc_context``)."""
    from cycler import cycler

    return {
        "text.parse_math": False,  # a sampler may be called $\\frac{a}$
        "font.family": "sans-serif",
        "font.size": 8.0,
        "axes.titlesize": 8.0,
        "axes.titlelocation": "left",
        "axes.labelsize": 8.0,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "legend.fontsize": SMALL,
        "legend.title_fontsize": SMALL,
        "figure.labelsize": 8.0,
        "figure.titlesize": 8.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.facecolor": "none",
        "axes.edgecolor": MUTED,
        "axes.labelcolor": INK,
        "axes.linewidth": 0.7,
        "axes.prop_cycle": cycler(color=COLORS),
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "xtick.major.width": 0.7,
        "ytick.major.width": 0.7,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": GRID,
        "grid.linewidth": 0.5,
        "lines.linewidth": 1.3,
        "legend.frameon": False,
        "figure.dpi": 100,
        "figure.facecolor": "none",
        "savefig.dpi": 200,
        "figure.constrained_layout.use": True,
        "svg.fonttype": "none",
        "svg.hashsalt": "analysis",
        "pdf.fonttype": 42,
    }


def styled(draw: Callable[Arguments, Figure]) -> Callable[Arguments, Figure]:
    """Make a function draw in the common style, with a layout that is found once and kept."""

    @wraps(draw)
    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Figure:
        from matplotlib import rc_context

        with rc_context(style()):  # type: ignore[arg-type]
            figure = draw(*args, **kwargs)
            figure.draw_without_rendering()
            figure.set_layout_engine("none")
        return figure

    return drawn
