"""Training one stack of networks: its optimiser, its epochs, its state."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from moo_jsc.data import Split
from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.classifier import Classifier
from moo_jsc.networks.stacking import StackedNetworks


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train with Adam.

    Parameters
    ----------
    epochs
        Passes over the training split.
    learning_rate
        At the start.
    batch_size
        In samples; the last batch of an epoch may be smaller (see `batch_starts`).
    decay
        ``"cosine"``: down to 0 along half a cosine, step by step; ``"none"``: constant.

    Raises
    ------
    InputError
        A number is not positive.

    Examples
    --------
    >>> [Schedule(learning_rate=0.5).rate(step, steps=4) for step in (0, 2)]
    [0.5, 0.25]
    """

    epochs: int = 60
    learning_rate: float = 1e-2
    batch_size: int = 512
    decay: Literal["cosine", "none"] = "cosine"

    def __post_init__(self) -> None:
        for name in ("epochs", "learning_rate", "batch_size"):
            if not getattr(self, name) > 0:
                raise InputError(f"{name} = {getattr(self, name)}: expected a positive number")

    def rate(self, step: int, steps: int) -> float:
        """Return the learning rate of step 0..steps - 1."""
        if self.decay == "none":
            return self.learning_rate
        return self.learning_rate * 0.5 * (1.0 + math.cos(math.pi * step / steps))


@dataclass(frozen=True)
class Samples:
    """Labelled samples on a device.

    Attributes
    ----------
    features
        float32, shape (n, inputs).
    labels
        int64, shape (n,).
    """

    features: Tensor
    labels: Tensor

    @classmethod
    def of(cls, split: Split, device: str) -> Samples:
        """Copy a split to a device."""
        return cls(
            torch.from_numpy(split.features).to(device),
            torch.from_numpy(split.labels).to(device),
        )

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.labels)


class GroupTraining:
    """A stack of networks in training, one epoch at a time.

    Parameters
    ----------
    networks, seeds
        Initial networks, and what the order of each one's batches comes from.
    schedule
        Epochs, rate, batch size.
    device
        Where to train.
    """

    def __init__(
        self,
        networks: Sequence[Classifier],
        seeds: Sequence[int],
        schedule: Schedule,
        device: str,
    ) -> None:
        self.stack = StackedNetworks(networks, device)
        self._seeds = tuple(seeds)
        self._schedule = schedule
        vector = torch.nn.Parameter(self.stack.parameters)
        vector.grad = self.stack.gradients
        self._optimizer = torch.optim.Adam([vector], lr=schedule.learning_rate, fused=True)

    def epoch(self, epoch: int, train: Samples) -> NDArray[np.float64]:
        """Train one epoch and return each network's mean loss over it in nats, shape (E,)."""
        samples, size = len(train), self._schedule.batch_size
        orders = {seed: batch_order(seed, epoch, samples) for seed in set(self._seeds)}
        order = torch.from_numpy(np.stack([orders[seed] for seed in self._seeds]))
        order = order.to(train.labels.device)
        starts = batch_starts(samples, size)
        batches = len(starts)
        total = torch.zeros(len(self.stack), dtype=torch.float64, device=order.device)
        for batch, (start, stop) in enumerate(itertools.pairwise([*starts, samples])):
            step = epoch * batches + batch
            for group in self._optimizer.param_groups:
                group["lr"] = self._schedule.rate(step, self._schedule.epochs * batches)
            total += self._step(train, order[:, start:stop])
        return (total / samples).cpu().numpy()

    def _step(self, train: Samples, rows: Tensor) -> Tensor:
        """Take one step on samples `rows` (E, B); return each network's summed loss (E,)."""
        features = train.features.index_select(0, rows.reshape(-1)).view(*rows.shape, -1)
        losses = self.stack.differentiate(features.transpose(1, 2).contiguous(), train.labels[rows])
        self._optimizer.step()
        return losses

    def scores(
        self, samples: Samples, chunk: int = 512
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean cross-entropy (nats) and accuracy of each network, each of shape (E,)."""
        members = len(self.stack)
        loss = torch.zeros(members, dtype=torch.float64, device=samples.labels.device)
        correct = torch.zeros_like(loss)
        for features, labels in zip(
            samples.features.split(chunk), samples.labels.split(chunk), strict=True
        ):
            columns = features.t().contiguous().expand(members, -1, -1)
            logits = self.stack.logits(columns)
            loss += functional.cross_entropy(
                logits, labels.expand(members, -1), reduction="none"
            ).sum(dim=1, dtype=torch.float64)
            correct += (_first_largest(logits) == labels).sum(dim=1)
        return (loss / len(samples)).cpu().numpy(), (correct / len(samples)).cpu().numpy()

    def state(self) -> dict[str, Tensor]:
        """Return everything that the next epoch depends on, by name, on the CPU."""
        state = {f"stack/{key}": value for key, value in self.stack.state().items()}
        for moments in self._optimizer.state_dict()["state"].values():
            state |= {f"adam/{key}": value for key, value in moments.items()}
        return {key: value.detach().cpu().contiguous() for key, value in state.items()}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Continue from what `state` returned."""
        for key, value in self.stack.state().items():
            value.copy_(state[f"stack/{key}"])
        moments = {
            key.removeprefix("adam/"): value
            for key, value in state.items()
            if key.startswith("adam/")
        }
        self._optimizer.load_state_dict({**self._optimizer.state_dict(), "state": {0: moments}})


def batch_order(seed: int, epoch: int, samples: int) -> NDArray[np.int64]:
    """Return the order of the samples in one epoch of one network, shape (samples,)."""
    return np.random.default_rng([seed, epoch, samples]).permutation(samples)


def batch_starts(samples: int, size: int) -> list[int]:
    """Return the first sample of each batch of an epoch.

    A last batch of one sample, of which a batch norm has no variance, joins the one before.

    Examples
    --------
    >>> batch_starts(1024, 512), batch_starts(1025, 512), batch_starts(1026, 512)
    ([0, 512], [0, 512], [0, 512, 1024])
    """
    starts = list(range(0, samples, size))
    return starts[:-1] if size > 1 and len(starts) > 1 and starts[-1] == samples - 1 else starts


def _first_largest(logits: Tensor) -> Tensor:
    """Return the predictions (E, B) of logits (E, classes, B), as `predict` does.

    A running comparison of whole rows of samples; reducing the short axis of classes instead
    takes six times as long.
    """
    best, *others = logits.unbind(dim=1)
    found = torch.zeros_like(best, dtype=torch.int8 if len(others) < 128 else torch.int16)
    for label, other in enumerate(others, start=1):
        found.masked_fill_(other > best, label)
        best = torch.maximum(best, other)
    return found
