"""The values of every configuration of a space, and the true Pareto front among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.names import unknown_name
from moo_jsc.foundation.notebooks import html_table
from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.objective import Objective
from moo_jsc.objectives.scales import Scales
from moo_jsc.problems.space import SearchSpace

_SHOWN_ROWS = 20


def nondominated(values: NDArray[np.float64], objectives: Sequence[Objective]) -> NDArray[np.bool_]:
    """Say which points no other point dominates; equal points are kept together.

    A point dominates another one when it is at least as good in every objective and better in
    one. moocore decides, in O(n log^(m-2) n) for m > 3 objectives.

    Parameters
    ----------
    values
        Shape (n, m), natural units and senses.
    objectives
        The m columns.

    Returns
    -------
    numpy.ndarray
        bool, shape (n,).
    """
    import moocore

    if not len(values):
        return np.zeros(0, dtype=bool)
    if values.shape[1] == 1:
        best = values.max() if objectives[0].sense == "max" else values.min()
        return values[:, 0] == best
    signs = [objective.sense == "max" for objective in objectives]
    return moocore.is_nondominated(values, maximise=signs, keep_weakly=True).astype(bool)


def best_of(values: NDArray[np.float64], objectives: Sequence[Objective]) -> NDArray[np.float64]:
    """Return the best value of each objective, shape (m,), of values (n, m), n >= 1."""
    return _extreme(values, objectives, "max")


def worst_of(values: NDArray[np.float64], objectives: Sequence[Objective]) -> NDArray[np.float64]:
    """Return the worst value of each objective, shape (m,), of values (n, m), n >= 1."""
    return _extreme(values, objectives, "min")


def _extreme(
    values: NDArray[np.float64], objectives: Sequence[Objective], upper: str
) -> NDArray[np.float64]:
    top = np.array([objective.sense == upper for objective in objectives])
    return np.where(top, values.max(axis=0), values.min(axis=0))


def none_counts(
    name: str, bounds: Bounds, values: NDArray[np.float64], objectives: Sequence[Objective]
) -> str:
    """Say in one line that no design keeps the bounds, and how far designs reach.

    Parameters
    ----------
    name
        Of the problem.
    bounds
        What nothing keeps.
    values
        Of all designs, or their extremes, shape (n, m).
    objectives
        The m columns.
    """
    columns = [objective.name for objective in objectives]
    spans = [
        f"{bound} from {values[:, columns.index(bound)].min():.6g} "
        f"to {values[:, columns.index(bound)].max():.6g}"
        for bound in bounds.names
    ]
    return f"{name}: no design has {bounds}; there is {', '.join(spans)}"


@dataclass(frozen=True)
class ObjectiveTable:
    """Values of all configurations of a space, by flat index, and what follows from them.

    Attributes
    ----------
    name
        Of the problem.
    space
        What was enumerated.
    objectives
        Names, units and senses of the columns.
    values
        float64, shape (size, m), natural units and senses; row i belongs to the configuration
        with flat index i. Read-only.
    fingerprint
        Of the problem: SHA-256 over everything that the values depend on.
    bounds, scales
        Of the problem. The front, the ideal and the nadir point are those of the designs that
        count.
    inside
        bool, shape (size,): which designs count; by default those that have values and keep the
        bounds.
    failures
        Why designs have no values (NaN in all that is not known beforehand), by flat index.

    Raises
    ------
    InputError
        The shape of `values` does not fit the space and the objectives; no design counts.
    """

    name: str
    space: SearchSpace
    objectives: tuple[Objective, ...]
    values: NDArray[np.float64]
    fingerprint: str
    bounds: Bounds = UNBOUNDED
    scales: Scales = field(default_factory=dict)
    inside: NDArray[np.bool_] = field(default=None)  # type: ignore[arg-type]
    failures: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        expected = (self.space.size, len(self.objectives))
        if self.values.shape != expected:
            raise InputError(f"table {self.name!r}: values {self.values.shape}, not {expected}")
        self.values.flags.writeable = False
        if self.inside is None:
            kept = self.bounds.kept(self.values, self.objectives) & ~self.failed
            object.__setattr__(self, "inside", kept)
        if self.failed.all():
            first = self.failures.get(0, "no finite value")
            raise InputError(f"{self.name}: all {len(self.values)} designs failed ({first})")
        if not self.inside.any():
            found = self.values[~self.failed]
            raise InputError(none_counts(self.name, self.bounds, found, self.objectives))

    def __repr__(self) -> str:
        objectives = ", ".join(f"{o.name} ({o.sense})" for o in self.objectives)
        return (
            f"<ObjectiveTable {self.name!r}: {self.space.size} configurations, "
            f"{len(self.front_indices)} on the front; {objectives}>"
        )

    def _repr_html_(self) -> str:
        """Return the front, at most its first rows, for a notebook."""
        head = ("configuration", *(f"{o.name} [{o.unit}], {o.sense}" for o in self.objectives))
        shown = self.front_indices[:_SHOWN_ROWS]
        rows = [(i, *(f"{value:.6g}" for value in self.values[i])) for i in shown.tolist()]
        title = f"{self.name}: {len(shown)} of {len(self.front_indices)} points of the front"
        return html_table(title, head, rows)

    @cached_property
    def failed(self) -> NDArray[np.bool_]:
        """Say which designs have no values, shape (size,)."""
        return np.asarray(np.isnan(self.values).any(axis=1))

    @cached_property
    def counting(self) -> NDArray[np.int64]:
        """Flat indices of the designs that count, in increasing order."""
        return np.flatnonzero(self.inside)

    @property
    def counting_values(self) -> NDArray[np.float64]:
        """Values of `counting`, shape (counting, m)."""
        return self.values[self.counting]

    @cached_property
    def front_indices(self) -> NDArray[np.int64]:
        """Flat indices of all nondominated configurations that count, in increasing order.

        Configurations with equal values are all there.
        """
        return self.counting[nondominated(self.counting_values, self.objectives)]

    @property
    def front_values(self) -> NDArray[np.float64]:
        """Values of `front_indices`, shape (front, m)."""
        return self.values[self.front_indices]

    @cached_property
    def ideal(self) -> NDArray[np.float64]:
        """Best value of each objective in any design that counts, shape (m,)."""
        return best_of(self.counting_values, self.objectives)

    @cached_property
    def nadir(self) -> NDArray[np.float64]:
        """Worst value of each objective on the front, shape (m,)."""
        return worst_of(self.front_values, self.objectives)

    def column(self, name: str) -> NDArray[np.float64]:
        """Return the values (size,) of one objective.

        Raises
        ------
        InputError
            The table has no such objective.
        """
        return self.values[:, self._position(name)]

    def selected(self, names: Sequence[str]) -> ObjectiveTable:
        """Return the table of some of the objectives, in the order named.

        The same designs count, whether or not the objectives that are bounded are among them.

        Raises
        ------
        InputError
            The table has no such objective.
        """
        from moo_jsc.foundation.files import sha256_of

        columns = [self._position(name) for name in names]
        objectives = tuple(self.objectives[column] for column in columns)
        return ObjectiveTable(
            self.name,
            self.space,
            objectives,
            np.ascontiguousarray(self.values[:, columns]),
            sha256_of(self.fingerprint, *names),
            bounds=self.bounds.of(objectives),
            scales={name: scale for name, scale in self.scales.items() if name in names},
            inside=self.inside,
            failures=self.failures,
        )

    def _position(self, name: str) -> int:
        names = [objective.name for objective in self.objectives]
        if name not in names:
            raise unknown_name(f"table {self.name!r}: objective", name, names)
        return names.index(name)
