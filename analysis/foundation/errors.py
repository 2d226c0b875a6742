"""The one exception that bad input raises, so that a script can answer it with one line."""


class InputError(ValueError):
    """A table, column, name or value given to the analysis is wrong.

    The message is one line that names the place, the value found and what was expected.

    Examples
    --------
    >>> raise InputError("column 'seed': missing, expected one of sampler, seed, trial")
    Traceback (most recent call last):
    analysis.foundation.errors.InputError: column 'seed': missing, expected one of ...
    """
