"""Trials to target: when a run reaches a level, with runs that never do as censored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from analysis.curves import Curves

TOLERANCE = 1e-9
"""Share of the target by which rounding may miss it: a complete front counts as 100 %."""


def trials_to_target(curves: Curves, target: float) -> dict[str, NDArray[np.float64]]:
    """Return the first trial (counted from 1) at which each run reaches the target.

    Parameters
    ----------
    curves
        Monotone curves, of either sense.
    target
        The level to reach, such as 0.9 of the true hypervolume.

    Returns
    -------
    dict
        (seeds,) for each sampler; infinite where the run never got there.

    Examples
    --------
    >>> import numpy as np
    >>> from analysis.curves import Curves
    >>> curves = Curves("share", "max", "trials",
    ...                 {"random": np.array([[0.1, 0.9, 1.0], [0.2, 0.3, 0.4]])},
    ...                 {"random": (0, 1)}, {"random": np.array([3, 3])})
    >>> trials_to_target(curves, 0.9)
    {'random': array([ 2., inf])}
    """
    slack = TOLERANCE * abs(target)
    first = {}
    for name, values in curves.values.items():
        there = values >= target - slack if curves.sense == "max" else values <= target + slack
        first[name] = np.where(there.any(axis=1), there.argmax(axis=1) + 1.0, np.inf)
    return first
