"""Any sampler, without trials spent on what known costs already show to be dominated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.optuna_adapter import distributions
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.optuna_samplers import OptunaSampler, optimize, quiet
from moo_jsc.samplers.sampler import Evaluate, InformedSampler, Known
from moo_jsc.samplers.wrappers.screening import Screen, run_screened
from moo_jsc.samplers.wrappers.wrapped import Wrapped


@dataclass(frozen=True)
class KnownCosts(Wrapped, InformedSampler):
    """Another sampler that passes over designs which cannot be nondominated any more.

    See `KnownCostsSampler` for the rule; parameters that improve the unknown objectives are the
    choices that are said to (`Choice.rises`, `Choice.falls`). A sampler of Optuna is asked again;
    any other one is told, without a trial, the known costs and the best that the unknown values
    could be. The inner sampler itself is told nothing else.
    """

    suffix = "known-costs"

    def load(self) -> None:
        """Import what the inner sampler needs, and Optuna."""
        import optuna.samplers  # noqa: F401

        super().load()

    def run(
        self,
        space: SearchSpace,
        objectives: tuple[Objective, ...],
        evaluate: Evaluate,
        *,
        seed: int,
        budget: int,
        known: Known | None = None,
    ) -> None:
        """See `InformedSampler.run`."""
        if known is None:
            self.inner.run(space, objectives, evaluate, seed=seed, budget=budget)
        elif isinstance(self.inner, OptunaSampler):
            from moo_jsc.samplers.wrappers.optuna_filters import KnownCostsSampler

            def values(parameters: dict[str, Any]) -> list[float]:
                row = [parameters[choice.name] for choice in space.choices]
                return known(np.array([row], dtype=np.int64))[0].tolist()

            with quiet():
                sampler = KnownCostsSampler(
                    self.inner.build(space, len(objectives), seed=seed, budget=budget),
                    values,
                    improves=improving_choices(space, objectives),
                    search_space=distributions(space),
                    seed=seed,
                )
                optimize(sampler, space, objectives, evaluate, budget, self.inner.bounds)
        else:
            screen = _KnownScreen(space, evaluate, objectives, known)
            run_screened(self.inner, screen, objectives, seed=seed, budget=budget)


def improving_choices(space: SearchSpace, objectives: tuple[Objective, ...]) -> tuple[str, ...]:
    """Return the ordered choices that every unknown objective is said to get better with."""
    unknown = [objective for objective in objectives if not objective.known]
    return tuple(
        choice.name
        for choice in space.choices
        if choice.ordered
        and all(choice.trend(o.name) == (1 if o.sense == "max" else -1) for o in unknown)
    )


class _KnownScreen(Screen):
    """Answers what cannot be nondominated with the best values that it could have."""

    def __init__(
        self,
        space: SearchSpace,
        evaluate: Evaluate,
        objectives: tuple[Objective, ...],
        known: Known,
    ) -> None:
        super().__init__(space, evaluate)
        self.known = known
        self.signs = np.array([-1.0 if o.sense == "max" else 1.0 for o in objectives])
        names = improving_choices(space, objectives)
        self.improving = np.array([choice.name in names for choice in space.choices])

    def answer(self, row: NDArray[np.int64]) -> NDArray[np.float64] | None:
        if not self.tried:
            return None
        from moo_jsc.samplers.wrappers.optuna_filters import lost

        tried = self.space.configurations(list(self.tried))
        above = (tried[:, self.improving] >= row[self.improving]).all(axis=1)
        above &= (tried[:, ~self.improving] == row[~self.improving]).all(axis=1)
        smaller = self.signs * np.stack(list(self.tried.values()))
        costs = self.signs * self.known(row[None])[0]
        if not lost(costs, smaller, above):
            return None
        unknown = np.isnan(costs)
        costs[unknown] = smaller[above][:, unknown].max(axis=0) if above.any() else costs[unknown]
        return self.signs * costs

    def unblock(self, rows: NDArray[np.int64]) -> None:
        for row in rows:
            self.charge(row)
