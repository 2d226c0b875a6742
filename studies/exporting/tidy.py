"""One row a trial or a design: every choice decoded, every cost beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import atomic_path

if TYPE_CHECKING:
    import pandas as pd

    from moo_jsc.enumeration.benchmark import Benchmark
    from moo_jsc.objectives.objective import Objective
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.problems.problem import Problem
    from moo_jsc.problems.space import SearchSpace

NUMBER = "number"
"""Column of a design's number in its space, which ``--number`` takes."""


def trials_of(folder: Path) -> pd.DataFrame:
    """Return the trials of a comparison with the number of each one's design.

    Raises
    ------
    InputError
        There are none, or a log is damaged.
    """
    from moo_jsc.runs import load_trials

    return load_trials(folder).rename(columns={"configuration": NUMBER})


def front_of(folder: Path, problem: Problem) -> pd.DataFrame:
    """Return the points of an enumerated front, and the number of the first design of each.

    Raises
    ------
    InputError
        The table is damaged, or its numbers are none of the problem's.
    """
    import pandas as pd

    path = folder / "front.csv"
    names = [objective.name for objective in problem.objectives]
    try:
        table = pd.read_csv(path)[[*names, "configurations", "index"]]
    except (KeyError, ValueError, OSError) as error:
        raise InputError(f"{path}: expected the front of {problem.name} ({error})") from None
    table = table.rename(columns={"index": NUMBER})
    if not table[NUMBER].between(0, problem.space.size - 1).all():
        raise InputError(f"{path}: expected numbers of designs of {problem.name}")
    return table


def space_table(problem: Benchmark | NetworkProblem, *, workers: int) -> pd.DataFrame:
    """Return every design of a space with its values, and whether it is on the front."""
    import pandas as pd

    from studies.common.problems import table_of

    table = table_of(problem, workers=workers)
    columns: dict[str, object] = {NUMBER: range(problem.space.size)}
    for place, objective in enumerate(problem.objectives):
        columns[objective.name] = table.values[:, place]
    found = pd.DataFrame(columns)
    return found.assign(front=found[NUMBER].isin(table.front_indices))


def with_choices(table: pd.DataFrame, space: SearchSpace) -> pd.DataFrame:
    """Return a table with a column for each choice, by the designs' numbers.

    Values are those that `moo_jsc.problems.optuna_adapter.parameter_values` gives; a choice of
    both numbers and words is written in words. A choice that is named as a column that is there
    gets `` (choice)`` behind its name.

    Examples
    --------
    >>> import pandas as pd
    >>> from moo_jsc.problems.space import Choice, SearchSpace
    >>> space = SearchSpace("toy", (Choice("format", ((8, 4), (4, 2))),))
    >>> with_choices(pd.DataFrame({"number": [1, 0]}), space)
       number  format
    0       1  (4, 2)
    1       0  (8, 4)
    """
    from moo_jsc.problems.optuna_adapter import parameter_values

    rows = space.configurations(table[NUMBER].to_numpy())
    columns = {}
    for choice, column in zip(space.choices, rows.T, strict=True):
        values = parameter_values(choice)
        if len({isinstance(value, str) for value in values}) > 1:
            values = tuple(str(value) for value in values)
        name = f"{choice.name} (choice)" if choice.name in table.columns else choice.name
        columns[name] = [values[index] for index in column]
    return table.assign(**columns)


def cost_names(table: pd.DataFrame, more: Sequence[str]) -> tuple[str, ...]:
    """Return the registered costs that follow from shapes and formats, and some more by name.

    Raises
    ------
    InputError
        A name is none of an objective that is known before a design is evaluated.
    """
    from moo_jsc.objectives import OBJECTIVES, get_objectives
    from moo_jsc.objectives.objective import CostObjective

    if more:
        for objective in get_objectives(more):
            if not objective.known:
                known = ", ".join(name for name, o in OBJECTIVES.items() if o.known)
                raise InputError(f"--costs {objective.name}: expected some of {known}")
    names = [name for name, o in OBJECTIVES.items() if isinstance(o, CostObjective)]
    return tuple(n for n in dict.fromkeys([*names, *more]) if n not in table.columns)


def with_costs(table: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Return a table with the known values of a problem's objectives, by the designs' numbers."""
    import numpy as np
    import pandas as pd

    numbers, places = np.unique(table[NUMBER].to_numpy(), return_inverse=True)
    values = problem.known_values(problem.space.configurations(numbers))[places]
    names = [objective.name for objective in problem.objectives]
    return pd.concat([table, pd.DataFrame(values, columns=names, index=table.index)], axis=1)


def columns_table(objectives: Sequence[Objective]) -> pd.DataFrame:
    """Return name, unit, sense, definition and source of each objective, one a row."""
    import pandas as pd

    fields = ("name", "unit", "sense", "definition", "source")
    return pd.DataFrame([{field: getattr(o, field) for field in fields} for o in objectives])


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table whole or not at all; numbers read back exactly."""
    with atomic_path(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")


def require_parquet() -> None:
    """Check that Parquet can be written.

    Raises
    ------
    InputError
        pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise InputError(
            "Parquet needs the package pyarrow: pip install 'moo-jsc[export]'"
        ) from None


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write a table as Parquet, whole or not at all.

    Raises
    ------
    InputError
        pyarrow is not installed.
    """
    require_parquet()
    with atomic_path(path) as temporary:
        table.to_parquet(temporary, index=False)
