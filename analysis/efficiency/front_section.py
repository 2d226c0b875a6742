"""The part of a report that shows the true front, and what of it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis import plots
from analysis.efficiency.analyze import EfficiencyFindings
from analysis.foundation.objectives import labeled, minimized, signs
from analysis.foundation.words import counted, percent
from analysis.front.pareto import pareto_front
from analysis.indicators.attainment import difference_rectangles, surfaces
from analysis.plots.curves import ranked
from analysis.report import Column, Section

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def add_front(section: Section, findings: EfficiencyFindings) -> None:
    """Add the true front, its ranges, and attainment surfaces of the best sampler.

    Parameters
    ----------
    section
        Of the report.
    findings
        From `analysis.efficiency.analyze.analyze_efficiency`.
    """
    import pandas as pd

    reference = findings.reference
    times = findings.attainment.times
    share = np.concatenate([np.isfinite(rows) for rows in times.values()]).mean(axis=0)
    section.text(
        f"The {reference.kind} front has {counted(len(reference.front), 'point')}, of which "
        f"{int((share > 0).sum())} were attained by at least one run, within "
        f"{percent(findings.questions.epsilon)} of the front's range in every objective."
    )
    section.figure(
        "front",
        _pairs(findings, share),
        f"The {reference.kind} front in every pair of objectives, colored by the share of all runs "
        f"that attained each point (within {percent(findings.questions.epsilon)} of its range in "
        "every objective); grey: designs that were tried. On the diagonal how both are "
        "distributed. Logarithmic where that is declared, or where a cost spans a factor of 20.",
    )
    ranges = {
        "objective": [labeled(objective) for objective in reference.objectives],
        "sense": [objective.sense for objective in reference.objectives],
        "ideal": reference.ideal,
        "nadir": reference.nadir,
    }
    section.table(
        "ranges",
        pd.DataFrame(ranges),
        [
            Column("objective", "objective", "text"),
            Column("sense", "sense", "text"),
            Column("ideal", "best on the front", "significant", 4),
            Column("nadir", "worst on the front", "significant", 4),
        ],
        "The scale on which everything is measured: best = 0, worst = 1 on the front; "
        f"reference point {reference.reference_point[0]:.4g} in every objective; "
        f"{reference.scale_label}.",
    )
    _surfaces(section, findings)


def _pairs(findings: EfficiencyFindings, share: NDArray[np.float64]) -> Figure:
    """Draw the objectives that vary along the front."""
    reference = findings.reference
    columns = np.flatnonzero(~reference.degenerate)
    columns = columns if len(columns) else np.arange(len(reference.objectives))
    tried = [run.minimized for runs in findings.trials.runs.values() for run in runs]
    cloud = np.unique(np.vstack(tried), axis=0) * signs(reference.objectives)
    return plots.pair_grid(
        reference.front[:, columns],
        [reference.objectives[column] for column in columns],
        color=share,
        label="share of runs that attained the point",
        limits=(0.0, max(float(share.max()), 0.01)),
        cloud=cloud[:, columns],
        cloud_label="designs tried",
        scales=reference.scales,
    )


def _surfaces(section: Section, findings: EfficiencyFindings) -> None:
    """Attainment surfaces of the best sampler and the baseline, in two objectives."""
    reference = findings.reference
    varying = [int(column) for column in np.flatnonzero(~reference.degenerate)]
    if len(varying) < 2:
        return
    smaller = minimized(reference.front, reference.objectives)
    partner = max(
        varying[1:], key=lambda column: len(pareto_front(smaller[:, [varying[0], column]]))
    )
    columns = [partner, varying[0]]
    objectives = (reference.objectives[columns[0]], reference.objectives[columns[1]])
    baseline = str(findings.questions.baseline)
    best = next((name for name in ranked(findings.hypervolume) if name != baseline), None)
    sets = {
        name: [run.minimized[:, columns] for run in findings.trials.runs[name] if len(run.values)]
        for name in ([baseline] if best is None else [best, baseline])
    }
    front = pareto_front(smaller[:, columns])
    section.figure(
        "attainment_surfaces",
        plots.attainment_surfaces(
            {name: surfaces(found) for name, found in sets.items()},
            objectives,
            front,
            label=f"{reference.kind} front",
            scales=reference.scales,
        ),
        f"Empirical attainment surfaces in {objectives[1].name} and {objectives[0].name} (the pair "
        "with the longest front): what 50 % of the runs (solid) and 25 and 75 % (dotted) attain at "
        "the end.",
        narrow=True,
    )
    if best is None or len(sets[best]) != len(sets[baseline]):
        return
    worst = np.vstack([*sets[best], *sets[baseline]]).max(axis=0)
    rectangles = difference_rectangles(sets[best], sets[baseline], worst)
    if len(rectangles):
        section.figure(
            "attainment_differences",
            plots.attainment_differences(
                best, baseline, rectangles, objectives, scales=reference.scales
            ),
            f"Where {best} attains more often (positive, blue) or less often (negative, ochre) "
            f"than {baseline}; the scale of colors ends at the largest difference.",
            narrow=True,
        )
