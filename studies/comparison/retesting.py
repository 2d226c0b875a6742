"""What the designs found are worth on the test split, which no search has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studies.common.regions import reference_of

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.reference import Reference
    from analysis.trials.table import Trials
    from moo_jsc.enumeration import ObjectiveTable


def retest(tested: ObjectiveTable | None) -> tuple[pd.DataFrame | None, Reference | None]:
    """Return values on the test split, a row a configuration, and that split's own front.

    None of both where there is no such split.
    """
    import pandas as pd

    if tested is None:
        return None, None
    frame = pd.DataFrame(tested.values, columns=[each.name for each in tested.objectives])
    frame.insert(0, "configuration", range(len(frame)))
    return frame, reference_of(tested)


def judged(trials: pd.DataFrame, table: ObjectiveTable) -> pd.DataFrame:
    """Return trials with the table's values in the place of those that the samplers saw."""
    names = [objective.name for objective in table.objectives]
    values = table.values[trials["configuration"].to_numpy()]
    return trials.assign(**dict(zip(names, values.T, strict=True)))


def knees(
    trials: Trials, reference: Reference, retested: pd.DataFrame | None
) -> pd.DataFrame | None:
    """Return the test accuracy of each sampler's knee designs, and the most frequent of them.

    None where there is none.
    """
    from analysis.efficiency.knee_designs import (
        frequent_knees,
        knee_configurations,
        knee_scores,
    )

    if retested is None or "accuracy" not in reference.names:
        return None
    found = knee_configurations(trials, reference)
    scores = knee_scores(found, retested, "accuracy", bounds=(0.0, 1.0))
    return scores.join(frequent_knees(found))
