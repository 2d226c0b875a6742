"""The exception of this room."""

from moo_jsc.foundation.errors import InputError


class DataError(InputError):
    """Data cannot be had or are wrong.

    The message is one line that names the file or source, the column or key, the value found and
    what was expected.

    Examples
    --------
    >>> from moo_jsc.data import load_dataset
    >>> load_dataset("table.doc", label="class")
    Traceback (most recent call last):
    moo_jsc.data.errors.DataError: table.doc: unknown kind of file ...
    """
