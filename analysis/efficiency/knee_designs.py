"""The design that a run would hand over: the knee of its final front, measured anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.front.knees import knee
from analysis.statistics.intervals import mean_interval
from analysis.trials.table import Trials

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.reference import Reference


def final_configurations(trials: Trials | pd.DataFrame, reference: Reference) -> NDArray[np.int64]:
    """Return the distinct configurations on the final front of any run, ascending.

    Raises
    ------
    InputError
        The table does not tell configurations.
    """
    return np.unique(
        np.concatenate(
            [
                run.known_configurations()[run.front_configurations()]
                for run in Trials.of(trials, reference).everything
            ]
        )
    )


def knee_configurations(trials: Trials | pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Return the knee of every run's final front.

    The knee is the point closest to the ideal on the front's scale (see
    `analysis.front.knees`); of equal points the first that the run tried.

    Parameters
    ----------
    trials
        Or a table of them, that tells configurations (see `analysis.trials.table`).
    reference
        The front and its scale.

    Returns
    -------
    pandas.DataFrame
        Columns ``sampler``, ``seed``, ``configuration``; runs that found nothing are left out.

    Raises
    ------
    InputError
        The table does not tell configurations.
    """
    import pandas as pd

    rows = []
    for run in Trials.of(trials, reference).everything:
        known = run.known_configurations()
        if len(run.front_rows):
            front = run.front_rows
            chosen = front[knee(reference.normalized(run.values[front]))]
            rows.append((run.sampler, run.seed, known[chosen]))
    return pd.DataFrame(rows, columns=["sampler", "seed", "configuration"])


def knee_scores(
    knees: pd.DataFrame,
    retested: pd.DataFrame,
    objective: str,
    *,
    level: float = 0.95,
    bounds: tuple[float, float] = (-np.inf, np.inf),
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
    bounds
        Least and largest value of the objective, such as (0, 1) for an accuracy.

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
        interval = mean_interval(
            values.loc[part["configuration"]].to_numpy(), level=level, bounds=bounds
        )
        rows[sampler] = (float(interval.estimate), float(interval.low), float(interval.high))
    columns = [objective, f"{objective}_low", f"{objective}_high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("sampler")


def frequent_knees(knees: pd.DataFrame) -> pd.DataFrame:
    """Return the configuration that is the knee of most of a sampler's runs.

    Parameters
    ----------
    knees
        From `knee_configurations`.

    Returns
    -------
    pandas.DataFrame
        Index ``sampler``; columns ``design`` (of equally frequent ones the first) and ``runs``.

    Examples
    --------
    >>> import pandas as pd
    >>> knees = pd.DataFrame({"sampler": "tpe", "seed": [0, 1, 2], "configuration": [3, 4, 4]})
    >>> frequent_knees(knees).loc["tpe"].to_dict()
    {'design': 4, 'runs': 2}
    """
    import pandas as pd

    rows = {}
    for sampler, part in knees.groupby("sampler", sort=False):
        counts = part["configuration"].value_counts(sort=False)
        rows[sampler] = (counts.idxmax(), int(counts.max()))
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["design", "runs"])
    return frame.rename_axis("sampler")
