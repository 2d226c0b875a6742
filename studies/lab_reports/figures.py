"""The figures that the reports state, with their meaning."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

import msgspec

NUMBERS_FILE = "report_figures.json"


class StatedFigure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One figure of a report.

    Attributes
    ----------
    value
        A number, or several of the same kind in the report's order.
    unit
        ``"1"`` for a pure number.
    meaning
        One line.
    """

    value: float | tuple[float, ...]
    unit: str
    meaning: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    what: str
    figures: dict[str, StatedFigure]


@lru_cache(maxsize=1)
def stated_figures() -> dict[str, StatedFigure]:
    """Return every stated figure by its key, ``"R0.size"`` for instance."""
    text = resources.files("studies.lab_reports").joinpath("data", NUMBERS_FILE).read_bytes()
    return msgspec.json.decode(text, type=_File).figures


def stated(key: str) -> float:
    """Return one stated number.

    Examples
    --------
    >>> stated("R0.size")
    468.0
    """
    value = stated_figures()[key].value
    if isinstance(value, tuple):
        raise ValueError(f"{key}: several numbers, expected one")
    return value


def stated_list(key: str) -> tuple[float, ...]:
    """Return the stated numbers of one kind.

    Examples
    --------
    >>> stated_list("R4.size")
    (134.0, 37.75)
    """
    value = stated_figures()[key].value
    return value if isinstance(value, tuple) else (value,)
