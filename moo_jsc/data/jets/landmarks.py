"""Shares within single classes that distributions of all classes together do not show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data.jets.columns import CLASSES, FEATURES
from moo_jsc.data.table import LabeledTable


@dataclass(frozen=True)
class Landmark:
    """The share of one class's jets in an interval of one feature.

    Attributes
    ----------
    name
        What it is, for tables.
    label
        The class, one of `CLASSES`.
    feature
        One of `FEATURES`.
    low, high
        The open interval, in the feature's unit.
    openml
        The share in OpenML 42468 as reported from jets that are not at hand here; how many they
        were, and so its error, is not known.
    """

    name: str
    label: str
    feature: str
    low: float
    high: float
    openml: float

    def share(self, features: NDArray[np.floating]) -> float:
        """Return the share of some jets of the class, features in raw units, shape (n, 16).

        Examples
        --------
        >>> features = np.zeros((4, 16))
        >>> features[:, FEATURES.index("mass_mmdt")] = 79.0, 80.0, 81.0, 91.0
        >>> LANDMARKS[0].share(features)
        0.5
        """
        values = features[:, FEATURES.index(self.feature)]
        return float(np.mean((values > self.low) & (values < self.high)))

    def share_of(self, raw: LabeledTable) -> float:
        """Return the share of the class in a data set."""
        return self.share(raw.features[raw.labels == CLASSES.index(self.label)])


W_MASS, Z_MASS = 80.377, 91.188
"""Pole masses in GeV (Particle Data Group 2022)."""

LANDMARKS: tuple[Landmark, ...] = (
    Landmark("w within 1 GeV of the pole", "w", "mass_mmdt", W_MASS - 1, W_MASS + 1, 0.33),
    Landmark("z within 1 GeV of the pole", "z", "mass_mmdt", Z_MASS - 1, Z_MASS + 1, 0.29),
    Landmark("q with c1_b1 below 0.001", "q", "c1_b1_mmdt", -np.inf, 1e-3, 0.014),
)
"""Where an earlier sample was furthest from real jets."""
