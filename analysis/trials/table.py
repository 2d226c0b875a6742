"""Trial tables: one row a trial, checked once and cut into runs.

Columns: ``sampler``, ``seed``, ``trial`` (any increasing number) and one column per objective in
natural units. Optional: ``configuration`` (anything hashable), ``repeat`` (true where the run had
evaluated this configuration before; worked out from ``configuration`` where it is missing) and
``sampler_seconds`` (what the sampler itself spent on the trial).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, minimised

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 1e150
"""Largest size of a value: differences and products of two must not overflow."""

REQUIRED = ("sampler", "seed", "trial")


@dataclass(frozen=True, eq=False)
class Run:
    """The trials of one sampler with one seed, in order.

    Attributes
    ----------
    sampler, seed
        Whose run it is.
    values
        (n, m), natural units and senses.
    new
        (n,) true where the configuration had not been evaluated before in this run; None if
        the table does not tell.
    seconds
        (n,) what the sampler itself spent on each trial, in seconds; None if unknown.
    """

    sampler: str
    seed: int
    values: NDArray[np.float64]
    new: NDArray[np.bool_] | None
    seconds: NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.values)


def runs_of(trials: pd.DataFrame, objectives: Sequence[ObjectiveLike]) -> dict[str, list[Run]]:
    """Check a trial table and cut it into runs.

    Parameters
    ----------
    trials
        See the module's text.
    objectives
        Which columns hold the objectives.

    Returns
    -------
    dict
        The runs of each sampler by rising seed; samplers in the order of the table.

    Raises
    ------
    InputError
        The table is empty, a column is missing, a trial is there twice, or an objective's value
        is not a finite number.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> trials = pd.DataFrame(
    ...     {"sampler": "random", "seed": 0, "trial": [1, 0], "configuration": [7, 7],
    ...      "loss": [0.5, 0.5]})
    >>> [run] = runs_of(trials, [Objective("loss")])["random"]
    >>> run.new
    array([ True, False])
    """
    names = [objective.name for objective in objectives]
    for column in (*REQUIRED, *names):
        if column not in trials.columns:
            raise InputError(
                f"trial table: no column {column!r}, it has {', '.join(map(str, trials.columns))}"
            )
    if len(trials) == 0:
        raise InputError("trial table: empty, expected at least one trial")
    order = np.lexsort((trials["trial"].to_numpy(), trials["seed"].to_numpy()))
    table = trials.iloc[order]
    twice = table.duplicated(list(REQUIRED))
    if twice.any():
        row = table[twice.to_numpy()].iloc[0]
        raise InputError(
            f"trial table: sampler {row['sampler']}, seed {row['seed']}, trial {row['trial']} "
            "is there twice"
        )
    _check_finite(table, names)
    grouped = table.groupby(["sampler", "seed"], sort=False).indices
    values = table[names].to_numpy(dtype=np.float64)
    new = _new_configurations(table)
    seconds = (
        table["sampler_seconds"].to_numpy(np.float64)
        if "sampler_seconds" in table.columns
        else None
    )
    samplers: dict[str, list[Run]] = {str(name): [] for name in trials["sampler"].unique()}
    for (sampler, seed), unordered in grouped.items():
        rows = np.sort(unordered)
        samplers[str(sampler)].append(
            Run(
                sampler=str(sampler),
                seed=int(seed),
                values=values[rows],
                new=None if new is None else new[rows],
                seconds=None if seconds is None else seconds[rows],
            )
        )
    return samplers


def _new_configurations(table: pd.DataFrame) -> NDArray[np.bool_] | None:
    if "repeat" in table.columns:
        return ~table["repeat"].to_numpy(dtype=bool)
    if "configuration" in table.columns:
        return ~table.duplicated(["sampler", "seed", "configuration"]).to_numpy()
    return None


def _check_finite(table: pd.DataFrame, names: Sequence[str]) -> None:
    for name in names:
        try:
            column = table[name].to_numpy(dtype=np.float64)
        except (TypeError, ValueError):
            raise InputError(
                f"trial table: column {name!r} holds something else than numbers"
            ) from None
        bad = np.flatnonzero(~(np.abs(column) <= LARGEST))
        if len(bad):
            row = table.iloc[bad[0]]
            raise InputError(
                f"trial table: {name} = {column[bad[0]]} at sampler {row['sampler']}, "
                f"seed {row['seed']}, trial {row['trial']}, expected a finite number "
                f"of at most {LARGEST:g}"
            )


def final_front(run: Run, objectives: Sequence[ObjectiveLike]) -> NDArray[np.float64]:
    """Return the distinct nondominated values (k, m) that a run ends with, natural units."""
    from analysis.front.pareto import pareto_front

    return minimised(pareto_front(minimised(run.values, objectives)), objectives)
