"""Values of every design on the split that a search sees, and on the test split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from studies.common.problems import FINE_TUNED_SHARD

if TYPE_CHECKING:
    from moo_jsc.data import SplitName
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.problems.problem import Problem


def enumerated(
    problem: Problem, *, workers: int, scheduler: str | None = None
) -> tuple[ObjectiveTable, ObjectiveTable | None]:
    """Return the tables of the problem's own split and of the test split.

    A problem that is not over networks has no test split.

    A benchmark holds both. Where designs are fine-tuned, each is trained once (with every seed
    of its scoring) and scored on both.

    Parameters
    ----------
    problem
        What is searched.
    workers, scheduler
        See `moo_jsc.enumeration.workers.Workers`.
    """
    from moo_jsc.enumeration import enumerate_problem
    from moo_jsc.enumeration.benchmark import Benchmark
    from moo_jsc.problems.network_problem import NetworkProblem

    if isinstance(problem, Benchmark):
        return problem.table, problem.on("test").table
    if not isinstance(problem, NetworkProblem):
        return enumerate_problem(problem, workers=workers, scheduler=scheduler), None
    if problem.scoring.training == "qat":
        return _fine_tuned(problem, workers, scheduler)
    own, test = (
        enumerate_problem(each, workers=workers, scheduler=scheduler)
        for each in (problem, problem.on("test"))
    )
    return own, test


def _fine_tuned(
    problem: NetworkProblem, workers: int, scheduler: str | None
) -> tuple[ObjectiveTable, ObjectiveTable]:
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.enumeration.fine_tuned import enumerate_fine_tuned

    first = problem.scoring.fine_tuning.seed
    splits: tuple[SplitName, ...] = (problem.scoring.split, "test")
    scores = enumerate_fine_tuned(
        problem,
        range(first, first + problem.scoring.seeds),
        splits,
        workers=workers,
        scheduler=scheduler,
        shard_size=FINE_TUNED_SHARD,
    )
    places = [problem.objectives.index(objective) for objective in problem.predicted]
    known = problem.known_values(problem.space.configurations(np.arange(problem.space.size)))

    def table(split: SplitName) -> ObjectiveTable:
        values = known.copy()
        values[:, places] = scores.mean(split)
        scored = problem if split == problem.scoring.split else problem.on(split)
        return ObjectiveTable(
            problem.name,
            problem.space,
            problem.objectives,
            values,
            scored.fingerprint,
            bounds=problem.bounds,
            scales=problem.scales,
        )

    return table(problem.scoring.split), table("test")
