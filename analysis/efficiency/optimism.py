"""Selection optimism: what is left of a run's front on data that the search has not seen.

A search sees one split of the data. The configurations on its final front were chosen because
they look good there, so they look worse elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import minimized
from analysis.front.hypervolume import hypervolume
from analysis.front.pareto import nondominated
from analysis.statistics.intervals import RESAMPLES, mean_interval
from analysis.trials.table import Trials

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.reference import Reference


def selection_optimism(
    trials: Trials | pd.DataFrame,
    reference: Reference,
    retested: pd.DataFrame,
    retested_reference: Reference | None = None,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """Compare each run's final front with the same configurations measured anew.

    Parameters
    ----------
    trials
        Trial table with a ``configuration`` column (see `analysis.trials.table`).
    reference
        The true front of the values that the search saw.
    retested
        Columns ``configuration`` and the objectives (natural units): the values on the other
        split of at least every configuration on a final front. Other columns are ignored.
    retested_reference
        The true front of those values. None: both are measured on the search's own scale, and
        `delivered` is then not bounded by 1.
    level, resamples
        Of the intervals over seeds.

    Returns
    -------
    pandas.DataFrame
        Index ``sampler``, means over seeds: ``front`` (configurations on the final front),
        ``survive`` (share of them that the others do not dominate when retested), ``claimed``
        and ``delivered`` (share of the true hypervolume, as searched and retested),
        ``optimism`` (claimed - delivered) with ``optimism_low`` and ``_high``.

    Raises
    ------
    InputError
        A table is unusable, or a configuration of a final front was not retested.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> from analysis.front.reference import Reference
    >>> objectives = [Objective(name="a"), Objective(name="b")]
    >>> reference = Reference.from_values([[0, 2], [1, 1], [2, 0]], objectives)
    >>> trials = pd.DataFrame({"sampler": "x", "seed": 0, "trial": [0, 1],
    ...                        "configuration": [7, 8], "a": [0, 1], "b": [2, 1]})
    >>> retested = pd.DataFrame({"configuration": [7, 8], "a": [1, 1], "b": [2, 1]})
    >>> selection_optimism(trials, reference, retested).loc["x", ["front", "survive"]].to_list()
    [2.0, 0.5]
    """
    import pandas as pd

    other = reference if retested_reference is None else retested_reference
    if other.names != reference.names:
        raise InputError(
            f"retested objectives {', '.join(other.names)}: expected {', '.join(reference.names)}"
        )
    for column in ("configuration", *reference.names):
        if column not in retested.columns:
            raise InputError(f"retested table: no column {column!r}")
    known = retested.drop_duplicates("configuration").set_index("configuration")
    known = known[list(reference.names)]
    rows = []
    for name, runs in Trials.of(trials, reference).runs.items():
        found = []
        for run in runs:
            front = run.front_configurations()
            chosen = run.known_configurations()[front]
            missing = [key for key in chosen if key not in known.index]
            if missing:
                raise InputError(
                    f"retested table: no configuration {missing[0]}, which is on the final front "
                    f"of {name}, seed {run.seed}"
                )
            anew = known.loc[chosen].to_numpy(np.float64)
            found.append(
                (
                    len(front),
                    nondominated(minimized(anew, other.objectives)).mean(),
                    _share(run.values[front], reference),
                    _share(anew, other),
                )
            )
        rows.append({"sampler": name, **_summary(np.array(found, float), level, resamples)})
    return pd.DataFrame(rows).set_index("sampler")


def _share(values: NDArray[np.float64], reference: Reference) -> float:
    points = reference.normalized(values)
    return hypervolume(points, reference.reference_point) / reference.hypervolume


def _summary(found: NDArray[np.float64], level: float, resamples: int) -> dict[str, float]:
    size, survive, claimed, delivered = found.mean(axis=0)
    optimism = mean_interval(found[:, 2] - found[:, 3], level=level, resamples=resamples)
    return {
        "front": float(size),
        "survive": float(survive),
        "claimed": float(claimed),
        "delivered": float(delivered),
        "optimism": float(optimism.estimate),
        "optimism_low": float(optimism.low),
        "optimism_high": float(optimism.high),
    }
