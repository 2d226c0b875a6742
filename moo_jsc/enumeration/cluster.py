"""A Dask cluster at work: workers say who they are, get the task's data once, may come and go."""

from __future__ import annotations

import logging
import platform
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any, TypeVar

from moo_jsc.foundation.code import (
    DECISIVE_PACKAGES,
    ROOMS,
    code_hash,
    package_versions,
    rooms_hash,
)
from moo_jsc.foundation.errors import InputError

Held = TypeVar("Held")
Result = TypeVar("Result")
Span = tuple[int, int]
"""A range of indices: start and stop."""

ANSWER_SECONDS = 10
"""How long a scheduler may take to answer, or a result to arrive."""

WORKER_SECONDS = 60
"""How long a cluster may be without any worker; an adaptive one starts its first meanwhile."""

_POLL_SECONDS = 0.5
_AHEAD = 64


@cache
def credentials(*code: str) -> dict[str, str]:
    """Return what decides the values that this process computes, by name.

    Parameters
    ----------
    code
        Import names of what takes part besides `moo_jsc`.
    """
    return {
        "moo_jsc": rooms_hash(*ROOMS, "enumeration", "samplers", "runs")[:16],
        **{name: code_hash(name)[:16] for name in code},
        "python": ".".join(platform.python_version_tuple()[:2]),
        **package_versions((*DECISIVE_PACKAGES, "optuna", "pymoo")),
    }


def map_on_cluster(
    task: Callable[[Held, int, int], Result],
    held: Held,
    ranges: Sequence[tuple[int, int]],
    *,
    scheduler: str | None,
    count: int,
    code: Sequence[str] = (),
    ordered: bool = True,
) -> Iterator[tuple[Span, Result]]:
    """Yield ranges of indices with ``task(held, start, stop)``, in their order or as they arrive.

    What is held, a problem for instance, travels once to the cluster and once to each of its
    workers. A worker whose code
    or packages differ from this process's is refused, whether it is there at the start or comes
    later. A worker that dies loses nothing; one that joins takes part.

    Parameters
    ----------
    task, held, ranges
        What to compute.
    scheduler
        Address of a running scheduler; None starts `count` workers on this machine.
    count
        Of these workers.
    code
        Import names that must be the same everywhere, besides `moo_jsc`.
    ordered
        In the order of the ranges. If not, each as soon as it is there, and what is there before
        the error of another range: who keeps them loses nothing that was done.

    Raises
    ------
    InputError
        Dask is not installed; the scheduler does not answer, or is lost; it has no worker; a
        worker has other code or other versions of packages.
    """
    with _client(scheduler, count) as client:
        name = scheduler or "of this machine"
        _check_present(client, name, tuple(code))
        yield from _arriving(client, name, task, held, ranges, tuple(code), ordered=ordered)


@contextmanager
def _client(scheduler: str | None, count: int) -> Iterator[Any]:
    """Connect to a scheduler, or to a cluster started for the purpose."""
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise InputError("Dask is not installed: pip install 'moo-jsc[distributed]'") from None
    limits = {
        "distributed.comm.timeouts.connect": f"{ANSWER_SECONDS}s",
        "distributed.comm.timeouts.tcp": "15s",
    }
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(limits))
        stack.enter_context(_quiet())
        address: Any = scheduler
        if address is None:
            address = stack.enter_context(
                LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None)
            )
        try:
            client = Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
        except (OSError, ValueError, RuntimeError) as error:
            raise InputError(f"scheduler {scheduler}: no answer ({_first_line(error)})") from None
        stack.enter_context(client)
        yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's own reports of lost connections off the terminal: one line says it all."""
    names = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _check_present(client: Any, name: str, code: tuple[str, ...]) -> None:
    """Ask every worker that is there for its code and versions before any gets work.

    The scheduler only passes work on, but reads it on its way, and so needs the package too.
    """
    try:
        client.run_on_scheduler(credentials, *code)
    except Exception as error:  # Whatever it lacks.
        raise InputError(
            f"scheduler {name}: cannot read this machine's moo_jsc ({_first_line(error)}), "
            "install it there"
        ) from None
    try:
        answers = client.run(credentials, *code, on_error="return")
    except Exception as error:  # Whatever a broken worker or connection raises.
        raise InputError(
            f"scheduler {name}: its workers do not answer ({_first_line(error)})"
        ) from None
    for address, answer in sorted(answers.items()):
        if isinstance(answer, BaseException):
            raise InputError(
                f"scheduler {name}: worker {address} cannot say what code it has "
                f"({_first_line(answer)}), expected this machine's moo_jsc"
            )
        _require_equal(answer, credentials(*code), address)


