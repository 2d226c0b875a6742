"""What the scalarisation study found, and its tables of designs and scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from analysis.foundation.objectives import labeled
from analysis.foundation.words import listed
from analysis.redundancy.audit import Redundancy
from analysis.report import Column
from analysis.scalarization import sentences as words
from analysis.scalarization.front import SCALINGS
from analysis.scalarization.picks import described, pick
from analysis.scalarization.score_audit import ScoreAudit
from analysis.scalarization.weight_audit import WeightAudit
from moo_jsc.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from moo_jsc.enumeration import ObjectiveTable
    from studies.weights.search import Search

DIVISORS = {
    "raw": "nothing (natural units)",
    "range": "their range along the front",
    "deviation": "their standard deviation over the space",
}
"""What each scaling divides the objectives by."""

SPELT_OUT = 3
"""Designs of spaces with at most so many choices are named by their values."""


@dataclass
class Designs:
    """Names designs of a table, and remembers which ones were named.

    Designs are known by their row among those that count.
    """

    table: ObjectiveTable
    named: list[int] = field(default_factory=list)

    def __call__(self, row: int) -> str:
        """Return the name of a design."""
        if row not in self.named:
            self.named.append(row)
        index = self.table.counting[row]
        values = self.table.space.named(self.table.space.configurations([index])[0])
        if len(values) > SPELT_OUT:
            return f"design {index}"
        return "[" + ", ".join(f"{name} {value}" for name, value in values.items()) + "]"

    def frame(self) -> pd.DataFrame:
        """Return the named designs with their choices and objectives."""
        import pandas as pd

        rows = self.table.counting[sorted(self.named)]
        space = self.table.space
        frame = pd.DataFrame(
            [space.named(configuration) for configuration in space.configurations(rows)],
            columns=[choice.name for choice in space.choices],
        ).astype(str)
        frame.insert(0, "design", [f"design {row}" for row in rows])
        for objective in self.table.objectives:
            frame[objective.name] = self.table.column(objective.name)[rows]
        return frame


@dataclass(frozen=True)
class Scored:
    """The reports' scores on the designs of one problem."""

    title: str
    table: ObjectiveTable
    audits: tuple[ScoreAudit, ...]


@dataclass(frozen=True)
class WeightFindings:
    """All that the study found.

    Attributes
    ----------
    audit
        Of the problem.
    table
        Of the problem, with the audited objectives.
    triangle
        Audit of three of these objectives, for the figure; None if there are only two.
    scored
        The reports' scores, in their setting and on the problem; none where the problem has
        metrics of its own.
    own
        The user's weights, judged as the reports' scores are.
    weights
        The same, (m,).
    given
        The user gave them; otherwise they are all equal.
    chosen
        Flat index of the user's chosen design, or None: the deepest unsupported one and the
        knee stand in for it.
    redundancy
        Of all metrics of the reports on the problem, or of its own.
    search
        Searching with weights; None if it was left out.
    """

    audit: WeightAudit
    table: ObjectiveTable
    triangle: WeightAudit | None
    scored: tuple[Scored, ...]
    own: ScoreAudit
    weights: np.ndarray
    given: bool
    chosen: int | None
    redundancy: Redundancy
    search: Search | None


def counting_row(table: ObjectiveTable, index: int) -> int:
    """Return the row of a design, given by flat index, among those that count.

    Raises
    ------
    InputError
        There is no such design, or it does not count.
    """
    if not 0 <= index < table.space.size:
        raise InputError(f"design {index}: expected 0..{table.space.size - 1}")
    if not table.inside[index]:
        raise InputError(f"design {index}: expected one with {table.bounds}")
    return int(np.searchsorted(table.counting, index))


def score_lines(scored: Scored) -> list[str]:
    """Return the verdict on each score in one sentence."""
    name = Designs(scored.table)
    return [words.score_sentence(audit, name) for audit in scored.audits]


