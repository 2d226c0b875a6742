"""Judging what report R4 says of quantisation after training."""

from __future__ import annotations

import numpy as np

from studies.lab_reports import rules
from studies.lab_reports.claims import Arrays, ClaimVerdict, Judgment, Measurements

HARMLESS = 0.01
"""A loss of accuracy of one point."""

PROPORTIONAL = 0.25
"""How far an exponent may be from -1."""


def harmless(data: Measurements) -> Judgment:
    """Compare the accuracy of all configurations of the grid with the float network's."""
    grid = data["grid"]
    changes = (grid["accuracy"] - grid["float accuracy"][:, None]).T
    level = 1 - (1 - rules.LEVEL) / len(changes)
    verdicts = [rules.within(change, HARMLESS, level) for change in changes]
    count = {verdict: verdicts.count(verdict) for verdict in ClaimVerdict}
    worst = int(changes.mean(axis=1).argmin())
    if count[ClaimVerdict.NOT_REPRODUCED]:
        verdict = ClaimVerdict.NOT_REPRODUCED
    else:
        verdict = (
            ClaimVerdict.UNDECIDED if count[ClaimVerdict.UNDECIDED] else ClaimVerdict.REPRODUCED
        )
    formats = [
        f"data ({grid['data width'][i]:g}, {grid['data fraction'][i]:g}), weight "
        f"({grid['weight width'][i]:g}, {grid['fraction'][i]:g})"
        for i in range(len(changes))
    ]
    measured = rules.mean_of(f"accuracy minus float, worst: {formats[worst]}", changes[worst])
    eight = rules.mean_of("at data and weight (8, 4)", changes[_column(grid, 8, 4)])
    four = rules.mean_of("at data and weight (4, 2)", changes[_column(grid, 4, 2)])
    return Judgment(
        verdict,
        (measured, eight, four),
        f"Of {len(changes)} configurations {count[ClaimVerdict.REPRODUCED]} stay within one point "
        f"of the float network, {count[ClaimVerdict.NOT_REPRODUCED]} change by more, and "
        f"{count[ClaimVerdict.UNDECIDED]} cannot be told apart; the worst, {formats[worst]}, "
        f"changes by {measured.value:+.3f}.",
    )


def _column(grid: Arrays, width: int, fraction: int) -> int:
    """Return the configuration with this format for weights and data."""
    chosen = (
        (grid["data width"] == width)
        & (grid["weight width"] == width)
        & (grid["fraction"] == fraction)
        & (grid["data fraction"] == fraction)
    )
    (column,) = np.flatnonzero(chosen)
    return int(column)


def inversely_proportional(data: Measurements) -> Judgment:
    """Fit the exponent of loss as a power of accuracy, over the configurations of a network."""
    grid = data["grid"]
    logs = np.log(grid["accuracy"]), np.log(grid["loss"])
    centered = [values - values.mean(axis=1, keepdims=True) for values in logs]
    exponent = (centered[0] * centered[1]).sum(axis=1) / (centered[0] ** 2).sum(axis=1)
    tau = rules.rank_correlations(grid["accuracy"], -grid["loss"])
    measured = rules.mean_of("loss goes as accuracy to the power", exponent)
    order = rules.mean_of("Kendall's tau of accuracy and falling loss", tau, bounds=rules.TAU)
    return Judgment(
        rules.within(exponent + 1, PROPORTIONAL),
        (measured, order),
        f"Loss goes as accuracy to the power {measured.value:.2f} where inverse proportionality "
        f"has -1; one falls where the other rises with tau = {order.value:.2f}.",
    )
