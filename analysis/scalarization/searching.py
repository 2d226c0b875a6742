"""What searching with weights costs: the regret of a run's best trial under given weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.scalarization.front import Front, Scaling
from analysis.scalarization.weights import Weights, checked_importance
from analysis.trials.table import Trials

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
        Those of a user: none rewards what should be avoided.
    scaling
        In which they are stated.
    """

    label: str
    weights: Weights
    scaling: Scaling = "raw"


def regrets(
    trials: Trials | pd.DataFrame, front: Front, preferences: Sequence[Preference]
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
        The table is unusable, or weights are bad (see `checked_importance`).

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> front = Front.from_values([[0, 2], [1, 1], [2, 0]],
    ...                           [Objective(name="a"), Objective(name="b")])
    >>> trials = pd.DataFrame(
    ...     {"sampler": "s", "seed": 0, "trial": [0, 1], "a": [0.0, 1.0], "b": [2.0, 1.0]}
    ... )
    >>> regrets(trials, front, [Preference("b alone", Weights({"b": -1.0}))])
    {'b alone': {'s': array([0.5])}}
    """
    runs_by_sampler = Trials.of(trials, front.objectives).runs
    found: dict[str, dict[str, NDArray[np.float64]]] = {}
    for preference in preferences:
        weights = checked_importance(
            preference.weights.importance(front.objectives), front.objectives
        )
        weights = weights / weights.max() / front.divisors(preference.scaling)
        scores = front.points @ weights
        span = scores.max() - scores.min()
        found[preference.label] = {
            name: np.array(
                [(front.turned(run.values) @ weights).min() - scores.min() for run in runs]
            ).clip(0.0)
            / (span if span > 0 else 1.0)
            for name, runs in runs_by_sampler.items()
        }
    return found
