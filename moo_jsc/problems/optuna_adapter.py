"""A search space and its evaluation as Optuna sees them.

Two forms: parameters that hold the index of a value, which this project's own samplers are run
on, and parameters that hold the values themselves, for studies that people read.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.bounds import Bounds
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import Choice, SearchSpace

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


Parameter = int | float | str
"""What a parameter of Optuna may hold."""


def parameter_values(choice: Choice) -> tuple[Parameter, ...]:
    """Return a choice's values as a parameter holds them: tuples as text, all others as they are.

    Raises
    ------
    InputError
        Two of them read the same.

    Examples
    --------
    >>> parameter_values(Choice("format", ((8, 4), (4, 2))))
    ('(8, 4)', '(4, 2)')
    """
    values = tuple(str(v) if isinstance(v, tuple) else v for v in choice.values)
    if len(set(values)) != len(values):
        raise InputError(f"choice {choice.name!r}: two values read the same in {values}")
    return values


def value_distribution(choice: Choice) -> optuna.distributions.BaseDistribution:
    """Return the distribution of a parameter that holds a choice's values.

    Ordered numbers at even distances keep their order, as whole numbers or fractions with a
    step; all others are categories.

    Examples
    --------
    >>> value_distribution(Choice("width", (4, 6, 8)))
    IntDistribution(high=8, log=False, low=4, step=2)
    >>> value_distribution(Choice("width", (3, 4, 8)))
    CategoricalDistribution(choices=(3, 4, 8))
    """
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    values = parameter_values(choice)
    numbers = [value for value in values if isinstance(value, int | float)]
    if not choice.ordered or len(numbers) < 2:
        return CategoricalDistribution(values)
    low, high, step = numbers[0], numbers[-1], numbers[1] - numbers[0]
    if any(low + k * step != value for k, value in enumerate(numbers)):
        return CategoricalDistribution(values)
    if all(isinstance(value, int) for value in numbers):
        return IntDistribution(int(low), int(high), step=int(step))
    return FloatDistribution(low, high, step=step)


def value_distributions(space: SearchSpace) -> dict[str, optuna.distributions.BaseDistribution]:
    """Return the distribution of each parameter that `suggest_values` asks for, in order."""
    return {choice.name: value_distribution(choice) for choice in space.choices}


def suggest_values(trial: optuna.Trial, space: SearchSpace) -> NDArray[np.int64]:
    """Ask an Optuna trial for one configuration, shape (d,), by parameters that hold values."""
    from optuna.distributions import CategoricalDistribution, IntDistribution

    row = []
    for choice in space.choices:
        kind = value_distribution(choice)
        found: Parameter
        if isinstance(kind, CategoricalDistribution):
            found = trial.suggest_categorical(choice.name, kind.choices)  # type: ignore[assignment]
        elif isinstance(kind, IntDistribution):
            found = trial.suggest_int(choice.name, kind.low, kind.high, step=kind.step)
        else:
            low, high, step = choice.values[0], choice.values[-1], kind.step  # type: ignore[attr-defined]
            found = trial.suggest_float(choice.name, low, high, step=step)  # type: ignore[arg-type]
        row.append(parameter_values(choice).index(found))
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
        if np.isnan(values).any():
            return ()
        (missed,) = bounds.violations(values[None], objectives).tolist()
        return tuple(zip(names, missed, strict=True))

    return limits


def optuna_objective(
    space: SearchSpace,
    evaluate: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    limits: Limits | None = None,
    *,
    suggest: Callable[[optuna.Trial, SearchSpace], NDArray[np.int64]] = suggest,
) -> Callable[[optuna.Trial], tuple[float, ...]]:
    """Return the function that ``study.optimize`` takes: natural values, one per objective.

    Parameters
    ----------
    space
        What is suggested; parameters carry the choices' names.
    evaluate
        (n, d) choice indices -> (n, m) values.
    limits
        Constraints that the trial is told (`limits_of`); TPE, GP, NSGA-II and NSGA-III use them.
    suggest
        `suggest`, for parameters that hold the index of a value, or `suggest_values`.

    A design that has failed gives NaN, which Optuna records as a failed trial.
    """

    def objective(trial: optuna.Trial) -> tuple[float, ...]:
        (values,) = evaluate(suggest(trial, space)[None])
        for name, missed in limits(values) if limits else ():
            trial.set_constraint(name, missed)
        return tuple(values.tolist())

    return objective


def name_metrics(study: optuna.Study, objectives: tuple[Objective, ...]) -> None:
    """Give a study's values the objectives' names, unless they have names."""
    from optuna.exceptions import ExperimentalWarning

    if study.metric_names is None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            study.set_metric_names([objective.name for objective in objectives])


def named_objective(
    space: SearchSpace,
    objectives: tuple[Objective, ...],
    evaluate: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    bounds: Bounds,
    *,
    indices: bool = False,
) -> Callable[[optuna.Trial], tuple[float, ...]]:
    """Return an `optuna_objective` whose studies have names of the metrics.

    Parameters hold values (`suggest_values`), or indices (`suggest`).
    """
    asked = suggest if indices else suggest_values
    plain = optuna_objective(space, evaluate, limits_of(bounds, objectives), suggest=asked)

    def objective(trial: optuna.Trial) -> tuple[float, ...]:
        study = getattr(trial, "study", None)
        if study is not None:
            name_metrics(study, objectives)
        return plain(trial)

    return objective
