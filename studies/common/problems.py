"""The problem that a study's settings name: a shipped table where there is one, else networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from moo_jsc.enumeration.benchmark import Benchmark, benchmark_names, holds, load_benchmark
from moo_jsc.objectives.bounds import UNBOUNDED, Bounds

if TYPE_CHECKING:
    from moo_jsc.data import SplitName
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.evaluation.scoring import Training
    from moo_jsc.objectives.scales import Scales
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.problems.problem import Problem

FINE_TUNED_SHARD = 36
"""Configurations between two saves of an enumeration that fine-tunes each of them."""


def problem_named(
    name: str,
    *,
    objectives: Sequence[str] | None = None,
    training: Training | None = None,
    split: SplitName = "validation",
    bounds: Bounds = UNBOUNDED,
    scales: Scales | None = None,
    evaluate: bool = False,
    noisy: bool = False,
    network: str | None = None,
    final_relu: bool = False,
    jets: str = "sample",
    device: str = "cpu",
) -> Problem:
    """Return a problem: a registered one, its shipped table, else over networks.

    Parameters
    ----------
    name
        Of the problem.
    objectives, training, split, bounds, scales
        See `load_benchmark`.
    evaluate
        Compute values anew, on this machine, even if a table is shipped.
    noisy
        See `load_benchmark`.
    network, final_relu, jets, device
        See `moo_jsc.problems.catalog.build_problem`; no table is shipped for other than the
        default ones.

    Raises
    ------
    InputError
        A name is unknown, or `noisy` is asked for where no table of trainings is shipped.
    """
    from moo_jsc.problems.registered import PROBLEMS

    asked: dict[str, Any] = {
        "objectives": objectives,
        "training": training,
        "split": split,
        "bounds": bounds,
        "scales": scales,
    }
    own = (network, final_relu, jets, device) != (None, False, "sample", "cpu")
    if (
        name not in PROBLEMS
        and not evaluate
        and not own
        and holds(name, objectives, training, split)
    ):
        return load_benchmark(name, **asked, noisy=noisy)
    if noisy:
        from moo_jsc.foundation.errors import InputError

        raise InputError(
            f"noisy: expected a problem with a shipped table of trainings as it is "
            f"({', '.join(benchmark_names())}), not {name} evaluated anew"
        )
    from moo_jsc.problems.catalog import build_problem, recipe_of

    if name not in PROBLEMS:
        asked["fine_tuning_seeds"] = recipe_of(name).trainings
    return build_problem(
        name, **asked, network=network, final_relu=final_relu, jets=jets, device=device
    )


def networks_of(problem: Problem) -> NetworkProblem | None:
    """Return the networks behind a problem, for what needs more than values; None without any."""
    from moo_jsc.problems.network_problem import NetworkProblem

    if isinstance(problem, Benchmark):
        from moo_jsc.problems.catalog import build_network_problem

        return build_network_problem(
            problem.name,
            objectives=("accuracy", "size"),
            training=problem.training,
            split=problem.split,
        )
    return problem if isinstance(problem, NetworkProblem) else None


def table_of(problem: Problem, **effort: Any) -> ObjectiveTable:
    """Return the values of a problem's whole space.

    Parameters
    ----------
    problem
        From `problem_named`.
    effort
        Workers and the like, see `moo_jsc.enumeration.enumerate_problem`.
    """
    if isinstance(problem, Benchmark):
        return problem.table
    from moo_jsc.enumeration import enumerate_problem
    from moo_jsc.enumeration.enumerate import SHARD_SIZE
    from moo_jsc.problems.network_problem import NetworkProblem

    fine_tuned = isinstance(problem, NetworkProblem) and problem.scoring.training == "qat"
    size = FINE_TUNED_SHARD if fine_tuned else SHARD_SIZE
    return enumerate_problem(problem, shard_size=size, **effort)
