"""pymoo results with history; pymoo itself is not needed to read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, signs
from analysis.trials.table import Trials


def from_pymoo_result(
    result: Any,
    objectives: Sequence[ObjectiveLike],
    *,
    sampler: str | None = None,
    seed: int = 0,
) -> Trials:
    """Return every evaluation of a pymoo run, in the order they were made.

    Parameters
    ----------
    result
        What ``pymoo.optimize.minimize(..., save_history=True)`` returned.
    objectives
        Of the columns of F. pymoo minimizes everything: columns of maximized objectives are
        taken to be negated there, and are turned back.
    sampler
        What to call it; None: the class name of the algorithm.
    seed
        Of this run; results of several seeds go together by `Trials.joined`.

    Returns
    -------
    Trials
        The configuration is the row of X, as text.

    Raises
    ------
    InputError
        The result has no history, or not as many objectives.

    Examples
    --------
    See the README: five lines from a run to a report.
    """
    import pandas as pd

    history = getattr(result, "history", None)
    if not history:
        raise InputError("pymoo result: no history, expected minimize(..., save_history=True)")
    X: list[np.ndarray] = []
    F: list[np.ndarray] = []
    for algorithm in history:
        made = algorithm.off if getattr(algorithm, "off", None) is not None else algorithm.pop
        if made is None or len(made) == 0:
            continue
        X.append(np.atleast_2d(made.get("X")))
        F.append(np.atleast_2d(made.get("F")))
    if not F:
        raise InputError("pymoo result: its history holds no evaluation")
    made = sum(len(part) for part in F)
    spent = getattr(getattr(history[-1], "evaluator", None), "n_eval", made)
    if made != spent:
        raise InputError(f"pymoo result: its history holds {made} of {spent} evaluations")
    smaller, chosen = np.vstack(F), np.vstack(X)
    if smaller.shape[1] != len(objectives):
        raise InputError(
            f"pymoo result: {smaller.shape[1]} values a design, expected {len(objectives)}"
        )
    values = smaller * signs(objectives)
    name = type(result.algorithm).__name__ if sampler is None else sampler
    table = pd.DataFrame(
        {
            "sampler": name,
            "seed": seed,
            "trial": range(len(values)),
            "configuration": [repr(row.tolist()) for row in chosen],
            **{objective.name: values[:, i] for i, objective in enumerate(objectives)},
        }
    )
    return Trials.from_frame(table, objectives)
