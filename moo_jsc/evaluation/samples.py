"""Labelled samples in the order and pieces that the batched evaluator works on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from moo_jsc.foundation.errors import InputError


@dataclass(frozen=True)
class Chunk:
    """Samples of one class.

    Attributes
    ----------
    features
        Shape (channels, samples), contiguous.
    label
        Their class.
    start, stop
        Their place in `GroupedSamples.order`.
    """

    features: Tensor
    label: int
    start: int
    stop: int


@dataclass(frozen=True)
class GroupedSamples:
    """Samples sorted by class and cut into chunks of one class each.

    Attributes
    ----------
    chunks
        All samples, each once. The chunks of a class differ by at most one in length.
    order
        Row numbers of the given arrays in chunk order, shape (n,).
    labels
        As given, shape (n,).

    Examples
    --------
    >>> samples = GroupedSamples.of(np.eye(4, 2, dtype="f4"), np.array([1, 0, 1, 1]), 2)
    >>> [(chunk.label, tuple(chunk.features.shape)) for chunk in samples.chunks]
    [(0, (2, 1)), (1, (2, 1)), (1, (2, 2))]
    >>> samples.order.tolist()
    [1, 0, 2, 3]
    """

    chunks: Sequence[Chunk]
    order: Tensor
    labels: Tensor

    @classmethod
    def of(
        cls,
        features: NDArray[np.float32],
        labels: NDArray[np.int64],
        longest: int,
        device: str | torch.device = "cpu",
    ) -> GroupedSamples:
        """Group samples (n, channels) with labels (n,) into chunks of at most `longest`.

        Raises
        ------
        InputError
            No samples, shapes that do not fit, values that are not finite, negative labels.
        """
        if features.ndim != 2 or labels.shape != features.shape[:1] or not len(labels):
            raise InputError(
                f"features {features.shape} and labels {labels.shape}: expected (n, channels) "
                "and (n,) with n of at least 1"
            )
        if not np.isfinite(features).all():
            row, column = np.argwhere(~np.isfinite(features))[0]
            raise InputError(
                f"features[{row}, {column}] = {features[row, column]}: expected a finite number"
            )
        if labels.min() < 0:
            raise InputError(f"label {labels.min()}: expected 0 or more")
        order = np.argsort(labels, kind="stable")
        chunks = []
        start = 0
        for label, count in enumerate(np.bincount(labels)):
            pieces = math.ceil(count / longest)
            bounds = start + np.arange(pieces + 1) * count // max(pieces, 1)
            for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
                columns = np.ascontiguousarray(features[order[low:high]].T, dtype=np.float32)
                chunks.append(Chunk(torch.from_numpy(columns).to(device), label, low, high))
            start += count
        return cls(
            tuple(chunks),
            torch.from_numpy(order).to(device),
            torch.from_numpy(np.asarray(labels, dtype=np.int64)).to(device),
        )
