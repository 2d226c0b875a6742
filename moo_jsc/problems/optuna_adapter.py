"""A search space and its evaluation as Optuna sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives.bounds import Bounds
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import SearchSpace

if TYPE_CHECKING:
    import optuna


def directions(objectives: tuple[Objective, ...]) -> list[str]:
    """Return Optuna's directions: ``"maximize"`` or ``"minimize"`` for each objective."""
    return ["maximize" if objective.sense == "max" else "minimize" for objective in objectives]


def distributions(space: SearchSpace) -> dict[str, optuna.distributions.BaseDistribution]:
    """Return the distribution of each parameter that `suggest` asks for, in the same order."""
    from optuna.distributions import CategoricalDistribution, IntDistribution

    return {
        choice.name: IntDistribution(0, len(choice.values) - 1)
        if choice.ordered
        else CategoricalDistribution(range(len(choice.values)))
        for choice in space.choices
    }


def suggest(trial: optuna.Trial, space: SearchSpace) -> NDArray[np.int64]:
    """Ask an Optuna trial for one configuration, shape (d,).

    Choices of ordered numbers are suggested as an integer index, so that samplers may use
    their order; others (names, formats) as a categorical index.
    """
    row = [
        trial.suggest_int(choice.name, 0, len(choice.values) - 1)
        if choice.ordered
        else trial.suggest_categorical(choice.name, range(len(choice.values)))
        for choice in space.choices
    ]
    return np.asarray(row, dtype=np.int64)


Limits = Callable[[NDArray[np.float64]], Sequence[tuple[str, float]]]
"""Values (m,) -> by how much each bound is missed, with a name for it."""


def limits_of(bounds: Bounds, objectives: tuple[Objective, ...]) -> Limits | None:
    """Return the constraints that bounds are for Optuna; None without bounds."""
    if not bounds:
        return None
    names = [f"least-{name}" for name in bounds.at_least]
    names += [f"most-{name}" for name in bounds.at_most]

    def limits(values: NDArray[np.float64]) -> Sequence[tuple[str, float]]:
        (missed,) = bounds.violations(values[None], objectives).tolist()
        return tuple(zip(names, missed, strict=True))

    return limits


def optuna_objective(
    space: SearchSpace,
    evaluate: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    limits: Limits | None = None,
) -> Callable[[optuna.Trial], tuple[float, ...]]:
    """Return the function that ``study.optimize`` takes: natural values, one per objective.

    Parameters
    ----------
    space
        What is suggested; parameters carry the choices' names and hold the index of a value.
    evaluate
        (n, d) choice indices -> (n, m) values.
    limits
        Constraints that the trial is told (`limits_of`); TPE, GP, NSGA-II and NSGA-III use them.
    """

    def objective(trial: optuna.Trial) -> tuple[float, ...]:
        (values,) = evaluate(suggest(trial, space)[None])
        for name, missed in limits(values) if limits else ():
            trial.set_constraint(name, missed)
        return tuple(values.tolist())

    return objective
