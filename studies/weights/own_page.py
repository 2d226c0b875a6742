"""The part of the report on the user's own weights: a verdict, and what other methods pick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report import Column, Section
from analysis.scalarization.support import Support
from analysis.scalarization.weight_audit import side_by_side
from studies.weights.findings import (
    Designs,
    WeightFindings,
    own_lines,
    value_columns,
    valued_by,
)

if TYPE_CHECKING:
    import pandas as pd

ASKED = "Ask for your own weights with --weights, for instance --weights accuracy=1 size=0.2."
"""What is said where the user gave none."""


def add_own_weights(section: Section, found: WeightFindings, name: Designs) -> None:
    """Add the verdict on the user's weights, and the designs that each method picks for them."""
    verdict, *others = own_lines(found, name)
    section.lead(verdict)
    if not found.given:
        section.text(ASKED)
    section.sentences(others)
    section.table(
        "methods",
        methods_frame(found, name),
        [
            Column("method", "method", "text"),
            Column("design", "design", "text", wrap=True),
            Column("class", "class", "text"),
            *value_columns(found.table, found.audit.front.names),
        ],
        "The design that each method picks for the same weights; the target is the median of the "
        "front in each objective. Knees do not depend on weights.",
    )


def methods_frame(found: WeightFindings, name: Designs) -> pd.DataFrame:
    """Return one row for each method."""
    import pandas as pd

    front = found.audit.front
    rows: list[dict[str, object]] = []
    for choice in side_by_side(front, found.weights):
        point = choice.point
        if point is None:
            rows.append({"method": choice.method, "design": "none satisfies it", "class": "-"})
            continue
        design = int(front.designs[point])
        rows.append(
            {
                "method": choice.method,
                "design": name(design),
                "class": Support(int(found.audit.support.classes[point])).label,
                **valued_by(found.table, front.names, design),
            }
        )
    return pd.DataFrame(rows, columns=["method", "design", "class", *front.names])
