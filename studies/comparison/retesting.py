"""What the designs found are worth on the test split, which no search has seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studies.common.regions import reference_of

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.reference import Reference
    from analysis.trials.table import Trials
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.enumeration.benchmark import Benchmark
    from moo_jsc.problems.network_problem import NetworkProblem


def judged(trials: pd.DataFrame, table: ObjectiveTable) -> pd.DataFrame:
    """Return trials with the table's values in the place of those that the samplers saw."""
    names = [objective.name for objective in table.objectives]
    return trials.assign(**dict(zip(names, table.values[trials["configuration"]].T, strict=True)))


def retest(
    problem: Benchmark | NetworkProblem, trials: Trials, reference: Reference, *, workers: int
) -> tuple[pd.DataFrame, Reference | None]:
    """Return values on the test split, and that split's own front.

    Where every configuration has to be fine-tuned first, only those on final fronts are
    evaluated there, and the test split's own front stays unknown.
    """
    import pandas as pd

    from analysis.efficiency.knee_designs import final_configurations
    from moo_jsc.enumeration.benchmark import Benchmark
    from studies.common.problems import table_of

    tested = problem.on("test")
    other = None
    if not isinstance(tested, Benchmark) and tested.scoring.training == "qat":
        indices: Sequence[int] = final_configurations(trials, reference).tolist()
        values = tested.evaluate(problem.space.configurations(indices))
    else:
        table = table_of(tested, workers=workers)
        other = reference_of(table)
        indices, values = range(table.space.size), table.values
    frame = pd.DataFrame(values, columns=list(reference.names))
    frame.insert(0, "configuration", indices)
    return frame, other


def knees(trials: Trials, reference: Reference, retested: pd.DataFrame) -> pd.DataFrame | None:
    """Return the test accuracy of each sampler's knee designs; None without that objective."""
    from analysis.efficiency.knee_designs import knee_configurations, knee_scores

    if "accuracy" not in reference.names:
        return None
    return knee_scores(
        knee_configurations(trials, reference), retested, "accuracy", bounds=(0.0, 1.0)
    )
