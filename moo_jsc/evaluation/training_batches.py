"""The batches of a training, gathered once for all stacks that see them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from moo_jsc.data import Split
from moo_jsc.evaluation.recipe import FineTuning

_HELD = 2**26
"""Values of all batches together that are kept in memory; longer trainings gather each anew."""


class TrainingBatches:
    """What each step of a recipe is shown, channels first.

    Parameters
    ----------
    features
        Of the training split, shape (inputs, n), as `QuantizedStack.standardized` gives them.
    train
        The split, for its labels.
    classes
        How many there are.
    settings
        Its batches are taken.

    Attributes
    ----------
    features
        As given.

    Examples
    --------
    >>> split = Split(np.eye(6, 3, dtype=np.float32), np.arange(6) % 2)
    >>> given = torch.from_numpy(split.features).t()
    >>> batches = TrainingBatches(given, split, 2, FineTuning(samples=8, batch_size=4))
    >>> [(tuple(features.shape), tuple(targets.shape)) for features, targets in batches]
    [((3, 4), (2, 4)), ((3, 4), (2, 4))]
    """

    def __init__(self, features: Tensor, train: Split, classes: int, settings: FineTuning) -> None:
        self.features = features
        self._rows = features.t().contiguous()
        labels = torch.from_numpy(train.labels).to(features.device).long()
        self._targets = functional.one_hot(labels, classes).float()
        self._settings = settings
        self._held: list[tuple[Tensor, Tensor]] = []

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield features (inputs, B) and targets, one-hot, (classes, B) of every step."""
        if self._held:
            yield from self._held
            return
        settings = self._settings
        width = self._rows.shape[1] + self._targets.shape[1]
        hold = settings.steps * settings.batch_size * width <= _HELD
        found = []
        for batch in settings.batches(len(self._rows)):
            pair = self._gathered(batch)
            if hold:
                found.append(pair)
            yield pair
        self._held = found

    def _gathered(self, batch: np.ndarray) -> tuple[Tensor, Tensor]:
        chosen = torch.from_numpy(batch).to(self._rows.device)
        return (
            self._rows.index_select(0, chosen).t().contiguous(),
            self._targets.index_select(0, chosen).t().contiguous(),
        )
