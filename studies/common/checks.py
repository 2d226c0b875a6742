"""Checks of settings, made before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence

from moo_jsc.foundation.errors import InputError

MOST = 10**7
"""Largest whole number that a setting may be."""


def require_at_least(name: str, value: int, least: int) -> None:
    """Check a whole number from the command line.

    Examples
    --------
    >>> require_at_least("budget", 0, 1)
    Traceback (most recent call last):
    moo_jsc.foundation.errors.InputError: budget = 0: expected a whole number of at least 1
    """
    if value < least:
        raise InputError(f"{name} = {value}: expected a whole number of at least {least}")
    if value > MOST:
        raise InputError(f"{name} = {value:.6g}: expected a whole number of at most {MOST}")


def share_of_points(name: str, points: float | None) -> float | None:
    """Return percentage points above 0 from the command line as a share; none stays none.

    Examples
    --------
    >>> share_of_points("margin", 0.5), share_of_points("margin", None)
    (0.005, None)
    """
    if points is not None and not points > 0:
        raise InputError(f"{name} = {points}: expected percentage points above 0")
    return None if points is None else points / 100


def listed(names: Sequence[str]) -> tuple[str, ...]:
    """Split names that were given with commas, blanks or both.

    Examples
    --------
    >>> listed(["a,b", "c"])
    ('a', 'b', 'c')
    """
    return tuple(part for name in names for part in name.split(",") if part)


def nearest(name: str, known: Sequence[str]) -> str:
    """Return ", did you mean ...?" where a known name is close, else nothing.

    Examples
    --------
    >>> nearest("bugdet", ["budget", "seeds"]), nearest("x", ["budget"])
    (", did you mean 'budget'?", '')
    """
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    return f", did you mean {close[0]!r}?" if close else ""


def listed_numbers(name: str, words: Sequence[str]) -> tuple[int, ...]:
    """Return different whole numbers of at least 1, in ascending order; none from no words.

    Examples
    --------
    >>> listed_numbers("choices", ["4,1", "2"])
    (1, 2, 4)
    """
    numbers = []
    for word in listed(words):
        if not word.isdecimal() or int(word) < 1:
            raise InputError(f"{name} = {word}: expected whole numbers of at least 1")
        numbers.append(int(word))
    return tuple(sorted(set(numbers)))
