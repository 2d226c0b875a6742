"""The exception of this package."""

from moo_jsc.foundation.errors import InputError


class JetDataError(InputError):
    """Jet data cannot be had or is wrong.

    The message is one line that names the file or source, the column or key, the value found and
    what was expected.

    Examples
    --------
    >>> from moo_jsc.data.jets import load_jets
    >>> load_jets("jets.parquet")
    Traceback (most recent call last):
    moo_jsc.data.jets.errors.JetDataError: jets.parquet: unknown kind of file ...
    """
