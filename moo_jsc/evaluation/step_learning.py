"""Learning the steps of data formats, each a power of two, together with the weights."""

from __future__ import annotations

import torch
from torch import Tensor

from moo_jsc.evaluation.quantized_stack import QuantizedStack

_MOMENTS = 0.9, 0.99
_FARTHEST = 4.0
"""Bits between a learned fraction and where it started."""


class StepLearning:
    """Adam on the binary logarithm of each data step; the step is the nearest power of two.

    Parameters
    ----------
    stack
        Its fractions are changed.
    learned
        Which of them are learned, bool (E, dense layers).
    """

    def __init__(self, stack: QuantizedStack, learned: Tensor) -> None:
        self._stack = stack
        self._learned = learned.to(stack.fractions)
        self._start = -stack.fractions
        self._logarithms = self._start.clone()
        self._mean = torch.zeros_like(self._start)
        self._square = torch.zeros_like(self._start)
        self._taken = 0

    def step(self, rate: float) -> None:
        """Take one step after `QuantizedStack.differentiate`, `rate` in octaves."""
        gradient = self._stack.step_gradients()
        self._taken += 1
        first, second = _MOMENTS
        self._mean.mul_(first).add_(gradient * (1 - first))
        self._square.mul_(second).add_(gradient.square() * (1 - second))
        mean = self._mean / (1 - first**self._taken)
        deviation = (self._square / (1 - second**self._taken)).sqrt()
        move = mean / (deviation + 1e-30)
        self._logarithms -= rate * move * self._learned
        self._logarithms = torch.minimum(
            torch.maximum(self._logarithms, self._start - _FARTHEST), self._start + _FARTHEST
        )
        fractions = -self._logarithms.round()
        if not torch.equal(fractions, self._stack.fractions):
            self._stack.fractions.copy_(fractions)
            self._stack.refold()
