"""A search space and its evaluation as pymoo sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pymoo.core.problem import Problem as PymooBase

from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import SearchSpace

if TYPE_CHECKING:
    import pandas


class PymooProblem(PymooBase):
    """A vectorised pymoo problem: d integer variables, m objectives, all minimised.

    pymoo works on real vectors here (it ignores ``type_var=int`` and pads none of its
    operators to integers on its own), so rows are rounded and clipped before evaluation; give
    the algorithm the `operators`, where it takes some.

    Parameters
    ----------
    space
        Variable j is the index into ``space.choices[j].values``.
    objectives
        Maximised ones are negated in ``F``.
    evaluate
        (n, d) choice indices -> (n, m) natural values.
    bounds
        Become inequality constraints: ``G`` holds by how much each is missed.

    A design that has failed is infinitely bad in every objective, so that every other one
    dominates it.
    """

    def __init__(
        self,
        space: SearchSpace,
        objectives: tuple[Objective, ...],
        evaluate: Callable[[NDArray[np.int64]], NDArray[np.float64]],
        *,
        bounds: Bounds = UNBOUNDED,
    ) -> None:
        self.space = space
        self.signs = np.array([-1.0 if o.sense == "max" else 1.0 for o in objectives])
        self.objectives = objectives
        self.limits = bounds
        self._evaluate_rows = evaluate
        super().__init__(
            n_var=space.dimensions,
            n_obj=len(objectives),
            n_ieq_constr=len(bounds.at_least) + len(bounds.at_most),
            xl=np.zeros(space.dimensions),
            xu=np.asarray(space.radices, dtype=float) - 1.0,
            vtype=int,
        )

    def configurations(self, x: NDArray[Any]) -> NDArray[np.int64]:
        """Return pymoo's variables (n, d) as whole choice indices inside the space."""
        return np.clip(np.rint(np.asarray(x, dtype=float)), self.xl, self.xu).astype(np.int64)

    @property
    def operators(self) -> dict[str, Any]:
        """Fresh operators for whole numbers, as an algorithm takes them (`integer_operators`)."""
        return integer_operators()

    def decoded(self, x: ArrayLike) -> pandas.DataFrame:
        """Return pymoo's variables (n, d) as designs; see `SearchSpace.decoded`."""
        return self.space.decoded(x)

    def _evaluate(
        self,
        x: NDArray[Any],
        out: dict[str, Any],
        *_args: Any,
        **_kwargs: Any,
    ) -> None:
        values = self._evaluate_rows(self.configurations(x))
        failed = np.isnan(values).any(axis=1, keepdims=True)
        out["F"] = np.where(failed, np.inf, self.signs * values)
        if self.limits:
            missed = self.limits.violations(values, self.objectives)
            out["G"] = np.where(failed, np.inf, missed)


def integer_operators() -> dict[str, Any]:
    """Return fresh sampling, crossover and mutation operators for integer variables.

    Random integers first, then simulated binary crossover and polynomial mutation, both with
    distribution index 3 and rounded: pymoo's recommendation.
    """
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling

    return {
        "sampling": IntegerRandomSampling(),
        "crossover": SBX(prob=1.0, eta=3.0, vtype=float, repair=RoundingRepair()),
        "mutation": PM(prob=1.0, eta=3.0, vtype=float, repair=RoundingRepair()),
    }
