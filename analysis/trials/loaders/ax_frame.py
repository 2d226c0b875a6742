"""Trials of Ax; Ax itself is not needed to read its data frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, checked_objectives
from analysis.trials.table import Trials

if TYPE_CHECKING:
    import pandas as pd

FINISHED = ("COMPLETED", "FAILED", "ABANDONED", "EARLY_STOPPED")
BOOKKEEPING = ("trial_index", "arm_name", "trial_status", "generation_method", "generation_node")


def from_ax_frame(
    frame: pd.DataFrame, objectives: Sequence[ObjectiveLike], *, sampler: str = "ax", seed: int = 0
) -> Trials:
    """Return the trials of an Ax experiment.

    Parameters
    ----------
    frame
        Long, one row a metric, as in ``experiment.fetch_data().df`` (columns ``trial_index``,
        ``metric_name``, ``mean``, perhaps ``arm_name``); or wide, one row a trial, as in
        ``AxClient.get_trials_data_frame()`` (columns ``trial_index`` and the metrics, perhaps
        ``trial_status``, parameters and others).
    objectives
        The metrics, in natural senses.
    sampler, seed
        Whose run it is.

    Returns
    -------
    Trials
        Trials that failed, were abandoned or lack a metric count, with nothing found; those that
        run or wait do not. The configuration is the parameters as text (wide), or the arm (long).

    Raises
    ------
    InputError
        A column is missing, a trial has several arms, or no trial has all metrics.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> long = pd.DataFrame({"trial_index": [0, 0, 1], "metric_name": ["loss", "size", "loss"],
    ...                      "mean": [0.5, 8.0, 0.25], "arm_name": ["0_0", "0_0", "1_0"]})
    >>> trials = from_ax_frame(long, [Objective(name="loss"), Objective(name="size")])
    >>> trials, trials.failed, trials.values.tolist()
    (Trials(1 sampler, 1 run, 2 trials a run; loss, size), 1, [[0.5, 8.0]])
    """
    chosen = checked_objectives(objectives)
    names = [objective.name for objective in chosen]
    if "trial_index" not in frame.columns:
        raise InputError("Ax data frame: no column 'trial_index'")
    long = {"metric_name", "mean"} <= set(frame.columns)
    table = _from_long(frame, names) if long else _from_wide(frame, names)
    return Trials.from_frame(table.assign(sampler=sampler, seed=seed), chosen)


def _from_long(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    if frame.duplicated(["trial_index", "metric_name"]).any():
        raise InputError("Ax data frame: a trial has a metric twice, expected one arm a trial")
    wide = frame.pivot(index="trial_index", columns="metric_name", values="mean")
    for name in names:
        if name not in wide.columns:
            raise InputError(f"Ax data frame: no metric {name!r}, it has {', '.join(wide.columns)}")
    table = wide[names].rename_axis(columns=None).rename_axis("trial").reset_index()
    if "arm_name" in frame.columns:
        arms = frame.groupby("trial_index")["arm_name"].first()
        table["configuration"] = arms.loc[table["trial"]].to_numpy()
    return table


def _from_wide(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    for name in names:
        if name not in frame.columns:
            raise InputError(
                f"Ax data frame: no column {name!r}, it has {', '.join(map(str, frame.columns))}"
            )
    if frame["trial_index"].duplicated().any():
        raise InputError("Ax data frame: a trial is there twice, expected one arm a trial")
    table = frame[["trial_index", *names]].rename(columns={"trial_index": "trial"})
    parameters = [column for column in frame.columns if column not in {*names, *BOOKKEEPING}]
    if parameters:
        table["configuration"] = [repr(row) for row in frame[parameters].to_dict("records")]
    if "trial_status" in frame.columns:
        status = frame["trial_status"].astype(str).str.upper().str.replace("TRIALSTATUS.", "")
        table.loc[(status != "COMPLETED").to_numpy(), names] = np.nan
        table = table[status.isin(FINISHED).to_numpy()]
    return table
