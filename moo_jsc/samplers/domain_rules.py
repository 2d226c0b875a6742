"""What an engineer would try by hand: rules that use the meaning of choices, and learn nothing.

A sampler that does not find more than these is not worth its complexity. What they need is the
`unit` of the choices: which are channels of the network, and which are widths in bits.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.samplers.sampler import Evaluate, Sampler

CHANNELS = "channels"
BITS = "bits"

_BLOCK = 4096

Row = NDArray[np.int64]


class DomainRule(Sampler):
    """Tries the rule's designs in its order, each once, and then the others at random.

    A rule has fewer designs than a space; that the rest follows in a seeded random order lets it
    be compared at any budget. Ends by itself when the space is used up.
    """

    units: tuple[str, ...]
    """Units of choices that a space must have for the rule to say anything."""

    @abstractmethod
    def designs(self, space: SearchSpace, seed: int) -> Iterable[Row]:
        """Return the rule's configurations (d,), in order; a design may come twice."""

    def suits(self, space: SearchSpace) -> bool:
        """Say whether the space has choices of every unit that the rule is about."""
        return {choice.unit for choice in space.choices}.issuperset(self.units)

    def run(
        self,
        space: SearchSpace,
        objectives: tuple[Objective, ...],  # noqa: ARG002
        evaluate: Evaluate,
        *,
        seed: int,
        budget: int,  # noqa: ARG002
    ) -> None:
        """See `Sampler.run`."""
        tried: set[int] = set()
        for rows in (self.designs(space, seed), shuffled(space, seed)):
            for row in rows:
                (index,) = space.indices(row[None]).tolist()
                if index not in tried:
                    tried.add(index)
                    evaluate(row[None])


class CheapestArchitecture(DomainRule):
    """Random designs of the smallest network: every size at its first value, without repeats."""

    name = "cheapest-architecture"
    units = (CHANNELS, BITS)

    def designs(self, space: SearchSpace, seed: int) -> Iterable[Row]:
        """Return the designs of the smallest network in a seeded random order."""
        free = [choice.unit != CHANNELS for choice in space.choices]
        if not any(free):
            return
        chosen = tuple(c for c, is_free in zip(space.choices, free, strict=True) if is_free)
        for part in shuffled(SearchSpace(self.name, chosen), seed):
            row = np.zeros(space.dimensions, dtype=np.int64)
            row[free] = part
            yield row


class UniformWidths(DomainRule):
    """One width for all tensors of all layers, from the widest down, for one network at a time.

    A tensor that does not come in a width takes its next narrower one. Networks (and what else
    there is to choose) come in a seeded random order.
    """

    name = "uniform-widths"
    units = (BITS,)

    def designs(self, space: SearchSpace, seed: int) -> Iterable[Row]:
        """Return each network at each width."""
        widths = sorted({v for c in _bits(space) for v in c.values}, reverse=True)
        for row in others_shuffled(space, seed):
            for width in widths:
                yield np.array(
                    [
                        _narrowed(choice, width) if choice.unit == BITS else int(index)
                        for choice, index in zip(space.choices, row, strict=True)
                    ],
                    dtype=np.int64,
                )


class OneFactor(DomainRule):
    """One factor at a time: a network in its widest formats, then each choice alone changed.

    Factors come in a seeded random order, their values from the largest down. When all of one
    network are done, the next one follows, in a seeded random order.
    """

    name = "one-factor"
    units = (BITS,)

    def designs(self, space: SearchSpace, seed: int) -> Iterable[Row]:
        """Return each network's widest formats and what differs from them in one choice."""
        generator = np.random.default_rng(np.random.SeedSequence([seed, space.dimensions]))
        for start in others_shuffled(space, seed):
            yield start
            for factor in generator.permutation(space.dimensions).tolist():
                for index in reversed(range(space.radices[factor])):
                    row = start.copy()
                    row[factor] = index
                    yield row


def shuffled(space: SearchSpace, seed: int) -> Iterator[Row]:
    """Yield every configuration (d,) of a space once, in a seeded random order."""
    for positions in space.blocks(_BLOCK):
        yield from space.configurations(space.permuted(positions, seed))


def others_shuffled(space: SearchSpace, seed: int) -> Iterator[Row]:
    """Yield configurations at their widest formats, all else in a seeded random order."""
    free = [choice.unit != BITS for choice in space.choices]
    widest = np.asarray(space.radices, dtype=np.int64) - 1
    chosen = tuple(c for c, is_free in zip(space.choices, free, strict=True) if is_free)
    parts: Iterable[Sequence[int] | Row] = [()]
    if chosen:
        parts = shuffled(SearchSpace("others", chosen), seed)
    for part in parts:
        row = widest.copy()
        row[free] = part
        yield row


def _bits(space: SearchSpace) -> list[Choice]:
    return [choice for choice in space.choices if choice.unit == BITS]


def _narrowed(choice: Choice, width: object) -> int:
    """Return the index of the widest value that is not above a width; of the narrowest else."""
    below = [index for index, value in enumerate(choice.values) if value <= width]  # type: ignore[operator]
    return max(below, default=0)
