"""A whole space of a function into a table: what is missing is computed, outcome by outcome."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from moo_jsc.enumeration.workers import Workers
from moo_jsc.problems.function_problem import FunctionProblem
from moo_jsc.problems.outcomes import Outcome
from moo_jsc.problems.problem import Problem


def complete_outcomes(problem: FunctionProblem, crew: Workers, *, progress: bool) -> None:
    """Evaluate what nothing is known of yet, and keep what comes back in this machine's store.

    Workers keep their outcomes too, in the store of the machine that they run on; where that is
    another one, nothing is lost but the designs in flight when this process is stopped.

    Parameters
    ----------
    problem
        Whose space is to be known.
    crew
        Who evaluates.
    progress
        Show a progress bar on a terminal.
    """
    store = problem.outcomes
    size = problem.space.size
    missing = np.flatnonzero([store.read(index) is None for index in range(size)])
    ranges = list(_runs(missing, problem.shard_size))
    with tqdm(
        total=size,
        initial=size - len(missing),
        desc=f"enumerating {problem.name}",
        unit=" designs",
        disable=None if progress else True,
    ) as bar:
        for (start, stop), outcomes in crew.arriving(found_in_range, problem, ranges):
            for index, outcome in zip(range(start, stop), outcomes, strict=True):
                if not store.path(index).is_file():
                    store.write(index, outcome)
            bar.update(stop - start)


def found_in_range(problem: Problem, start: int, stop: int) -> list[Outcome]:
    """Return the outcomes of the flat indices start..stop - 1."""
    assert isinstance(problem, FunctionProblem)
    return problem.found(problem.space.configurations(np.arange(start, stop)))


def _runs(indices: NDArray[np.int64], longest: int) -> Iterator[tuple[int, int]]:
    """Yield the (start, stop) that cover ascending indices and nothing else.

    Examples
    --------
    >>> list(_runs(np.array([0, 1, 2, 5, 6]), longest=2))
    [(0, 2), (2, 3), (5, 7)]
    """
    for run in np.split(indices, np.flatnonzero(np.diff(indices) != 1) + 1):
        for place in range(0, len(run), longest):
            part = run[place : place + longest]
            yield int(part[0]), int(part[-1]) + 1
