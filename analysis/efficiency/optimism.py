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
from analysis.front.pareto import nondominated
from analysis.indicators.sets import hypervolume_share
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
        The front of that split itself, with its own scale. None: it is not known, and neither
        is what the fronts deliver as a share of it.
    level, resamples
        Of the intervals over seeds.

    Returns
    -------
    pandas.DataFrame
        Index ``sampler``, means over seeds: ``front`` (configurations on the final front),
        ``survive`` (share of them that the others do not dominate when retested), ``claimed``
        (share of the hypervolume of the front that the search could have found) and
        ``delivered`` (share of that of the other split's own front, on the other split; NaN
        where that is not known), ``optimism`` (claimed - delivered) with ``optimism_low`` and
        ``_high``.

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

    if retested_reference is not None and retested_reference.names != reference.names:
        raise InputError(
            f"retested objectives {', '.join(retested_reference.names)}: expected "
            f"{', '.join(reference.names)}"
        )
    other = retested_reference
    measured = Trials.of(trials, reference)
    rows = []
    for name, fronts in fronts_anew(measured, retested).items():
        found = []
        for run, anew in zip(measured.runs[name], fronts, strict=True):
            seen = run.values[run.front_configurations()]
            stays = nondominated(minimized(anew, reference.objectives)) if len(anew) else [np.nan]
            found.append(
                (
                    len(anew),
                    np.mean(stays),
                    hypervolume_share(seen, reference),
                    np.nan if other is None else hypervolume_share(anew, other),
                )
            )
        rows.append({"sampler": name, **_summary(np.array(found, float), level, resamples)})
    return pd.DataFrame(rows).set_index("sampler")


def fronts_anew(trials: Trials, retested: pd.DataFrame) -> dict[str, list[NDArray[np.float64]]]:
    """Return the values on another split of each run's final front, (k, m) for each run.

    Parameters
    ----------
    trials
        That tell configurations.
    retested
        See `selection_optimism`.

    Raises
    ------
    InputError
        A column is missing, or a configuration of a final front was not retested.
    """
    for column in ("configuration", *trials.names):
        if column not in retested.columns:
            raise InputError(f"retested table: no column {column!r}")
    known = retested.drop_duplicates("configuration").set_index("configuration")
    known = known[list(trials.names)]
    anew: dict[str, list[NDArray[np.float64]]] = {}
    for run in trials.everything:
        chosen = run.known_configurations()[run.front_configurations()]
        missing = [key for key in chosen if key not in known.index]
        if missing:
            raise InputError(
                f"retested table: no configuration {missing[0]}, which is on the final front of "
                f"{run.sampler}, seed {run.seed}"
            )
        values = known.loc[chosen].to_numpy(np.float64).reshape(len(chosen), len(trials.names))
        anew.setdefault(run.sampler, []).append(values)
    return anew


def _summary(found: NDArray[np.float64], level: float, resamples: int) -> dict[str, float]:
    size, survive, claimed, delivered = found.mean(axis=0)
    optimism = mean_interval(
        found[:, 2] - found[:, 3], level=level, resamples=resamples, bounds=(-1.0, 1.0)
    )
    return {
        "front": float(size),
        "survive": float(survive),
        "claimed": float(claimed),
        "delivered": float(delivered),
        "optimism": float(optimism.estimate),
        "optimism_low": float(optimism.low),
        "optimism_high": float(optimism.high),
    }
