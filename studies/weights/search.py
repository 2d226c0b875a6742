"""Searching with weights against searching for the front, at equal budget and with paired seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.scalarization.searching import Preference
from analysis.scalarization.weights import Weights
from studies.common.regions import reference_of
from studies.weights.scores import EQUAL, MASE_SUM, R1, R3, SEARCH_OBJECTIVES

if TYPE_CHECKING:
    import pandas as pd

    from analysis.indicators.curves import Curves
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.samplers import Sampler

Scores = dict[str, NDArray[np.float64]]
"""One number for each seed, by the sampler's name."""

BASELINE = "optuna-tpe"


@dataclass(frozen=True)
class Plan:
    """What is searched, and by which weights.

    Attributes
    ----------
    objectives
        Names.
    weights
        Of each single-objective search in natural units, by its name.
    scaled
        Of each on the scale of the space's corners, by its name.
    preferences
        By which the runs are judged.
    """

    objectives: tuple[str, ...]
    weights: Mapping[str, Weights]
    scaled: Mapping[str, Weights]
    preferences: tuple[Preference, ...]

    def samplers(self) -> tuple[Sampler, ...]:
        """Return the searches that are compared."""
        from moo_jsc.samplers import get_samplers
        from moo_jsc.samplers.scalarized import RandomWeights, ScalarizedSampler, scalarized_tpe

        return (
            *get_samplers([BASELINE, "optuna-random"]),
            *(
                scalarized_tpe(dict(weights), name, direction="max")
                for name, weights in self.weights.items()
            ),
            *(
                scalarized_tpe(dict(weights), name, normalization="corners", direction="max")
                for name, weights in self.scaled.items()
            ),
            ScalarizedSampler("tpe-random-weights", RandomWeights(), normalization="corners"),
        )


REPORTS_SEARCH = Plan(
    SEARCH_OBJECTIVES,
    {"tpe-r1-weights": R1, "tpe-r3-weights": R3, "tpe-mase-sum": MASE_SUM},
    {"tpe-r3-weights-scaled": R3},
    (
        Preference("R1's weights", R1),
        Preference("R3's weights", R3),
        Preference("R3's weights, range scale", R3, "range"),
        Preference("equal weights, range scale", EQUAL, "range"),
    ),
)
"""The search of R3, with the reports' weights."""


def own_search(weights: Weights, *, given: bool) -> Plan:
    """Return the search of a user's problem, with the user's weights or with equal ones.

    Parameters
    ----------
    weights
        In natural units, none of them rewarding what should be avoided.
    given
        They are the user's.
    """
    label, stem = ("your weights", "tpe-your") if given else ("equal weights", "tpe-equal")
    equal = Weights({name: 1.0 if value > 0 else -1.0 for name, value in weights.items()})
    preferences = [
        Preference(label, weights),
        Preference(f"{label}, range scale", weights, "range"),
    ]
    if given:
        preferences.append(Preference("equal weights, range scale", equal, "range"))
    return Plan(
        tuple(weights),
        {f"{stem}-weights": weights},
        {f"{stem}-weights-scaled": weights},
        tuple(preferences),
    )


@dataclass(frozen=True)
class Search:
    """What searching with and without weights found.

    Attributes
    ----------
    curves
        Share of the true front's hypervolume.
    summary
        One row a sampler: its final hypervolume and its regret under each preference, means
        over seeds with intervals; and the verdicts against multi-objective TPE.
    sentences
        The answer in words.
    preferences
        Their labels.
    """

    curves: Curves
    summary: pd.DataFrame
    sentences: tuple[str, ...]
    preferences: tuple[str, ...]


def search(
    table: ObjectiveTable,
    plan: Plan,
    seeds: Sequence[int],
    budget: int,
    folder: Path,
    *,
    workers: int,
    scheduler: str | None = None,
) -> Search:
    """Run the searches on the enumerated table and compare what they found.

    Of the bounds only those on the objectives searched count.

    Parameters
    ----------
    table
        Of the whole space, with at least the plan's objectives.
    plan
        What is searched, and by which weights.
    seeds, budget, folder, workers, scheduler
        See `moo_jsc.runs.run_comparison`.
    """
    from analysis.indicators.curves import hypervolume_curves
    from analysis.scalarization.front import Front
    from analysis.scalarization.searching import regrets
    from moo_jsc.enumeration import TableProblem
    from moo_jsc.runs import run_comparison

    selected = table.selected(plan.objectives)
    inside = selected.bounds.kept(selected.values, selected.objectives) & ~selected.failed
    chosen = replace(selected, inside=inside)
    comparison = run_comparison(
        TableProblem(chosen),
        plan.samplers(),
        seeds,
        budget,
        folder,
        workers=workers,
        scheduler=scheduler,
    )
    trials = comparison.trials()
    curves = hypervolume_curves(trials, reference_of(chosen))
    front = Front.from_values(chosen.counting_values, chosen.objectives)
    lost = regrets(trials, front, plan.preferences)
    final = curves.final()
    return Search(curves, _summary(final, lost), _sentences(final, lost, budget), tuple(lost))


def _summary(final: Scores, lost: dict[str, Scores]) -> pd.DataFrame:
    import pandas as pd

    from analysis.statistics.intervals import mean_interval

    rows = {}
    for name, shares in final.items():
        row: dict[str, float] = {}
        measures = {"hypervolume": shares}
        measures |= {f"regret_{k}": each[name] for k, each in enumerate(lost.values())}
        for key, values in measures.items():
            interval = mean_interval(values, bounds=(0.0, 1.0 if key == "hypervolume" else 1e300))
            row[key] = float(interval.estimate)
            row[f"{key}_low"], row[f"{key}_high"] = float(interval.low), float(interval.high)
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("sampler")


def _sentences(final: Scores, lost: dict[str, Scores], budget: int) -> tuple[str, ...]:
    from analysis.statistics.comparison import against_baseline

    seeds = len(final[BASELINE])
    if seeds < 2:
        return ("One seed tells nothing about differences between searches.",)
    text = [
        _verdicts(
            f"Share of the true front's hypervolume after {budget} trials",
            final,
            against_baseline(final, BASELINE, sense="max"),
            "worse",
        )
    ]
    text += [
        _verdicts(
            f"Regret of the final pick under {label}",
            scores,
            against_baseline(scores, BASELINE, sense="min"),
            "better",
        )
        for label, scores in lost.items()
    ]
    return tuple(text)


def _verdicts(measure: str, scores: Scores, table: pd.DataFrame, named: str) -> str:
    """Say how each search compares with multi-objective TPE; `named` verdicts come first."""
    other = {"better": "worse", "worse": "better"}[named]
    parts = []
    for verdict in (named, other, "undecided", "identical"):
        names = [name for name in table.index if table.loc[name, "verdict"] == verdict]
        if names:
            means = ", ".join(f"{name} ({scores[name].mean():.3g})" for name in names)
            parts.append(f"{verdict}: {means}")
    return (
        f"{measure}: multi-objective TPE {scores[BASELINE].mean():.3g} on average over "
        f"{len(scores[BASELINE])} seeds; against it (mean differences over seeds, all "
        f"comparisons together at 5 %), {'; '.join(parts)}."
    )
