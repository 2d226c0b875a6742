"""Axes: which are logarithmic, how many ticks fit, one format of numbers, names that fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.scales import Scale
from analysis.plots.style import SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.ticker import Formatter, Locator

    from analysis.foundation.objectives import ObjectiveLike

LOG_RATIO = 20.0
"""Ratio of largest to smallest value from which a cost without a declared scale is logarithmic."""

MINUS = "\u2212"
"""What a negative number begins with on an axis: as long as a plus sign."""

_UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_SHORT_FROM = 10_000.0


def short_number(value: float, digits: int = 4) -> str:
    """Return a number as all figures write it: ``12.5k``, never ``1e4``.

    Examples
    --------
    >>> short_number(0.00012), short_number(1520.0), short_number(80_000), short_number(2.5e6)
    ('0.00012', '1520', '80k', '2.5M')
    """
    for factor, suffix in _UNITS if abs(value) >= _SHORT_FROM else ():
        if abs(value) >= factor:
            return f"{_positional(value / factor, digits)}{suffix}"
    return _positional(value, digits)


def axis_scale(
    objective: ObjectiveLike, values: ArrayLike, scales: Mapping[str, Scale] | None = None
) -> Scale:
    """Return the scale of an objective's axis: the declared one, else by what its values span.

    A cost without a declared scale gets a logarithmic axis where its largest value is 20 times
    its smallest: this is about what can be seen and changes nothing that is measured.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> size = Objective(name="size")
    >>> axis_scale(size, [10, 300]), axis_scale(size, [10, 300], {"size": "linear"})
    ('logarithmic', 'linear')
    """
    declared = (scales or {}).get(objective.name)
    if declared is not None:
        return declared
    array = np.asarray(values, dtype=np.float64)
    wide = objective.sense == "min" and array.size and array.min() > 0
    return "logarithmic" if wide and array.max() >= LOG_RATIO * array.min() else "linear"


def number_axis(
    axes: Axes, which: Literal["x", "y"], scale: Scale = "linear", *, whole: bool = False
) -> None:
    """Give an axis its scale, as many ticks as fit, and the common format of numbers.

    Parameters
    ----------
    axes, which
        Of which plot, and of its axes which.
    scale
        Its scale.
    whole
        It counts, so that there is nothing between whole numbers (on linear scales).
    """
    from matplotlib.ticker import NullLocator

    axis: Axis = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xscale if which == "x" else axes.set_yscale)(
        "log" if scale == "logarithmic" else "linear"
    )
    locator, formatter = _tickers()
    axis.set_major_locator(locator(whole))  # type: ignore[call-arg]
    axis.set_major_formatter(formatter())
    axis.set_minor_locator(NullLocator())


def log_ticks(low: float, high: float, room: int) -> NDArray[np.float64]:
    """Return at most `room` round values between two positive ones, for a logarithmic axis.

    Examples
    --------
    >>> log_ticks(3, 120, 6).tolist(), log_ticks(3, 120, 3).tolist(), log_ticks(3, 4, 3).tolist()
    ([5.0, 10.0, 20.0, 50.0, 100.0], [10.0, 100.0], [3.0, 3.5, 4.0])
    """
    decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    choices = []
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = np.outer(decades, steps).ravel()
        choices.append(ticks[(ticks >= low * (1 - 1e-9)) & (ticks <= high * (1 + 1e-9))])
    densest = choices[0]
    if len(densest) < 2:
        return linear_ticks(low, high, room)
    fitting = max((ticks for ticks in choices if len(ticks) <= room), key=len, default=densest[:0])
    if len(fitting) > 1:
        return fitting
    sparsest = next((ticks for ticks in choices[::-1] if len(ticks) > 1), densest)
    return sparsest[:: max(1, -(-(len(sparsest) - 1) // max(room - 1, 1)))]


def linear_ticks(low: float, high: float, room: int, *, whole: bool = False) -> NDArray[np.float64]:
    """Return about `room` round values between two values, on request whole ones."""
    from matplotlib.ticker import MaxNLocator

    steps = [1, 2, 5, 10] if whole else [1, 2, 2.5, 5, 10]
    locator = MaxNLocator(nbins=max(room - 1, 2), steps=steps, integer=whole)
    ticks = np.asarray(locator.tick_values(low, high))
    slack = 1e-9 * (high - low)
    return ticks[(ticks >= low - slack) & (ticks <= high + slack)]


def wrapped(name: str, width: int, lines: int = 2) -> str:
    """Break a long name at hyphens and spaces into lines; the rest of what is too long goes.

    Examples
    --------
    >>> wrapped("optuna-tpe", 14)
    'optuna-tpe'
    >>> print(wrapped("pymoo-nsga2-without-repeats", 14))
    pymoo-nsga2-
    without-repea…
    """
    parts = name.replace("-", "-\0").replace(" ", " \0").split("\0")
    rows = [""]
    for part in parts:
        if rows[-1] and len((rows[-1] + part).rstrip()) > width and len(rows) < lines:
            rows.append("")
        rows[-1] += part
    cut = (row.rstrip() for row in rows)
    return "\n".join(row if len(row) <= width else f"{row[: width - 1]}…" for row in cut)


def objective_label(objective: ObjectiveLike, width: int = 40, note: str = "") -> str:
    """Return the label of an axis, in lines of at most so many letters.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> print(objective_label(Objective(name="latency-cycles", unit="cycles"), 14))
    latency-cycles
    (cycles)
    """
    unit = "" if objective.unit == "1" else objective.unit
    rest = ", ".join(part for part in (unit, note) if part)
    if not rest:
        return wrapped(objective.name, width)
    if len(objective.name) + len(rest) + 3 <= width:
        return f"{objective.name} ({rest})"
    return f"{wrapped(objective.name, width)}\n({rest})"


def _positional(value: float, digits: int) -> str:
    return np.format_float_positional(value, precision=digits, fractional=False, trim="-")


def _room(axis: Axis) -> int:
    """Return how many labels fit beside an axis; matplotlib's own answer depends on settings."""
    extent, figure = axis.axes.bbox, axis.get_figure(root=True)
    assert figure is not None
    across = axis is axis.axes.xaxis
    points = (extent.width if across else extent.height) * 72 / figure.dpi
    return int(np.clip(points / (SMALL * (3.2 if across else 1.7)), 2, 7))


