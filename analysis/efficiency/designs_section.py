"""The part of a report that shows designs: what runs hand over, what is cheapest, all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.efficiency.analyze import EfficiencyFindings
from analysis.foundation.words import listed, percent
from analysis.report import Column, Section
from analysis.report.explorer.designs import NUMBER, PLACE, Designs, Measure

if TYPE_CHECKING:
    import pandas as pd

STEPS = (0.01, 0.005)
"""Distances of the levels of quality, as shares; the first that gives `LEVELS` of them."""

LEVELS = 4
"""Levels that are looked for within the designs of the front."""

MOST_LEVELS = 6
"""Levels that are shown, the highest ones."""


def add_designs(
    section: Section,
    findings: EfficiencyFindings,
    designs: Designs | None,
    knees: pd.DataFrame | None,
) -> None:
    """Add the knee designs, the cheapest designs and the explorer.

    Parameters
    ----------
    section
        Of the report.
    findings
        Of the comparison.
    designs
        What can be explored; None leaves the explorer out.
    knees
        From `analysis.efficiency.knee_designs.knee_scores` with the columns of `frequent_knees`;
        None leaves them out.
    """
    if knees is not None:
        _add_knees(section, findings, knees)
    if designs is None:
        return
    quality = quality_measure(designs)
    cheapest = None if quality is None else cheapest_designs(designs, quality)
    if quality is not None and cheapest is not None and len(cheapest):
        _add_cheapest(section, designs, quality, cheapest)
    section.explorer("designs", designs)


def _add_knees(section: Section, findings: EfficiencyFindings, knees: pd.DataFrame) -> None:
    (name,) = [key for key in knees.columns if f"{key}_low" in knees.columns]
    order = [name for name in findings.summary.index if name in knees.index]
    section.heading("What a run hands over")
    section.table(
        "knee_designs",
        knees.loc[order].rename_axis("sampler"),
        [
            Column("sampler", "sampler", "text"),
            Column(
                name,
                f"{name} of the knee (%)",
                "percent",
                2,
                limits=(f"{name}_low", f"{name}_high"),
            ),
            Column("design", "most frequent knee", "text"),
            Column("runs", "runs with it", "whole"),
        ],
        f"The knee of each run's final front, measured again on {findings.questions.splits[1]}: "
        "mean over seeds with its interval, best hypervolume first; and the design that is the "
        "knee of most runs.",
    )


def quality_measure(designs: Designs) -> Measure | None:
    """Return the share that is maximized on the least biased data: the last such measure.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"design": [0], "front": [True], "accuracy": 0.7, "test": 0.6})
    >>> measures = (Measure("accuracy", "accuracy", sense="max"),
    ...             Measure("test", "accuracy (test)", sense="max"))
    >>> quality_measure(Designs(frame, measures)).key
    'test'
    """
    shares = [
        measure
        for measure in designs.measures
        if measure.sense == "max" and measure.unit == "1" and designs.frame[measure.key].max() <= 1
    ]
    return shares[-1] if shares else None


def cheapest_designs(designs: Designs, quality: Measure) -> pd.DataFrame:
    """Return the design of least cost at each level of quality, for every cost.

    Parameters
    ----------
    designs
        Those that are looked at; no cheaper one exists as far as they hold the front.
    quality
        A measure that is maximized.

    Returns
    -------
    pandas.DataFrame
        Columns ``level``, ``least`` (in which costs), and all columns of the designs. A level
        where the cheapest design is that of the next higher one is left out for this cost.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"design": [3, 8], "front": True, "accuracy": [0.722, 0.751],
    ...                       "size": [10.0, 20.0]})
    >>> quality = Measure("accuracy", "accuracy", sense="max")
    >>> found = cheapest_designs(Designs(frame, (quality, Measure("size", "size"))), quality)
    >>> found[["level", "least", "design"]].to_numpy().tolist()
    [[0.75, 'size', 8], [0.72, 'size', 3]]
    """
    import pandas as pd

    costs = [measure for measure in designs.measures if measure.sense == "min"]
    rows = []
    above: dict[str, int] = {}
    for level in levels(designs, quality):
        good = designs.frame[designs.frame[quality.key] >= level]
        least: dict[int, list[str]] = {}
        for cost in costs:
            order = good.sort_values([cost.key, quality.key], ascending=[True, False])
            number = int(order[NUMBER].iloc[0])
            if above.get(cost.key) != number:
                least.setdefault(number, []).append(cost.label)
            above[cost.key] = number
        for number, names in least.items():
            row = good[good[NUMBER] == number].iloc[0].to_dict()
            rows.append({"level": level, "least": listed(names), **row})
    return pd.DataFrame(rows)


def levels(designs: Designs, quality: Measure) -> list[float]:
    """Return round levels that the designs reach, the highest first."""
    best = designs.frame[quality.key].max()
    worst = designs.frame.loc[designs.frame["front"], quality.key].min()
    for step in STEPS:
        top, bottom = np.floor(best / step + 1e-9), np.floor(worst / step + 1e-9)
        if top - bottom + 1 >= LEVELS:
            break
    whole = np.arange(top, max(bottom, top - MOST_LEVELS + 1) - 1, -1)
    return [round(float(number * step), 6) for number in whole]


def _add_cheapest(
    section: Section, designs: Designs, quality: Measure, cheapest: pd.DataFrame
) -> None:
    frame = cheapest.assign(
        layers=[
            "; ".join(f"{key.removeprefix('layer ')}: {row[key]}" for key in designs.layers)
            for row in cheapest.to_dict("records")
        ]
    )
    section.heading("The cheapest designs")
    section.table(
        "cheapest_designs",
        frame,
        [
            Column("level", f"{quality.label} at least (%)", "percent", 1),
            Column("least", "least", "text"),
            Column(NUMBER, "design", "whole"),
            *(_shown(measure) for measure in designs.measures),
            *([Column("layers", "layers", "text", wrap=True)] if designs.layers else []),
        ],
        f"The design of least cost whose {quality.label} is at least so high, of those below that "
        "are drawn; a level is left out where it has the same design as the one above. Chosen on "
        "these data, a design is likely to be a little worse on new ones. Layers: inputs to "
        f"outputs, formats in bits, in brackets those after the point. {designs.note}".rstrip(),
    )
    for line in [*designs.commands.values()][:1]:
        section.code(
            "\n".join(
                f"{line.replace(PLACE, str(number))}  # {quality.label} at least {percent(level)}: "
                f"least {least}"
                for number, level, least in frame[[NUMBER, "level", "least"]].itertuples(
                    index=False
                )
            )
        )


def _shown(measure: Measure) -> Column:
    if measure.sense == "max" and measure.unit == "1":
        return Column(measure.key, f"{measure.label}, %", "percent", 2)
    title = measure.label if measure.unit == "1" else f"{measure.label} ({measure.unit})"
    return Column(measure.key, title, "significant", 4)
