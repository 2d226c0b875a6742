"""The runs on one problem, as shares of the true hypervolume after some numbers of trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moo_jsc.samplers import Sampler, told
from studies.common.regions import reference_of

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.reference import Reference
    from moo_jsc.enumeration import TableProblem

NOISY = "noisy"
"""What stands behind the slash of a problem of which a run sees one training a design."""

TRIALS = (5, 10, 15, 20, 50)
"""Numbers of trials that are tabulated, as far as the budget goes."""


@dataclass(frozen=True)
class Plan:
    """Which samplers run how often and how long.

    Parameters
    ----------
    samplers
        Run with all `seeds` for `budget` trials, or `short_budget` on a problem of more than
        `many` designs.
    costly
        Run with `costly_seeds` for `short_budget` trials.
    seeds, costly_seeds, budget, short_budget, many
        See above.
    """

    samplers: Sequence[Sampler]
    costly: Sequence[Sampler]
    seeds: int
    costly_seeds: int
    budget: int
    short_budget: int
    many: int


def compared(
    problem: str,
    plan: Plan,
    *,
    folder: Path,
    jets: str = "sample",
    workers: int = 1,
    scheduler: str | None = None,
    device: str = "cpu",
) -> pd.DataFrame:
    """Run samplers on a problem, replayed from its table; recorded runs are not repeated.

    Parameters
    ----------
    problem
        A name; behind a slash the network, or `NOISY`: then designs are judged by the mean over
        their trainings.
    plan
        Which samplers. Those that the problem does not suit are left out.
    folder, workers, scheduler
        As `moo_jsc.runs.run_comparison` takes them.
    jets, device
        As `moo_jsc.problems.catalog.build_problem` takes them.

    Returns
    -------
    pandas.DataFrame
        One row for each sampler and seed: ``problem``, ``designs``, ``sampler``, ``told`` (names
        of objectives), ``seed``, ``seconds`` (of the sampler, for a trial) and a share for each
        of `TRIALS`, NaN beyond the budget.
    """
    import pandas as pd

    from moo_jsc.enumeration import TableProblem
    from studies.common.problems import problem_named, table_of

    name, _, variant = problem.partition("/")
    noisy = variant == NOISY
    network = None if noisy else variant or None
    built = problem_named(name, network=network, noisy=noisy, jets=jets, device=device)
    crew: dict[str, Any] = {"workers": workers, "scheduler": scheduler}
    table = table_of(built, **crew)
    replay = built if isinstance(built, TableProblem) else TableProblem(table)
    reference = reference_of(table)
    long = plan.short_budget if replay.space.size > plan.many else plan.budget
    parts = []
    for samplers, seeds, budget in (
        (plan.samplers, plan.seeds, long),
        (plan.costly, plan.costly_seeds, plan.short_budget),
    ):
        suited = [sampler for sampler in samplers if sampler.suits(replay.space)]
        if suited:
            parts.append(_run(replay, reference, suited, range(seeds), budget, folder, crew))
    found = pd.concat(parts, ignore_index=True)
    found.insert(0, "problem", problem)
    found.insert(1, "designs", replay.space.size)
    return found


def _run(
    replay: TableProblem,
    reference: Reference,
    samplers: Sequence[Sampler],
    seeds: Sequence[int],
    budget: int,
    folder: Path,
    crew: dict[str, Any],
) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    from analysis.indicators.curves import hypervolume_curves
    from moo_jsc.runs import run_comparison

    where = folder / f"{budget}-trials"
    comparison = run_comparison(replay, samplers, seeds, budget, where, **crew)
    trials = comparison.trials()
    names = [objective.name for objective in replay.objectives]
    trials[names] = replay.table.values[trials["configuration"].to_numpy()]
    curves = hypervolume_curves(trials, reference)
    width = curves.budget
    seconds = trials.groupby(["sampler", "seed"])["sampler_seconds"].mean()
    return pd.DataFrame(
        [
            {
                "sampler": sampler.name,
                "told": ", ".join(told(sampler, replay.objectives)),
                "seed": seed,
                "seconds": seconds[sampler.name, seed],
                **{
                    str(n): curves.values[sampler.name][row, min(n, width) - 1]
                    if n <= budget
                    else np.nan
                    for n in TRIALS
                },
            }
            for sampler in samplers
            for row, seed in enumerate(curves.seeds[sampler.name])
        ]
    )
