"""The summary table: what each sampler reached, how fast, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.foundation.words import percent
from analysis.indicators.targets import trials_to_target
from analysis.report.tables import Column, Table
from analysis.statistics.intervals import RESAMPLES, mean_interval
from analysis.trials.table import Trials

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.reference import Reference
    from analysis.indicators.curves import Curves


def summarize(
    trials: Trials | pd.DataFrame,
    reference: Reference,
    curves: Curves,
    *,
    target: float = 0.9,
    level: float = 0.95,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """Return one row for each sampler, best final hypervolume first.

    Parameters
    ----------
    trials
        Or a table of them (see `analysis.trials.table`).
    reference
        The true front and its scale.
    curves
        ``hypervolume_curves(trials, reference)``.
    target
        Share of the true hypervolume for the trials-to-target columns.
    level
        Of the intervals over seeds.
    resamples
        Of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        Index ``sampler``. Columns: ``seeds``; ``hypervolume`` (mean share reached) with
        ``hypervolume_low`` and ``_high``; ``area`` (mean share over the budget) likewise;
        ``trials`` and ``unique`` (configurations, mean over seeds; NaN where unknown);
        ``reached`` (runs that got to the target); ``trials_to_target`` (median over all runs,
        infinite where fewer than half got there); ``overhead_seconds`` (median over seeds of
        what the sampler itself spent on a run; NaN where unknown).

    Raises
    ------
    InputError
        The table is unusable (see `analysis.trials.table`).

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.indicators.curves import hypervolume_curves
    >>> from analysis.foundation.objectives import Objective
    >>> from analysis.front.reference import Reference
    >>> objectives = [Objective(name="a"), Objective(name="b")]
    >>> reference = Reference.from_values([[0, 2], [1, 1], [2, 0]], objectives)
    >>> trials = pd.DataFrame({"sampler": "random", "seed": [0, 0, 1, 1], "trial": [0, 1, 0, 1],
    ...                        "configuration": [1, 0, 2, 2], "a": [1, 0, 2, 2], "b": [1, 2, 0, 0]})
    >>> summary = summarize(trials, reference, hypervolume_curves(trials, reference))
    >>> summary[["seeds", "hypervolume", "unique", "reached"]].round(3)
             seeds  hypervolume  unique  reached
    sampler
    random       2        0.667     1.5        0
    """
    import pandas as pd

    measured = Trials.of(trials, reference)
    shares = {"level": level, "resamples": resamples, "bounds": curves.bounds}
    final, area = curves.final(), curves.area()
    rows = []
    for name, runs in measured.runs.items():
        reached = mean_interval(final[name], **shares)  # type: ignore[arg-type]
        under = mean_interval(area[name], **shares)  # type: ignore[arg-type]
        first = trials_to_target(curves, target)[name]
        rows.append(
            {
                "sampler": name,
                "seeds": len(runs),
                "hypervolume": float(reached.estimate),
                "hypervolume_low": float(reached.low),
                "hypervolume_high": float(reached.high),
                "area": float(under.estimate),
                "area_low": float(under.low),
                "area_high": float(under.high),
                "trials": float(np.mean([len(run) for run in runs])),
                "unique": float(
                    np.mean([np.nan if run.new is None else run.new.sum() for run in runs])
                ),
                "reached": int(np.isfinite(first).sum()),
                "trials_to_target": float(np.median(first)),
                "overhead_seconds": float(
                    np.median([np.nan if run.overhead is None else run.overhead for run in runs])
                ),
            }
        )
    table = pd.DataFrame(rows).set_index("sampler")
    return table.sort_values("hypervolume", ascending=False, kind="stable")


def summary_table(summary: pd.DataFrame, *, target: float, kind: str) -> Table:
    """Return the summary as it is shown.

    Parameters
    ----------
    summary
        Made by `summarize` with the same `target`.
    target
        Share of the front's hypervolume.
    kind
        Of the front: true or best known.
    """
    return Table(
        "summary",
        summary,
        [
            Column("sampler", "sampler", "text"),
            Column("seeds", "seeds", "whole"),
            Column(
                "hypervolume",
                "hypervolume (%)",
                "percent",
                1,
                limits=("hypervolume_low", "hypervolume_high"),
            ),
            Column("area", "area (%)", "percent", 1, limits=("area_low", "area_high")),
            Column("trials", "trials", "whole"),
            Column("unique", "unique", digits=1),
            Column("reached", f"reached {percent(target)}", "whole"),
            Column("trials_to_target", "trials to it", digits=1),
            Column("overhead_seconds", "overhead (s)", digits=3),
        ],
        f"Hypervolume: share of the {kind} front's at the end, mean over seeds "
        "with its interval; "
        "area: the mean of that share over the trials; unique: configurations evaluated; reached: "
        "runs that got to the target; trials to it: median over all runs (\u221e: fewer than half "
        "got there); overhead: time the sampler "
        "itself spends on a run, median. Click a head to sort.",
    )
