"""The same comparison on fresh seeds, beside the first one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.efficiency.analyze import EfficiencyFindings
from analysis.foundation.errors import InputError
from analysis.foundation.words import counted, listed, numeral
from analysis.report import Column, Section

if TYPE_CHECKING:
    import pandas as pd

DECIDED = ("better", "worse")
KEPT = ("difference", "difference_low", "difference_high", "verdict")


@dataclass(frozen=True, eq=False)
class Replication:
    """Two comparisons with the same baseline on different seeds.

    Attributes
    ----------
    table
        Index ``sampler``; ``difference`` with its limits and ``verdict``, from the first seeds
        and, with the ending ``_again``, from the fresh ones.
    sentences
        What came back, in words.
    """

    table: pd.DataFrame
    sentences: tuple[str, ...]


def replication(first: EfficiencyFindings, again: EfficiencyFindings) -> Replication:
    """Put two comparisons beside each other.

    Parameters
    ----------
    first, again
        Of the same samplers on the same problem, with different seeds.

    Raises
    ------
    InputError
        One of them has no comparison, the baselines differ, or they share a seed.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.efficiency.analyze import analyze_efficiency
    >>> from analysis.foundation.objectives import Objective
    >>> from analysis.front.reference import Reference
    >>> objectives = [Objective(name="a"), Objective(name="b")]
    >>> reference = Reference.from_values([[0, 1], [1, 0]], objectives)
    >>> def findings(start):
    ...     rows = [(name, seed, float(name == "worse"), 1.0) for name in ("random", "worse")
    ...             for seed in range(start, start + 8)]
    ...     table = pd.DataFrame(rows, columns=["sampler", "seed", "a", "b"]).assign(trial=0)
    ...     return analyze_efficiency(table, reference)
    >>> replication(findings(0), findings(8)).sentences[0]
    'The one verdict of the first 8 seeds came back on 8 fresh ones.'
    """
    if first.comparison is None or again.comparison is None:
        raise InputError("replication: nothing was compared, expected 2 samplers and 2 seeds each")
    if first.questions.baseline != again.questions.baseline:
        raise InputError(
            f"replication: baselines {first.questions.baseline} and {again.questions.baseline}, "
            "expected the same"
        )
    shared = set(first.trials.common_seeds) & set(again.trials.common_seeds)
    if shared:
        raise InputError(f"replication: seed {min(shared)} is in both, expected fresh seeds")
    table = first.comparison[list(KEPT)].join(
        again.comparison[list(KEPT)].add_suffix("_again"), how="inner"
    )
    seeds = len(first.trials.common_seeds), len(again.trials.common_seeds)
    return Replication(table, tuple(_sentences(table, *seeds)))


def add_replication(section: Section, again: Replication) -> None:
    """Add what came back, and both comparisons in one table, to a section of a report."""
    section.sentences(again.sentences)
    section.table(
        "replication",
        again.table,
        [
            Column("sampler", "sampler", "text"),
            *(
                column
                for ending, name in (("", ""), ("_again", ", fresh"))
                for column in (
                    Column(f"verdict{ending}", f"verdict{name}", "text"),
                    Column(
                        f"difference{ending}",
                        f"difference{name} (points)",
                        "percent",
                        1,
                        limits=(f"difference_low{ending}", f"difference_high{ending}"),
                        signed=True,
                    ),
                )
            ),
        ],
        "The same comparison on the first seeds and on fresh ones.",
    )


def _sentences(table: pd.DataFrame, first: int, again: int) -> list[str]:
    before, after = table["verdict"], table["verdict_again"]
    decided = before.isin(DECIDED)
    count = int(decided.sum())
    fresh = f"{again} fresh {'one' if again == 1 else 'ones'}"
    new = (after.isin(DECIDED) & ~decided).sum()
    if count == 0:
        said = [f"There was no verdict on the first {counted(first, 'seed')} to come back"]
    else:
        back = int((decided & (before == after)).sum())
        turned = int((decided & after.isin(DECIDED) & (before != after)).sum())
        if count == back == 1:
            said = [f"The one verdict of the first {first} seeds came back on {fresh}"]
        else:
            said = [
                f"Of {counted(count, 'verdict')} on the first {counted(first, 'seed')} "
                f"{numeral(back)} came back on {fresh}, {numeral(turned)} with the opposite sign"
            ]
    if new:
        said.append(f"{counted(int(new), 'new verdict')} appeared there")
    text = ["; ".join(said) + "."]
    outside = [
        str(name)
        for name, row in table.iterrows()
        if not row["difference_low"] <= row["difference_again"] <= row["difference_high"]
    ]
    if outside and np.isfinite(table["difference_low"]).any():
        text.append(
            f"The mean difference of {listed(outside, 4)} on the fresh seeds lies outside the "
            "first interval."
        )
    return text
