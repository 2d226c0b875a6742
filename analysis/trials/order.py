"""Labels of trials and runs in the order that people mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def natural_key(label: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts the numbers in a text by value: ``trial_9`` before ``trial_10``.

    Examples
    --------
    >>> sorted(["trial_10", "trial_9", "trial_0"], key=natural_key)
    ['trial_0', 'trial_9', 'trial_10']
    """
    parts = re.split(r"(\d+)", label)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part)


def numbered(labels: pd.Series) -> NDArray[np.int64]:
    """Return whole numbers as they are, other labels by their place in natural order.

    Raises
    ------
    InputError
        A label is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> numbered(pd.Series([7, 3])), numbered(pd.Series(["run 10", "run 9"]))
    (array([7, 3]), array([1, 0]))
    """
    import pandas as pd

    if labels.isna().any():
        raise InputError(f"trial table: column {labels.name!r} has empty cells")
    if pd.api.types.is_integer_dtype(labels):
        return labels.to_numpy(dtype=np.int64)
    if pd.api.types.is_float_dtype(labels):
        distinct = np.unique(labels.to_numpy(dtype=np.float64))
        return np.searchsorted(distinct, labels.to_numpy(dtype=np.float64)).astype(np.int64)
    text = labels.astype(str)
    place = {label: i for i, label in enumerate(sorted(text.unique(), key=natural_key))}
    return text.map(place).to_numpy(dtype=np.int64)
