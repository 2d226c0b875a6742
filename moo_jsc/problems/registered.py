"""Problems that a user has made and given a name: every study takes them by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.scales import Scales
from moo_jsc.problems.function_problem import FunctionProblem
from moo_jsc.problems.problem import Problem

OwnProblem = TypeVar("OwnProblem", bound=Problem)

PROBLEMS: dict[str, Problem] = {}
"""Registered problems by name."""


def register_problem(problem: OwnProblem) -> OwnProblem:
    """Add a problem to `PROBLEMS` under its name and return it.

    Raises
    ------
    ValueError
        There is one of this name.
    """
    if problem.name in PROBLEMS:
        raise ValueError(f"problem {problem.name!r} is registered twice")
    PROBLEMS[problem.name] = problem
    return problem


def registered_problem(
    name: str,
    objectives: Sequence[str] | None = None,
    bounds: Bounds = UNBOUNDED,
    scales: Scales | None = None,
) -> Problem:
    """Return a registered problem with some of its objectives, and with bounds and scales.

    Parameters
    ----------
    name
        A key of `PROBLEMS`.
    objectives
        Names of some of its objectives, for a `FunctionProblem`; all by default.
    bounds
        In the place of the problem's own on the same side of the same objective.
    scales
        In the place of the problem's own.

    Raises
    ------
    InputError
        A name is none of the problem's objectives, or the problem has them all or none.
    """
    problem = PROBLEMS[name]
    own = [objective.name for objective in problem.objectives]
    if objectives is not None and list(objectives) != own:
        if not isinstance(problem, FunctionProblem):
            raise InputError(f"problem {name!r}: its objectives are {', '.join(own)}, all of them")
        problem = problem.selected(objectives)
    return problem.within(
        problem.bounds.replaced(bounds), {**problem.scales, **scales} if scales else None
    )
