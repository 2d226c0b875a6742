"""Every configuration once: in index order, or in a seeded random order."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.sampler import Evaluate, Sampler

_BLOCK = 4096


class EnumerationOrder(Sampler):
    """Tries the configurations of a space in an order fixed beforehand, each once.

    Ends by itself when the space is used up. Holds one block of the order, so that a space of
    any size will do.
    """

    @abstractmethod
    def order(self, space: SearchSpace, positions: NDArray[np.int64], seed: int) -> NDArray:
        """Return the flat indices at some positions of the order."""

    def run(
        self,
        space: SearchSpace,
        objectives: tuple[Objective, ...],  # noqa: ARG002
        evaluate: Evaluate,
        *,
        seed: int,
        budget: int,
    ) -> None:
        """See `Sampler.run`."""
        for positions in space.blocks(min(_BLOCK, budget)):
            evaluate(space.configurations(self.order(space, positions, seed)))


class Exhaustive(EnumerationOrder):
    """Index order: the last choice varies fastest. The seed changes nothing."""

    name = "exhaustive"

    def order(self, space: SearchSpace, positions: NDArray[np.int64], seed: int) -> NDArray:  # noqa: ARG002
        """Return the positions themselves."""
        return positions


class ExhaustiveRandom(EnumerationOrder):
    """A seeded random permutation: uniform search without replacement.

    The fair exhaustive baseline: cut off anywhere, it has seen an even sample of the space.
    """

    name = "exhaustive-random"

    def order(self, space: SearchSpace, positions: NDArray[np.int64], seed: int) -> NDArray:
        """Return what stands at the positions of the permutation."""
        return space.permuted(positions, seed)
