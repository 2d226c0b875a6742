"""The settings of fine-tuning."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError

_LEARNED_UNTIL = 0.5
"""Share of the steps after which data formats stay as they are."""


@dataclass(frozen=True)
class FineTuning:
    """How long and how fast is trained. The defaults were chosen on jsc-tiny and jsc-toy.

    Parameters
    ----------
    samples
        Training samples shown: twice 30,000, once 60,000. Rounded to whole batches.
    learning_rate
        Of Adam, at the start; it falls to zero along half a cosine.
    batch_size
        Samples in a step.
    seed
        Of the order of the training data, the same for every configuration.
    clip
        Gradients are zero outside a format's range, otherwise they pass straight through.
    step_rate
        Learning rate of open data steps, in octaves a step; it falls to zero by half-time. With
        0 they stay as calibrated.
    averaged
        Share of the steps, the last ones, whose weights are averaged; with 0 the last weights
        count.

    Raises
    ------
    InputError
        A value is out of range.

    Examples
    --------
    >>> FineTuning(samples=60_000).steps
    117
    """

    samples: int = 60_000
    learning_rate: float = 3e-2
    batch_size: int = 512
    seed: int = 0
    clip: bool = True
    step_rate: float = 0.05
    averaged: float = 0.3

    def __post_init__(self) -> None:
        for name, least in (("samples", 1), ("batch_size", 1), ("seed", 0)):
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise InputError(
                    f"fine-tuning {name} = {value!r}: expected a whole number of at least {least}"
                )
        if not 0 < self.learning_rate < math.inf:
            raise InputError(
                f"fine-tuning learning_rate = {self.learning_rate!r}: expected a positive number"
            )
        if not 0 <= self.step_rate < math.inf:
            raise InputError(
                f"fine-tuning step_rate = {self.step_rate!r}: expected a number of at least 0"
            )
        if not 0 <= self.averaged <= 1:
            raise InputError(f"fine-tuning averaged = {self.averaged!r}: expected a share in 0..1")

    @property
    def steps(self) -> int:
        """Steps of the optimiser."""
        return max(1, round(self.samples / self.batch_size))

    @property
    def averaged_from(self) -> int:
        """First step whose weights are averaged."""
        return self.steps - round(self.averaged * self.steps)

    def rate(self, step: int) -> float:
        """Return the learning rate of step 0..steps - 1."""
        return self.learning_rate * 0.5 * (1.0 + math.cos(math.pi * step / self.steps))

    def rate_of_steps(self, step: int) -> float:
        """Return the learning rate of data steps at step 0..steps - 1."""
        return self.step_rate * max(0.0, 1.0 - step / (_LEARNED_UNTIL * self.steps))

    def batches(self, rows: int) -> Iterator[NDArray[np.int64]]:
        """Yield the row numbers of every step's batch, shape (batch_size,).

        All rows in a random order, then all in another, and so on.
        """
        from moo_jsc.networks.group_training import batch_order

        waiting = np.empty(0, dtype=np.int64)
        epoch = 0
        for _ in range(self.steps):
            while len(waiting) < self.batch_size:
                waiting = np.concatenate([waiting, batch_order(self.seed, epoch, rows)])
                epoch += 1
            yield waiting[: self.batch_size]
            waiting = waiting[self.batch_size :]


DEFAULT_FINE_TUNING = FineTuning()

STRAIGHT_THROUGH = FineTuning(learning_rate=1e-2, clip=False, step_rate=0.0, averaged=0.0)
"""The plain recipe: gradients straight through everywhere, fixed steps, the last weights."""
