"""The contract of a multi-objective problem over a discrete space."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moo_jsc.foundation.notebooks import html_table
from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.noise import NOISELESS, Scatter
from moo_jsc.objectives.objective import Objective
from moo_jsc.objectives.scales import LINEAR, Scales, check_scales
from moo_jsc.problems.space import SearchSpace

if TYPE_CHECKING:
    import optuna
    import pandas

    from moo_jsc.data import Dataset
    from moo_jsc.problems.pymoo_adapter import PymooProblem


class Problem(ABC):
    """A space, a tuple of objectives, and their values for any configuration.

    Deterministic: the same configurations give the same values, in one process or many.

    Attributes
    ----------
    name
        For tables and files.
    space
        What there is to choose.
    objectives
        Names, units and senses of the columns that `evaluate` returns.
    bounds
        Which designs count, for the true front and for everything that is measured by it. They
        change no value: `evaluate` takes every design.
    scales
        Objectives that are measured on a logarithmic scale, by name; the others are linear.
    noise
        How the values that a run sees scatter around those that designs are judged by, by the
        objective's name. A sampler that models it is told.
    may_fail
        Whether a design may fail: then it has no values but those that are known of any design,
        NaN for all others, and `failures` says why.
    """

    name: str
    space: SearchSpace
    objectives: tuple[Objective, ...]
    bounds: Bounds = UNBOUNDED
    scales: Scales = LINEAR
    noise: Scatter = NOISELESS
    may_fail: bool = False

    @staticmethod
    def from_torch(network: Any, data: Dataset, **settings: Any) -> Problem:
        """Build a problem from a network and a table of one's own.

        Parameters
        ----------
        network, data, settings
            See `moo_jsc.problems.own.problem_from_torch`, which this calls by name: it builds
            on this module.

        Raises
        ------
        InputError
            The network cannot be taken in, or does not take the data.
        TypeError
            There is no such setting.
        """
        made: Problem = import_module("moo_jsc.problems.own").problem_from_torch(
            network, data, **settings
        )
        return made

    def within(self, bounds: Bounds, scales: Scales | None = None) -> Self:
        """Return the same problem with these bounds, and these scales unless they are None.

        Raises
        ------
        InputError
            A bound or a scale names none of the objectives.

        Examples
        --------
        >>> import moo_jsc
        >>> from moo_jsc.objectives import Bounds
        >>> problem = moo_jsc.build_problem("lab3-types").within(Bounds({"accuracy": 0.6}))
        >>> print(problem.bounds)
        accuracy at least 0.6
        """
        bounds.check(self.objectives)
        other = copy.copy(self)
        other.bounds = bounds
        if scales is not None:
            check_scales(scales, self.objectives)
            other.scales = dict(scales)
        return other

    def for_run(self, seed: int) -> Problem:  # noqa: ARG002
        """Return what a sampler's run with this seed evaluates.

        The problem itself, unless its values scatter and a run sees one draw of them.
        """
        return self

    def evaluate(self, configurations: ArrayLike) -> NDArray[np.float64]:
        """Return the objectives (n, m), natural units and senses, of configurations (n, d).

        Where the problem `may_fail`, a design that has failed has NaN in every objective that is
        not known.

        Raises
        ------
        InputError
            A configuration is not one of the space's.
        ArithmeticError
            A value is not finite (samplers would drop it in silence), and no design may fail.
        """
        rows = self.space.validated(configurations)
        values = np.asarray(self._evaluate(rows), dtype=np.float64)
        finite = np.isfinite(values)
        if self.may_fail:
            whole = np.all(finite, axis=1, keepdims=True)
            known = np.array([objective.known for objective in self.objectives])
            return np.where(whole | known, values, np.nan)
        if not finite.all():
            row, column = np.argwhere(~finite)[0]
            raise ArithmeticError(
                f"{self.name}: {self.objectives[column].name} = {values[row, column]} "
                f"for {self.space.named(rows[row])}, expected a finite number"
            )
        return values

    def failures(self, configurations: ArrayLike) -> list[str]:
        """Return why each of the configurations (n, d) has failed, an empty text where none has.

        Raises
        ------
        InputError
            A configuration is not one of the space's.
        """
        return self._failures(self.space.validated(configurations))

    def _failures(self, configurations: NDArray[np.int64]) -> list[str]:
        """Return reasons for checked configurations; a problem that cannot fail needs no own."""
        return [""] * len(configurations)

    def known_values(self, configurations: ArrayLike) -> NDArray[np.float64]:
        """Return what is known of configurations (n, d) before any of them is evaluated.

        Returns
        -------
        numpy.ndarray
            Shape (n, m), natural units and senses: the values that `evaluate` will return in the
            columns of the objectives that are `known`, NaN in all others.

        Raises
        ------
        InputError
            A configuration is not one of the space's.
        ArithmeticError
            A known value is not finite, or one is given for an objective that is not known.
        """
        rows = self.space.validated(configurations)
        values = np.asarray(self._known_values(rows), dtype=np.float64)
        for column, objective in enumerate(self.objectives):
            expected = np.isfinite if objective.known else np.isnan
            if not expected(values[:, column]).all():
                raise ArithmeticError(
                    f"{self.name}: known values of {objective.name}: expected "
                    f"{'finite numbers' if objective.known else 'NaN, for it is not known'}"
                )
        return values

    def _known_values(self, configurations: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return known values (n, m) of checked configurations; a problem of none needs no own."""
        return np.full((len(configurations), len(self.objectives)), np.nan)

    @abstractmethod
    def _evaluate(self, configurations: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return values (n, m) of checked configurations (n, d)."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """SHA-256 over everything that the values depend on."""

    def __repr__(self) -> str:
        objectives = ", ".join(f"{o.name} ({o.sense})" for o in self.objectives)
        kind = type(self).__name__
        return f"<{kind} {self.name!r}: {self.space.size} configurations; {objectives}>"

    def _repr_html_(self) -> str:
        """Choices and objectives, for a notebook."""
        rows = [(o.name, o.unit, o.sense, o.definition) for o in self.objectives]
        head = ("objective", "unit", "sense", "definition")
        return self.space._repr_html_() + html_table("objectives", head, rows)

    def decoded(self, configurations: ArrayLike) -> pandas.DataFrame:
        """Return configurations (n, d), also as pymoo returns them, as a table of values.

        See `SearchSpace.decoded`.

        Examples
        --------
        >>> import moo_jsc
        >>> moo_jsc.build_problem("lab3-types").decoded([[0, 2, 1]])
           data  weight  bias
        0     4       8     4
        """
        return self.space.decoded(configurations)

    def as_pymoo(self) -> PymooProblem:
        """Return the problem for pymoo: integer variables, all objectives minimised, bounds in G.

        Its `operators` are what an algorithm needs to vary whole numbers; `decoded` reads the
        designs off a result.

        Examples
        --------
        >>> import moo_jsc
        >>> from pymoo.algorithms.moo.nsga2 import NSGA2
        >>> from pymoo.optimize import minimize
        >>> problem = moo_jsc.build_problem("lab3-types", objectives=("accuracy", "size"))
        >>> vectors = problem.as_pymoo()
        >>> algorithm = NSGA2(pop_size=8, **vectors.operators)
        >>> result = minimize(vectors, algorithm, ("n_gen", 3), seed=1)
        >>> list(problem.decoded(result.X))
        ['data', 'weight', 'bias']
        """
        from moo_jsc.problems.pymoo_adapter import PymooProblem

        return PymooProblem(self.space, self.objectives, self.evaluate, bounds=self.bounds)

    def as_optuna(
        self, *, indices: bool = False
    ) -> tuple[Callable[[optuna.Trial], tuple[float, ...]], list[str]]:
        """Return an Optuna objective and its directions, for ``create_study(directions=...)``.

        Parameters hold the values themselves: ordered numbers at even distances as numbers with
        a step, others as categories (whose order Optuna is then not told), tuples as text. The
        first trial names the study's metrics. With `indices` parameters hold the index of a value
        instead, so that the order of uneven numbers (2, 3, 4, 6) is kept too. Where the problem
        has bounds, each trial is told by how much it misses them.

        Examples
        --------
        >>> import moo_jsc, optuna
        >>> objective, directions = moo_jsc.build_problem("lab3-types").as_optuna()
        >>> sampler = optuna.samplers.RandomSampler(seed=1)
        >>> study = optuna.create_study(directions=directions, sampler=sampler)
        >>> study.optimize(objective, n_trials=1)
        >>> study.trials[0].params, study.metric_names
        ({'data': 4, 'weight': 2, 'bias': 8}, ['accuracy', 'size', 'bitops'])
        """
        from moo_jsc.problems.optuna_adapter import directions, named_objective

        return (
            named_objective(
                self.space, self.objectives, self.evaluate, self.bounds, indices=indices
            ),
            directions(self.objectives),
        )
