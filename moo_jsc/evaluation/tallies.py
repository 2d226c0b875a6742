"""What is summed over samples from blocks of logits: one class for each fast objective.

A tally sees the logits of many configurations on samples of one class, shape
(groups, classes, slots, samples), and writes one number for each group and slot; the evaluator
adds these up over chunks and divides by the number of samples.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

from moo_jsc.evaluation.scratch import Scratch


class Tally(ABC):
    """A sum over samples.

    Parameters
    ----------
    rectify
        The network ends with a ReLU that the logits have not passed yet.
    """

    dtype: ClassVar[torch.dtype]
    """Of the sums over one chunk."""

    def __init__(self, rectify: bool) -> None:
        self.rectify = rectify

    @abstractmethod
    def write(self, logits: Tensor, label: int, scratch: Scratch, out: Tensor) -> None:
        """Write the sums over samples.

        Parameters
        ----------
        logits
            Shape (groups, classes, slots, samples); left as it is.
        label
            The class of all these samples.
        scratch
            Memory to work in.
        out
            Shape (groups, slots).
        """


class CorrectTally(Tally):
    """Correct predictions, counted exactly; of equal logits the first class is predicted.

    A sample of class c is predicted correctly when logit c exceeds every logit before it and
    is not exceeded by any after it. No argmax, no gather.
    """

    dtype = torch.float32

    def write(self, logits: Tensor, label: int, scratch: Scratch, out: Tensor) -> None:
        """Write the numbers of correct predictions (whole, exact up to 2^24 samples)."""
        groups, _, slots, samples = logits.shape
        shape = (groups, slots, samples)
        own = logits[:, label]
        before = _largest(logits[:, :label], scratch.get("before", shape))
        after = _largest(logits[:, label + 1 :], scratch.get("after", shape))
        hits = scratch.get("hits", shape)
        if self.rectify and before is not None:
            # relu(own) > relu(before) >= 0 makes own positive, where the ReLU changes nothing.
            before = torch.clamp_min(before, 0.0, out=scratch.get("before", shape))
        elif self.rectify:
            own = torch.clamp_min(own, 0.0, out=hits)
        if before is None:
            hits = torch.ge(own, after, out=hits) if after is not None else hits.fill_(1.0)
        else:
            torch.gt(own, before, out=hits)
            if after is not None:
                hits.mul_(torch.ge(own, after, out=scratch.get("before", shape)))
        torch.sum(hits, dim=-1, out=out)


class CrossEntropyTally(Tally):
    """Cross-entropy, log(sum over classes of exp(logit)) - own logit, in nats."""

    dtype = torch.float64

    def write(self, logits: Tensor, label: int, scratch: Scratch, out: Tensor) -> None:
        """Write the sums of losses; float32 for each sample, summed in float64."""
        groups, _, slots, samples = logits.shape
        shape = (groups, slots, samples)
        if self.rectify:
            logits = torch.clamp_min(logits, 0.0, out=scratch.get("rectified", logits.shape))
        largest = torch.amax(logits, dim=1, out=scratch.get("before", shape))
        powers = scratch.get("powers", logits.shape)
        torch.sub(logits, largest[:, None], out=powers)
        powers.exp_()
        losses = torch.sum(powers, dim=1, out=scratch.get("after", shape))
        losses.log_().add_(largest).sub_(logits[:, label])
        torch.sum(losses, dim=-1, dtype=torch.float64, out=out)


def _largest(logits: Tensor, out: Tensor) -> Tensor | None:
    """Return the maximum over classes, shape (groups, slots, samples); None of no class."""
    classes = logits.shape[1]
    if classes == 0:
        return None
    return logits[:, 0] if classes == 1 else torch.amax(logits, dim=1, out=out)
