"""Searches of a space whose values are known: one run a seed, scored rightly or as reported."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.processes import processes
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import SearchSpace
from moo_jsc.runs.ledger import Ledger
from moo_jsc.samplers import BudgetExhausted, Evaluate, Sampler
from studies.lab_reports.claims import Arrays

NO_TRIAL = -1
"""Fills up runs that end before the budget."""


class RunningMeans:
    """Answers a sampler with what a tool reports that never resets its metrics.

    Each trial is answered with the means, over all trials so far, of the columns that are metrics;
    the other columns are its own. Repeats count again.

    Examples
    --------
    >>> metric = RunningMeans(np.array([[0.581], [0.469]]), metrics=(0,))
    >>> metric.answer(0).round(3), metric.answer(1).round(3)
    (array([0.581]), array([0.525]))
    """

    def __init__(self, values: NDArray[np.float64], metrics: Sequence[int]) -> None:
        self._values = values
        self._metrics = list(metrics)
        self._sum = np.zeros(len(self._metrics))
        self._trials = 0

    def answer(self, index: int) -> NDArray[np.float64]:
        """Return the values (m,) reported for the next trial, the configuration at `index`."""
        self._trials += 1
        self._sum += self._values[index, self._metrics]
        reported = self._values[index].copy()
        reported[self._metrics] = self._sum / self._trials
        return reported


def run_searches(
    samplers: Sequence[Sampler],
    space: SearchSpace,
    objectives: tuple[Objective, ...],
    values: NDArray[np.float64],
    *,
    budget: int,
    workers: int,
    never_reset: Sequence[int] = (),
) -> Arrays:
    """Run every sampler once on each table of values, the run's seed being the table's number.

    Parameters
    ----------
    samplers
        With different names.
    space, objectives
        What is searched.
    values
        (n, size, m): one table for each of n seeds.
    budget
        Trials of a run.
    workers
        Processes.
    never_reset
        Columns that are reported as running means (see `RunningMeans`); none scores correctly.

    Returns
    -------
    Arrays
        For each sampler ``<name>.trials`` (n, budget), flat indices, and ``<name>.seconds``
        (n, budget), what the sampler itself spent on each trial; `NO_TRIAL` where a run had ended.
        With `never_reset` also ``<name>.reported`` (n, budget, m), what the sampler saw.
    """
    from joblib import delayed

    runs = processes(workers)(
        delayed(_run)(sampler, space, objectives, table, seed, budget, tuple(never_reset))
        for sampler in samplers
        for seed, table in enumerate(values)
    )
    arrays: dict[str, NDArray[np.float64]] = {}
    for position, sampler in enumerate(samplers):
        own = runs[position * len(values) : (position + 1) * len(values)]
        arrays[f"{sampler.name}.trials"] = np.array([trials for trials, _, _ in own])
        arrays[f"{sampler.name}.seconds"] = np.array([seconds for _, seconds, _ in own])
        if never_reset:
            arrays[f"{sampler.name}.reported"] = np.array([reported for _, _, reported in own])
    return arrays


def _run(
    sampler: Sampler,
    space: SearchSpace,
    objectives: tuple[Objective, ...],
    table: NDArray[np.float64],
    seed: int,
    budget: int,
    never_reset: tuple[int, ...],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    sampler.load()
    trials = np.full(budget, float(NO_TRIAL))
    seconds = np.full(budget, float(NO_TRIAL))
    reported = np.full((budget, len(objectives)), float(NO_TRIAL))
    if never_reset:
        study = _FaultyStudy(space, RunningMeans(table, never_reset), trials, reported)
        _search(sampler, space, objectives, study, seed, budget)
        return trials, seconds, reported
    ledger = Ledger(space, len(objectives), lambda rows: table[space.indices(rows)], budget=budget)
    _search(sampler, space, objectives, ledger, seed, budget)
    for trial in ledger.trials:
        trials[trial.trial] = space.indices([trial.configuration])[0]
        seconds[trial.trial] = trial.sampler_seconds
    return trials, seconds, reported


def _search(
    sampler: Sampler,
    space: SearchSpace,
    objectives: tuple[Objective, ...],
    evaluate: Evaluate,
    seed: int,
    budget: int,
) -> None:
    with suppress(BudgetExhausted):
        sampler.run(space, objectives, evaluate, seed=seed, budget=budget)


class _FaultyStudy:
    """An `evaluate` of running means: unlike a ledger's, repeats get new values."""

    def __init__(
        self,
        space: SearchSpace,
        means: RunningMeans,
        trials: NDArray[np.float64],
        reported: NDArray[np.float64],
    ) -> None:
        self._space = space
        self._means = means
        self._trials = trials
        self._reported = reported
        self._spent = 0

    def __call__(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        answers = []
        for index in self._space.indices(rows):
            if self._spent == len(self._trials):
                raise BudgetExhausted
            self._trials[self._spent] = index
            self._reported[self._spent] = self._means.answer(int(index))
            answers.append(self._reported[self._spent])
            self._spent += 1
        return np.array(answers)


@dataclass(frozen=True)
class TimedSearch:
    """How long one search took.

    Attributes
    ----------
    seconds
        Of the whole search.
    evaluating
        Of these, within `evaluate`.
    own
        What the sampler itself had used when each trial was done, (trials,).
    """

    seconds: float
    evaluating: float
    own: NDArray[np.float64]


def timed_search(
    sampler: Sampler,
    space: SearchSpace,
    objectives: tuple[Objective, ...],
    evaluate: Evaluate,
    *,
    seed: int,
    budget: int,
) -> TimedSearch:
    """Time a whole search, and the sampler's own part of it.

    `evaluate` is called for every trial, repeats included, as the reports' tool does.
    """
    sampler.load()
    own: list[float] = []
    evaluating = 0.0
    started = perf_counter()

    def timed(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        nonlocal evaluating
        if len(own) == budget:
            raise BudgetExhausted
        before = perf_counter()
        values = evaluate(rows)
        after = perf_counter()
        evaluating += after - before
        own.append(after - started - evaluating)
        return values

    _search(sampler, space, objectives, timed, seed, budget)
    return TimedSearch(perf_counter() - started, evaluating, np.array(own))
