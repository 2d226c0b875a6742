"""Any table with one row a trial, from memory or from a CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike
from analysis.trials.table import runs_of

if TYPE_CHECKING:
    import pandas as pd

OPTIONAL = ("configuration", "repeat", "sampler_seconds")


def from_frame(
    frame: pd.DataFrame,
    objectives: Sequence[ObjectiveLike],
    *,
    sampler: str | None = "sampler",
    seed: str | None = "seed",
    trial: str | None = "trial",
    name: str = "sampler",
) -> pd.DataFrame:
    """Return a trial table from a data frame with one row a trial.

    Parameters
    ----------
    frame
        Holds the objectives' columns (natural units), and which sampler, run and trial each row
        belongs to. Of other columns ``configuration``, ``repeat`` and ``sampler_seconds`` are
        kept (see `analysis.trials.table`).
    objectives
        Names and senses of the objective columns.
    sampler
        Column with the sampler's name; None: all rows are of one sampler, called `name`.
    seed
        Column that tells a sampler's runs apart; None: each sampler has one run. Labels that are
        not whole numbers are numbered in sorted order, the same for all samplers.
    trial
        Column with the order of the trials in a run; None: the order of the rows.
    name
        See `sampler`.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    InputError
        A column is missing, a trial is there twice, or a value is not finite.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> frame = pd.DataFrame({"run": ["x", "y"], "loss": [0.3, 0.2]})
    >>> from_frame(frame, [Objective("loss")], sampler=None, seed="run", trial=None, name="mine")
      sampler  seed  trial  loss
    0    mine     0      0   0.3
    1    mine     1      0   0.2
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
            "seed": 0 if seed is None else _numbered(frame[seed]),
        },
        index=range(len(frame)),
    )
    table["trial"] = (
        table.groupby(["sampler", "seed"]).cumcount() if trial is None else frame[trial].to_numpy()
    )
    for column in (*names, *(column for column in OPTIONAL if column in frame.columns)):
        table[column] = frame[column].to_numpy()
    runs_of(table, objectives)
    return table


def read_csv(
    path: Path | str,
    objectives: Sequence[ObjectiveLike],
    *,
    sampler: str | None = "sampler",
    seed: str | None = "seed",
    trial: str | None = "trial",
    name: str = "sampler",
) -> pd.DataFrame:
    """Return a trial table from a CSV file with a head line (see `from_frame`).

    Raises
    ------
    InputError
        The file cannot be read, or `from_frame` finds it wrong.
    """
    import pandas as pd

    try:
        frame = pd.read_csv(path, float_precision="round_trip")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: not a CSV file with a head line ({reason})") from None
    try:
        return from_frame(frame, objectives, sampler=sampler, seed=seed, trial=trial, name=name)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _numbered(labels: pd.Series) -> np.ndarray:
    """Return whole numbers as they are, other labels by their place in sorted order."""
    import pandas as pd

    if pd.api.types.is_integer_dtype(labels):
        return labels.to_numpy(dtype=np.int64)
    if labels.isna().any():
        raise InputError(f"trial table: column {labels.name!r} has empty cells")
    codes, _ = pd.factorize(labels.astype(str), sort=True)
    return np.asarray(codes, dtype=np.int64)
