"""Figures of the reproduction: the protocols, and stated figures beside our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis.plots.axes import number_axis, short_number
from analysis.plots.palette import BASELINE_INK, BLUE, INK, MUTED, PAPER, PLUM, ROSE
from analysis.plots.style import PAGE, SMALL, styled
from studies.lab_reports.claims import Arrays, Measured
from studies.lab_reports.crossover import REPORTED_COST, Crossover
from studies.lab_reports.effects import NO_SEED, Effect
from studies.lab_reports.protocols import WIDTH_FAULTS
from studies.lab_reports.report import StatedRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KIND_COLORS = {"control": BASELINE_INK, "fault": ROSE, "as reported": PLUM}

_RIGHT, _SHOWN = BLUE, ROSE
_COLUMNS = 5


@styled
def protocol_figure(tables: Arrays, widths: Arrays, effects: Sequence[Effect]) -> Figure:
    """Draw reported against correct accuracy for every protocol, and what it does to the choice.

    Parameters
    ----------
    tables, widths
        The measurements ``protocols`` and ``widths``.
    effects
        See `studies.lab_reports.effects.protocol_effects`.
    """
    from matplotlib.figure import Figure

    panels = [effect for effect in effects if effect.name != NO_SEED]
    figure = Figure(figsize=(PAGE, 7.4))
    halves = figure.subfigures(2, 1, height_ratios=(2, 1.45))
    upper, lower = np.asarray(halves, dtype=object).ravel()
    axes = upper.subplots(2, _COLUMNS, squeeze=False).flat
    limits = _accuracy_limits(tables, [effect.name for effect in panels])
    for panel, effect in zip(axes, panels, strict=False):
        _accuracy_panel(panel, tables["correct"], tables[effect.name], effect, limits)
    _width_panel(axes[len(panels)], widths)
    for panel in axes[len(panels) + 1 :]:
        panel.set_visible(False)
    upper.supxlabel("correct accuracy (all validation jets)")
    upper.supylabel("reported accuracy")
    rank, same, lost = lower.subplots(1, 3, sharey=True)
    _dots(rank, effects, "tau", "Kendall's tau with\nthe correct order", (-0.2, 1.02))
    _dots(same, effects, "same_design", "share choosing\nthe same design", (-0.05, 1.05))
    _dots(lost, effects, "lost", "accuracy lost\nby the choice", None)
    rank.set_yticks(range(len(effects)), [effect.name for effect in effects])
    rank.invert_yaxis()
    return figure


@styled
def crossover_figure(costs: Crossover) -> Figure:
    """Draw which part of brute force's saving is the space's, over the cost of a trial."""
    from matplotlib.figure import Figure

    here = float(costs.trial.mean())
    grid = np.geomspace(min(here, 1e-3) / 3, 3 * REPORTED_COST, 200)
    shares = costs.space_shares(grid)
    low, high = np.quantile(shares, [0.025, 0.975], axis=0)
    figure = Figure(figsize=(PAGE * 0.75, 3.0))
    axes = figure.subplots()
    axes.fill_between(1e3 * grid, 100 * low, 100 * high, color=_RIGHT, alpha=0.2, lw=0)
    axes.plot(1e3 * grid, 100 * np.median(shares, axis=0), color=_RIGHT)
    axes.axhline(50, color=MUTED, lw=0.9)
    for cost, label in ((here, "here"), (REPORTED_COST, "in the reports")):
        axes.axvline(1e3 * cost, color=INK, lw=0.9, ls=(0, (4, 2)))
        above = float(np.median(costs.space_shares([cost]))) < 0.5
        axes.annotate(
            f"{label}: {short_number(1e3 * cost, 3)} ms",
            (1e3 * cost, 96 if above else 4),
            xytext=(-4, 0),
            textcoords="offset points",
            rotation=90,
            ha="right",
            va="top" if above else "bottom",
            fontsize=SMALL,
        )
    number_axis(axes, "x", "logarithmic")
    number_axis(axes, "y")
    axes.set(ylim=(0, 100), xlim=(1e3 * grid[0], 1e3 * grid[-1]))
    axes.set_xlabel("cost of a trial (ms)")
    axes.set_ylabel("saved by the end of the space (%)")
    return figure


@styled
def stated_figure(rows: Sequence[StatedRow]) -> Figure:
    """Draw the stated accuracies over the 95 % prediction intervals of one further run."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(PAGE, 0.9 + 0.45 * len(rows)))
    axes = figure.subplots()
    for position, row in enumerate(rows):
        drawn = ((row.right, _RIGHT, "o", -0.14), (row.shown, _SHOWN, "s", 0.14))
        for measured, color, marker, shift in drawn:
            if measured is not None:
                _interval(axes, measured, position + shift, color, marker)
        axes.plot(row.stated, [position] * len(row.stated), "x", color=INK, ms=7, mew=1.8)
    for color, marker, label in (
        (_RIGHT, "o", "ours, rightly scored"),
        (_SHOWN, "s", "ours, scored as the report did"),
    ):
        axes.plot([], [], color=color, marker=marker, ms=5, label=label)
    axes.plot([], [], "x", color=INK, ms=7, mew=1.8, label="stated")
    axes.set_yticks(range(len(rows)), [row.label for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel("accuracy (mean, 95 % prediction interval of one further run)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3)
    return figure


def _accuracy_limits(tables: Arrays, names: Sequence[str]) -> tuple[float, float]:
    values = np.concatenate([tables[name].ravel() for name in ("correct", *names)])
    return float(values.min()) - 0.02, float(values.max()) + 0.02


def _accuracy_panel(
    panel: Axes,
    correct: np.ndarray,
    reported: np.ndarray,
    effect: Effect,
    limits: tuple[float, float],
) -> None:
    panel.plot(limits, limits, color=MUTED, lw=0.9, zorder=1)
    panel.plot(
        correct.ravel(),
        reported.ravel(),
        ls="",
        marker="o",
        ms=2.2,
        mew=0,
        alpha=0.45,
        color=KIND_COLORS[effect.kind],
        rasterized=True,
    )
    panel.set(xlim=limits, ylim=limits)
    panel.set_title(_broken(effect.name), fontsize=SMALL, loc="left", pad=3)
    panel.text(
        0.04,
        0.95,
        f"tau {effect.tau.value:.2f}\nbias {effect.bias.value:+.3f}",
        transform=panel.transAxes,
        va="top",
        fontsize=SMALL - 1,
        bbox={"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.75},
    )


def _width_panel(panel: Axes, widths: Arrays) -> None:
    right = widths["none"]
    panel.plot([0, 33], [0, 33], color=MUTED, lw=0.9, zorder=1)
    looks: Mapping[str, tuple[str, str, str]] = {
        WIDTH_FAULTS[0]: ("o", ROSE, "float layers left out"),
        WIDTH_FAULTS[1]: ("^", BLUE, "fraction added"),
    }
    for fault, (marker, color, label) in looks.items():
        panel.plot(
            right, widths[fault], ls="", marker=marker, ms=3, mew=0, color=color, label=label
        )
    panel.set(xlim=(0, 33), ylim=(0, 33))
    panel.set_title("average bitwidth (bits)\nof 64 networks", fontsize=SMALL, loc="left", pad=3)
    panel.legend(
        fontsize=SMALL - 1,
        loc="upper left",
        handletextpad=0.1,
        borderaxespad=0.1,
        frameon=True,
        facecolor=PAPER,
        edgecolor="none",
        framealpha=0.75,
    )


def _dots(
    axes: Axes, effects: Sequence[Effect], key: str, label: str, limits: tuple[float, float] | None
) -> None:
    for position, effect in enumerate(effects):
        _interval(axes, getattr(effect, key), position, KIND_COLORS[effect.kind], "o")
    axes.set_xlabel(label)
    if limits:
        axes.set_xlim(limits)


def _interval(axes: Axes, measured: Measured, height: float, color: str, marker: str) -> None:
    if measured.low is not None and measured.high is not None and np.isfinite(measured.low):
        axes.plot([measured.low, measured.high], [height] * 2, color=color, lw=1.8)
    axes.plot([measured.value], [height], marker=marker, color=color, ms=5)


def _broken(name: str) -> str:
    """Break a name into two lines near its middle."""
    if len(name) < 20:
        return name + "\n "
    gaps = [position for position, letter in enumerate(name) if letter == " "]
    middle = min(gaps, key=lambda position: abs(position - len(name) / 2))
    return f"{name[:middle]}\n{name[middle + 1 :]}"
