"""Optuna's samplers on a fresh multi-objective study for each run."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.optuna_adapter import directions, limits_of, optuna_objective
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.population import partitions, population_size
from moo_jsc.samplers.sampler import ConstrainedSampler, Evaluate

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


class OptunaSampler(ConstrainedSampler):
    """Any sampler of Optuna: subclasses say how it is built.

    Each trial is told by how much it misses each bound (`optuna.Trial.set_constraint`); TPE, GP,
    NSGA-II and NSGA-III use that, the others make the same trials with and without bounds.

    Each run gets a new study (in memory, one thread) and a new sampler. With the same seed,
    samplers that start with random trials start with the same ones as ``optuna-random``.
    """

    takes_failures = True  # Trials without a number are trials that failed, to Optuna.

    @abstractmethod
    def build(self, space: SearchSpace, objectives: int, *, seed: int, budget: int) -> BaseSampler:
        """Return a fresh sampler of Optuna for one run with some number of objectives."""

    def load(self) -> None:
        """Import Optuna."""
        import optuna.samplers  # noqa: F401

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
        with quiet():
            sampler = self.build(space, len(objectives), seed=seed, budget=budget)
            optimize(sampler, space, objectives, evaluate, budget, self.bounds)


def optimize(
    sampler: BaseSampler,
    space: SearchSpace,
    objectives: tuple[Objective, ...],
    evaluate: Evaluate,
    budget: int,
    bounds: Bounds = UNBOUNDED,
) -> None:
    """Run a sampler of Optuna on a fresh study for `budget` trials, telling it the bounds."""
    import optuna

    study = optuna.create_study(directions=directions(objectives), sampler=sampler)  # type: ignore[arg-type]
    study.optimize(
        optuna_objective(space, evaluate, limits_of(bounds, objectives)), n_trials=budget
    )


@contextmanager
def quiet() -> Iterator[None]:
    """Silence Optuna's trial log and its notes that a sampler is experimental."""
    import optuna

    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(level)


class OptunaRandom(OptunaSampler):
    """Uniform, with replacement."""

    name = "optuna-random"

    def build(self, space: SearchSpace, objectives: int, *, seed: int, budget: int) -> BaseSampler:  # noqa: ARG002
        """Return a `RandomSampler`."""
        from optuna.samplers import RandomSampler

        return RandomSampler(seed=seed)


class OptunaQMC(OptunaSampler):
    """Scrambled Sobol sequence; its first trial is random, for Optuna learns the space from it."""

    name = "optuna-qmc"

    def load(self) -> None:
        """Import Optuna and scipy's sequences."""
        import scipy.stats.qmc  # noqa: F401

    def build(self, space: SearchSpace, objectives: int, *, seed: int, budget: int) -> BaseSampler:  # noqa: ARG002
        """Return a `QMCSampler`."""
        from optuna.samplers import QMCSampler

        return QMCSampler(scramble=True, seed=seed, warn_independent_sampling=False)


@dataclass(frozen=True)
class OptunaTPE(OptunaSampler):
    """Tree-structured Parzen estimator; 10 random trials first.

    Independent by default (each choice is modelled for itself), or `multivariate`.
    """

    multivariate: bool = False

    @property
    def name(self) -> str:  # type: ignore[override]
        """``optuna-tpe`` or ``optuna-tpe-multivariate``."""
        return "optuna-tpe-multivariate" if self.multivariate else "optuna-tpe"

    def build(self, space: SearchSpace, objectives: int, *, seed: int, budget: int) -> BaseSampler:  # noqa: ARG002
        """Return a `TPESampler`."""
        from optuna.samplers import TPESampler

        return TPESampler(multivariate=self.multivariate, seed=seed)


class OptunaEvolution(OptunaSampler):
    """Samplers with generations, of a population that fits the budget."""

    def first_generation(self, budget: int) -> int:
        """Return the size of the population."""
        return population_size(budget)


class OptunaNSGA2(OptunaEvolution):
    """NSGA-II with uniform crossover and a population that fits the budget."""

    name = "optuna-nsga2"

    def build(self, space: SearchSpace, objectives: int, *, seed: int, budget: int) -> BaseSampler:  # noqa: ARG002
        """Return an `NSGAIISampler`."""
        from optuna.samplers import NSGAIISampler

        return NSGAIISampler(population_size=population_size(budget), seed=seed)


class OptunaNSGA3(OptunaEvolution):
    """NSGA-III with a population and reference directions that fit the budget."""

    name = "optuna-nsga3"

    def build(self, space: SearchSpace, objectives: int, *, seed: int, budget: int) -> BaseSampler:  # noqa: ARG002
        """Return an `NSGAIIISampler`."""
        from optuna.samplers import NSGAIIISampler

        population = population_size(budget)
        return NSGAIIISampler(
            population_size=population,
            dividing_parameter=partitions(objectives, population),
            seed=seed,
        )


class OptunaGP(OptunaSampler):
    """Gaussian process with expected (hypervolume) improvement; 10 random trials first.

    Needs Optuna 4.4 for more than one objective. About 2 s and much memory a trial at five.
    """

    name = "optuna-gp"

    def load(self) -> None:
        """Import Optuna and torch."""
        import optuna.samplers  # noqa: F401
        import torch  # noqa: F401

    def build(self, space: SearchSpace, objectives: int, *, seed: int, budget: int) -> BaseSampler:  # noqa: ARG002
        """Return a `GPSampler` that takes the objectives as free of noise."""
        from optuna.samplers import GPSampler

        return GPSampler(seed=seed, deterministic_objective=True)


class OptunaBruteForce(OptunaSampler):
    """Optuna's exhaustive search in a seeded order; ends when the space is used up.

    Its order is not uniform over the space while branches differ in what is left of them.
    """

    name = "optuna-brute-force"

    def build(self, space: SearchSpace, objectives: int, *, seed: int, budget: int) -> BaseSampler:  # noqa: ARG002
        """Return a `BruteForceSampler`."""
        from optuna.samplers import BruteForceSampler

        return BruteForceSampler(seed=seed)
