"""Names that a user gives: looked up, and answered with the nearest known one when unknown."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from moo_jsc.foundation.errors import InputError

MOST_LISTED = 60
"""Names that a message lists."""


def unknown_name(what: str, given: object, known: Iterable[str]) -> InputError:
    """Return the error for a name that is none of the known ones, with the nearest of them.

    Parameters
    ----------
    what
        What is named, to begin the message with.
    given
        What the user wrote.
    known
        Every name that is accepted here, in the order to list them.

    Examples
    --------
    >>> print(unknown_name("split", "tset", ["train", "validation", "test"]))
    split 'tset': expected one of train, validation, test; did you mean 'test'?
    """
    names = list(known)
    left = len(names) - MOST_LISTED
    shown = names if left <= 0 else [*names[:MOST_LISTED], f"{left} more"]
    message = f"{what} {given!r}: expected one of {', '.join(shown)}"
    near = difflib.get_close_matches(str(given).lower(), names, n=1)
    return InputError(f"{message}; did you mean {near[0]!r}?" if near else message)


def checked_name(what: str, given: str, known: Iterable[str]) -> str:
    """Return a name that must be one of the known ones.

    Raises
    ------
    InputError
        It is not.

    Examples
    --------
    >>> checked_name("split", "test", ("train", "test"))
    'test'
    """
    names = list(known)
    if given not in names:
        raise unknown_name(what, given, names)
    return given


def listed_names(what: str, given: Sequence[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return names, each given once, that must all be known.

    Raises
    ------
    InputError
        One string where a list was expected, no name, an unknown or a repeated one.

    Examples
    --------
    >>> listed_names("sampler", ["random"], ["random", "tpe"])
    ('random',)
    >>> listed_names("sampler", "random", ["random", "tpe"])
    Traceback (most recent call last):
    moo_jsc.foundation.errors.InputError: samplers = 'random': expected a list: ['random']
    """
    if isinstance(given, str):
        raise InputError(f"{what}s = {given!r}: expected a list: [{given!r}]")
    names = list(known)
    if not given:
        raise InputError(f"{what}s: expected at least one name")
    chosen = tuple(checked_name(what, name, names) for name in given)
    if len(set(chosen)) != len(chosen):
        raise InputError(f"{what}s {', '.join(chosen)}: expected each name once")
    return chosen
