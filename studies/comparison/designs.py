"""The designs that a comparison is about: those of the fronts, those found, and a sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.reference import Reference
    from analysis.report.explorer import Designs
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.problems.problem import Problem


def found_designs(
    problem: Problem,
    table: ObjectiveTable,
    tested: ObjectiveTable | None,
    trials: pd.DataFrame,
    reference: Reference,
    commands: Mapping[str, str],
) -> Designs:
    """Return designs for the explorer: both splits' fronts, all final fronts, and a sample.

    Parameters
    ----------
    problem, table, tested
        What was searched, and its values where the search sees them and on the test split, if
        there is one.
    trials, reference
        All trials of all runs (see `analysis.trials.table`), and the problem's scale.
    commands
        What can be done with a design (see `studies.common.designs`).
    """
    from analysis.efficiency.knee_designs import final_configurations
    from analysis.report.explorer import drawn_rows
    from studies.common.designs import explored, tried_by

    finals = final_configurations(trials, reference)
    fronts = [table.front_indices] + ([] if tested is None else [tested.front_indices])
    wanted = np.unique(np.concatenate([*fronts, finals]))
    numbers = drawn_rows(table.space.size, wanted)
    return explored(
        problem,
        numbers,
        table.values[numbers],
        table.front_indices,
        tested=None if tested is None else tested.values[numbers],
        found=tried_by(trials),
        runs=trials["seed"].nunique(),
        commands=commands,
    )
