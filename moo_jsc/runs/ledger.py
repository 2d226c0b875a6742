"""The `evaluate` that a sampler gets: it counts, remembers, records and stops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.sampler import BudgetExhausted, Evaluate


class Trial(
    msgspec.Struct,
    frozen=True,
    tag_field="line",
    tag="trial",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """One trial as it is charged and recorded.

    Attributes
    ----------
    trial
        0, 1, 2, ... in order of evaluation.
    configuration
        Choice indices (d,).
    values
        Objective values (m,), natural units and senses; none where the design has failed.
    repeat
        Whether an earlier trial of the run had the same configuration.
    sampler_seconds
        Time the sampler took to propose it: the time since the previous batch was answered,
        shared equally by the trials of this batch.
    evaluation_seconds
        Time of its evaluation: the batch's, shared equally by its new configurations;
        0 for a repeat.
    failure
        Why the design has no values; empty where it has.
    """

    trial: int
    configuration: tuple[int, ...]
    values: tuple[float, ...]
    repeat: bool
    sampler_seconds: float
    evaluation_seconds: float
    failure: str = ""


Answer = tuple[tuple[float, ...], str]
"""Values of a configuration and why it has none."""


class Ledger:
    """Answers a sampler's batches, charges every trial, and ends the run at the budget.

    A configuration that was tried before is served from memory, marked as a repeat, and charged
    like any other: that is what a user of the sampler pays. Of a batch that exceeds the budget,
    the part within it is evaluated and recorded, then `BudgetExhausted` is raised.

    Given the trials of an interrupted run, the ledger serves them again as long as the sampler
    proposes the same configurations in the same order, and evaluates only what comes after. So
    a run resumes without any stored sampler state.

    A design that has failed (one of its values is no finite number) is charged like any other,
    recorded with the reason, and answered with a row of NaN.

    Parameters
    ----------
    space
        Where configurations come from; every row is checked.
    objectives
        Number of values of each configuration, m.
    evaluate
        (n, d) choice indices -> (n, m) values; called with different new configurations only.
    budget
        Number of trials, at least 1.
    recorded
        Trials of an interrupted run, in order.
    record
        Called with the new trials of each batch, before the sampler sees their values.
    failures
        Called with configurations whose values are not finite: why each has failed. None: no
        design may fail.
    source
        Where the recorded trials come from, for the error message.

    Raises
    ------
    InputError
        The budget is below 1, the sampler proposes a configuration outside the space, or, on
        replay, another one than was recorded.
    ArithmeticError
        A value is not finite although no design may fail, or there are not m of them.

    Examples
    --------
    >>> from moo_jsc.problems.space import Choice
    >>> space = SearchSpace("toy", (Choice("width", (2, 4, 8)),))
    >>> ledger = Ledger(space, 1, lambda rows: rows**2.0, budget=3)
    >>> ledger([[2], [2]])
    array([[4.],
           [4.]])
    >>> ledger([[1], [0]])
    Traceback (most recent call last):
    moo_jsc.samplers.sampler.BudgetExhausted: 3 trials
    >>> [(t.configuration, t.repeat) for t in ledger.trials]
    [((2,), False), ((2,), True), ((1,), False)]
    """

    def __init__(
        self,
        space: SearchSpace,
        objectives: int,
        evaluate: Evaluate,
        *,
        budget: int,
        recorded: Sequence[Trial] = (),
        record: Callable[[Sequence[Trial]], None] | None = None,
        failures: Callable[[NDArray[np.int64]], Sequence[str]] | None = None,
        source: str = "recorded trials",
    ) -> None:
        if budget < 1:
            raise InputError(f"budget = {budget}: expected a whole number of at least 1")
        self.trials: list[Trial] = []
        self.budget = budget
        self._space = space
        self._objectives = objectives
        self._evaluate = evaluate
        self._recorded = recorded
        self._record = record
        self._failures = failures
        self._source = source
        self._known: dict[int, Answer] = {}
        self._answered = perf_counter()

    @property
    def exhausted(self) -> bool:
        """Whether the budget is used up."""
        return len(self.trials) >= self.budget

    def __call__(self, configurations: ArrayLike) -> NDArray[np.float64]:
        """Return the values (n, m) of configurations (n, d), charging n trials.

        Raises
        ------
        BudgetExhausted
            Fewer than n trials are left; those left are evaluated and recorded first.
        """
        waited = perf_counter() - self._answered
        rows = self._space.validated(configurations)
        taken = rows[: self.budget - len(self.trials)]
        if len(taken):
            self._charge(taken, waited / len(taken))
        self._answered = perf_counter()
        if len(taken) < len(rows):
            raise BudgetExhausted(f"{self.budget} trials")
        nothing = (np.nan,) * self._objectives
        answered = self.trials[len(self.trials) - len(taken) :]
        values = [trial.values or nothing for trial in answered]
        return np.array(values, dtype=np.float64).reshape(len(taken), self._objectives)

    def _charge(self, rows: NDArray[np.int64], sampler_seconds: float) -> None:
        first = len(self.trials)
        keys: list[int] = self._space.indices(rows).tolist()
        replayed = self._recorded[first : first + len(rows)]
        for trial, key, row in zip(replayed, keys, rows, strict=False):
            self._check(trial, key, row)
            self._known[key] = trial.values, trial.failure
            self.trials.append(trial)
        keys, rows = keys[len(replayed) :], rows[len(replayed) :]
        if not keys:
            return
        fresh: dict[int, int] = {}
        for i, key in enumerate(keys):
            if key not in self._known:
                fresh.setdefault(key, i)
        started = perf_counter()
        self._learn(rows, fresh)
        seconds = (perf_counter() - started) / max(1, len(fresh))
        new = [
            Trial(
                trial=len(self.trials) + i,
                configuration=tuple(row.tolist()),
                values=self._known[key][0],
                repeat=fresh.get(key) != i,
                sampler_seconds=sampler_seconds,
                evaluation_seconds=seconds if fresh.get(key) == i else 0.0,
                failure=self._known[key][1],
            )
            for i, (key, row) in enumerate(zip(keys, rows, strict=True))
        ]
        if self._record:
            self._record(new)
        self.trials.extend(new)

    def _learn(self, rows: NDArray[np.int64], fresh: dict[int, int]) -> None:
        """Evaluate the rows at the positions `fresh` (key -> position) and remember them."""
        if not fresh:
            return
        new = rows[list(fresh.values())]
        values = np.asarray(self._evaluate(new), dtype=np.float64)
        if values.shape != (len(fresh), self._objectives):
            raise ArithmeticError(
                f"space {self._space.name!r}: values of shape {values.shape}, "
                f"expected {(len(fresh), self._objectives)}"
            )
        failed = ~np.isfinite(values).all(axis=1)
        reasons = [""] * len(fresh)
        if failed.any():
            if self._failures is None:
                raise ArithmeticError(f"space {self._space.name!r}: a value is not finite")
            for place, reason in zip(
                np.flatnonzero(failed).tolist(), self._failures(new[failed]), strict=True
            ):
                reasons[place] = reason or "no finite value"
        for key, found, reason in zip(fresh, values.tolist(), reasons, strict=True):
            self._known[key] = (() if reason else tuple(found), reason)

    def _check(self, trial: Trial, key: int, row: NDArray[np.int64]) -> None:
        proposed = tuple(row.tolist())
        if (trial.configuration, trial.repeat) != (proposed, key in self._known):
            raise InputError(
                f"{self._source}: trial {trial.trial} is recorded as {trial.configuration}, "
                f"but the sampler now proposes {proposed}; the file was made by other software "
                f"or changed, delete it or take another folder"
            )
