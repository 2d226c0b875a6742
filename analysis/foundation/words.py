"""Words of sentences: lists, numbers with their nouns, percentages."""

from __future__ import annotations

from collections.abc import Sequence


def listed(names: Sequence[str], most: int | None = None) -> str:
    """Return names as a list in a sentence.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    >>> listed(["a", "b", "c", "d"], most=2)
    'a, b and 2 others'
    """
    shown = list(names)
    if most is not None and len(shown) > most + 1:
        shown = [*shown[:most], f"{len(shown) - most} others"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def counted(count: int, noun: str) -> str:
    """Return a number with its noun, in the plural where that is right.

    Examples
    --------
    >>> counted(1, "seed"), counted(30, "seed")
    ('1 seed', '30 seeds')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def numeral(count: int) -> str:
    """Return a number as it stands alone in a sentence.

    Examples
    --------
    >>> numeral(0), numeral(1), numeral(8)
    ('none', 'one', '8')
    """
    return {0: "none", 1: "one"}.get(count, str(count))


def percent(share: float) -> str:
    """Return a share in percent.

    Examples
    --------
    >>> percent(0.9), percent(0.025)
    ('90 %', '2.5 %')
    """
    return f"{100 * share:g} %"


def number(value: float) -> str:
    """Return a value with four digits, whole from a thousand up.

    Examples
    --------
    >>> number(0.123456), number(15230.0), number(-0.0)
    ('0.1235', '15230', '0')
    """
    if abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value + 0.0:.4g}"
