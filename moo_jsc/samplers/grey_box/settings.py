"""What a user sets of the grey box, and how the values of a trial scatter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.scales import Scales
from moo_jsc.samplers.grey_box.constants import FROZEN, Constants

_RANDOM_TRIALS = 8


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


@dataclass(frozen=True)
class Settings:
    """All that decides a search besides its space, its seed and what it is told.

    Parameters
    ----------
    monotone
        Use what the choices say about the objectives; without, it is called ``grey-box-plain``.
    noise
        Objective name -> how its values scatter. A noisy value is not believed: the design
        counts with what the model makes of it.
    bounds
        Which designs count; a run on a problem is told the problem's own (`within`).
    scales
        What the hypervolume is measured on; a run on a problem is told the problem's own.
    constants
        Of the model; frozen.
    """

    monotone: bool = True
    noise: Mapping[str, Noise] = field(default_factory=dict)
    bounds: Bounds = UNBOUNDED
    scales: Scales = field(default_factory=dict)
    constants: Constants = FROZEN

    @property
    def random_trials(self) -> int:
        """How many trials come before the model is asked: none with trends, 8 without."""
        return 0 if self.monotone else _RANDOM_TRIALS
