"""Finishing: chosen designs trained to the end with fresh seeds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moo_jsc.evaluation.recipe import DEFAULT_FINE_TUNING, FineTuning
from moo_jsc.problems.network_problem import NetworkProblem

if TYPE_CHECKING:
    from moo_jsc.data import Split
    from moo_jsc.evaluation.fine_tuning import Tuned

TO_THE_END = replace(DEFAULT_FINE_TUNING, samples=900_000)
"""Fifteen times the default (docs/fine_tuning.md shows what that brings)."""

FIRST_FRESH_SEED = 1000
"""Beyond the seeds of any enumeration."""


class Finished(NamedTuple):
    """A design after a short training and one to the end."""

    short: Tuned
    long: Tuned
    kept_short: bool
    """The short training is the better one on the validation split."""

    @property
    def kept(self) -> Tuned:
        """The better one on the validation split: what is built."""
        return self.short if self.kept_short else self.long


def finish(
    problem: NetworkProblem,
    configurations: NDArray[np.int64],
    *,
    seed: int = FIRST_FRESH_SEED,
    short: FineTuning = DEFAULT_FINE_TUNING,
    long: FineTuning = TO_THE_END,
) -> list[Finished]:
    """Train designs shortly and to the end; the better one on the validation split is kept.

    So a long training that went astray is not kept. Designs that were chosen by a score owe part
    of it to luck: give a seed that had no part in the choice, and score on the test split.

    Parameters
    ----------
    problem
        With ``training="qat"``.
    configurations
        Of its space, shape (n, d); for instance those of a front.
    seed
        Of both trainings.
    short, long
        How to train; their seeds are not used.

    Returns
    -------
    list of Finished
        One for each configuration.

    Raises
    ------
    InputError
        The problem's training is not ``"qat"``.
    """
    shorts, longs = (
        problem.tuned(configurations, replace(recipe, seed=seed)) for recipe in (short, long)
    )
    validation = problem.data.validation
    counts = [[told_right(tuned, validation).sum() for tuned in found] for found in (shorts, longs)]
    return [
        Finished(first, second, bool(right > as_right))
        for first, second, right, as_right in zip(shorts, longs, *counts, strict=True)
    ]


def told_right(tuned: Tuned, split: Split) -> NDArray[np.bool_]:
    """Return which samples of a split a trained network, quantized, tells right, shape (n,)."""
    import torch

    from moo_jsc.networks.classifier import predict
    from moo_jsc.quantization.network import QuantizedNetwork

    logits = QuantizedNetwork(*tuned)(torch.from_numpy(split.features))
    return predict(logits).numpy() == split.labels
