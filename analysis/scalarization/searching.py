"""What searching with weights costs: the regret of a run's best trial under given weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.objectives import minimised
from analysis.scalarization.front import Front, Scaling
from analysis.scalarization.weights import checked_weights
from analysis.trials.table import runs_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Preference:
    """Weights by which a run's final pick is judged.

    Parameters
    ----------
    label
        Short, for tables.
    weights
        By the objective's name; those not named get 0.
    scaling
        In which they are stated.
    """

    label: str
    weights: Mapping[str, float]
    scaling: Scaling = "raw"


def regrets(
    trials: pd.DataFrame, front: Front, preferences: Sequence[Preference]
) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Return, for each preference and sampler, the regret of every run (seeds,), seeds rising.

    The regret is the score of the run's best trial minus that of the best design of the space,
    as a share of the difference between the best and the worst score on the true front: 0 is
    the best there is.

    Parameters
    ----------
    trials
        See `analysis.trials.table`.
    front
        The true front.
    preferences
        With different labels.

    Raises
    ------
    InputError
        The table is unusable, or weights are bad (see `checked_weights`).

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> front = Front.from_values([[0, 2], [1, 1], [2, 0]], [Objective("a"), Objective("b")])
    >>> trials = pd.DataFrame(
    ...     {"sampler": "s", "seed": 0, "trial": [0, 1], "a": [0.0, 1.0], "b": [2.0, 1.0]}
    ... )
    >>> regrets(trials, front, [Preference("b alone", {"b": 1.0})])
    {'b alone': {'s': array([0.5])}}
    """
    samplers = runs_of(trials, front.objectives)
    found: dict[str, dict[str, NDArray[np.float64]]] = {}
    for preference in preferences:
        weights = checked_weights(preference.weights, front.objectives)
        weights = weights / weights.max() / front.divisors(preference.scaling)
        scores = front.points @ weights
        span = scores.max() - scores.min()
        found[preference.label] = {
            name: np.array(
                [
                    (minimised(run.values, front.objectives) @ weights).min() - scores.min()
                    for run in runs
                ]
            ).clip(0.0)
            / (span if span > 0 else 1.0)
            for name, runs in samplers.items()
        }
    return found
