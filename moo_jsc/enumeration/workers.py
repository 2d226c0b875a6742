"""Who does the work: this process, processes of this machine, or a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from moo_jsc.foundation.errors import InputError
from moo_jsc.problems.problem import Problem

Backend = Literal["loky", "dask"]
Result = TypeVar("Result")
Task = Callable[[Problem, int, int], Result]

_ANSWER_SECONDS = 10
_WORKER_SECONDS = 60


@dataclass(frozen=True)
class Workers:
    """Settings of a parallel run; the values it computes do not depend on them.

    Parameters
    ----------
    count
        Processes on this machine, one thread each. 1 stays in this process.
    backend
        ``"loky"`` (joblib's processes on this machine) or ``"dask"``.
    scheduler
        Address of a running Dask scheduler, ``tcp://host:port``; implies Dask, and `count` is
        of no account. Without it the Dask backend starts `count` workers on this machine.

    Raises
    ------
    InputError
        A setting is wrong.

    Examples
    --------
    >>> Workers(0)
    Traceback (most recent call last):
    moo_jsc.foundation.errors.InputError: workers = 0: expected a whole number of at least 1
    """

    count: int = 1
    backend: Backend = "loky"
    scheduler: str | None = None

    def __post_init__(self) -> None:
        if self.count < 1:
            raise InputError(f"workers = {self.count}: expected a whole number of at least 1")
        if self.backend not in ("loky", "dask"):
            raise InputError(f"backend {self.backend!r}: expected loky or dask")

    @property
    def local(self) -> bool:
        """No cluster takes part."""
        return self.backend == "loky" and self.scheduler is None

    def map(
        self, task: Task[Result], problem: Problem, ranges: Sequence[tuple[int, int]]
    ) -> Iterator[Result]:
        """Yield ``task(problem, start, stop)`` for ranges of flat indices, in their order.

        A few results are computed ahead. A Dask worker that dies loses nothing: its ranges go
        to another one. A process of this machine that dies ends the run with joblib's
        ``TerminatedWorkerError``.

        Raises
        ------
        InputError
            Dask is not installed, or the scheduler or its workers do not answer.
        """
        jobs = min(self.count, len(ranges))
        if self.local and jobs <= 1:
            yield from (task(problem, start, stop) for start, stop in ranges)
            return

        from joblib import Parallel, delayed, parallel_config

        with ExitStack() as stack:
            if self.local:
                stack.enter_context(parallel_config("loky", inner_max_num_threads=1))
            else:
                client = stack.enter_context(self._client())
                stack.enter_context(parallel_config("dask", client=client))
                jobs = -1
            calls = (
                delayed(_run)(task, problem, problem.fingerprint, start, stop)
                for start, stop in ranges
            )
            yield from Parallel(n_jobs=jobs, batch_size=1, return_as="generator")(calls)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """Connect to the scheduler, or to a cluster started for the purpose."""
        try:
            from distributed import Client, LocalCluster
        except ImportError:
            raise InputError("Dask is not installed: pip install moo-jsc[distributed]") from None
        with ExitStack() as stack:
            address: Any = self.scheduler
            if address is None:
                address = stack.enter_context(
                    LocalCluster(n_workers=self.count, threads_per_worker=1, dashboard_address=None)
                )
            try:
                client = Client(address, timeout=_ANSWER_SECONDS, set_as_default=False)
            except (OSError, ValueError) as error:
                raise InputError(f"scheduler {self.scheduler}: no answer ({error})") from None
            stack.enter_context(client)
            try:
                client.wait_for_workers(1, timeout=_WORKER_SECONDS)
            except TimeoutError:
                raise InputError(
                    f"scheduler {self.scheduler}: no worker within {_WORKER_SECONDS} seconds"
                ) from None
            yield client


_resident: dict[str, Problem] = {}


def _run(task: Task[Result], problem: Problem, fingerprint: str, start: int, stop: int) -> Result:
    """Run a task on the copy of the problem that this process already has, if any.

    A problem travels with every task, so that no worker's death can lose it; what it has
    prepared (rounded weights, calibrated fractions) stays with the first copy to arrive.
    """
    if fingerprint not in _resident:
        _resident.clear()
        _resident[fingerprint] = problem
    return task(_resident[fingerprint], start, stop)
