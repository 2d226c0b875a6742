"""Shares of a problem's true hypervolume that are reached without any search, or with all known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from studies.common.questions import Question, Shares


def best_single_design(question: Question) -> tuple[float, int]:
    """Return the largest share that one design reaches alone, and the design."""
    counting = question.table.counting
    points = question.reference.normalized(question.table.values[counting])
    boxes = np.maximum(question.reference.reference_point - points, 0.0).prod(axis=1)
    best = int(boxes.argmax())
    return float(boxes[best] / question.reference.hypervolume), int(counting[best])


def random_designs(question: Question, trials: int, seeds: Sequence[int]) -> Shares:
    """Return the share of so many designs drawn without repeats, one for each seed."""
    return _drawn(question, np.arange(question.table.space.size), trials, seeds)


def random_in_architectures(
    question: Question, trials: int, seeds: Sequence[int]
) -> dict[int, Shares]:
    """Return the shares of random designs of each architecture that some design that counts has."""
    architectures = question.architectures()
    present = np.unique(architectures[question.table.inside]).tolist()
    return {
        number: _drawn(question, np.flatnonzero(architectures == number), trials, seeds)
        for number in present
    }


def _drawn(
    question: Question, pool: NDArray[np.int64], trials: int, seeds: Sequence[int]
) -> Shares:
    return np.array(
        [
            question.share(
                np.random.default_rng(seed).choice(pool, min(trials, len(pool)), replace=False)
            )
            for seed in seeds
        ]
    )


def greedy(question: Question, trials: int) -> Shares:
    """Return the shares after 1, 2, ... designs, each the one that adds most, all values known."""
    _, indices = np.unique(question.table.front_values, axis=0, return_index=True)
    left = question.table.front_indices[indices].tolist()
    return np.array(list(_greedily(question, left, trials)))


def _greedily(question: Question, left: list[int], trials: int) -> Iterator[float]:
    """Yield shares; gains only shrink as designs are added, so most need no second look."""
    chosen: list[int] = []
    reached = 0.0
    gains = dict.fromkeys(left, np.inf)
    for _ in range(min(trials, len(left))):
        best, most = -1, -1.0
        for index in sorted(gains, key=lambda each: -gains[each]):
            if gains[index] <= most:
                break
            gains[index] = question.share([*chosen, index]) - reached
            if gains[index] > most:
                best, most = index, gains[index]
        chosen.append(best)
        del gains[best]
        reached = question.share(chosen)
        yield reached