def _stepped(value: float, step: float, largest: float) -> str:
    """Return a tick's number with the decimals that the steps of its axis need."""
    if value == 0:
        return "0"
    long = largest >= _SHORT_FROM
    factor, suffix = next((unit for unit in _UNITS if long and abs(value) >= unit[0]), (1.0, ""))
    step = step / factor
    decimals = next((d for d in range(15) if abs(round(step, d) - step) <= 1e-6 * step), 15)
    return f"{value / factor:.{decimals}f}{suffix}"


@lru_cache(maxsize=1)
def _tickers() -> tuple[type[Locator], type[Formatter]]:
    """Return the classes of ticks and of their labels, whose bases load with matplotlib."""
    from matplotlib.ticker import Formatter, Locator

    class FittingTicks(Locator):
        """Round values, as many as there is room for."""

        def __init__(self, whole: bool) -> None:
            self.whole = whole

        def __call__(self) -> list[float]:
            low, high = sorted(self.axis.get_view_interval())  # type: ignore[union-attr]
            return self.tick_values(low, high)

        def tick_values(self, vmin: float, vmax: float) -> list[float]:
            axis = self.axis
            assert axis is not None
            room = _room(axis)  # type: ignore[arg-type]
            if axis.get_scale() == "log" and vmin > 0:  # type: ignore[union-attr]
                return log_ticks(vmin, vmax, room).tolist()
            return linear_ticks(vmin, vmax, room, whole=self.whole).tolist()

    class ShortNumbers(Formatter):
        """As `short_number`, with as many decimals as the steps of the axis need."""

        def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
            return short_number(x)

        def format_ticks(self, values: Sequence[float]) -> list[str]:
            steps = np.diff(np.sort(values))
            logarithmic = self.axis.get_scale() == "log"  # type: ignore[union-attr]
            if logarithmic or len(steps) == 0 or not np.allclose(steps, steps[0]):
                texts = [short_number(value) for value in values]
            else:
                texts = [_stepped(value, steps[0], max(map(abs, values))) for value in values]
            return [text.replace("-", MINUS) for text in texts]

    return FittingTicks, ShortNumbers
