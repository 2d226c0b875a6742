"""What a fault of the machine looks like: one line, as for wrong input."""

from __future__ import annotations

import sys

ENDED = (
    "a process of this machine was ended, for want of memory or by what it computed; what was "
    "finished is kept, the same command goes on from there (a FunctionProblem with time_limit "
    "takes it for the failure of one design)"
)
"""What is said of a worker process that is gone."""


def say_anything() -> None:
    """Let a terminal that knows few letters show a question mark for the others."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def machine_fault(error: Exception) -> str | None:
    """Return the line that tells of a disk, a file or a process; None where it is none of them.

    Examples
    --------
    >>> import errno, os
    >>> machine_fault(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    'No space left on device'
    >>> machine_fault(OSError(errno.ENAMETOOLONG, "File name too long", "x" * 300))
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...: File name too long'
    >>> machine_fault(OSError("something of the program's own"))
    """
    from concurrent.futures.process import BrokenProcessPool

    from moo_jsc.foundation.files import DISK_FAULTS

    if isinstance(error, BrokenProcessPool):
        return ENDED
    if not isinstance(error, OSError):
        return None
    if error.filename is not None:
        name = str(error.filename)
        return f"{name if len(name) <= 120 else name[:40] + '...'}: {error.strerror}"
    return error.strerror if error.errno in DISK_FAULTS else None
