"""The one exception that bad input raises, so that a script can answer it with one line."""


class InputError(ValueError):
    """Something the user gave is wrong: a file, a key, a name or a value.

    The message is one line that names the place, the value found and what was expected.
    Command-line studies print it and exit with code 2.

    Examples
    --------
    >>> raise InputError("budget = 0: expected a whole number of at least 1")
    Traceback (most recent call last):
    moo_jsc.foundation.errors.InputError: budget = 0: expected a whole number of at least 1
    """
