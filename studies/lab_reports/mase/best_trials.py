"""The table of best trials that the reports' tool prints at the end of a search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from studies.lab_reports.mase.config import MaseStudy
from studies.lab_reports.mase.strategy import OBJECTIVE_NAMES

if TYPE_CHECKING:
    import pandas as pd

    from moo_jsc.problems.problem import Problem

SOFTWARE = ("loss", "accuracy")
HARDWARE = ("average-bitwidth-mase", "memory-density-mase")
"""What the tool lists for every trial, searched for or not."""

FILE = "best_trials.csv"


def best_trials(study: MaseStudy, trials: pd.DataFrame, metrics: Problem) -> pd.DataFrame:
    """Return the best trials of every run of the file's sampler, rightly scored.

    Parameters
    ----------
    study
        The file.
    trials
        Of the comparison: ``sampler``, ``seed``, ``trial``, ``configuration`` and one column an
        objective.
    metrics
        The same space with the objectives `SOFTWARE`, `HARDWARE` and those of the file, to look
        up what is listed.

    Returns
    -------
    pandas.DataFrame
        ``seed``, ``number`` (of the trial), one column a metric, and ``scaled <metric>``. Several
        objectives: the trials of a run that no other one dominates; a sum of scaled metrics: the
        best one.
    """
    import pandas as pd

    names = [objective.name for objective in metrics.objectives]
    own = trials[trials["sampler"] == study.sampler.name]
    rows = []
    for seed, run in own.groupby("seed", sort=True):
        chosen = run[_best(study, run[list(study.objectives)].to_numpy(dtype=float))]
        values = metrics.evaluate(
            metrics.space.configurations(chosen["configuration"].to_numpy(dtype=np.int64))
        )
        for number, listed in zip(chosen["trial"], values, strict=True):
            found = dict(zip(names, listed.tolist(), strict=True))
            scaled = {f"scaled {name}": found[name] * scale for name, scale in study.scales.items()}
            rows.append({"seed": int(seed), "number": int(number), **found, **scaled})
    return pd.DataFrame(rows)


def listed_metrics(study: MaseStudy) -> tuple[str, ...]:
    """Return the objectives that `best_trials` looks up."""
    return tuple(dict.fromkeys([*SOFTWARE, *HARDWARE, *study.objectives]))


def shown_best_trials(study: MaseStudy, table: pd.DataFrame) -> str:
    """Return the first run's best trials in the columns of the reports' tool."""
    first = table[table["seed"] == table["seed"].min()]
    hardware = [name for name in listed_metrics(study) if name not in SOFTWARE]
    rows = [("number", "software metrics", "hardware metrics", "scaled metrics")]
    for _, row in first.iterrows():
        scaled = [f"scaled {name}" for name in study.objectives]
        rows.append(
            (
                str(int(row["number"])),
                _cell(row, SOFTWARE),
                _cell(row, hardware),
                _cell(row, scaled),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _best(study: MaseStudy, values: np.ndarray) -> np.ndarray:
    from analysis.front.pareto import nondominated
    from moo_jsc.objectives import get_objectives

    if study.summed:
        weights = np.array([study.scales[name] for name in study.objectives])
        sums = values @ weights
        direction = getattr(study.sampler, "direction", "max")
        best = np.zeros(len(values), dtype=bool)
        best[sums.argmax() if direction == "max" else sums.argmin()] = True
        return best
    signs = [-1.0 if o.sense == "max" else 1.0 for o in get_objectives(study.objectives)]
    return np.asarray(nondominated(values * np.array(signs)))


def _cell(row: pd.Series, names: Sequence[str]) -> str:
    return ", ".join(f"{_short(name)} {row[name]:.4g}" for name in names)


def _short(name: str) -> str:
    """Return a metric's name as the tool has it."""
    plain = name.removeprefix("scaled ")
    shown = {ours: theirs for theirs, ours in OBJECTIVE_NAMES.items()}
    return shown.get(plain, plain.removesuffix("-mase").replace("-", "_"))
