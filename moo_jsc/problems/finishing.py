"""Finishing: chosen designs trained to the end with fresh seeds, scored on the test split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data import SplitName
from moo_jsc.evaluation.recipe import DEFAULT_FINE_TUNING, FineTuning
from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.network_problem import NetworkProblem

TO_THE_END = replace(DEFAULT_FINE_TUNING, samples=900_000)
"""Fifteen times the default (docs/fine_tuning.md shows what that brings)."""

FIRST_FRESH_SEED = 1000
"""Beyond the seeds of any enumeration."""


@dataclass(frozen=True)
class Finished:
    """Designs trained to the end.

    Attributes
    ----------
    objectives
        The k that score predictions.
    scores
        Of every design and seed, shape (n, seeds, k), natural units.
    """

    objectives: tuple[Objective, ...]
    scores: NDArray[np.float64]

    @property
    def mean(self) -> NDArray[np.float64]:
        """Over seeds, shape (n, k)."""
        return self.scores.mean(axis=1)

    @property
    def scatter(self) -> NDArray[np.float64]:
        """Standard deviation over seeds, shape (n, k)."""
        return self.scores.std(axis=1, ddof=1)


def finish(
    problem: NetworkProblem,
    configurations: NDArray[np.int64],
    *,
    seeds: int = 5,
    recipe: FineTuning = TO_THE_END,
    split: SplitName = "test",
) -> Finished:
    """Train given designs to the end with fresh seeds and score them.

    Designs that were chosen by a score owe part of it to luck; neither these seeds nor the test
    split had a part in the choice.

    Parameters
    ----------
    problem
        With ``training="qat"``.
    configurations
        Of its space, shape (n, d); for instance those of a front.
    seeds
        Trainings of each, at least 2.
    recipe
        Its seed is not used.
    split
        What is scored.

    Raises
    ------
    InputError
        A setting is wrong.
    """
    if seeds < 2:
        raise InputError(f"seeds = {seeds}: expected at least 2, to know the scatter")
    recipes: Sequence[FineTuning] = [
        replace(recipe, seed=FIRST_FRESH_SEED + number) for number in range(seeds)
    ]
    scores = problem.fine_tuned(configurations, recipes, [split])[:, :, 0]
    return Finished(problem.predicted, scores)
