"""Samplers x seeds on one problem, in parallel processes, recorded and resumed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from moo_jsc.enumeration.table_problem import TableProblem
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.processes import processes
from moo_jsc.problems.problem import Problem
from moo_jsc.runs.identity import claim_folder, identify
from moo_jsc.runs.log import Header, RecordedRun, check_header, log_path, read_log
from moo_jsc.runs.recorded import Pending, run_on_cluster, run_recorded
from moo_jsc.runs.tables import load_trials, values_of, write_tables
from moo_jsc.samplers.registry import get_samplers
from moo_jsc.samplers.sampler import Sampler, told_of

if TYPE_CHECKING:
    import pandas

MAX_SEED = 2**32 - 1
MOST_TRIALS = 10**9
"""Of a comparison; a log line of each is some 200 bytes."""

_MEMORY_MAP_FROM = "100K"


@dataclass(frozen=True)
class Comparison:
    """A finished comparison and where it is recorded.

    Attributes
    ----------
    folder
        Holds ``study.json``, ``logs/<sampler>/seed-<seed>.jsonl``, ``trials.csv`` (no times, so
        that equal trials give equal bytes) and ``timings.csv``.
    samplers, seeds
        Which runs the tables hold, in order.
    """

    folder: Path
    samplers: tuple[str, ...]
    seeds: tuple[int, ...]

    def trials(self) -> pandas.DataFrame:
        """Return the trials as `load_trials` does, of these samplers and seeds only."""
        return load_trials(self.folder, samplers=self.samplers, seeds=self.seeds)


def run_comparison(
    problem: Problem,
    samplers: Sequence[Sampler | str],
    seeds: Sequence[int],
    budget: int,
    folder: Path | str,
    *,
    workers: int = 2,
    scheduler: str | None = None,
    progress: bool = True,
) -> Comparison:
    """Run every sampler with every seed for `budget` trials and write the tables.

    Runs that the folder already holds are not repeated; interrupted ones are taken up where
    they stopped. The trials depend on the problem, the samplers, the seeds and the budget,
    not on the number of workers or on interruptions.

    Parameters
    ----------
    problem
        What to search. It goes to the worker processes; large arrays in it are memory-mapped.
    samplers
        Samplers, or names of registered ones; each once.
    seeds
        Paired over the samplers, each in 0..2^32 - 1.
    budget
        Trials of each run.
    folder
        For logs and tables; may hold the same study with other samplers and seeds.
    workers
        Processes with one thread each; 1 runs everything in this process.
    scheduler
        Address of a running Dask scheduler, ``tcp://host:port``, whose workers make the runs
        instead. A log is then written when its whole run has come back.
    progress
        Show a bar over the runs on standard error, if that is a terminal.

    Raises
    ------
    InputError
        Bad arguments; a folder that cannot be written or holds another study; a damaged log.

    Examples
    --------
    >>> import tempfile
    >>> from moo_jsc.objectives.objective import Objective
    >>> from moo_jsc.problems.space import Choice, SearchSpace
    >>> from moo_jsc.samplers import get_samplers
    >>> class Square(Problem):
    ...     name = "square"
    ...     space = SearchSpace("line", (Choice("x", (-1, 0, 1)),))
    ...     objectives = (Objective(name="cost", unit="1", sense="min"),)
    ...     fingerprint = "1"
    ...     def _evaluate(self, configurations):
    ...         return (configurations - 1.0) ** 2
    >>> comparison = run_comparison(
    ...     Square(), get_samplers(["exhaustive"]), seeds=[0], budget=3,
    ...     folder=tempfile.mkdtemp(), workers=1, progress=False,
    ... )
    >>> comparison.trials()[["trial", "configuration", "cost"]].to_numpy().tolist()
    [[0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [2.0, 2.0, 1.0]]
    """
    folder = Path(folder)
    samplers = _resolved(samplers)
    _check_trials(samplers, seeds, budget)
    _check_arguments(samplers, seeds, budget, workers)
    for sampler in samplers:
        sampler.check(problem.objectives)
    identity = identify(problem, budget)
    claim_folder(folder, identity)
    pending = []
    for seed in seeds:
        for sampler in samplers:
            told = told_of(sampler, problem.bounds, problem.scales, problem.noise)
            header = identity.header(told, seed)
            if not _is_finished(log_path(folder, sampler.name, seed), header, problem):
                pending.append((sampler, header))
    runs = (
        _run_here(problem, pending, folder, workers)
        if scheduler is None
        else run_on_cluster(problem, pending, folder, scheduler)
    )
    total = len(seeds) * len(samplers)
    with tqdm(
        total=total,
        initial=total - len(pending),
        desc=f"searching {problem.name}",
        unit="run",
        disable=None if progress and pending else True,
    ) as bar:
        for _ in runs if pending else ():
            bar.update()
    names = tuple(sampler.name for sampler in samplers)
    comparison = Comparison(folder, names, tuple(seeds))
    write_tables(comparison.trials(), folder)
    return comparison


def _run_here(problem: Problem, pending: Pending, folder: Path, workers: int) -> Iterable[object]:
    """Make the runs in processes of this machine, yielding after each."""
    from joblib import delayed

    parallel = processes(
        min(workers, len(pending) or 1),
        return_as="generator_unordered",
        max_nbytes=_MEMORY_MAP_FROM,
    )
    return parallel(
        delayed(run_recorded)(
            problem, sampler, header, log_path(folder, header.sampler, header.seed)
        )
        for sampler, header in pending
    )


def _is_finished(path: Path, header: Header, problem: Problem) -> bool:
    if not path.exists():
        return False
    run = read_log(path)
    if run.header is not None:
        check_header(path, run.header, header)
    seen = problem.for_run(header.seed)
    if isinstance(seen, TableProblem):
        _check_values(path, run, seen)
    return run.end is not None


def _check_values(path: Path, run: RecordedRun, problem: TableProblem) -> None:
    """Compare recorded trials with the table that they are said to come from."""
    if not run.trials:
        return
    try:
        expected = problem.evaluate([trial.configuration for trial in run.trials])
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    found = values_of(run, expected.shape[1])
    failed = np.isnan(expected).any(axis=1, keepdims=True)
    same = np.where(failed, np.isnan(found), found == expected)
    for trial, column in zip(*np.nonzero(~same), strict=True):
        raise InputError(
            f"{path}, line {trial + 2}: {problem.objectives[column].name} = "
            f"{found[trial, column]}, the table of {problem.name} says {expected[trial, column]}; "
            f"delete the file to make its run again"
        )


def _resolved(samplers: Sequence[Sampler | str]) -> tuple[Sampler, ...]:
    """Look up those that are given by name."""
    if isinstance(samplers, str | Sampler):
        raise InputError(f"samplers = {samplers!r}: expected a list")
    return tuple(get_samplers([each])[0] if isinstance(each, str) else each for each in samplers)


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _check_trials(samplers: Sequence[object], seeds: Sequence[int], budget: int) -> None:
    """Refuse what no disk could hold, before anything of that size is made."""
    runs = len(samplers) * len(seeds) if isinstance(seeds, Sized) else 1
    if _is_whole(budget) and runs * budget > MOST_TRIALS:
        raise InputError(
            f"budget = {budget}: {runs} runs of so many trials exceed {MOST_TRIALS} trials"
        )


def _check_arguments(
    samplers: Sequence[Sampler], seeds: Sequence[int], budget: int, workers: int
) -> None:
    for name, value in (("budget", budget), ("workers", workers)):
        if not _is_whole(value) or value < 1:
            raise InputError(f"{name} = {value!r}: expected a whole number of at least 1")
    names = [sampler.name for sampler in samplers]
    if not names or len(set(names)) != len(names):
        raise InputError(f"samplers = {names}: expected at least one, with different names")
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
            raise InputError(f"sampler {name!r}: expected letters, digits, dots and dashes")
    if _is_whole(seeds):
        raise InputError(f"seeds = {seeds}: expected a list, for instance range({seeds})")
    if not len(seeds) or len(set(seeds)) != len(seeds):
        raise InputError(f"seeds = {list(seeds)}: expected at least one, each once")
    for seed in seeds:
        if not _is_whole(seed) or not 0 <= seed <= MAX_SEED:
            raise InputError(f"seed = {seed!r}: expected a whole number in 0..{MAX_SEED}")
