"""How conclusions change with the reference point, scale, indicator, objectives and split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.efficiency.optimism import fronts_anew
from analysis.foundation.errors import InputError
from analysis.foundation.words import listed
from analysis.indicators.sets import OTHER_INDICATORS, hypervolume_share
from analysis.statistics.comparison import mean_verdicts
from analysis.statistics.ties import paired_differences, without_rounding
from analysis.trials.table import Trials

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.reference import Reference

COORDINATES = (1.0, 1.1, 2.0)
SIGNS = {"better": 1, "worse": -1}

Scores = dict[str, NDArray[np.float64]]
"""One number for each seed, by the sampler's name; larger is better."""


@dataclass(frozen=True, eq=False)
class Robustness:
    """Conclusions under each way of measuring.

    Attributes
    ----------
    means
        Index sampler, one column a scenario: mean share of the front's hypervolume at the end, or
        minus the mean of another indicator, so that larger is better everywhere.
    table
        Index scenario. ``tau``: Kendall's rank correlation of the means with those of the first
        scenario; ``pairs``: pairs of samplers; ``lost``: pairs decided in the first scenario
        and not in this; ``gained``: the other way round; ``reversed``: decided both times, for
        opposite samplers; ``best``: the `leaders`.
    skipped
        Scenarios that cannot be measured or say nothing, with the reason.
    other_split
        Whether one of the scenarios is another split of the data.
    """

    means: pd.DataFrame
    table: pd.DataFrame
    skipped: Mapping[str, str]
    other_split: bool = False


def scenarios(reference: Reference) -> tuple[dict[str, Reference], dict[str, str]]:
    """Return the ways of measuring, the given one first, and those that cannot be measured.

    Reference points 1 + 1/H, 1.0, 1.1 and 2; the other scale (logarithmic costs if the given
    one is linear); each objective left out. Scenarios whose front is a single point, where the
    problem's own is not, are degenerate: whoever finds that point has everything.
    """
    found: dict[str, Reference] = {"as reported": reference}
    skipped: dict[str, str] = {}
    automatic = reference.with_coordinate(None)
    coordinates = {"reference point 1 + 1/H": automatic} | {
        f"reference point {value:g}": reference.with_coordinate(value) for value in COORDINATES
    }
    given = reference.reference_point[0]
    for name, other in coordinates.items():
        if other.reference_point[0] != given:
            found[name] = other
    label = "linear scales" if reference.logarithmic else "logarithmic costs"
    try:
        found[label] = reference.on_other_scale()
    except InputError as error:
        skipped[label] = str(error)
    if len(reference.objectives) > 1:
        for name in reference.names:
            found[f"without {name}"] = reference.without(name)
    for name in list(found)[1:]:
        if found[name].hypervolume <= 0:
            skipped[name] = f"the {reference.kind} front's hypervolume is 0"
        elif len(found[name].front) == 1 < len(reference.front):
            skipped[name] = "degenerate: its front has one point"
        else:
            continue
        del found[name]
    return found, skipped


def robustness(
    trials: Trials | pd.DataFrame,
    reference: Reference,
    *,
    alpha: float = 0.05,
    retested: pd.DataFrame | None = None,
    retested_reference: Reference | None = None,
    other: str = "the other split",
) -> Robustness:
    """Compare the samplers' final fronts under every scenario.

    Parameters
    ----------
    trials
        Or a table of them (see `analysis.trials.table`); only seeds that all samplers have are
        used.
    reference
        The front and the way of measuring that the report uses.
    alpha
        Family-wise error rate of the pairwise verdicts on the means, over all pairs.
    retested, retested_reference
        Values on another split and its own front (see `analysis.efficiency.optimism`): a further
        scenario, in which each run's final front is measured there.
    other
        What that split is called.

    Returns
    -------
    Robustness

    Raises
    ------
    InputError
        The table is unusable, or fewer than 2 seeds are common to all samplers.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> from analysis.front.reference import Reference
    >>> objectives = [Objective(name="a"), Objective(name="b")]
    >>> reference = Reference.from_values([[1, 3], [2, 2], [3, 1]], objectives)
    >>> trials = pd.DataFrame({"sampler": ["x", "y"] * 2, "seed": [0, 0, 1, 1], "trial": 0,
    ...                        "a": [1, 2, 1, 2], "b": [3, 2, 3, 2]})
    >>> found = robustness(trials, reference)
    >>> found.table.loc[["reference point 1.1", "IGD+"], "tau"].to_list()
    [1.0, 1.0]
    >>> found.skipped["without b"]
    'degenerate: its front has one point'
    """
    import pandas as pd

    paired = Trials.of(trials, reference).paired()
    fronts = {name: [run.front for run in runs] for name, runs in paired.runs.items()}
    found, skipped = scenarios(reference)
    scores: dict[str, Scores] = {}
    for name, scale in found.items():
        columns = [reference.names.index(objective) for objective in scale.names]
        try:
            scores[name] = {
                sampler: np.array([hypervolume_share(one[:, columns], scale) for one in sets])
                for sampler, sets in fronts.items()
            }
        except InputError as error:
            skipped[name] = str(error)
    for name, measure in OTHER_INDICATORS.items():
        values = {
            sampler: np.array([measure(one, reference) for one in sets])
            for sampler, sets in fronts.items()
        }
        if all(np.isfinite(row).all() for row in values.values()):
            scores[name] = values
        else:
            skipped[name] = "a run has found nothing"
    if retested is not None and retested_reference is not None:
        anew = fronts_anew(paired, retested)
        scores[f"on {other}"] = {
            sampler: np.array([hypervolume_share(one, retested_reference) for one in sets])
            for sampler, sets in anew.items()
        }
    scores = {name: without_rounding(part) for name, part in scores.items()}
    means = pd.DataFrame(
        {
            name: {key: float(np.mean(row)) for key, row in part.items()}
            for name, part in scores.items()
        }
    )
    return Robustness(
        means,
        _table(means, {name: _decisions(part, alpha) for name, part in scores.items()}),
        skipped,
        other_split=f"on {other}" in scores,
    )


def _table(means: pd.DataFrame, decided: Mapping[str, NDArray[np.int64]]) -> pd.DataFrame:
    import pandas as pd
    from scipy.stats import kendalltau

    base = decided["as reported"]
    rows = []
    for name, decisions in decided.items():
        tau = kendalltau(means["as reported"], means[name]).statistic if len(means) > 1 else 1.0
        rows.append(
            {
                "scenario": name,
                "tau": float(tau),
                "pairs": len(base),
                "lost": int(((base != 0) & (decisions == 0)).sum()),
                "gained": int(((base == 0) & (decisions != 0)).sum()),
                "reversed": int((base * decisions < 0).sum()),
                "best": listed(leaders(means[name])),
            }
        )
    return pd.DataFrame(rows).set_index("scenario")


def leaders(means: pd.Series) -> tuple[str, ...]:
    """Return the samplers with the best mean, all of them where they tie.

    Examples
    --------
    >>> import pandas as pd
    >>> leaders(pd.Series({"x": 0.8, "y": 0.7, "z": 0.8}))
    ('x', 'z')
    """
    return tuple(str(name) for name in means.index[means == means.max()])


def _decisions(shares: Scores, alpha: float) -> NDArray[np.int64]:
    """Return the verdict on each pair of samplers as 1, 0 or -1."""
    table = np.column_stack(list(shares.values()))
    one, other = np.triu_indices(table.shape[1], k=1)
    found = mean_verdicts(paired_differences(table[:, one], table[:, other]), alpha)
    return np.array([SIGNS.get(verdict, 0) for verdict in found], dtype=np.int64)
