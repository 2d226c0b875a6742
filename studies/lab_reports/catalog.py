"""All reports, found in `studies.lab_reports.reports`, and their claims."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from studies.lab_reports import reports as found
from studies.lab_reports.claims import Arrays
from studies.lab_reports.report import LabReport

if TYPE_CHECKING:
    from studies.lab_reports.workshop import Workshop


@lru_cache(maxsize=1)
def all_reports() -> dict[str, LabReport]:
    """Return every report by its key, in the order of keys.

    Examples
    --------
    >>> list(all_reports())[:2], all_reports()["R1"].title
    (['R0', 'R1'], 'Practical 2 (first)')
    """
    modules = [
        import_module(f"{found.__name__}.{entry.name}")
        for entry in pkgutil.iter_modules(found.__path__)
    ]
    listed = sorted((module.REPORT for module in modules), key=lambda report: report.key)
    return {report.key: report for report in listed}


def reports_of(key: str | None) -> tuple[LabReport, ...]:
    """Return one report, or all of them.

    Raises
    ------
    InputError
        There is no such report.
    """
    known = all_reports()
    if key is None:
        return tuple(known.values())
    if key not in known:
        raise InputError(f"report {key!r}: expected one of {', '.join(known)}")
    return (known[key],)


def all_measurements() -> dict[str, Callable[[Workshop], Arrays]]:
    """Return every measurement by name: the shared ones, then those of single reports."""
    from studies.lab_reports.measurements import MEASUREMENTS

    own = {name: make for report in all_reports().values() for name, make in _own(report)}
    return {**MEASUREMENTS, **own}


def _own(report: LabReport) -> list[tuple[str, Callable[[Workshop], Arrays]]]:
    return list(report.measurements.items())
