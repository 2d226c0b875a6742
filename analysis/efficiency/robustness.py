"""How conclusions change with the reference point, the cost scale and the set of objectives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.errors import InputError
from analysis.front.hypervolume import hypervolume
from analysis.statistics.comparison import holm, signed_rank_p, verdicts
from analysis.trials.table import Trials

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.reference import Reference

COORDINATES = (1.0, 1.1, 2.0)
SIGNS = {"better": 1, "worse": -1}


@dataclass(frozen=True, eq=False)
class Robustness:
    """Conclusions under each way of measuring.

    Attributes
    ----------
    means
        Index sampler, one column a scenario: mean share of the true hypervolume at the end.
    table
        Index scenario. ``tau``: Kendall's rank correlation of the means with those of the first
        scenario; ``pairs``: pairs of samplers; ``lost``: pairs decided in the first scenario
        and not in this; ``gained``: the other way round; ``reversed``: decided both times, for
        opposite samplers; ``best``: the sampler with the best mean.
    skipped
        Scenarios that cannot be measured, with the reason.
    """

    means: pd.DataFrame
    table: pd.DataFrame
    skipped: Mapping[str, str]


def scenarios(reference: Reference) -> tuple[dict[str, Reference], dict[str, str]]:
    """Return the ways of measuring, the given one first, and those that cannot be measured.

    Reference points 1 + 1/H, 1.0, 1.1 and 2; costs on the other scale (logarithmic if the given
    one is linear); each objective left out.
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
            skipped[name] = "the true front's hypervolume is 0"
            del found[name]
    return found, skipped


def robustness(
    trials: Trials | pd.DataFrame, reference: Reference, *, alpha: float = 0.05
) -> Robustness:
    """Compare the samplers' final hypervolume under every scenario.

    Parameters
    ----------
    trials
        See `analysis.trials.table`; only seeds that all samplers have are used.
    reference
        The true front and the way of measuring that the report uses.
    alpha
        Family-wise error rate of the pairwise verdicts (Wilcoxon, Holm over all pairs).

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
    >>> found.table.loc[["reference point 1.1", "without b"], "tau"].to_list()
    [1.0, -1.0]
    """
    import pandas as pd
    from scipy.stats import kendalltau

    fronts = {
        name: [run.front for run in runs]
        for name, runs in Trials.of(trials, reference).paired().runs.items()
    }
    found, skipped = scenarios(reference)
    shares = {}
    for name, other in found.items():
        columns = [reference.names.index(objective) for objective in other.names]
        try:
            shares[name] = _shares(fronts, other, columns)
        except InputError as error:
            skipped[name] = str(error)
    means = pd.DataFrame(
        {
            name: {key: float(np.mean(row)) for key, row in part.items()}
            for name, part in shares.items()
        }
    )
    decided = {name: _decisions(part, alpha) for name, part in shares.items()}
    base = decided["as reported"]
    rows = []
    for name in shares:
        other_decisions = decided[name]
        tau = kendalltau(means["as reported"], means[name]).statistic if len(means) > 1 else 1.0
        rows.append(
            {
                "scenario": name,
                "tau": float(tau),
                "pairs": len(base),
                "lost": int(((base != 0) & (other_decisions == 0)).sum()),
                "gained": int(((base == 0) & (other_decisions != 0)).sum()),
                "reversed": int((base * other_decisions < 0).sum()),
                "best": str(means[name].idxmax()),
            }
        )
    return Robustness(means, pd.DataFrame(rows).set_index("scenario"), skipped)


def _shares(
    fronts: Mapping[str, list[NDArray[np.float64]]], reference: Reference, columns: list[int]
) -> dict[str, NDArray[np.float64]]:
    whole, bound = reference.hypervolume, reference.reference_point
    return {
        name: np.array(
            [hypervolume(reference.normalized(front[:, columns]), bound) / whole for front in found]
        )
        for name, found in fronts.items()
    }


def _decisions(shares: Mapping[str, NDArray[np.float64]], alpha: float) -> NDArray[np.int64]:
    """Return the verdict on each pair of samplers as 1, 0 or -1."""
    table = np.column_stack(list(shares.values()))
    one, other = np.triu_indices(table.shape[1], k=1)
    differences = table[:, one] - table[:, other]
    found = verdicts(differences, holm(signed_rank_p(differences)), alpha)
    return np.array([SIGNS.get(verdict, 0) for verdict in found], dtype=np.int64)
