"""A problem that looks its values up in a table instead of computing them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from moo_jsc.enumeration.table import ObjectiveTable
from moo_jsc.foundation.files import sha256_of
from moo_jsc.problems.problem import Problem


class TableProblem(Problem):
    """Replays an enumerated problem: same space, objectives and values.

    An evaluation costs one look-up, so that thousands of runs of samplers on the same space
    take no longer than the samplers themselves.

    Parameters
    ----------
    table
        From `moo_jsc.enumeration.enumerate_problem`.

    Examples
    --------
    >>> from moo_jsc.objectives import get_objectives
    >>> from moo_jsc.problems.space import Choice, SearchSpace
    >>> space = SearchSpace("toy", (Choice("width", (2, 4, 8)),))
    >>> table = ObjectiveTable(
    ...     "toy", space, get_objectives(["accuracy", "size"]),
    ...     np.array([[0.5, 10.0], [0.7, 20.0], [0.6, 40.0]]), "toy-1")
    >>> TableProblem(table).evaluate([[1], [0]])
    array([[ 0.7, 20. ],
           [ 0.5, 10. ]])
    >>> table.front_indices, table.ideal, table.nadir
    (array([0, 1]), array([ 0.7, 10. ]), array([ 0.5, 20. ]))
    """

    def __init__(self, table: ObjectiveTable) -> None:
        self.table = table
        self.name = table.name
        self.space = table.space
        self.objectives = table.objectives
        self.bounds = table.bounds
        self.scales = table.scales
        self.may_fail = bool(table.failed.any())

    def _evaluate(self, configurations: NDArray[np.int64]) -> NDArray[np.float64]:
        return self.table.values[self.space.indices(configurations)]

    def _failures(self, configurations: NDArray[np.int64]) -> list[str]:
        indices = self.space.indices(configurations).tolist()
        return [self.table.failures.get(index, "") for index in indices]

    def _known_values(self, configurations: NDArray[np.int64]) -> NDArray[np.float64]:
        values = self._evaluate(configurations)
        values[:, [not objective.known for objective in self.objectives]] = np.nan
        return values

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the problem's fingerprint and the values themselves.

        Trials recorded on other values, from an earlier version of the code for instance, are
        thus never taken for trials on this table.
        """
        values = np.ascontiguousarray(self.table.values, dtype="<f8")
        return sha256_of(self.table.fingerprint, values.tobytes())
