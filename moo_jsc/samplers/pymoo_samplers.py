"""pymoo's evolutionary algorithms, with integer operators and a population fit for the budget."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.population import partitions, population_size
from moo_jsc.samplers.sampler import Evaluate, Sampler

if TYPE_CHECKING:
    from pymoo.core.algorithm import Algorithm


class PymooSampler(Sampler):
    """Any multi-objective algorithm of pymoo: subclasses say how it is built.

    Variation is pymoo's recommendation for integers: random integers first, then simulated
    binary crossover and polynomial mutation, both with distribution index 3 and rounded.
    pymoo drops offspring equal to one another or to the present population; a configuration of
    an earlier generation may come again and is then charged as a repeat. When a small space
    leaves no offspring that differs from the population, the run ends by itself.
    """

    @abstractmethod
    def build(self, objectives: int, population: int, operators: dict[str, Any]) -> Algorithm:
        """Return a fresh algorithm; `operators` are its sampling, crossover and mutation."""

    def load(self) -> None:
        """Import pymoo and the algorithm."""
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

        from moo_jsc.problems.pymoo_adapter import PymooProblem

        algorithm = self.build(len(objectives), population_size(budget), integer_operators())
        algorithm.setup(
            PymooProblem(space, objectives, evaluate),
            termination=MaximumFunctionCallTermination(budget),
            seed=seed,
        )
        algorithm.run()


def integer_operators() -> dict[str, Any]:
    """Return fresh sampling, crossover and mutation operators for integer variables."""
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling

    return {
        "sampling": IntegerRandomSampling(),
        "crossover": SBX(prob=1.0, eta=3.0, vtype=float, repair=RoundingRepair()),
        "mutation": PM(prob=1.0, eta=3.0, vtype=float, repair=RoundingRepair()),
    }


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


class PymooNSGA2(PymooSampler):
    """NSGA-II (Deb et al. 2002)."""

    name = "pymoo-nsga2"

    def build(self, objectives: int, population: int, operators: dict[str, Any]) -> Algorithm:  # noqa: ARG002
        """Return an `NSGA2`."""
        from pymoo.algorithms.moo.nsga2 import NSGA2

        return NSGA2(pop_size=population, **operators)
