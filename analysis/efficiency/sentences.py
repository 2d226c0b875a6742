"""Conclusions in plain sentences, each computed from the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from analysis.foundation.words import counted, listed

if TYPE_CHECKING:
    import pandas as pd

    from analysis.efficiency.robustness import Robustness

LISTED = 4
"""Names that are spelt out before "and N others"."""


def answer(comparison: pd.DataFrame, baseline: str, budget: int) -> str:
    """Return which samplers are better than the baseline at this budget, and by how much.

    Parameters
    ----------
    comparison
        From `comparison.against_baseline`, on final shares of the true hypervolume.
    baseline
        Whom they are compared with.
    budget
        Trials a run.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"difference": [0.05], "difference_low": [0.02],
    ...     "difference_high": [0.08], "verdict": ["better"]}, index=["tpe"])
    >>> answer(table, "random", 20)
    "After 20 trials, one sampler found more of the true front's hypervolume than random: tpe \
by 5.0 [2.0, 8.0] percentage points."
    >>> answer(table.assign(verdict="undecided"), "random", 20)
    'After 20 trials, none of 1 sampler can be told apart from random by the hypervolume found.'
    """
    better = comparison[comparison["verdict"] == "better"].sort_values(
        "difference", ascending=False, kind="stable"
    )
    worse = comparison[comparison["verdict"] == "worse"].sort_values("difference", kind="stable")
    rest = len(comparison) - len(better) - len(worse)
    start = f"After {counted(budget, 'trial')},"
    if len(better) + len(worse) == 0:
        return (
            f"{start} none of {counted(len(comparison), 'sampler')} can be told apart from "
            f"{baseline} by the hypervolume found."
        )
    parts = []
    if len(better):
        parts.append(
            f"{_samplers(len(better))} found more of the true front's hypervolume than "
            f"{baseline}: {_amounts(better)}"
        )
    else:
        parts.append(f"no sampler found more of the true front's hypervolume than {baseline}")
    if len(worse):
        parts.append(f"{_samplers(len(worse))} found less: {_amounts(worse)}")
    if rest:
        parts.append(f"{'the other ' if len(better) else ''}{rest} cannot be told apart from it")
    return f"{start} {'; '.join(parts)}."


def method(seeds: int, comparisons: int, alpha: float) -> str:
    """Return how the answer was tested.

    Examples
    --------
    >>> method(30, 14, 0.05)
    "Verdicts: 30 paired seeds, Wilcoxon's signed-rank test, Holm's correction over 14 \
comparisons at 5 %; brackets: 95 % intervals by the studentized bootstrap over seeds."
    """
    return (
        f"Verdicts: {seeds} paired seeds, Wilcoxon's signed-rank test, Holm's correction over "
        f"{counted(comparisons, 'comparison')} at {100 * alpha:g} %; brackets: "
        f"{100 * (1 - alpha):g} % intervals by the studentized bootstrap over seeds."
    )


def identical(comparison: pd.DataFrame, baseline: str) -> list[str]:
    """Return a sentence naming the samplers whose every run ended where the baseline's did."""
    names = [str(name) for name in comparison.index[comparison["verdict"] == "identical"]]
    if not names:
        return []
    verb = "ends" if len(names) == 1 else "end"
    return [f"{listed(names)} {verb} with exactly the hypervolume of {baseline} for every seed."]


def detectability(comparison: pd.DataFrame, power: float) -> list[str]:
    """Return what the design could have found, and what it would take to decide the rest.

    Parameters
    ----------
    comparison
        From `comparison.against_baseline`, with columns ``detectable`` and ``seeds_needed``.
    power
        Of the detectable differences.

    Returns
    -------
    list of str
    """
    spread = comparison.loc[comparison["verdict"] != "identical", "detectable"]
    spread = spread[np.isfinite(spread)]
    if len(spread) == 0:
        return ["With so few seeds no difference could have been found."]
    middle, least, most = (
        100 * float(value) for value in (spread.median(), spread.min(), spread.max())
    )
    found = [
        f"With this many seeds a true difference of {middle:.1f} percentage points "
        f"({least:.1f} to {most:.1f}, by sampler) is found with power {100 * power:g} %; "
        "smaller ones are likely to be missed."
    ]
    open_ = comparison[comparison["verdict"] == "undecided"]
    if len(open_):
        needed = open_["seeds_needed"].to_numpy()
        finite = needed[np.isfinite(needed)]
        if len(finite):
            found.append(
                f"To decide the undecided ones, if the differences seen are the true ones, would "
                f"take from {finite.min():.0f} seeds ({open_['seeds_needed'].idxmin()}) up to "
                + (
                    f"{finite.max():.0f}."
                    if len(finite) == len(needed)
                    else f"more than 1000 ({len(needed) - len(finite)} of {len(needed)} samplers)."
                )
            )
    return found


