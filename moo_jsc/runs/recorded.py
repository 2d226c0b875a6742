"""One sampler with one seed: its trials charged and recorded, here or on a cluster's worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from moo_jsc.enumeration.workers import Workers
from moo_jsc.foundation.files import sha256_of
from moo_jsc.foundation.threads import one_thread_of_all
from moo_jsc.problems.problem import Problem
from moo_jsc.runs.ledger import Ledger, Trial
from moo_jsc.runs.log import EndReason, Header, log_path, open_log, read_log
from moo_jsc.samplers.sampler import BudgetExhausted, Sampler, run_sampler

Pending = Sequence[tuple[Sampler, Header]]
"""Runs that are not finished."""


def run_recorded(
    problem: Problem,
    sampler: Sampler,
    header: Header,
    path: Path,
) -> None:
    """Run one sampler with one seed, recording every trial in the log at `path`.

    Takes an interrupted run up; does nothing if the log is finished.

    Parameters
    ----------
    problem, sampler
        Who searches what.
    header
        Names the run, its seed and its budget.
    path
        The log.

    Raises
    ------
    InputError
        See `open_log` and `Ledger`.
    """
    with open_log(path, header) as log:
        if log.run.end is None:
            reason, trials = _searched(
                problem, sampler, header, log.run.trials, log.append, str(path)
            )
            log.end(reason, len(trials))


def run_on_cluster(
    problem: Problem, pending: Pending, folder: Path, scheduler: str
) -> Iterator[None]:
    """Run what is pending on the workers of a cluster, and yield after each run.

    Logs are written here, each when its run has come back whole.

    Parameters
    ----------
    problem
        What is searched.
    pending
        Who searches; interrupted runs are taken up.
    folder
        Of the comparison.
    scheduler
        Its address.

    Raises
    ------
    InputError
        See `moo_jsc.enumeration.cluster.map_on_cluster` and `run_recorded`.
    """
    paths = [log_path(folder, header.sampler, header.seed) for _, header in pending]
    before = tuple(tuple(read_log(path).trials) if path.exists() else () for path in paths)
    runs = _Runs(problem, tuple(pending), before)
    ranges = [(number, number + 1) for number in range(len(pending))]
    arriving = Workers(scheduler=scheduler).arriving(_run_there, runs, ranges)
    for (number, _), (reason, trials) in arriving:
        with open_log(paths[number], pending[number][1]) as log:
            if log.run.end is None:
                log.append(trials[len(log.run.trials) :])
                log.end(reason, len(trials))
        yield


@dataclass(frozen=True)
class _Runs:
    """Runs to be made, with the trials that each has already."""

    problem: Problem
    pending: tuple[tuple[Sampler, Header], ...]
    recorded: tuple[tuple[Trial, ...], ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256 over problem and runs."""
        return sha256_of(self.problem.fingerprint, repr(self.pending))


def _run_there(runs: _Runs, start: int, stop: int) -> tuple[EndReason, list[Trial]]:
    """Make one run on a worker; return why it ended, and all its trials."""
    assert stop == start + 1
    sampler, header = runs.pending[start]
    source = f"{header.sampler}, seed {header.seed}"
    return _searched(runs.problem, sampler, header, runs.recorded[start], None, source)


def _searched(
    problem: Problem,
    sampler: Sampler,
    header: Header,
    recorded: Sequence[Trial],
    record: Callable[[Sequence[Trial]], None] | None,
    source: str,
) -> tuple[EndReason, list[Trial]]:
    """Search on one thread until the budget is used up or the sampler ends."""
    sampler.load()
    problem = problem.for_run(header.seed)
    ledger = Ledger(
        problem.space,
        len(problem.objectives),
        problem.evaluate,
        budget=header.budget,
        recorded=recorded,
        record=record,
        failures=problem.failures if problem.may_fail else None,
        source=source,
    )
    try:
        with one_thread_of_all():
            run_sampler(
                sampler,
                problem.space,
                problem.objectives,
                ledger,
                seed=header.seed,
                budget=header.budget,
                known=problem.known_values,
                bounds=problem.bounds,
                scales=problem.scales,
                noise=problem.noise,
            )
    except BudgetExhausted:
        pass
    except Exception as error:
        error.add_note(f"in sampler {header.sampler!r} with seed {header.seed}")
        raise
    return "budget" if ledger.exhausted else "sampler ended", ledger.trials
