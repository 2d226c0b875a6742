"""Around a sampler that is no sampler of Optuna: some of its proposals cost no trial.

Such a sampler cannot be asked again, so a proposal that is passed over gets an answer without a
trial, and the sampler goes on from there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.pymoo_samplers import PymooSampler
from moo_jsc.samplers.sampler import BudgetExhausted, Evaluate, Sampler

PATIENCE = 50
"""Batches in a row without a trial, after which a trial is made all the same."""


class Screen(ABC):
    """An `evaluate` between a sampler and the ledger that passes some proposals over.

    Parameters
    ----------
    space
        Where proposals come from.
    evaluate
        The ledger's.
    """

    def __init__(self, space: SearchSpace, evaluate: Evaluate) -> None:
        self.space = space
        self.evaluate = evaluate
        self.tried: dict[int, NDArray[np.float64]] = {}
        self._idle = 0

    @abstractmethod
    def answer(self, row: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """Return the values (m,) that a proposal (d,) is told without a trial; None to try it."""

    @abstractmethod
    def unblock(self, rows: NDArray[np.int64]) -> None:
        """Make a trial, after `PATIENCE` batches (the last one is `rows`) that made none."""

    def __call__(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return values (n, m) of proposals (n, d), trying as few as possible."""
        before = len(self.tried)
        values = [self._value(row) for row in self.space.validated(rows)]
        self._idle = 0 if len(self.tried) > before else self._idle + 1
        if self._idle >= PATIENCE:
            self._idle = 0
            self.unblock(rows)
        return np.stack(values)

    def charge(self, row: NDArray[np.int64]) -> NDArray[np.float64]:
        """Try one configuration (d,) and return its values (m,)."""
        (values,) = self.evaluate(row[None])
        self.tried[self.key(row)] = values
        return values

    def key(self, row: NDArray[np.int64]) -> int:
        """Return the flat index of a configuration (d,)."""
        return int(self.space.indices(row[None])[0])

    def try_another(self, seed: int) -> None:
        """Try the next untried configuration of the seeded random order.

        Raises
        ------
        BudgetExhausted
            Nothing is left to try.
        """
        for block in self.space.blocks(1024):
            for index in self.space.permuted(block, seed).tolist():
                if index not in self.tried:
                    self.charge(self.space.configurations([index])[0])
                    return
        raise BudgetExhausted(f"all {self.space.size} configurations were tried")

    def _value(self, row: NDArray[np.int64]) -> NDArray[np.float64]:
        answer = self.answer(row)
        return self.charge(row) if answer is None else answer


def run_screened(
    inner: Sampler,
    screen: Screen,
    objectives: tuple[Objective, ...],
    *,
    seed: int,
    budget: int,
) -> None:
    """Run a sampler on a screen; one of pymoo goes on until the ledger ends it."""
    if isinstance(inner, PymooSampler):
        from pymoo.core.termination import NoTermination

        inner.minimize(screen.space, objectives, screen, NoTermination(), seed=seed, budget=budget)
    else:
        inner.run(screen.space, objectives, screen, seed=seed, budget=budget)
