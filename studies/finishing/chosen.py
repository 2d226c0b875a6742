"""The designs to finish: those of a problem's front after a short training, or given ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.bounds import UNBOUNDED, Bounds

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from moo_jsc.problems.network_problem import NetworkProblem


@dataclass(frozen=True)
class Chosen:
    """Designs to finish.

    Attributes
    ----------
    numbers
        In their space, shape (n,), in the order of `accuracy`.
    accuracy
        What they were chosen by: the mean over the table's trainings, validation split, (n,).
    front
        Designs on the whole front, of which these are.
    trainings
        Of each design in the table.
    """

    numbers: NDArray[np.int64]
    accuracy: NDArray[np.float64]
    front: int
    trainings: int


def fine_tuned_accuracy(
    problem: NetworkProblem,
    seeds: int,
    *,
    shipped: bool,
    cache: Path | None,
    workers: int,
    scheduler: str | None = None,
    skip_outside: Bounds = UNBOUNDED,
) -> NDArray[np.float64]:
    """Return the mean accuracy of every design on the validation split, shape (size,).

    Parameters
    ----------
    problem
        With ``training="qat"``.
    seeds
        Trainings of each design.
    shipped
        Take them from the problem's shipped table where it holds that many.
    cache, workers, scheduler
        Otherwise shards that are in the store are read, others are computed and kept there.
    skip_outside
        Then, see `enumerate_fine_tuned`.
    """
    import numpy as np

    from moo_jsc.enumeration.benchmark import holds, load_benchmark
    from moo_jsc.enumeration.fine_tuned import enumerate_fine_tuned

    if shipped and holds(problem.name, ("accuracy",), "qat"):
        table = load_benchmark(problem.name, objectives=("accuracy",), training="qat")
        trained = table.single_trainings("validation")[:, :seeds, 0]
        if trained.shape[1] == seeds:
            return np.nanmean(trained, axis=1)
    scores = enumerate_fine_tuned(
        problem,
        range(seeds),
        skip_outside=skip_outside,
        cache_dir=cache,
        workers=workers,
        scheduler=scheduler,
    )
    names = [objective.name for objective in scores.objectives]
    return scores.mean("validation")[:, names.index("accuracy")]


def on_front(
    problem: NetworkProblem,
    accuracy: NDArray[np.float64],
    trainings: int,
    at_most: int,
    numbers: Sequence[int] = (),
) -> Chosen:
    """Return designs on the front of accuracy and the problem's known costs, within its bounds.

    Where there are more than are wanted, they are taken at equal distances along the front, the
    least and the most accurate one among them.

    Parameters
    ----------
    problem
        Its bounds say which designs count.
    accuracy
        Of every design, shape (size,).
    trainings
        That it is a mean of.
    at_most
        Designs wanted.
    numbers
        Of given designs, in the place of the front's.

    Raises
    ------
    InputError
        No design counts, or a number is none of the space's.
    """
    import numpy as np

    from analysis.front.pareto import nondominated

    wrong = [number for number in numbers if not 0 <= number < problem.space.size]
    if wrong:
        raise InputError(f"designs {wrong[0]}: expected 0..{problem.space.size - 1}")
    values = problem.known_values(problem.space.configurations(np.arange(problem.space.size)))
    values[:, [objective.name for objective in problem.objectives].index("accuracy")] = accuracy
    counting = np.flatnonzero(problem.bounds.kept(values, problem.objectives))
    if not len(counting):
        raise InputError(f"{problem.name}: no design is within the bounds")
    signs = np.array([1.0 if o.sense == "min" else -1.0 for o in problem.objectives])
    front = counting[nondominated(values[counting] * signs, keep_duplicates=False)]
    found = np.array(numbers, dtype=np.int64) if numbers else front
    found = found[np.argsort(accuracy[found], kind="stable")]
    if not numbers and len(found) > at_most:
        found = found[np.linspace(0, len(found) - 1, at_most).round().astype(np.int64)]
    return Chosen(found, accuracy[found], len(front), trainings)
