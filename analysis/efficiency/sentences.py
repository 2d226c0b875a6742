"""Conclusions in plain sentences, each computed from the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from analysis.efficiency.robustness import leaders
from analysis.foundation.words import counted, listed, numeral

if TYPE_CHECKING:
    import pandas as pd

    from analysis.efficiency.robustness import Robustness

LISTED = 4
"""Names that are spelt out before "and N others"."""


def answer(comparison: pd.DataFrame, baseline: str, budget: int, kind: str = "true") -> str:
    """Return which samplers are better than the baseline at this budget, and by how much.

    Parameters
    ----------
    comparison
        From `comparison.against_baseline`, on final shares of the front's hypervolume.
    baseline
        Whom they are compared with.
    budget
        Trials a run.
    kind
        What the front is called: ``"true"`` or ``"best known"``.

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
    'After 20 trials, tpe cannot be told apart from random by the hypervolume found.'
    """
    rows = {
        verdict: comparison[comparison["verdict"] == verdict]
        for verdict in ("better", "worse", "equivalent", "undecided", "identical")
    }
    better = rows["better"].sort_values("difference", ascending=False, kind="stable")
    worse = rows["worse"].sort_values("difference", kind="stable")
    equal, open_ = rows["equivalent"], rows["undecided"]
    same = rows["identical"]
    start = f"After {counted(budget, 'trial')},"
    if len(open_) + len(same) == len(comparison):
        if len(comparison) == 1:
            return (
                f"{start} {comparison.index[0]} cannot be told apart from {baseline} by the "
                "hypervolume found."
            )
        return (
            f"{start} none of {counted(len(comparison), 'sampler')} can be told apart from "
            f"{baseline} by the hypervolume found."
        )
    parts = []
    if len(better):
        parts.append(
            f"{_samplers(len(better))} found more of the {kind} front's hypervolume than "
            f"{baseline}: {_amounts(better)}"
        )
    else:
        parts.append(f"no sampler found more of the {kind} front's hypervolume than {baseline}")
    if len(worse):
        parts.append(f"{_samplers(len(worse))} found less: {_amounts(worse)}")
    if len(equal):
        verb = "is" if len(equal) == 1 else "are"
        parts.append(f"{listed([str(n) for n in equal.index], LISTED)} {verb} equivalent to it")
    rest = len(open_) + len(same)
    if rest:
        other = "the other " if len(better) + len(worse) + len(equal) else ""
        parts.append(f"{other}{numeral(rest)} cannot be told apart from it")
    return f"{start} {'; '.join(parts)}."


def method(seeds: int, comparisons: int, alpha: float, margin: float | None = None) -> str:
    """Return how the answer was tested.

    Examples
    --------
    >>> method(30, 14, 0.05)
    'Verdicts: 30 paired seeds, studentized bootstrap of the mean differences, 14 comparisons \
together at 5 %; brackets: intervals that hold for all of them at once (95 %).'
    """
    text = (
        f"Verdicts: {counted(seeds, 'paired seed')}, studentized bootstrap of the mean "
        f"differences, {counted(comparisons, 'comparison')} together at {100 * alpha:g} %; "
        f"brackets: intervals that hold for all of them at once ({100 * (1 - alpha):g} %)."
    )
    if margin is not None:
        text += (
            f" Equivalent: the whole interval lies within {100 * margin:g} percentage points "
            "of no difference."
        )
    return text


def disagreements(comparison: pd.DataFrame, baseline: str) -> list[str]:
    """Return where the signed-rank test says otherwise than the test of the mean.

    The two ask different things: whether the differences are spread evenly around 0, and whether
    their mean is 0.
    """
    decided = ("better", "worse")
    found = []
    for name, row in comparison.iterrows():
        mean, ranks = row["verdict"], row["verdict_ranks"]
        if mean == ranks or (mean not in decided and ranks not in decided):
            continue
        said = {"better": "better", "worse": "worse"}.get(ranks, "undecided")
        found.append(f"{name} ({said} by ranks, {mean} by the mean)")
    if not found:
        return []
    verb = "is" if len(found) == 1 else "are"
    return [
        f"Judged against {baseline} by ranks (Wilcoxon's signed-rank test, Holm's correction) "
        f"instead of by the mean, {listed(found)} {verb} otherwise."
    ]


def identical(comparison: pd.DataFrame, baseline: str) -> list[str]:
    """Return a sentence naming the samplers whose every run ended where the baseline's did."""
    names = [str(name) for name in comparison.index[comparison["verdict"] == "identical"]]
    if not names:
        return []
    verb = "ends" if len(names) == 1 else "end"
    return [f"{listed(names)} {verb} with the hypervolume of {baseline} for every seed."]


