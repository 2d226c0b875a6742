"""The runs on one problem, as shares of the true hypervolume after some numbers of trials."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.samplers import Sampler, told
from studies.common.regions import reference_of

if TYPE_CHECKING:
    import pandas as pd

TRIALS = (5, 10, 15, 20, 50)
"""Numbers of trials that are tabulated, as far as the budget goes."""


def compared(
    problem: str,
    samplers: Sequence[Sampler],
    *,
    seeds: Sequence[int],
    budget: int,
    folder: Path,
    jets: str = "sample",
    workers: int = 1,
    device: str = "cpu",
) -> pd.DataFrame:
    """Run samplers on a problem, replayed from its table; recorded runs are not repeated.

    Parameters
    ----------
    problem
        A name; behind a slash the network.
    samplers, seeds, budget, folder, workers
        As `moo_jsc.runs.run_comparison` takes them.
    jets, device
        As `moo_jsc.problems.catalog.build_problem` takes them.

    Returns
    -------
    pandas.DataFrame
        One row for each sampler and seed: ``problem``, ``designs``, ``sampler``, ``told`` (names
        of objectives), ``seed``, ``seconds`` (of the sampler, for a trial) and a share for each
        of `TRIALS`.
    """
    import pandas as pd

    from analysis.indicators.curves import hypervolume_curves
    from moo_jsc.enumeration import TableProblem
    from moo_jsc.runs import run_comparison
    from studies.common.problems import problem_named, table_of

    name, _, network = problem.partition("/")
    built = problem_named(name, network=network or None, jets=jets, device=device)
    table = table_of(built, workers=workers)
    replay = built if isinstance(built, TableProblem) else TableProblem(table)
    comparison = run_comparison(replay, samplers, seeds, budget, folder, workers=workers)
    trials = comparison.trials()
    reference = reference_of(table)
    curves = hypervolume_curves(trials, reference)
    seconds = trials.groupby(["sampler", "seed"])["sampler_seconds"].mean()
    rows = [
        {
            "problem": problem,
            "designs": table.space.size,
            "sampler": sampler.name,
            "told": ", ".join(told(sampler, replay.objectives)),
            "seed": seed,
            "seconds": seconds[sampler.name, seed],
            **{str(n): curves.values[sampler.name][row, n - 1] for n in TRIALS if n <= budget},
        }
        for sampler in samplers
        for row, seed in enumerate(curves.seeds[sampler.name])
    ]
    return pd.DataFrame(rows)
