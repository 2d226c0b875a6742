"""Logs of IOHprofiler: an information file (JSON) and its data files."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective, ObjectiveLike, checked_objectives
from analysis.trials.table import Trials

VALUES = ("raw_y", "raw_y_best", "current f(x)", "best-so-far f(x)")
"""Columns of natural values, today's names and those of before 2022."""
COUNTS = ("evaluations", "function evaluation")


def from_ioh_profiler(
    path: Path | str,
    objectives: Sequence[ObjectiveLike] | None = None,
    *,
    dimension: int | None = None,
    sampler: str | None = None,
) -> Trials:
    """Return the runs that an IOHprofiler information file tells of.

    Parameters
    ----------
    path
        Of the ``.json`` file.
    objectives
        Columns of the data files, such as ``raw_y`` and properties that were logged beside it.
        None: the first of `VALUES` that is there, in the sense that the file says.
    dimension
        Which scenario. None: the only one.
    sampler
        What to call whose log it is. None: the algorithm's name.

    Returns
    -------
    Trials
        Seeds are the runs in their order. Rows that were logged on improvements only keep their
        evaluation counts, and runs the length that the information file gives.

    Raises
    ------
    InputError
        A file cannot be read or is of another form, or there is no such scenario or column.
    """
    import pandas as pd

    source = Path(path)
    information = _json(source)
    try:
        scenarios = {int(each["dimension"]): each for each in information["scenarios"]}
        if dimension is None and len(scenarios) == 1:
            dimension = next(iter(scenarios))
        if dimension not in scenarios:
            raise InputError(
                f"{source}: dimension {dimension}, expected one of {', '.join(map(str, scenarios))}"
            )
        scenario = scenarios[dimension]
        name = str(sampler or information["algorithm"]["name"])
        budgets = [int(run["evals"]) for run in scenario["runs"]]
        data = source.parent / str(scenario["path"])
        sense = "max" if information["maximization"] else "min"
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{source}: not an IOHprofiler information file ({error!r})") from None
    runs = _runs(data)
    if len(runs) != len(budgets):
        raise InputError(f"{data}: {len(runs)} runs, expected {len(budgets)} as in {source.name}")
    if objectives is None:
        known = [column for column in VALUES if column in runs[0].columns]
        if not known:
            raise InputError(f"{data}: no column {VALUES[0]!r}")
        objectives = [Objective(name=known[0], sense=sense)]  # type: ignore[arg-type]
    count = next((column for column in COUNTS if column in runs[0].columns), None)
    if count is None:
        raise InputError(f"{data}: no column {COUNTS[0]!r}")
    table = pd.concat(
        [
            run.assign(seed=seed, trial=run[count], evaluations=run[count], budget=budget)
            for seed, (run, budget) in enumerate(zip(runs, budgets, strict=True))
        ],
        ignore_index=True,
    )
    try:
        return Trials.from_frame(table.assign(sampler=name), checked_objectives(objectives))
    except InputError as error:
        raise InputError(f"{data}: {error}") from None


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: not an IOHprofiler information file")
    return found


def _runs(path: Path) -> list[Any]:
    """Return one frame for each run: each starts with a line of column names."""
    import pandas as pd

    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None
    parts: list[tuple[list[str], list[list[float]]]] = []
    for number, line in enumerate(lines, start=1):
        try:
            words = shlex.split(line)
        except ValueError:
            raise InputError(
                f"{path}, line {number}: {line.strip()[:60]!r}, expected names or numbers"
            ) from None
        if not words:
            continue
        if any(column in words for column in COUNTS):
            parts.append((words, []))
            continue
        try:
            row = [float(word) for word in words]
        except ValueError:
            row = []
        if not parts or len(row) != len(parts[-1][0]):
            raise InputError(f"{path}, line {number}: {line.strip()[:60]!r}, expected numbers")
        parts[-1][1].append(row)
    if not parts:
        raise InputError(f"{path}: no run, expected a line of column names")
    return [pd.DataFrame(rows, columns=heads) for heads, rows in parts]
