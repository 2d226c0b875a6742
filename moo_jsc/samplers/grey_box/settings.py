"""What a user sets of the grey box."""

from __future__ import annotations

from dataclasses import dataclass, field

from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.noise import Scatter
from moo_jsc.objectives.scales import Scales
from moo_jsc.samplers.grey_box.constants import FROZEN, GENTLE, Constants

_RANDOM_TRIALS = 4


@dataclass(frozen=True)
class Settings:
    """All that decides a search besides its space, its seed and what it is told.

    Parameters
    ----------
    monotone
        Use what the choices say about the objectives; without, it is called ``grey-box-plain``.
    noise
        Objective name -> how its values scatter. A noisy value is not believed: the design
        counts with what the model makes of it. Empty: a run on a problem is told the problem's
        own (`expecting`).
    bounds
        Which designs count; a run on a problem is told the problem's own (`within`).
    scales
        What the hypervolume is measured on; a run on a problem is told the problem's own.
    constants
        Of the model; by default the frozen ones, with trends or without.
    """

    monotone: bool = True
    noise: Scatter = field(default_factory=dict)
    bounds: Bounds = UNBOUNDED
    scales: Scales = field(default_factory=dict)
    constants: Constants | None = None

    @property
    def hypotheses(self) -> Constants:
        """The constants that the model takes."""
        return self.constants or (FROZEN if self.monotone else GENTLE)

    @property
    def random_trials(self) -> int:
        """How many trials come before the model is asked: none with trends, 4 without."""
        return 0 if self.monotone else _RANDOM_TRIALS
