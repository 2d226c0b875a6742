"""Any table with one row a trial, from memory or from a CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike
from analysis.trials.table import OPTIONAL, Trials

if TYPE_CHECKING:
    import pandas as pd


def from_frame(
    frame: pd.DataFrame,
    objectives: Sequence[ObjectiveLike],
    *,
    sampler: str | None = "sampler",
    seed: str | None = "seed",
    trial: str | None = "trial",
    name: str = "sampler",
) -> Trials:
    """Return the trials in a data frame with one row a trial.

    Parameters
    ----------
    frame
        Holds the objectives' columns (natural units), and which sampler, run and trial each row
        belongs to. Of other columns ``configuration``, ``repeat``, ``sampler_seconds``,
        ``evaluations`` and ``budget`` are kept (see `analysis.trials.table`).
    objectives
        Names and senses of the objective columns.
    sampler
        Column with the sampler's name; None: all rows are of one sampler, called `name`.
    seed
        Column that tells a sampler's runs apart; None: each sampler has one run. Labels that are
        not whole numbers are numbered in their natural order, the same for all samplers.
    trial
        Column with the order of the trials in a run, in natural order; None: the order of the
        rows.
    name
        See `sampler`.

    Returns
    -------
    Trials

    Raises
    ------
    InputError
        See `Trials.from_frame`.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> frame = pd.DataFrame({"run": ["x", "y"], "loss": [0.3, 0.2]})
    >>> from_frame(frame, [Objective(name="loss")], sampler=None, seed="run", trial=None)
    Trials(1 sampler, 2 runs, 1 trial a run; loss)
    """
    import pandas as pd

    names = [objective.name for objective in objectives]
    for column in (sampler, seed, trial, *names):
        if column is not None and column not in frame.columns:
            raise InputError(
                f"trial table: no column {column!r}, it has {', '.join(map(str, frame.columns))}"
            )
    table = pd.DataFrame(
        {
            "sampler": name if sampler is None else frame[sampler].astype(str).to_numpy(),
            "seed": 0 if seed is None else frame[seed].to_numpy(),
        },
        index=range(len(frame)),
    )
    table["trial"] = (
        table.groupby(["sampler", "seed"]).cumcount() if trial is None else frame[trial].to_numpy()
    )
    for column in (*names, *(column for column in OPTIONAL if column in frame.columns)):
        table[column] = frame[column].to_numpy()
    return Trials.from_frame(table, objectives)


def read_csv(
    path: Path | str,
    objectives: Sequence[ObjectiveLike],
    *,
    sampler: str | None = "sampler",
    seed: str | None = "seed",
    trial: str | None = "trial",
    name: str = "sampler",
) -> Trials:
    """Return the trials in a CSV file with a head line (see `from_frame`).

    Raises
    ------
    InputError
        The file cannot be read, or `from_frame` finds it wrong.
    """
    import pandas as pd

    try:
        frame = pd.read_csv(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: not a CSV file with a head line ({reason})") from None
    try:
        return from_frame(frame, objectives, sampler=sampler, seed=seed, trial=trial, name=name)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
