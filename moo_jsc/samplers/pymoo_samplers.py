"""pymoo's evolutionary algorithms, with integer operators and a population fit for the budget."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.population import partitions, population_size
from moo_jsc.samplers.sampler import ConstrainedSampler, Evaluate, Sampler

if TYPE_CHECKING:
    from pymoo.core.algorithm import Algorithm
    from pymoo.core.termination import Termination


class PymooSampler(Sampler):
    """Any multi-objective algorithm of pymoo: subclasses say how it is built.

    Those that take constraints are `ConstrainedSampler`s besides.

    Variation is pymoo's recommendation for integers: random integers first, then simulated
    binary crossover and polynomial mutation, both with distribution index 3 and rounded.
    The genetic algorithms drop offspring equal to one another or to the present population; a
    configuration of an earlier generation may come again and is then charged as a repeat. When
    a small space leaves them no offspring that differs from the population, the run ends.
    """

    bounds: Bounds = UNBOUNDED

    def first_generation(self, budget: int) -> int:
        """Return the size of the population."""
        return population_size(budget)

    @abstractmethod
    def build(self, objectives: int, population: int, operators: dict[str, Any]) -> Algorithm:
        """Return a fresh algorithm; `operators` are its sampling, crossover and mutation."""

    def load(self) -> None:
        """Import pymoo and the algorithm."""
        from moo_jsc.problems.pymoo_adapter import integer_operators

        self.build(2, 8, integer_operators())

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
        from pymoo.termination.max_eval import MaximumFunctionCallTermination

        termination = MaximumFunctionCallTermination(budget)
        self.minimize(space, objectives, evaluate, termination, seed=seed, budget=budget)

    def minimize(
        self,
        space: SearchSpace,
        objectives: tuple[Objective, ...],
        evaluate: Evaluate,
        termination: Termination,
        *,
        seed: int,
        budget: int,
    ) -> None:
        """Run until pymoo's own termination says so; the rest as in `Sampler.run`."""
        from moo_jsc.problems.pymoo_adapter import PymooProblem

        problem = PymooProblem(space, objectives, evaluate, bounds=self.bounds)
        algorithm = self.build(len(objectives), population_size(budget), problem.operators)
        algorithm.setup(problem, termination=termination, seed=seed)
        algorithm.run()


def reference_directions(objectives: int, population: int) -> NDArray[np.float64]:
    """Return Das and Dennis' directions, shape (n, m), no more than individuals (or the corners).

    Examples
    --------
    >>> reference_directions(2, 4)
    array([[0.        , 1.        ],
           [0.33333333, 0.66666667],
           [0.66666667, 0.33333333],
           [1.        , 0.        ]])
    """
    from pymoo.util.ref_dirs import get_reference_directions

    return get_reference_directions(
        "das-dennis", objectives, n_partitions=partitions(objectives, population)
    )


class PymooNSGA2(ConstrainedSampler, PymooSampler):
    """NSGA-II (Deb et al. 2002)."""

    name = "pymoo-nsga2"

    def build(self, objectives: int, population: int, operators: dict[str, Any]) -> Algorithm:  # noqa: ARG002
        """Return an `NSGA2`."""
        from pymoo.algorithms.moo.nsga2 import NSGA2

        return NSGA2(pop_size=population, **operators)


class PymooNSGA3(ConstrainedSampler, PymooSampler):
    """NSGA-III (Deb and Jain 2014) with reference directions that fit the population."""

    name = "pymoo-nsga3"

    def build(self, objectives: int, population: int, operators: dict[str, Any]) -> Algorithm:
        """Return an `NSGA3`."""
        from pymoo.algorithms.moo.nsga3 import NSGA3

        directions = reference_directions(objectives, population)
        return NSGA3(directions, pop_size=max(population, len(directions)), **operators)


class PymooUNSGA3(ConstrainedSampler, PymooSampler):
    """U-NSGA-III (Seada and Deb 2016): NSGA-III with tournaments, for few objectives too."""

    name = "pymoo-unsga3"

    def build(self, objectives: int, population: int, operators: dict[str, Any]) -> Algorithm:
        """Return a `UNSGA3`."""
        from pymoo.algorithms.moo.unsga3 import UNSGA3

        directions = reference_directions(objectives, population)
        return UNSGA3(directions, pop_size=max(population, len(directions)), **operators)


class PymooSMSEMOA(ConstrainedSampler, PymooSampler):
    """SMS-EMOA (Beume et al. 2007): keeps what contributes most to the hypervolume."""

    name = "pymoo-sms-emoa"

    def build(self, objectives: int, population: int, operators: dict[str, Any]) -> Algorithm:  # noqa: ARG002
        """Return an `SMSEMOA`."""
        from pymoo.algorithms.moo.sms import SMSEMOA

        return SMSEMOA(pop_size=population, **operators)


class PymooMOEAD(PymooSampler):
    """MOEA/D (Zhang and Li 2007): one scalar problem for each reference direction.

    pymoo's form compares objectives in raw units (the largest numbers decide) and keeps
    duplicates, which are charged as repeats.
    """

    name = "pymoo-moead"

    def build(self, objectives: int, population: int, operators: dict[str, Any]) -> Algorithm:
        """Return a `MOEAD`."""
        from pymoo.algorithms.moo.moead import MOEAD

        directions = (
            np.ones((population, 1))
            if objectives == 1
            else reference_directions(objectives, population)
        )
        return MOEAD(directions, n_neighbors=max(2, len(directions) // 5), **operators)


class PymooGDE3(PymooSampler):
    """GDE3 (Kukkonen and Lampinen 2005): differential evolution on rounded real vectors."""

    name = "pymoo-gde3"

    def build(self, objectives: int, population: int, operators: dict[str, Any]) -> Algorithm:  # noqa: ARG002
        """Return a `GDE3`."""
        from pymoo.algorithms.moo.gde3 import GDE3

        return GDE3(pop_size=population, sampling=operators["sampling"])


class PymooMOPSO(PymooSampler):
    """MOPSO-CD (Raquel and Naval 2005): a particle swarm on rounded real vectors."""

    name = "pymoo-mopso-cd"

    def build(self, objectives: int, population: int, operators: dict[str, Any]) -> Algorithm:  # noqa: ARG002
        """Return a `MOPSO_CD`."""
        from pymoo.algorithms.moo.mopso_cd import MOPSO_CD

        return MOPSO_CD(pop_size=population, sampling=operators["sampling"])
