"""What a fault must look like, whatever was given: one clear line, nothing half-written."""

import os
from pathlib import Path

from hypothesis import HealthCheck, settings

from analysis.foundation.errors import InputError as AnalysisInputError
from moo_jsc.foundation.errors import InputError

CASES = int(os.environ.get("FUZZ_CASES", "12"))
"""Of each test; ``make fuzz`` takes many."""

FUZZ = settings(
    max_examples=CASES,
    deadline=None,
    derandomize="FUZZ_CASES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)


def answer(call, *arguments, names=""):
    """Return what the call returns, or None after one clear line; anything else is a fault."""
    try:
        return call(*arguments)
    except (InputError, AnalysisInputError) as error:
        line = str(error)
        assert line and "\n" not in line, line
        assert names in line, line
        return None


def leftovers(folder: Path):
    """Temporary files that a fault left behind."""
    return [path for path in folder.rglob(".*") if path.suffix not in {".lock"}]
