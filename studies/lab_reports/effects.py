"""What each faulty protocol does to accuracy, to ranking and to the design that is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studies.lab_reports import rules
from studies.lab_reports.claims import Arrays, Measured
from studies.lab_reports.protocols import AS_REPORTED, CONTROLS, FAULTS, WIDTH_FAULTS

if TYPE_CHECKING:
    import pandas as pd

NO_SEED = "the seed has no effect"
"""Two runs of the reports' search with one configuration, compared with each other."""


@dataclass(frozen=True)
class Effect:
    """One protocol against the correct one, over seeds.

    Attributes
    ----------
    name
        Of the protocol.
    kind
        ``"control"``, ``"fault"`` or ``"as reported"``.
    bias
        Reported minus correct accuracy, mean over configurations.
    tau
        Kendall's tau of reported and correct accuracy over configurations.
    same_design
        Share of studies that choose the same configuration as the correct protocol.
    lost
        Correct accuracy of the best configuration minus that of the chosen one.
    """

    name: str
    kind: str
    bias: Measured
    tau: Measured
    same_design: Measured
    lost: Measured


def protocol_effects(tables: Arrays) -> tuple[Effect, ...]:
    """Return the effect of every protocol, from the arrays of the measurement ``protocols``.

    For `NO_SEED` the reference is not the correct protocol but another run of the same study.
    """
    correct, order = tables["correct"], tables["order"].astype(int)
    kinds = {**dict.fromkeys(CONTROLS, "control"), **dict.fromkeys(FAULTS, "fault")}
    kinds |= dict.fromkeys(AS_REPORTED, "as reported")
    effects = [
        _effect(name, kind, tables[name], correct, correct, order) for name, kind in kinds.items()
    ]
    first, second = tables["the reports' search"], tables["second run"]
    effects.append(_effect(NO_SEED, "fault", second, first, correct, order))
    return tuple(effects)


def width_effects(tables: Arrays) -> dict[str, tuple[float, float]]:
    """Return, for each fault of the average bitwidth, its tau and what a design at 2 bits has.

    The second number is the largest true average bitwidth among the designs that are reported as
    the narrowest of all.
    """
    right = tables["none"]
    found: dict[str, tuple[float, float]] = {}
    for fault in WIDTH_FAULTS:
        reported = tables[fault]
        narrowest = reported == reported.min()
        found[fault] = (rules.rank_correlation(reported, right), float(right[narrowest].max()))
    return found


def chosen(scores: NDArray[np.float64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the configuration that each study (row) reports as best, the first visited of equals.

    Examples
    --------
    >>> chosen(np.array([[0.5, 0.7, 0.7]]), np.array([[2, 0, 1]]))
    array([2])
    """
    by_visit = np.take_along_axis(scores, order, axis=1).argmax(axis=1)
    return np.take_along_axis(order, by_visit[:, None], axis=1)[:, 0]


def effects_table(effects: tuple[Effect, ...]) -> pd.DataFrame:
    """Return one row a protocol, intervals in columns of their own."""
    import pandas as pd

    rows = []
    for effect in effects:
        row: dict[str, object] = {"protocol": effect.name, "kind": effect.kind}
        for key in ("bias", "tau", "same_design", "lost"):
            measured: Measured = getattr(effect, key)
            row |= {key: measured.value, f"{key}_low": measured.low, f"{key}_high": measured.high}
        rows.append(row)
    return pd.DataFrame(rows)


def _effect(
    name: str,
    kind: str,
    reported: NDArray[np.float64],
    reference: NDArray[np.float64],
    correct: NDArray[np.float64],
    order: NDArray[np.int64],
) -> Effect:
    picked, wanted = chosen(reported, order), chosen(reference, order)
    rows = np.arange(len(correct))
    lost = correct.max(axis=1) - correct[rows, picked]
    return Effect(
        name,
        kind,
        rules.mean_of("reported minus correct accuracy", (reported - reference).mean(axis=1)),
        rules.mean_of(
            "Kendall's tau", rules.rank_correlations(reported, reference), bounds=rules.TAU
        ),
        rules.mean_of("same design", picked == wanted),
        rules.mean_of("accuracy lost", lost),
    )
