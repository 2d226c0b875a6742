"""Who does the work: this process, processes of this machine, or a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from moo_jsc.enumeration.cluster import Result, Span, map_on_cluster
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.processes import processes

Backend = Literal["loky", "dask"]
Task = Callable[[Any, int, int], Result]
"""What all ranges share (a problem, most often), start, stop -> a result."""


class Shared(Protocol):
    """What all ranges of a task share."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything that results depend on."""


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
        self,
        task: Task[Result],
        problem: Shared,
        ranges: Sequence[Span],
        *,
        code: Sequence[str] = (),
    ) -> Iterator[Result]:
        """Yield ``task(problem, start, stop)`` for ranges of flat indices, in their order.

        See `arriving`. A few results are computed ahead.
        """
        for _, result in self.arriving(task, problem, ranges, code=code, ordered=True):
            yield result

    def arriving(
        self,
        task: Task[Result],
        problem: Shared,
        ranges: Sequence[Span],
        *,
        code: Sequence[str] = (),
        ordered: bool = False,
    ) -> Iterator[tuple[Span, Result]]:
        """Yield ranges of flat indices with ``task(problem, start, stop)``, as they are done.

        Who keeps each result when it comes loses nothing that was done to an interruption. The
        ranges of a Dask worker that dies go to another one. A process of this machine that dies
        ends the run with joblib's ``TerminatedWorkerError``. `code` names what must be the same
        on a cluster's workers, besides `moo_jsc`. `ordered` keeps to the order of the ranges.

        Raises
        ------
        InputError
            See `moo_jsc.enumeration.cluster.map_on_cluster`.
        """
        jobs = min(self.count, len(ranges))
        if self.local and jobs <= 1:
            yield from ((span, task(problem, *span)) for span in ranges)
            return

        if not self.local:
            yield from map_on_cluster(
                task,
                problem,
                ranges,
                scheduler=self.scheduler,
                count=self.count,
                code=code,
                ordered=ordered,
            )
            return
        from joblib import delayed

        calls = (delayed(_run)(task, problem, problem.fingerprint, span) for span in ranges)
        yield from processes(
            jobs, batch_size=1, return_as="generator" if ordered else "generator_unordered"
        )(calls)


_resident: dict[str, Shared] = {}


def _run(task: Task[Result], problem: Shared, fingerprint: str, span: Span) -> tuple[Span, Result]:
    """Run a task on the copy of the problem that this process already has, if any.

    What it has prepared (rounded weights, calibrated fractions) stays with the first copy to
    arrive.
    """
    if fingerprint not in _resident:
        _resident.clear()
        _resident[fingerprint] = problem
    return span, task(_resident[fingerprint], *span)
