"""Judging what report R4 says of widened networks."""

from __future__ import annotations

import numpy as np

from studies.lab_reports import rules
from studies.lab_reports.claims import Judgment, Measured, Measurements
from studies.lab_reports.figures import stated
from studies.lab_reports.picks import judge_picks

UNRELATED = 0.2
"""A rank correlation that says next to nothing."""


def doubled(data: Measurements) -> Judgment:
    """Compare parameters of doubled widths with the stated way to double; show what it gains."""
    trained, (before, after, _) = data["trained-grid"], data["exact"]["parameters"]
    outputs = data["exact"]["doubled outputs"]
    pairs = trained["multipliers"]
    column = int(np.flatnonzero((pairs == 2).all(axis=1))[0])
    gain = trained["accuracy"][:, column] - trained["accuracy"][:, 0]
    measured = rules.mean_of("accuracy of (2, 2) minus (1, 1)", gain)
    return Judgment(
        rules.exact(outputs[0], outputs[1]),
        (Measured("parameters", after), measured),
        f"Doubling takes the parameters from {before:g} to {after:g}; after 10 epochs it changes "
        f"the accuracy by {measured.value:+.3f} [{measured.low:+.3f}, {measured.high:+.3f}] over "
        f"{len(gain)} trainings. The report does not say that it helps.",
    )


def untrained(data: Measurements) -> Judgment:
    """Ask whether untrained networks order the multipliers as trained ones do."""
    before, after = data["untrained-grid"]["accuracy"], data["trained-grid"]["accuracy"]
    tau = rules.rank_correlations(before, after)
    measured = rules.mean_of(
        "Kendall's tau of untrained and trained accuracy", tau, bounds=rules.TAU
    )
    return Judgment(
        rules.within(tau, UNRELATED),
        (
            measured,
            rules.mean_of("untrained accuracy", before.mean(axis=1)),
            rules.mean_of("trained accuracy", after.mean(axis=1)),
        ),
        f"Untrained networks are right in {before.mean():.0%} of the jets, a fifth by chance, and "
        f"order the 25 multipliers as the trained ones with tau = {measured.value:.2f}.",
    )


def grid_search(data: Measurements) -> Judgment:
    """Ask how often two trainings pick the same multipliers."""
    return judge_picks(data["trained-grid"])


def independent(data: Measurements) -> Judgment:
    """Count the independent multipliers that make a network."""
    valid, total = data["exact"]["independent shapes"]
    said = stated("R4.independent_shapes")
    return Judgment(
        rules.exact([said, said], [valid, total]),
        (Measured("networks that exist", valid), Measured("points", total)),
        f"{valid:g} of {total:g} points have shapes that fit: those with a = b and c = d.",
    )