def being_best(probabilities: Mapping[str, float]) -> str:
    """Return which sampler is most likely the best.

    Examples
    --------
    >>> being_best({"a": 0.7, "b": 0.25, "c": 0.05})
    'Drawing the seeds again, a has the best mean with a probability of 70 %, b 25 %, c 5 %.'
    """
    order = sorted(probabilities, key=lambda name: -probabilities[name])
    named = [name for name in order if probabilities[name] >= 0.01][:3] or order[:1]
    first, *others = named
    more = "".join(f", {name} {100 * probabilities[name]:.0f} %" for name in others)
    return (
        f"Drawing the seeds again, {first} has the best mean with a probability of "
        f"{100 * probabilities[first]:.0f} %{more}."
    )


def to_target(summary: pd.DataFrame, target: float) -> str:
    """Return who gets to a share of the true hypervolume within the budget.

    Parameters
    ----------
    summary
        From `efficiency.summarize` with this target.
    target
        Share of the true hypervolume.
    """
    half = summary[np.isfinite(summary["trials_to_target"])].sort_values("trials_to_target")
    some = int((summary["reached"] > 0).sum())
    share = f"{100 * target:g} % of the true hypervolume"
    if len(half):
        name = str(half.index[0])
        return (
            f"{counted(len(half), 'sampler')} got to {share} in at least half of the runs, the "
            f"quickest {name} after {half['trials_to_target'].iloc[0]:g} trials (median)."
        )
    if some:
        best = summary["reached"].idxmax()
        return (
            f"No sampler got to {share} in half of its runs; {best} did most often, in "
            f"{summary.loc[best, 'reached']} of {summary.loc[best, 'seeds']}."
        )
    return f"No run got to {share} within the budget."


def sensitivity(found: Robustness) -> list[str]:
    """Return how far the pairwise verdicts depend on the way of measuring."""
    table = found.table.iloc[1:]
    if len(table) == 0:
        return []
    changed = table["lost"] + table["gained"]
    worst = table["tau"].idxmin() if table["tau"].notna().any() else table.index[0]
    pairs = int(table["pairs"].iloc[0])
    reversed_ = int((table["reversed"] > 0).sum())
    sentences = [
        f"Over {counted(len(table), 'other way')} of measuring (reference point, cost scale, one "
        f"objective left out) at most {int(changed.max())} of {pairs} pairwise verdicts appear or "
        f"disappear, and "
        + (
            "none is reversed."
            if reversed_ == 0
            else f"verdicts are reversed in {reversed_} of them (most: "
            f"{int(table['reversed'].max())}, {table['reversed'].idxmax()})."
        )
    ]
    if np.isfinite(table.loc[worst, "tau"]):
        sentences.append(
            f"The order of the samplers agrees least with the reported one for \u201c{worst}\u201d "
            f"(Kendall's tau = {table.loc[worst, 'tau']:.2f})."
        )
    best = sorted(set(found.table["best"]))
    if len(best) == 1:
        sentences.append(f"{best[0]} has the best mean in every one of them.")
    else:
        sentences.append(f"Which sampler has the best mean depends on it: {listed(best)}.")
    return sentences


def optimism(table: pd.DataFrame) -> str:
    """Return how much of the fronts survives on data that the search has not seen."""
    claimed, delivered = table["claimed"].mean(), table["delivered"].mean()
    return (
        f"Of the configurations on a run's final front {100 * table['survive'].mean():.0f} % are "
        "still not dominated by the others on data that the search has not seen; the fronts' share "
        f"of the true hypervolume goes from {100 * claimed:.1f} % as searched to "
        f"{100 * delivered:.1f} % there (means over samplers)."
    )


def _samplers(count: int) -> str:
    return "one sampler" if count == 1 else f"{count} samplers"


def _amounts(rows: pd.DataFrame) -> str:
    texts = []
    for name, row in rows.iterrows():
        sign = np.sign(row["difference"])
        low, high = sorted(100 * sign * row[key] for key in ("difference_low", "difference_high"))
        texts.append(f"{name} by {100 * abs(row['difference']):.1f} [{low:.1f}, {high:.1f}]")
    return f"{listed(texts, LISTED)} percentage points"
