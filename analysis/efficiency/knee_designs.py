"""The design that a run would hand over: the knee of its final front, measured anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import minimised
from analysis.front.knees import knee
from analysis.front.pareto import nondominated
from analysis.statistics.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.reference import Reference


def final_configurations(trials: pd.DataFrame, reference: Reference) -> NDArray[np.int64]:
    """Return the distinct configurations on the final front of any run, ascending.

    Raises
    ------
    InputError
        The table does not tell configurations.
    """
    _require_configurations(trials)
    found = []
    for _, run in trials.groupby(["sampler", "seed"], sort=False):
        values = run[list(reference.names)].to_numpy(np.float64)
        front = nondominated(minimised(values, reference.objectives))
        found.append(run["configuration"].to_numpy()[front])
    return np.unique(np.concatenate(found))


def knee_configurations(trials: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Return the knee of every run's final front.

    The knee is the point closest to the ideal on the true front's scale (see
    `analysis.front.knees`); of equal points the first that the run tried.

    Parameters
    ----------
    trials
        Trial table with a ``configuration`` column (see `analysis.trials.table`).
    reference
        The true front and its scale.

    Returns
    -------
    pandas.DataFrame
        Columns ``sampler``, ``seed``, ``configuration``.

    Raises
    ------
    InputError
        The table does not tell configurations.
    """
    import pandas as pd

    _require_configurations(trials)
    rows = []
    ordered = trials.sort_values("trial", kind="stable")
    for (sampler, seed), run in ordered.groupby(["sampler", "seed"], sort=False):
        values = run[list(reference.names)].to_numpy(np.float64)
        front = np.flatnonzero(nondominated(minimised(values, reference.objectives)))
        chosen = front[knee(reference.normalised(values[front]))]
        rows.append((sampler, seed, run["configuration"].iloc[chosen]))
    return pd.DataFrame(rows, columns=["sampler", "seed", "configuration"])


def knee_scores(
    knees: pd.DataFrame, retested: pd.DataFrame, objective: str, *, level: float = 0.95
) -> pd.DataFrame:
    """Return the mean over seeds of what the knees deliver on another split.

    Parameters
    ----------
    knees
        From `knee_configurations`.
    retested
        Columns ``configuration`` and `objective`, at least the knees.
    objective
        For instance ``"accuracy"``.
    level
        Of the intervals over seeds.

    Returns
    -------
    pandas.DataFrame
        Index ``sampler``; columns `objective` with ``_low`` and ``_high``.

    Examples
    --------
    >>> import pandas as pd
    >>> knees = pd.DataFrame({"sampler": "tpe", "seed": [0, 1], "configuration": [3, 4]})
    >>> retested = pd.DataFrame({"configuration": [3, 4], "accuracy": [0.7, 0.72]})
    >>> knee_scores(knees, retested, "accuracy")["accuracy"].round(3).to_dict()
    {'tpe': 0.71}
    """
    import pandas as pd

    values = retested.drop_duplicates("configuration").set_index("configuration")[objective]
    rows = {}
    for sampler, part in knees.groupby("sampler", sort=False):
        interval = mean_interval(values.loc[part["configuration"]].to_numpy(), level=level)
        rows[sampler] = (float(interval.estimate), float(interval.low), float(interval.high))
    columns = [objective, f"{objective}_low", f"{objective}_high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("sampler")


def _require_configurations(trials: pd.DataFrame) -> None:
    if "configuration" not in trials.columns:
        raise InputError("trial table: no column 'configuration'")
