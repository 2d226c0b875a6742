"""Which design of a space to take: by number, by bounds and a cost, or the knee of the front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from studies.common.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.problems.problem import Problem
    from moo_jsc.quantization.formats import NetworkPrecision


@dataclass(kw_only=True)
class DesignSettings(Settings):
    """Settings of studies that take one design of a space."""

    number: int | None = None
    """Number of the design in its space; by default one is chosen."""
    at_least: tuple[str, ...] = ()
    """Lower bounds, for instance accuracy=0.74."""
    at_most: tuple[str, ...] = ()
    """Upper bounds, for instance lut=5000."""
    least: str | None = None
    """Objective to minimise within the bounds; by default the knee of the front is taken."""

    def check(self) -> None:
        """Check the settings that need no problem.

        Raises
        ------
        InputError
            A value is not possible, or a design is asked for in two ways.
        """
        super().check()
        if self.number is not None and (self.at_least or self.at_most or self.least):
            raise InputError("--number: expected without bounds and --least")


def design_number(settings: DesignSettings, problem: Problem) -> int:
    """Return the number of the design that the settings ask for.

    The problem's own bounds hold too, but for those in whose place one is given.

    Raises
    ------
    InputError
        There is none, or a name or number is none of the problem's.
    """
    if settings.number is not None:
        if not 0 <= settings.number < problem.space.size:
            raise InputError(
                f"number = {settings.number}: expected 0..{problem.space.size - 1} "
                f"in {problem.name}"
            )
        return settings.number
    from studies.common.problems import table_of

    names = [objective.name for objective in problem.objectives]
    own = problem.bounds
    at_least = {**own.at_least, **bounds("--at-least", settings.at_least, names)}
    at_most = {**own.at_most, **bounds("--at-most", settings.at_most, names)}
    if settings.least is not None and settings.least not in names:
        raise InputError(f"--least {settings.least}: expected one of {', '.join(names)}")
    values = table_of(problem, workers=settings.workers).values
    return chosen(problem, values, at_least, at_most, settings.least)


def realized(
    problem: NetworkProblem, configuration: NDArray[np.int64], *, seed: int, samples: int
) -> tuple[Classifier, NetworkPrecision]:
    """Return a design's network and explicit formats, fine-tuned where the problem's designs are.

    Parameters
    ----------
    problem
        Where the design is from.
    configuration
        Shape (d,).
    seed, samples
        Of fine-tuning.
    """
    if problem.scoring.training == "ptq":
        return problem.design(configuration)
    recipe = replace(problem.scoring.fine_tuning, seed=seed, samples=samples)
    (tuned,) = problem.tuned(configuration[None], recipe)
    return tuned.network, tuned.precision


def bounds(flag: str, words: Sequence[str], names: Sequence[str]) -> dict[str, float]:
    """Read ``NAME=VALUE`` words.

    Raises
    ------
    InputError
        A name is no objective of the problem, or a value is no number.

    Examples
    --------
    >>> bounds("--at-least", ["accuracy=0.74"], ["accuracy", "lut"])
    {'accuracy': 0.74}
    """
    found = {}
    for word in words:
        name, _, value = word.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            raise InputError(f"{flag} {word}: expected NAME=NUMBER") from None
        if name not in names:
            raise InputError(f"{flag} {word}: expected one of {', '.join(names)}")
    return found


def chosen(
    problem: Problem,
    values: NDArray[np.float64],
    at_least: dict[str, float],
    at_most: dict[str, float],
    least: str | None,
) -> int:
    """Return the flat index of the design to take.

    Parameters
    ----------
    problem
        The space and its objectives.
    values
        Of the whole space, shape (size, m), natural units and senses.
    at_least, at_most
        Bounds by objective.
    least
        The objective to minimise within the bounds (of equals, the first objective decides);
        None takes the knee of the front within them, the point closest to the ideal.

    Raises
    ------
    InputError
        No design meets the bounds, or `least` is no objective.
    """
    import numpy as np

    names = [objective.name for objective in problem.objectives]
    allowed = np.ones(len(values), dtype=bool)
    for name, bound in at_least.items():
        allowed &= values[:, names.index(name)] >= bound
    for name, bound in at_most.items():
        allowed &= values[:, names.index(name)] <= bound
    rows = np.flatnonzero(allowed)
    if not len(rows):
        asked = [f"{name} >= {bound:g}" for name, bound in at_least.items()]
        asked += [f"{name} <= {bound:g}" for name, bound in at_most.items()]
        raise InputError(f"{problem.name}: no design has {' and '.join(asked)}")
    signs = np.array([1.0 if o.sense == "min" else -1.0 for o in problem.objectives])
    if least is not None:
        if least not in names:
            raise InputError(f"--least {least}: expected one of {', '.join(names)}")
        order = [names.index(least), *range(len(names))]
        keys = [values[rows, column] * signs[column] for column in reversed(order)]
        return int(rows[np.lexsort(keys)[0]])
    from analysis.front.knees import knee
    from analysis.front.pareto import nondominated

    costs = values[rows] * signs
    front = nondominated(costs, keep_duplicates=False)
    points = costs[front]
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    return int(rows[front][knee((points - low) / span)])
