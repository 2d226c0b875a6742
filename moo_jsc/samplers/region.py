"""What the hypervolume is measured on, and which designs count for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.bounds import Bounds
from moo_jsc.objectives.objective import Objective
from moo_jsc.objectives.scales import Scales


class Region:
    """Objectives as they are minimized, each on its scale, and the bounds on them.

    Parameters
    ----------
    objectives
        The m columns.
    bounds
        Which designs count.
    scales
        Objectives that are measured on a logarithmic scale, by name.

    Examples
    --------
    >>> accuracy = Objective(name="accuracy", unit="1", sense="max")
    >>> size = Objective(name="size", unit="bits", sense="min", known=True)
    >>> region = Region((accuracy, size), Bounds({"accuracy": 0.7}), {"size": "logarithmic"})
    >>> region.measured(np.array([[0.75, np.e], [0.6, 1.0]]))
    array([[-0.75,  1.  ],
           [-0.6 ,  0.  ]])
    >>> region.counts(region.measured(np.array([[0.75, np.e], [0.6, 1.0]])))
    array([ True, False])
    """

    def __init__(self, objectives: tuple[Objective, ...], bounds: Bounds, scales: Scales) -> None:
        self._objectives = objectives
        self.signs = np.array([-1.0 if o.sense == "max" else 1.0 for o in objectives])
        """-1 for what is maximized, shape (m,)."""
        self.logarithmic = np.array([scales.get(o.name) == "logarithmic" for o in objectives])
        """Whose logarithm is measured, shape (m,)."""
        least = np.array([bounds.at_least.get(o.name, -np.inf) for o in objectives])
        most = np.array([bounds.at_most.get(o.name, np.inf) for o in objectives])
        with np.errstate(divide="ignore", invalid="ignore"):
            least[self.logarithmic] = np.log(np.maximum(least[self.logarithmic], 0.0))
            most[self.logarithmic] = np.log(most[self.logarithmic])
        ends = np.stack([self.signs * least, self.signs * most])
        self.low, self.high = ends.min(axis=0), ends.max(axis=0)
        """Least and largest measured values that count, shape (m,), infinite without a bound."""

    def measured(self, natural: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return natural values (n, m), NaN where unknown, as they are measured: minimized.

        Raises
        ------
        InputError
            The logarithm of a value that is not positive is asked for.
        """
        values = np.array(natural, dtype=np.float64)
        for column in np.flatnonzero(self.logarithmic):
            present = values[:, column][~np.isnan(values[:, column])]
            if (present <= 0).any():
                raise InputError(
                    f"objective {self._objectives[column].name!r}: {present.min():g}, expected "
                    "positive values for a logarithmic scale"
                )
            values[:, column] = np.log(values[:, column])
        return self.signs * values

    def counts(self, measured: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say which measured values (n, m) keep all bounds; what is unknown breaks none."""
        return ~((measured < self.low) | (measured > self.high)).any(axis=1)
