"""Evaluating a whole space into a table, with shards on disk and any number of workers."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from moo_jsc.enumeration.functions import complete_outcomes
from moo_jsc.enumeration.shards import ShardStore
from moo_jsc.enumeration.table import ObjectiveTable
from moo_jsc.enumeration.workers import Backend, Workers
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.store import Store
from moo_jsc.problems.function_problem import FunctionProblem
from moo_jsc.problems.problem import Problem

SHARD_SIZE = 8192
"""Configurations of a shard: about a second's work on 10,000 samples."""

TABLE_BYTES = 2 * 10**9
"""Largest table that is held in memory; larger spaces are for `stream_front`."""

_WORTH_STARTING_SECONDS = 5.0


def require_table(name: str, size: int, columns: int) -> None:
    """Check that a table of so many designs and objectives can be held in memory.

    Raises
    ------
    InputError
        It exceeds `TABLE_BYTES`.

    Examples
    --------
    >>> require_table("huge", 10**12, 3)
    Traceback (most recent call last):
    moo_jsc.foundation.errors.InputError: huge: a table of 1,000,000,000,000 designs exceeds \
2,000,000,000 bytes, expected fewer choices, or an enumeration in streaming fashion
    """
    if size * columns * 8 > TABLE_BYTES:
        raise InputError(
            f"{name}: a table of {size:,} designs exceeds {TABLE_BYTES:,} bytes, expected fewer "
            "choices, or an enumeration in streaming fashion"
        )


def enumerate_problem(
    problem: Problem,
    *,
    cache_dir: Path | str | None = None,
    workers: int = 1,
    backend: Backend = "loky",
    scheduler: str | None = None,
    shard_size: int = SHARD_SIZE,
    progress: bool = True,
) -> ObjectiveTable:
    """Return the values of every configuration of a problem's space.

    A design that has failed, where the problem says that designs may, has NaN for values and its
    reason in the table's `failures`; it does not count.

    Shards are written as they are done, so that an interrupted enumeration goes on where it
    stopped, and a finished one is read from disk. They are kept under a key that covers the
    problem's fingerprint (network weights, data, space, objectives) and the code, and verified
    when read: a damaged one is named in a warning and computed again. The table is the same
    with any number and kind of workers. A `FunctionProblem` keeps its outcomes design by design
    instead.

    Parameters
    ----------
    problem
        Anything deterministic that can be pickled.
    cache_dir
        Folder of the store (`moo_jsc.foundation.store`), by default the user's.
    workers, backend, scheduler
        See `Workers`. Processes of this machine are started only where the work takes longer
        than starting them.
    shard_size
        Configurations that are evaluated, sent and stored together; a `FunctionProblem` has its
        own number.
    progress
        Show a progress bar on a terminal.

    Raises
    ------
    InputError
        A setting is wrong, the cache cannot be written to, the table would exceed
        `TABLE_BYTES`, all designs failed, or none keeps the problem's bounds.

    Examples
    --------
    >>> import tempfile
    >>> from moo_jsc.enumeration.table_problem import TableProblem
    >>> from moo_jsc.objectives import get_objectives
    >>> from moo_jsc.problems.space import Choice, SearchSpace
    >>> space = SearchSpace("toy", (Choice("width", (2, 4, 8)),))
    >>> problem = TableProblem(ObjectiveTable(
    ...     "toy", space, get_objectives(["accuracy", "size"]),
    ...     np.array([[0.5, 10.0], [0.7, 20.0], [0.6, 40.0]]), "toy-1"))
    >>> table = enumerate_problem(problem, cache_dir=tempfile.mkdtemp(), shard_size=2)
    >>> table.front_values
    array([[ 0.5, 10. ],
           [ 0.7, 20. ]])
    """
    crew = Workers(workers, backend, scheduler)
    if shard_size < 1:
        raise InputError(f"shard_size = {shard_size}: expected a whole number of at least 1")
    size, columns = problem.space.size, len(problem.objectives)
    require_table(problem.name, size, columns)
    if isinstance(problem, FunctionProblem):
        problem = problem.kept_in(cache_dir)
        complete_outcomes(problem, crew, progress=progress)
        values = evaluate_range(problem, 0, size)
    else:
        store = ShardStore.of(problem, Store.at(cache_dir), shard_size)
        values = np.empty((size, columns))
        missing = [span for span in store.ranges() if not _read(store, *span, values)]
        _compute(problem, store, missing, crew, values, progress)
    failed = np.flatnonzero(np.isnan(values).any(axis=1))
    reasons = problem.failures(problem.space.configurations(failed))
    return ObjectiveTable(
        problem.name,
        problem.space,
        problem.objectives,
        values,
        problem.fingerprint,
        bounds=problem.bounds,
        scales=problem.scales,
        failures=dict(zip(failed.tolist(), reasons, strict=True)),
    )


def evaluate_range(problem: Problem, start: int, stop: int) -> NDArray[np.float64]:
    """Return the values (stop - start, m) of the flat indices start..stop - 1."""
    return problem.evaluate(problem.space.configurations(np.arange(start, stop)))


def _read(store: ShardStore, start: int, stop: int, values: NDArray[np.float64]) -> bool:
    """Copy a stored shard into place; False where it has to be computed."""
    shard = store.read(start, stop)
    if shard is None:
        return False
    values[start:stop] = shard
    return True


def _compute(
    problem: Problem,
    store: ShardStore,
    missing: list[tuple[int, int]],
    crew: Workers,
    values: NDArray[np.float64],
    progress: bool,
) -> None:
    """Compute, store and copy into place the missing shards."""
    total = sum(stop - start for start, stop in missing)
    with tqdm(
        total=total,
        desc=f"enumerating {problem.name}",
        unit=" configurations",
        disable=None if progress else True,
    ) as bar:

        def keep(span: tuple[int, int], shard: NDArray[np.float64]) -> None:
            store.write(*span, shard)
            values[slice(*span)] = shard
            bar.update(len(shard))

        if crew.local and missing:
            span, *missing = missing
            begun = time.perf_counter()
            keep(span, evaluate_range(problem, *span))
            rest = (time.perf_counter() - begun) * len(missing)
            crew = crew if rest > _WORTH_STARTING_SECONDS else Workers(1)
        for span, shard in crew.arriving(evaluate_range, problem, missing):
            keep(span, shard)
