"""Final shares of samplers on a problem for several budgets, each budget in runs of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studies.common.problems import problem_named, table_of
from studies.common.regions import reference_of

if TYPE_CHECKING:
    import pandas as pd

    from moo_jsc.samplers import Sampler

LONGEST = {"grey-box": 50, "grey-box-plain": 50}
"""Trials beyond which a sampler would take hours for a table; it is left out there."""


def final_shares(
    problem: str,
    samplers: Sequence[Sampler],
    budget: int,
    seeds: Sequence[int],
    folder: Path,
    workers: int,
    scheduler: str | None = None,
) -> pd.DataFrame:
    """Run every sampler for a budget; a run at a smaller budget is not the start of a larger one.

    Evolutionary samplers choose their population by the budget.

    Returns
    -------
    pandas.DataFrame
        Columns ``problem``, ``budget``, ``sampler``, ``seed`` and ``share`` (of the true
        hypervolume at the end).
    """
    import pandas as pd

    from analysis.indicators.curves import hypervolume_curves
    from moo_jsc.enumeration import TableProblem
    from moo_jsc.runs import run_comparison

    built = problem_named(problem)
    crew: dict[str, Any] = {"workers": workers, "scheduler": scheduler}
    table = table_of(built, **crew)
    replay = built if isinstance(built, TableProblem) else TableProblem(table)
    chosen = [
        sampler
        for sampler in samplers
        if sampler.suits(replay.space) and budget <= LONGEST.get(sampler.name, budget)
    ]
    for sampler in chosen:
        sampler.check(replay.objectives)
    trials = run_comparison(replay, chosen, seeds, budget, folder, **crew).trials()
    curves = hypervolume_curves(trials, reference_of(table))
    rows = [
        (problem, budget, name, seed, float(curves.values[name][row, -1]))
        for name in curves.values
        for row, seed in enumerate(curves.seeds[name])
    ]
    return pd.DataFrame(rows, columns=["problem", "budget", "sampler", "seed", "share"])
