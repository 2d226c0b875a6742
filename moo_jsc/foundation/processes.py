"""Processes of this machine that do the work, and that never outlive who started them."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from joblib import Parallel

_WATCH_SECONDS = 0.5


def processes(
    count: int,
    *,
    return_as: Literal["list", "generator", "generator_unordered"] = "list",
    max_nbytes: str | None = "1M",
    batch_size: int | Literal["auto"] = "auto",
) -> Parallel:
    """Return joblib's pool of processes, one thread each, that end when this process does.

    Killing this process alone, in whatever it is doing, leaves none of them behind for longer
    than a second.

    Parameters
    ----------
    count
        Processes; 1 runs everything in this one.
    return_as, max_nbytes, batch_size
        As `joblib.Parallel` takes them.

    Examples
    --------
    >>> from joblib import delayed
    >>> processes(1)(delayed(abs)(number) for number in (-1, 2))
    [1, 2]
    """
    from joblib import Parallel, parallel_config

    with parallel_config(
        "loky",
        inner_max_num_threads=1,
        initializer=end_with_parent,
        initargs=(os.getpid(),),
    ):
        return Parallel(
            n_jobs=count, return_as=return_as, max_nbytes=max_nbytes, batch_size=batch_size
        )


def end_with_parent(parent: int) -> None:
    """Let this process end soon after its parent is gone.

    A thread looks for the parent; it needs neither a signal of the operating system nor the
    main thread's help.

    Parameters
    ----------
    parent
        Process that started this one; nothing happens where it is this one.
    """
    if parent == os.getpid():
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
