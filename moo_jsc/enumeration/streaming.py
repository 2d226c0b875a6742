"""The true front of a space that is too large for a table, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from moo_jsc.enumeration.shards import table_key
from moo_jsc.enumeration.table import best_of, nondominated, worst_of
from moo_jsc.enumeration.workers import Backend, Workers
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.sealed import write_sealed
from moo_jsc.foundation.store import Store
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.problem import Problem

BLOCK_SIZE = 16384
"""Configurations evaluated together."""

_CHECKPOINT_BLOCKS = 32


@dataclass(frozen=True)
class StreamingFront:
    """The front of the configurations seen so far, as a set of distinct points.

    The result does not depend on how configurations were cut into blocks, nor on the order of
    blocks.

    Attributes
    ----------
    objectives
        Names, units and senses of the columns.
    values
        Distinct nondominated points in lexicographic order, shape (front, m).
    indices
        For each point the smallest flat index that attains it, shape (front,).
    multiplicity
        For each point the number of configurations that attain it, shape (front,).
    ideal
        Best value of each objective over everything seen that counts, shape (m,).
    seen
        Number of configurations, those that do not count or have failed included.

    Examples
    --------
    >>> from moo_jsc.objectives import get_objectives
    >>> front = StreamingFront.empty(get_objectives(["accuracy", "size"]))
    >>> front = front.updated(np.array([0, 1]), np.array([[0.5, 10.0], [0.7, 20.0]]))
    >>> front = front.updated(np.array([2, 3]), np.array([[0.7, 20.0], [0.4, 30.0]]))
    >>> front.values, front.multiplicity, front.seen
    (array([[ 0.5, 10. ],
           [ 0.7, 20. ]]), array([1, 2]), 4)
    """

    objectives: tuple[Objective, ...]
    values: NDArray[np.float64]
    indices: NDArray[np.int64]
    multiplicity: NDArray[np.int64]
    ideal: NDArray[np.float64]
    seen: int

    @classmethod
    def empty(cls, objectives: Sequence[Objective]) -> StreamingFront:
        """Return the front of nothing."""
        columns = len(objectives)
        nothing = np.zeros(0, dtype=np.int64)
        worst = np.array([-np.inf if o.sense == "max" else np.inf for o in objectives])
        return cls(tuple(objectives), np.zeros((0, columns)), nothing, nothing, worst, 0)

    @property
    def nadir(self) -> NDArray[np.float64]:
        """Worst value of each objective on the front, shape (m,)."""
        return worst_of(self.values, self.objectives)

    def updated(self, indices: NDArray[np.int64], values: NDArray[np.float64]) -> StreamingFront:
        """Return the front after more configurations, each to be given once.

        Parameters
        ----------
        indices
            Flat indices, shape (n,).
        values
            Shape (n, m), natural units and senses.
        """
        if not len(values):
            return self
        ones = np.ones(len(indices), dtype=np.int64)
        best = best_of(values, self.objectives)
        block = StreamingFront(self.objectives, values, indices, ones, best, len(indices))
        return self.merged(block)

    def merged(self, other: StreamingFront) -> StreamingFront:
        """Return the front of what either has seen; they must have seen different things."""
        values = np.concatenate([self.values, other.values])
        indices = np.concatenate([self.indices, other.indices])
        multiplicity = np.concatenate([self.multiplicity, other.multiplicity])
        kept = nondominated(values, self.objectives)
        points, where = np.unique(values[kept], axis=0, return_inverse=True)
        smallest = np.full(len(points), np.iinfo(np.int64).max)
        np.minimum.at(smallest, where.reshape(-1), indices[kept])
        counts = np.zeros(len(points), dtype=np.int64)
        np.add.at(counts, where.reshape(-1), multiplicity[kept])
        return StreamingFront(
            self.objectives,
            points,
            smallest,
            counts,
            best_of(np.stack([self.ideal, other.ideal]), self.objectives),
            self.seen + other.seen,
        )


def stream_front(
    problem: Problem,
    *,
    cache_dir: Path | str | None = None,
    workers: int = 1,
    backend: Backend = "loky",
    scheduler: str | None = None,
    block_size: int = BLOCK_SIZE,
    progress: bool = True,
) -> StreamingFront:
    """Enumerate a space of any size and keep its front only, of the designs within its bounds.

    Workers reduce their blocks to nondominated points before they send them. A checkpoint in
    the cache lets an interrupted run go on, and serves a finished one. Memory is bounded by
    the front and a few blocks.

    Parameters
    ----------
    problem
        Anything deterministic that can be pickled.
    cache_dir
        Folder of the store (`moo_jsc.foundation.store`), by default the user's.
    workers, backend, scheduler
        See `Workers`.
    block_size
        Configurations that are evaluated together.
    progress
        Show a progress bar on a terminal.

    Raises
    ------
    InputError
        A setting is wrong, the cache cannot be written to, or no design keeps the bounds.
    """
    crew = Workers(workers, backend, scheduler)
    if block_size < 1:
        raise InputError(f"block_size = {block_size}: expected a whole number of at least 1")
    key = table_key(problem, *([str(problem.bounds)] if problem.bounds else []))
    store = Store.at(cache_dir)
    path = store.path("fronts", problem.name, key)
    front = _front_of(store.read(path, key), problem.objectives)
    size = problem.space.size
    ranges = [
        (start, min(start + block_size, size)) for start in range(front.seen, size, block_size)
    ]
    with tqdm(
        total=size,
        initial=front.seen,
        desc=f"enumerating {problem.name}",
        unit=" configurations",
        disable=None if progress else True,
    ) as bar:
        for number, block in enumerate(crew.map(_front_of_range, problem, ranges), start=1):
            front = front.merged(block)
            bar.update(block.seen)
            if number % _CHECKPOINT_BLOCKS == 0 or front.seen == size:
                _save(path, key, front)
    if not len(front.values):
        limits = str(problem.bounds) or "any values"
        raise InputError(f"{problem.name}: no design has {limits}")
    return front


def _front_of_range(problem: Problem, start: int, stop: int) -> StreamingFront:
    indices = np.arange(start, stop)
    values = problem.evaluate(problem.space.configurations(indices))
    kept = problem.bounds.kept(values, problem.objectives) & ~np.isnan(values).any(axis=1)
    front = StreamingFront.empty(problem.objectives).updated(indices[kept], values[kept])
    return replace(front, seen=len(indices))


def _save(path: Path, key: str, front: StreamingFront) -> None:
    arrays = {
        "values": front.values,
        "indices": front.indices,
        "multiplicity": front.multiplicity,
        "ideal": front.ideal,
        "seen": np.array([front.seen]),
    }
    write_sealed(path, arrays, key)


def _front_of(
    arrays: dict[str, NDArray[Any]] | None, objectives: Sequence[Objective]
) -> StreamingFront:
    """Return a checkpointed front; the front of nothing where there is none."""
    if arrays is None:
        return StreamingFront.empty(objectives)
    return StreamingFront(
        tuple(objectives),
        arrays["values"],
        arrays["indices"],
        arrays["multiplicity"],
        arrays["ideal"],
        int(arrays["seen"][0]),
    )
