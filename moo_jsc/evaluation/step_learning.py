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
        gradient = step_gradients(self._stack)
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


def step_gradients(stack: QuantizedStack) -> Tensor:
    """Return the gradients of the binary logarithms of the data steps, over ln 2.

    With step s, code c = clamp(round(x / s)) and value q = s c, straight through the rounding,
    dq / d log2(s) = ln 2 (s c - x inside the range) (TQT, Jain et al., arXiv:1903.08066). Summed
    over a layer's inputs and samples the first term is the sum of its weights times their
    gradients, and the second the same of the layer that computes x.

    Parameters
    ----------
    stack
        After `QuantizedStack.differentiate`.

    Returns
    -------
    torch.Tensor
        Shape (E, dense layers); zero for the steps of features.
    """
    result = torch.zeros_like(stack.fractions)
    for number, producer in enumerate(stack.rows.producers):
        if producer is not None:
            slot = stack.rows.slots[producer]
            given = stack.products[:, slot.start : slot.stop].sum(dim=1)
            taken = stack.rows.view(stack.products, stack.rows.dense[number])
            result[:, number] = taken.sum(dim=(1, 2)) - given
    return result
