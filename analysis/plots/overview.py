"""All samplers in one axes, several indicators side by side, one legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.plots.curves import plain_log_labels, ranked, thinned
from analysis.plots.palette import look, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from analysis.indicators.curves import Curves


def overview(panels: Sequence[tuple[Curves, Literal["linear", "log"]]]) -> Figure:
    """Draw the means over seeds of several indicators.

    Parameters
    ----------
    panels
        Curves with the scale of their vertical axis; the legend follows the first one's ranking.

    Returns
    -------
    matplotlib.figure.Figure
        Not shown, and not registered with pyplot.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(style()):  # type: ignore[arg-type]
        order = ranked(panels[0][0])
        width, height = 2.95 * len(panels) + 2.1, max(3.1, 0.5 + 0.17 * len(order))
        figure = Figure(figsize=(width, height))
        figure.set_layout_engine("none")
        axes = figure.subplots(
            1,
            len(panels),
            squeeze=False,
            gridspec_kw={
                "left": 0.5 / width,
                "right": 1 - 2.1 / width,
                "bottom": 0.5 / height,
                "top": 1 - 0.3 / height,
                "wspace": 0.24,
            },
        )[0]
        for panel, (curves, scale) in zip(axes, panels, strict=True):
            shown = thinned(curves.budget)
            marks = max(1, len(shown) // 5)
            for name, values in curves.values.items():
                drawn = look(name)
                mean = values.mean(axis=0)[shown]
                if scale == "log":
                    mean = np.where(mean > 0, mean, np.nan)
                panel.plot(
                    shown + 1,
                    mean,
                    color=drawn.color,
                    ls=drawn.dashes,
                    lw=1.2,
                    marker=drawn.marker,
                    ms=3.2,
                    markevery=(marks - 1, marks),
                    label=name,
                )
            panel.set_yscale(scale)
            if scale == "log":
                plain_log_labels(panel)
            panel.set_xlim(1, max(curves.budget, 2))
            panel.set_xlabel(curves.axis)
            panel.set_title(curves.indicator, loc="left")
        # Not the legend's own list: it leaves out names that begin with an underscore.
        by_name = {str(line.get_label()): line for line in axes[0].get_lines()}
        figure.legend(
            [by_name[name] for name in order],
            order,
            loc="upper right",
            bbox_to_anchor=(1 - 0.05 / width, 1 - 0.2 / height),
            handlelength=2.6,
            alignment="left",
        )
    return figure