def detectability(comparison: pd.DataFrame, seeds: int, power: float) -> list[str]:
    """Return what the design could have found, and what it would take to decide the rest.

    Parameters
    ----------
    comparison
        From `comparison.against_baseline`, with columns ``detectable``, ``power_at_half``,
        ``seeds_needed`` and its ``_low`` and ``_high``.
    seeds
        Of the design.
    power
        Of the detectable differences.
    """
    rows = comparison[comparison["verdict"] != "identical"]
    spread = rows["detectable"][np.isfinite(rows["detectable"])]
    if len(spread) == 0:
        return []
    middle, least, most = (float(each) for each in (spread.median(), spread.min(), spread.max()))
    strength = f"with power {100 * power:g} %"
    if middle > 1:
        found = [
            f"With {counted(seeds, 'seed')} not even the largest difference that there can be, 100 "
            f"percentage points, is found {strength}."
        ]
    else:
        end = "more than 100" if most > 1 else f"{100 * most:.1f}"
        by_sampler = f" ({100 * least:.1f} to {end}, by sampler)" if len(spread) > 1 else ""
        found = [
            f"With {counted(seeds, 'seed')} a true difference of {100 * middle:.1f} percentage "
            f"points{by_sampler} is found {strength}, one of half that size with power "
            f"{100 * rows['power_at_half'].median():.0f} %."
        ]
    open_ = comparison[comparison["verdict"] == "undecided"]
    if len(open_):
        name = open_["seeds_needed"].idxmin()
        row = open_.loc[name]
        if np.isfinite(row["seeds_needed"]):
            first = f"Of the undecided ones {name}" if len(open_) > 1 else str(name)
            found.append(
                f"{first} would take {_seeds(row['seeds_needed'])} seeds to decide if the "
                f"difference seen is the true one; over that difference's interval, from "
                f"{_seeds(row['seeds_needed_low'])} to {_seeds(row['seeds_needed_high'])}."
            )
    return found


def best_in_resamples(best: Mapping[str, float]) -> str:
    """Return which samplers have the best mean when the seeds are drawn again, and how often.

    Examples
    --------
    >>> best_in_resamples({"a": 0.7, "b": 0.25, "c": 0.05})
    'When the seeds are drawn again, a has the best mean in 70 % of the resamples, b in 25 %, c in \
5 %: a frequency over these runs, not a probability of being best.'
    """
    order = sorted(best, key=lambda name: -best[name])
    named = [name for name in order if best[name] >= 0.01][:3] or order[:1]
    first, *others = named
    more = "".join(f", {name} in {100 * best[name]:.0f} %" for name in others)
    return (
        f"When the seeds are drawn again, {first} has the best mean in {100 * best[first]:.0f} % "
        f"of the resamples{more}: a frequency over these runs, not a probability of being best."
    )


