"""Judging whether accuracy and loss are one metric, which two reports say."""

from __future__ import annotations

from studies.lab_reports import rules
from studies.lab_reports.claims import Judgment, Measurements

SAME_METRIC = 0.9


def same_metric(data: Measurements) -> Judgment:
    """Ask whether accuracy and loss order the configurations alike and pick the same one."""
    types = data["types"]
    tau = rules.rank_correlations(types["accuracy"], -types["loss"])
    same = types["accuracy"].argmax(axis=1) == types["loss"].argmin(axis=1)
    measured = rules.mean_of("Kendall's tau of accuracy and loss", tau, bounds=rules.TAU)
    picks = rules.mean_of("networks whose best configuration is the same", same)
    return Judgment(
        rules.mean_above(tau, SAME_METRIC),
        (measured, picks),
        f"They order the 18 configurations with tau = {measured.value:.2f} and agree on the best "
        f"one for {picks.value:.0%} of the networks.",
    )
