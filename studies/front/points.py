"""The points of a front, with what is known of the space around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from studies.common.failures import failed_designs

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from analysis.report.explorer import Designs
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.problems.problem import Problem

CLOUD_POINTS = 20_000
"""Configurations of the space that are drawn behind the front."""


@dataclass(frozen=True)
class Front:
    """Distinct points of a front, and what is known of the space around it.

    Attributes
    ----------
    values
        Distinct nondominated points, shape (k, m).
    indices
        The first configuration that attains each point, by flat index, shape (k,).
    multiplicity
        How many configurations attain it, shape (k,).
    cloud
        Values of some or all configurations, for the background, shape (n, m).
    table
        All configurations; None where only the front was kept.
    """

    values: NDArray[np.float64]
    indices: NDArray[np.int64]
    multiplicity: NDArray[np.int64]
    cloud: NDArray[np.float64]
    table: ObjectiveTable | None = None


def front_table(problem: Problem, front: Front) -> pd.DataFrame:
    """Return one row for each point: its objectives, configuration and multiplicity."""
    import pandas as pd

    rows = problem.space.configurations(front.indices)
    columns: dict[str, object] = {
        objective.name: front.values[:, column]
        for column, objective in enumerate(problem.objectives)
    }
    columns["configurations"] = front.multiplicity
    columns["index"] = front.indices
    for column, choice in enumerate(problem.space.choices):
        columns[choice.name] = [choice.values[index] for index in rows[:, column]]
    table = pd.DataFrame(columns)
    first = problem.objectives[0]
    return table.sort_values(first.name, ascending=first.sense == "min", kind="stable")


def front_designs(problem: Problem, front: Front, commands: Mapping[str, str]) -> Designs:
    """Return the designs of the front, and a sample of the others, for the explorer.

    Test values are there where a design costs no training to evaluate.
    """
    import numpy as np

    from analysis.report.explorer import drawn_rows
    from moo_jsc.enumeration.benchmark import Benchmark
    from moo_jsc.problems.network_problem import NetworkProblem
    from studies.common.designs import explored

    table = front.table
    if table is None:
        order = np.argsort(front.indices)[drawn_rows(len(front.indices), [])]
        members = numbers = front.indices[order]
        values = front.values[order]
    else:
        members = table.front_indices
        numbers = drawn_rows(problem.space.size, members)
        numbers = numbers[~table.failed[numbers]]
        values = table.values[numbers]
    tested = None
    rounded = isinstance(problem, NetworkProblem) and problem.scoring.training == "ptq"
    if isinstance(problem, Benchmark) or rounded:
        tested = problem.on("test").evaluate(problem.space.configurations(numbers))  # type: ignore[attr-defined]
    return explored(problem, numbers, values, members, tested=tested, commands=commands)


def extremes(problem: Problem, table: pd.DataFrame) -> pd.DataFrame:
    """Return the best point in each objective; of equals, the best in the others, in their order.

    Parameters
    ----------
    problem
        Of the front.
    table
        From `front_table`.

    Returns
    -------
    pandas.DataFrame
        Columns ``best`` (the objective with its sense), the objectives, ``index`` and ``choices``
        (the design in words).
    """
    import pandas as pd

    rows = []
    for objective in problem.objectives:
        order = [objective, *(o for o in problem.objectives if o is not objective)]
        best = table.sort_values(
            [o.name for o in order], ascending=[o.sense == "min" for o in order], kind="stable"
        ).iloc[0]
        (row,) = problem.space.configurations([int(best["index"])])
        chosen = " ".join(f"{name}={value}" for name, value in problem.space.named(row).items())
        values = {o.name: best[o.name] for o in problem.objectives}
        head = f"{objective.name} ({objective.sense})"
        rows.append({"best": head, **values, "index": int(best["index"]), "choices": chosen})
    return pd.DataFrame(rows)


def summary(problem: Problem, front: Front, table: pd.DataFrame) -> list[str]:
    """Say how large the front is and what its extremes are."""
    names = [objective.name for objective in problem.objectives]
    lines = [
        f"{problem.name}: {problem.space.size:,} configurations"
        + (f", of which those count with {problem.bounds}" if problem.bounds else ""),
        f"front: {len(front.values):,} distinct points, attained by "
        f"{int(front.multiplicity.sum()):,} configurations",
        "",
        "best in each objective (of equals, the best in the others, in their order):",
    ]
    for best in extremes(problem, table).to_dict("records"):
        values = ", ".join(f"{name} {shown(best[name])}" for name in names)
        lines += [f"  {best['best']}: {values}", f"    {best['choices']}"]
    if front.table is not None and front.table.failures:
        lines += ["", failed_designs(front.table)]
    return lines


def shown(value: float) -> str:
    """Return a value of an objective with four digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def enumerated(
    problem: Problem,
    *,
    stream: bool,
    workers: int,
    backend: Literal["loky", "dask"],
    scheduler: str | None,
) -> Front:
    """Enumerate a space; with `stream` only its front is kept, and there is no cloud."""
    import numpy as np

    from moo_jsc.enumeration import stream_front
    from studies.common.problems import table_of

    if stream:
        running = stream_front(problem, workers=workers, backend=backend, scheduler=scheduler)
        cloud = np.zeros((0, len(problem.objectives)))
        return Front(running.values, running.indices, running.multiplicity, cloud, None)
    return front_of(table_of(problem, workers=workers, backend=backend, scheduler=scheduler))


def front_of(table: ObjectiveTable) -> Front:
    """Return the points of an enumerated space's front, and a sample of the space."""
    import numpy as np

    from moo_jsc.enumeration import StreamingFront

    found = StreamingFront.empty(table.objectives).updated(table.front_indices, table.front_values)
    drawn = min(CLOUD_POINTS, table.space.size)
    chosen = table.space.permuted(np.arange(drawn), seed=0)
    cloud = table.values[chosen[~table.failed[chosen]]]
    return Front(found.values, found.indices, found.multiplicity, cloud, table)