def inverse_lines(found: WeightFindings, name: Designs) -> list[str]:
    """Answer the inverse question for the chosen design, or for two telling ones."""
    audit = found.audit
    if found.chosen is not None:
        row = counting_row(found.table, found.chosen)
        return [words.chosen_sentence(audit, found.table.counting_values, row, name)]
    rows = {audit.knee: "The knee"}
    deepest = int(audit.support.depth.argmax())
    if audit.support.depth[deepest] > 0:
        rows.setdefault(deepest, "The design farthest from being justified")
    return [
        f"{role}: {words.justification_sentence(audit.front, audit.justify(row), name)}"
        for row, role in rows.items()
    ]


def score_frame(scored: Scored) -> pd.DataFrame:
    """Return one row for each score."""
    import pandas as pd

    name = Designs(scored.table)
    rows = []
    for audit in scored.audits:
        point = None if audit.on_front is None else audit.on_front.point
        sampled = audit.sampled if point is not None else None
        rows.append(
            {
                "score": audit.score.label,
                "formula": audit.score.formula,
                "pick": name(audit.design),
                "dominating": audit.dominating,
                "volume": audit.volume,
                "sampled_low": np.nan if sampled is None else sampled.low[point],
                "sampled_high": np.nan if sampled is None else sampled.high[point],
                "radius": audit.radius,
                "knee_distance": audit.knee_distance,
                "vacuous": listed(audit.vacuous) or "none",
                "verdict": audit.verdict.value,
            }
        )
    return pd.DataFrame(rows)


def own_title(found: WeightFindings) -> str:
    """Return what the user's weights are called."""
    return "Your weights" if found.given else "Equal weights"


def own_lines(found: WeightFindings, name: Designs) -> list[str]:
    """Return the verdict on the user's weights, and where their picks stand in each scaling."""
    front = found.audit.front
    return [
        words.score_sentence(found.own, name),
        *(
            f"Divided by {DIVISORS[scaling]}, "
            f"{words.pick_sentence(front, pick(front, found.weights, scaling), found.audit.knee)}"
            for scaling in SCALINGS
        ),
    ]


def value_columns(table: ObjectiveTable, names: Sequence[str]) -> list[Column]:
    """Return how objectives are shown in a table, with their units."""
    known = {objective.name: objective for objective in table.objectives}
    return [Column(name, labeled(known[name]), "significant", 4) for name in names]


def valued_by(table: ObjectiveTable, names: Sequence[str], row: int) -> dict[str, float]:
    """Return some objectives of a design, given by its row among those that count."""
    index = table.counting[row]
    return {name: float(table.column(name)[index]) for name in names}


def scored_metrics(scored: Scored) -> tuple[str, ...]:
    """Return the metrics that any of the scores weighs, in the table's order."""
    weighed = {name for audit in scored.audits for name in audit.score.weights}
    return tuple(o.name for o in scored.table.objectives if o.name in weighed)


def scaling_frame(scored: Scored) -> pd.DataFrame:
    """Return one row for each score and scaling; one as stated where others make no sense."""
    import pandas as pd

    name = Designs(scored.table)
    metrics = scored_metrics(scored)
    rows = []
    for audit in scored.audits:
        stated = {"score": audit.score.label, "scaling": "as stated", "pick": name(audit.design)}
        given = {"ranks": "", "given_up": ""}
        if not audit.other_picks:
            rows.append({**stated, **valued_by(scored.table, metrics, audit.design), **given})
        for scaling, row in audit.other_picks.items():
            chosen = described(audit.front, np.array([row]))
            shares = zip(audit.front.names, chosen.given_up_share, strict=True)
            rows.append(
                {
                    "score": audit.score.label,
                    "scaling": scaling,
                    "pick": name(int(audit.front.designs[row])),
                    **valued_by(scored.table, metrics, int(audit.front.designs[row])),
                    "ranks": ", ".join(f"{rank} of {len(audit.front)}" for rank in chosen.ranks),
                    "given_up": ", ".join(f"{each} {100 * share:.0f}" for each, share in shares),
                }
            )
    columns = ["score", "scaling", "pick", *metrics, "ranks", "given_up"]
    return pd.DataFrame(rows, columns=columns)
