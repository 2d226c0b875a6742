"""Logs of the COCO platform: fitness of one objective (.dat, .tdat), archives of several (.adat).

Both hold some of the evaluations only, each with its count. An archive has every evaluation that
was nondominated when it was made. A fitness is the best until then: of a ``.dat`` file where it
came below a next target, of a ``.tdat`` file at certain counts; in between a curve may lag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, checked_objectives
from analysis.trials.table import Trials

_FITNESS = "best noise-free fitness"


def from_coco(
    path: Path | str,
    objectives: Sequence[ObjectiveLike],
    *,
    sampler: str,
    budget: int | None = None,
) -> Trials:
    r"""Return the runs in a COCO log.

    Parameters
    ----------
    path
        Of a ``.dat`` or ``.tdat`` file (one objective: best noise-free fitness above the optimum)
        or an ``.adat`` archive (several).
    objectives
        As many as the log has; COCO minimizes all of them.
    sampler
        What to call whose log it is.
    budget
        Evaluations that each run made. None: what the log says, or its last count.

    Raises
    ------
    InputError
        The file cannot be read, is of another form, or has another number of objectives.

    Examples
    --------
    >>> import tempfile
    >>> from analysis.foundation.objectives import Objective
    >>> path = Path(tempfile.mkdtemp()) / "f1.adat"
    >>> _ = path.write_text("% instance = 3, name = sphere\n"
    ...                     "% function evaluation | 2 objectives | 1 variables\n"
    ...                     "1 0.5 2.0 0.1\n7 0.25 1.0 0.2\n% evaluations = 10\n")
    >>> trials = from_coco(path, [Objective(name="f1"), Objective(name="f2")], sampler="mine")
    >>> [run] = trials.runs["mine"]
    >>> run.seed, len(run), run.position, run.values.tolist()
    (3, 10, array([0, 6]), [[0.5, 2.0], [0.25, 1.0]])
    """
    import pandas as pd

    chosen = checked_objectives(objectives)
    rows = []
    for number, run in enumerate(_runs(Path(path), len(chosen))):
        if not run.rows:
            raise InputError(f"{path}: run {number} holds no evaluation")
        spent = budget or run.evaluations or int(run.rows[-1][0])
        for count, *values in run.rows:
            row = dict(zip((o.name for o in chosen), values, strict=True))
            seed = number if run.instance is None else run.instance
            rows.append({"seed": seed, "trial": count, "evaluations": count, "budget": spent} | row)
    if not rows:
        raise InputError(f"{path}: no run, expected lines that start with %")
    try:
        return Trials.from_frame(pd.DataFrame(rows).assign(sampler=sampler), chosen)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


class _Run:
    def __init__(self, instance: int | None) -> None:
        self.instance = instance
        self.evaluations: int | None = None
        self.rows: list[list[float]] = []


def _runs(path: Path, objectives: int) -> Iterator[_Run]:
    """Read a log run by run: the evaluation count and the objectives of each row."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None
    run, columns, instance = None, None, None
    for number, line in enumerate(lines, start=1):
        if line.startswith("%"):
            if found := re.search(r"instance = (\d+)", line):
                instance = int(found[1])
            if (found := re.search(r"evaluations = (\d+)", line)) and run is not None:
                run.evaluations = int(found[1])
            if "|" in line:
                if run is not None:
                    yield run
                run, columns = _Run(instance), _columns(path, line, objectives)
        elif line.strip():
            if run is None or columns is None:
                raise InputError(
                    f"{path}, line {number}: expected a line that starts with % first, as in a "
                    f".dat, .tdat or .adat file"
                )
            try:
                count, *numbers = line.split()
                values = [float(numbers[column - 1]) for column in columns]
                run.rows.append([int(count), *values])
            except (ValueError, IndexError):
                raise InputError(
                    f"{path}, line {number}: {line.strip()[:60]!r}, expected numbers"
                ) from None
    if run is not None:
        yield run


def _columns(path: Path, head: str, objectives: int) -> range:
    fields = [field.strip() for field in head.lstrip("% ").split("|")]
    several = next(
        (re.match(r"(\d+) objectives", field) for field in fields if "objectives" in field), None
    )
    count = int(several[1]) if several else 1
    if count != objectives:
        raise InputError(f"{path}: a log of {count} objectives, expected {objectives}")
    if several:
        return range(1, 1 + count)
    place = [i for i, field in enumerate(fields) if field.startswith(_FITNESS)]
    if not place:
        raise InputError(f"{path}: no column {_FITNESS!r}")
    return range(place[0], place[0] + 1)
