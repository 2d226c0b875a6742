"""Names shared by every source of jets: the sixteen features and the five classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data.errors import DataError
from moo_jsc.data.table import LabeledTable

#: Feature names in the column order of OpenML 42468.
FEATURES: tuple[str, ...] = (
    "zlogz",
    "c1_b0_mmdt",
    "c1_b1_mmdt",
    "c1_b2_mmdt",
    "c2_b1_mmdt",
    "c2_b2_mmdt",
    "d2_b1_mmdt",
    "d2_b2_mmdt",
    "d2_a1_b1_mmdt",
    "d2_a1_b2_mmdt",
    "m2_b1_mmdt",
    "m2_b2_mmdt",
    "n2_b1_mmdt",
    "n2_b2_mmdt",
    "mass_mmdt",
    "multiplicity",
)

#: Gluon, light quark, top, W, Z. The label code of a class is its place here.
CLASSES: tuple[str, ...] = ("g", "q", "t", "w", "z")

#: Name of the column that holds the class.
CLASS_COLUMN = "class"


def jet_table(name: str, features: NDArray[np.float64], labels: NDArray[np.int64]) -> LabeledTable:
    """Return jets as a labeled table.

    Parameters
    ----------
    name
        What the data are, for tables and figures.
    features
        Raw units, shape (n, 16), columns in the order of `FEATURES`.
    labels
        Shape (n,), codes 0 to 4 in the order of `CLASSES`.

    Raises
    ------
    DataError
        Shapes or values do not fit, or a feature does not vary.
    """
    for feature, column in zip(FEATURES, features.T, strict=True):
        if (column == column[0]).all():
            raise DataError(
                f"{name}: column {feature!r} is {column[0]} in every row; "
                "expected a feature that varies"
            )
    return LabeledTable(name, features, labels, FEATURES, CLASSES)