def _require_equal(found: dict[str, str], expected: dict[str, str], address: str) -> None:
    for name, wanted in expected.items():
        if found.get(name) != wanted:
            what = f"code of {name}" if name == "moo_jsc" or "." in name else name
            raise InputError(
                f"worker {address}: {what} {found.get(name)}, expected {wanted} as on the machine "
                "that asks; install the same there"
            )


def _arriving(
    client: Any,
    name: str,
    task: Callable[[Held, int, int], Result],
    held: Held,
    ranges: Sequence[Span],
    code: tuple[str, ...],
    *,
    ordered: bool,
) -> Iterator[tuple[Span, Result]]:
    # A task that returns what is held, unlike data sent to the workers, can be run again where
    # all workers that had it are gone.
    # It travels as bytes, so that what a plugin defines goes with it.
    import cloudpickle

    there = client.submit(_itself, cloudpickle.dumps(held), pure=False)
    waiting: dict[Any, Span] = {}
    left = iter(ranges)
    while True:
        while len(waiting) < _AHEAD and (span := next(left, None)) is not None:
            future = client.submit(
                _checked, task, there, *span, credentials(*code), code, pure=False
            )
            waiting[future] = span
        if not waiting:
            return
        awaited = list(waiting)[:1] if ordered else list(waiting)
        future, result = _first_result(client, name, awaited)
        yield waiting.pop(future), result


def _first_result(client: Any, name: str, awaited: Sequence[Any]) -> tuple[Any, Any]:
    """Wait for one of several results as long as the scheduler and a worker are there."""
    import asyncio
    from concurrent.futures import CancelledError

    from distributed import KilledWorker, wait
    from distributed.comm import CommClosedError

    alone_since: float | None = None
    future: Any = None
    while True:
        try:
            with client.as_current():
                done = wait(awaited, timeout=_POLL_SECONDS, return_when="FIRST_COMPLETED").done
            future = min(done, key=lambda each: each.status != "finished")
            return future, future.result(timeout=ANSWER_SECONDS)
        except TimeoutError:
            if future is not None and future.status == "error":
                raise
            if client.status != "running":
                raise _lost(name) from None
            now = time.monotonic()
            busy = bool(client.scheduler_info(n_workers=-1)["workers"])
            alone_since = None if busy else alone_since or now
            if alone_since is not None and now - alone_since > WORKER_SECONDS:
                raise InputError(
                    f"scheduler {name}: no worker within {WORKER_SECONDS} seconds"
                ) from None
        except (CancelledError, asyncio.CancelledError, CommClosedError):
            raise _lost(name) from None
        except KilledWorker as error:
            raise InputError(f"scheduler {name}: {_first_line(error)}") from None
        except ModuleNotFoundError as error:
            raise InputError(
                f"scheduler {name}: a worker lacks a package ({error}); install the same there"
            ) from None


def _lost(name: str) -> InputError:
    return InputError(
        f"scheduler {name}: the connection is lost; what was done is kept, the same command "
        "goes on from there"
    )


def _itself(held: bytes) -> Any:
    import cloudpickle

    return cloudpickle.loads(held)


_one_at_a_time = threading.Lock()


def _checked(
    task: Callable[[Held, int, int], Result],
    held: Held,
    start: int,
    stop: int,
    expected: dict[str, str],
    code: tuple[str, ...],
) -> Result:
    """Run a task on a worker, if its code is what it must be.

    A problem's evaluator is not made for several threads at once, so that the threads of a
    worker take turns.
    """
    from distributed import get_worker

    _require_equal(credentials(*code), expected, get_worker().address)
    with _one_at_a_time:
        return task(held, start, stop)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
