"""A call in a process of its own, which may take so long and no longer, and may die."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from typing import Any

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.processes import end_with_parent


class Stopped(Exception):  # noqa: N818
    """A call did not end by itself. The message says how it ended."""


class Isolated:
    """Calls of one function in one process beside this one, which is started anew when it ends.

    The process is started at the first call and kept; what is called must be fit for travel
    (`joblib` takes functions of any file).

    Parameters
    ----------
    function
        Takes one argument.
    seconds
        Longest time of a call; the process is killed then.

    Examples
    --------
    >>> import math
    >>> calls = Isolated(math.sqrt, seconds=60)
    >>> calls(4.0)
    2.0
    >>> calls.close()
    """

    def __init__(self, function: Callable[[Any], Any], seconds: float) -> None:
        self._function = function
        self._seconds = seconds
        self._process: Any = None

    def __call__(self, argument: Any) -> Any:
        """Return the function's value.

        Raises
        ------
        Stopped
            It took too long, or its process was killed.
        """
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        self.start()
        try:
            return self._process.submit(self._function, argument).result(self._seconds)
        except TimeoutError:
            self.close()
            raise Stopped(f"took longer than {self._seconds:g} seconds") from None
        except TerminatedWorkerError as error:
            self.close()
            raise Stopped(f"its process was ended{_signal(error)}") from None

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.shutdown(wait=True, kill_workers=True)
            self._process = None

    def start(self) -> None:
        """Start the process, if there is none.

        Raises
        ------
        InputError
            This process may start none (a daemon of multiprocessing, as Dask's nannies start).
        """
        from joblib.externals.loky import ProcessPoolExecutor

        if self._process is not None:
            return
        if multiprocessing.current_process().daemon:
            raise InputError(
                "a time limit needs a process of its own, and Dask's nannies forbid their workers "
                "to start one: set DASK_DISTRIBUTED__WORKER__DAEMON=False where they are started"
            )
        self._process = ProcessPoolExecutor(
            max_workers=1, initializer=end_with_parent, initargs=(os.getpid(),)
        )
        # What the function imports where it arrives is no part of a call's time.
        self._process.submit(callable, self._function).result()


def _signal(error: BaseException) -> str:
    """Return the signal or code that joblib's long message tells."""
    text = str(error)
    _, found, rest = text.partition("exit codes of the workers are {")
    return f" ({rest.partition('}')[0]})" if found else ""
