"""Judging a search that trains every network: whether another training picks the same one."""

from __future__ import annotations

from studies.lab_reports import rules
from studies.lab_reports.claims import Arrays, Judgment
from studies.lab_reports.outcomes import agreement_of_picks

AGREED = 0.5
RULE = "Reproduced when another training picks the same network in more than half of the cases."


def judge_picks(trained: Arrays) -> Judgment:
    """Judge by how often another training picks the network that one training picks.

    Each training is compared with the next one, the last with the first.

    Parameters
    ----------
    trained
        ``accuracy`` (n, k) of k networks in n trainings, ``multipliers`` (k, 2); the first
        network is the narrowest.
    """
    accuracy = trained["accuracy"]
    agreed = agreement_of_picks(accuracy)
    chosen = trained["multipliers"][accuracy.argmax(axis=1)].astype(int)
    measured = rules.mean_of("another training picks the same", agreed)
    gain = rules.mean_of("accuracy of the pick minus (1, 1)", accuracy.max(axis=1) - accuracy[:, 0])
    return Judgment(
        rules.mean_above(agreed, AGREED),
        (measured, gain),
        f"The trainings pick {', '.join(f'({a}, {c})' for a, c in chosen)}: "
        f"in {measured.value:.0%} of the cases another training picks the same network.",
    )
