"""Any sampler, without trials spent on what was tried before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.optuna_adapter import distributions
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.optuna_samplers import OptunaSampler, optimize, quiet
from moo_jsc.samplers.sampler import BudgetExhausted, Evaluate
from moo_jsc.samplers.wrappers.screening import Screen, run_screened
from moo_jsc.samplers.wrappers.wrapped import Wrapped


@dataclass(frozen=True)
class WithoutRepeats(Wrapped):
    """Another sampler that never repeats a configuration until the space is used up.

    A sampler of Optuna is asked again (`WithoutRepeatsSampler`). Any other one is told the known
    values of a repeat without a trial; if that happens in `PATIENCE` batches in a row, or if it
    ends, untried configurations are taken in a seeded random order. As long as no proposal
    repeats, the trials are those of the inner sampler.

    Examples
    --------
    >>> from moo_jsc.samplers import get_samplers
    >>> (sampler,) = get_samplers(["without-repeats(optuna-tpe)"])
    >>> sampler.name
    'optuna-tpe-without-repeats'
    """

    suffix = "without-repeats"

    def run(
        self,
        space: SearchSpace,
        objectives: tuple[Objective, ...],
        evaluate: Evaluate,
        *,
        seed: int,
        budget: int,
    ) -> None:
        """See `Sampler.run`."""
        if isinstance(self.inner, OptunaSampler):
            from moo_jsc.samplers.wrappers.optuna_filters import WithoutRepeatsSampler

            with quiet():
                sampler = WithoutRepeatsSampler(
                    self.inner.build(space, len(objectives), seed=seed, budget=budget),
                    search_space=distributions(space),
                    seed=seed,
                )
                optimize(sampler, space, objectives, evaluate, budget, self.inner.bounds)
            return
        screen = _Memory(space, evaluate, seed)
        run_screened(self.inner, screen, objectives, seed=seed, budget=budget)
        while True:
            try:
                screen.try_another(seed)
            except BudgetExhausted:
                if len(screen.tried) < space.size:
                    raise
                return


class _Memory(Screen):
    """Answers what was tried before from memory."""

    def __init__(self, space: SearchSpace, evaluate: Evaluate, seed: int) -> None:
        super().__init__(space, evaluate)
        self.seed = seed

    def answer(self, row: NDArray[np.int64]) -> NDArray[np.float64] | None:
        return self.tried.get(self.key(row))

    def unblock(self, rows: NDArray[np.int64]) -> None:  # noqa: ARG002
        self.try_another(self.seed)