def to_target(summary: pd.DataFrame, target: float, kind: str = "true") -> str:
    """Return who gets to a share of the front's hypervolume within the budget.

    Parameters
    ----------
    summary
        From `efficiency.summarize` with this target.
    target
        Share of the front's hypervolume.
    kind
        What the front is called.
    """
    half = summary[np.isfinite(summary["trials_to_target"])].sort_values("trials_to_target")
    some = int((summary["reached"] > 0).sum())
    share = f"{100 * target:g} % of the {kind} hypervolume"
    if len(half):
        trials = half["trials_to_target"].iloc[0]
        name = listed([str(key) for key in half.index[half["trials_to_target"] == trials]], LISTED)
        when = f"after {trials:g} {'trial' if trials == 1 else 'trials'} (median)"
        if len(half) == 1:
            return f"One sampler got to {share} in at least half of its runs: {name} {when}."
        return (
            f"{counted(len(half), 'sampler')} got to {share} in at least half of the runs, the "
            f"quickest {name} {when}."
        )
    if some:
        often = summary[summary["reached"] == summary["reached"].max()]
        often = often[often["seeds"] == often["seeds"].iloc[0]]
        return (
            f"No sampler got to {share} in half of its runs; "
            f"{listed([str(key) for key in often.index], LISTED)} did most often, in "
            f"{often['reached'].iloc[0]} of {often['seeds'].iloc[0]}."
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
    most = int(changed.max())
    sentences = [
        f"Over {counted(len(table), 'other way')} of measuring (reference point, scale, "
        "indicator, one objective left out"
        + (", the other split" if found.other_split else "")
        + (
            ") no pairwise verdict appears or disappears, and "
            if most == 0
            else f") at most {most} of {counted(pairs, 'pairwise verdict')} "
            + ("appears or disappears, and " if most == 1 else "appear or disappear, and ")
        )
        + (
            "none is reversed."
            if reversed_ == 0
            else f"verdicts are reversed in {numeral(reversed_)} of them (most: "
            f"{int(table['reversed'].max())}, {table['reversed'].idxmax()})."
        )
    ]
    if np.isfinite(table.loc[worst, "tau"]):
        sentences.append(
            f"The order of the samplers agrees least with the reported one for \u201c{worst}\u201d "
            f"(Kendall's tau = {table.loc[worst, 'tau']:.2f})."
        )
    best = {leaders(found.means[name]) for name in found.table.index}
    if len(best) == 1:
        (same,) = best
        verb = "has" if len(same) == 1 else "have"
        sentences.append(f"{listed(same)} {verb} the best mean in every one of them.")
    else:
        names = sorted({name for tied in best for name in tied})
        sentences.append(f"Which sampler has the best mean depends on it: {listed(names)}.")
    return sentences


def optimism(table: pd.DataFrame, searched: str, other: str) -> str:
    """Return how much of the fronts survives on data that the search has not seen.

    Parameters
    ----------
    table
        From `efficiency.selection_optimism`.
    searched, other
        What the two splits are called.
    """
    text = (
        f"Of the configurations on a run's final front {100 * table['survive'].mean():.0f} % are "
        f"still not dominated by the others on {other}"
    )
    if table["delivered"].isna().any():
        return f"{text} (means over samplers)."
    claimed, delivered = table["claimed"].mean(), table["delivered"].mean()
    return (
        f"{text}; the fronts have {100 * claimed:.1f} % of the hypervolume of the front of "
        f"{searched} there, and {100 * delivered:.1f} % of that of {other}'s own front on "
        f"{other} (means over samplers)."
    )


def _samplers(count: int) -> str:
    return "one sampler" if count == 1 else f"{count} samplers"


def _seeds(count: float) -> str:
    return f"{count:.0f}" if np.isfinite(count) else "more than 1000"


def _amounts(rows: pd.DataFrame) -> str:
    texts = []
    for name, row in rows.iterrows():
        sign = np.sign(row["difference"])
        low, high = sorted(100 * sign * row[key] for key in ("difference_low", "difference_high"))
        texts.append(f"{name} by {100 * abs(row['difference']):.1f} [{low:.1f}, {high:.1f}]")
    if len(texts) > LISTED + 1:
        return f"{', '.join(texts[:LISTED])} percentage points and {len(texts) - LISTED} others"
    return f"{listed(texts)} percentage points"
