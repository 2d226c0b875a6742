"""How values that a trial returns scatter around those that a design is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError


@dataclass(frozen=True)
class Noise:
    """How a value that a trial returns scatters around the design's own.

    Parameters
    ----------
    jets
        Samples that a fraction such as the accuracy is counted on: its variance is binomial,
        p (1 - p) / jets. None: it is not a fraction, or its own sample is what counts.
    training
        Standard deviation over training seeds, natural units (0.003 to 0.007 for accuracies).

    Examples
    --------
    >>> float(Noise(jets=10_000).variance(np.array([0.5]))[0])
    2.5e-05
    """

    jets: int | None = None
    training: float = 0.0

    def __post_init__(self) -> None:
        if self.jets is not None and self.jets < 1:
            raise InputError(f"noise: jets = {self.jets}, expected a whole number of at least 1")
        if not 0 <= self.training < np.inf:
            raise InputError(f"noise: training = {self.training}, expected a number from 0")

    def variance(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the variance (n,) of natural values (n,)."""
        counted = np.zeros(len(values))
        if self.jets is not None:
            counted = np.clip(values * (1 - values), 0.25 / self.jets, None) / self.jets
        return counted + self.training**2


Scatter = Mapping[str, Noise]
"""By the objective's name; objectives that are not named do not scatter."""

NOISELESS: Scatter = {}
"""No objective scatters."""
