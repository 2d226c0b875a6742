"""How the cost of a trial decides which search ends first, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from studies.lab_reports.claims import Arrays
from studies.lab_reports.figures import stated
from studies.lab_reports.outcomes import lengths

TPE, BRUTE = "optuna-tpe", "optuna-brute-force"

REPORTED_COST = stated("R0.search_seconds") / stated("R0.trials")
"""Seconds of one trial in the reports: a search of 20 trials took about 13 seconds."""


@dataclass(frozen=True, eq=False)
class Crossover:
    """TPE's and brute force's seconds as functions of the cost of a trial, one of each a seed.

    A search takes the sampler's own seconds plus its trials times their cost. Brute force saves
    TPE's own work for as many trials, whatever they cost, and the trials that the space does not
    have, at their cost.

    Attributes
    ----------
    saved
        TPE's seconds minus brute force's, as measured, (n,).
    own_lead
        Of these, TPE's own work beyond brute force's, for as many trials as brute force makes.
    tpe_own
        TPE's own seconds for its whole search.
    extra_own
        TPE's own seconds for the trials that brute force does not make.
    trials, trials_saved
        Of TPE, and how many brute force makes fewer.
    trial
        Measured seconds of one trial.
    """

    saved: NDArray[np.float64]
    own_lead: NDArray[np.float64]
    tpe_own: NDArray[np.float64]
    extra_own: NDArray[np.float64]
    trials: NDArray[np.int64]
    trials_saved: NDArray[np.int64]
    trial: NDArray[np.float64]

    def saved_at(self, cost: float) -> NDArray[np.float64]:
        """Return the seconds that brute force would save at another cost of a trial, (n,)."""
        return self.own_lead + self.by_space_at(cost)

    def by_space_at(self, cost: float) -> NDArray[np.float64]:
        """Return the part of it that the end of the space saves, (n,)."""
        return self.trials_saved * cost + self.extra_own

    def tpe_at(self, cost: float) -> NDArray[np.float64]:
        """Return the seconds of TPE's search at another cost of a trial, (n,)."""
        return self.tpe_own + self.trials * cost

    def space_shares(self, costs: ArrayLike) -> NDArray[np.float64]:
        """Return the share of the saving that is the space's, (n, costs)."""
        return np.stack(
            [self.by_space_at(cost) / self.saved_at(cost) for cost in np.asarray(costs)], axis=1
        )

    def crossing(self) -> NDArray[np.float64]:
        """Return the cost of a trial at which both parts are equal, (n,), at least 0."""
        fewer = np.maximum(self.trials_saved, 1)
        return np.maximum((self.own_lead - self.extra_own) / fewer, 0.0)

    def sentence(self) -> str:
        """Say which part is larger at which cost."""
        return (
            f"Below about {1e3 * float(np.median(self.crossing())):.0f} ms a trial TPE's own work "
            f"is the larger part of the difference, above it the trials that the space does not "
            f"have."
        )


def crossover(seconds: Arrays) -> Crossover:
    """Return the two parts of the difference, from the measurement ``search-seconds``."""
    tpe, brute = seconds[f"{TPE}.own"], seconds[f"{BRUTE}.own"]
    made, fewer = lengths(tpe), lengths(brute)
    rows = np.arange(len(tpe))
    common = np.minimum(made, fewer) - 1
    tpe_common = tpe[rows, common]
    return Crossover(
        saved=seconds[f"{TPE}.seconds"] - seconds[f"{BRUTE}.seconds"],
        own_lead=tpe_common - brute[rows, common],
        tpe_own=seconds[f"{TPE}.end"],
        extra_own=seconds[f"{TPE}.end"] - tpe_common,
        trials=made,
        trials_saved=made - fewer,
        trial=(seconds[f"{TPE}.trial"] + seconds[f"{BRUTE}.trial"]) / 2,
    )
