"""Samplers across several problems: Friedman's test and critical differences of mean ranks.

For replicates on one problem these are the wrong tests: seeds of one problem are no sample of
problems. `analysis.statistics.comparison` is for one problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Sense

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Ranking:
    """Mean ranks over problems.

    Attributes
    ----------
    ranks
        Sampler to mean rank, best (1) first.
    p
        Of Friedman's test that all samplers rank alike.
    critical_difference
        Mean ranks that differ by less cannot be told apart (Nemenyi).
    groups
        Maximal runs of samplers, by rank, that cannot be told apart.
    problems
        How many.
    """

    ranks: dict[str, float]
    p: float
    critical_difference: float
    groups: tuple[tuple[str, ...], ...]
    problems: int


def friedman(scores: pd.DataFrame, *, sense: Sense = "max", alpha: float = 0.05) -> Ranking:
    """Rank samplers over problems, with Friedman's test and Nemenyi's critical difference.

    CD = q_alpha sqrt(k (k + 1) / (6 N)) for k samplers on N problems, q the studentized range's
    quantile over sqrt(2) (Demsar 2006).

    Parameters
    ----------
    scores
        One row a problem, one column a sampler: the mean score over seeds.
    sense
        ``"max"`` if larger scores are better.
    alpha
        Level of the critical difference.

    Returns
    -------
    Ranking

    Raises
    ------
    InputError
        There are fewer than 3 samplers or 2 problems, or a score is not finite.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"a": [3, 3, 3, 3], "b": [2, 2, 2, 2], "c": [1, 1, 1, 1.0]})
    >>> ranking = friedman(scores)
    >>> ranking.ranks, ranking.groups
    ({'a': 1.0, 'b': 2.0, 'c': 3.0}, (('a', 'b'), ('b', 'c')))
    """
    from scipy.stats import friedmanchisquare, rankdata

    values = scores.to_numpy(np.float64)
    problems, samplers = values.shape
    if samplers < 3 or problems < 2:
        raise InputError(
            f"{samplers} samplers on {problems} problems: Friedman's test needs at least 3 and 2"
        )
    if not np.isfinite(values).all():
        raise InputError("scores of several problems: a score is not finite")
    sign = -1.0 if sense == "max" else 1.0
    mean = rankdata(sign * values, axis=1).mean(axis=0)
    order = np.argsort(mean, kind="stable")
    names = [str(scores.columns[position]) for position in order]
    ranks = {name: float(mean[position]) for name, position in zip(names, order, strict=True)}
    identical = bool((values == values[:, :1]).all())
    p = 1.0 if identical else float(friedmanchisquare(*values.T).pvalue)
    difference = _range_quantile(1 - alpha, samplers) * np.sqrt(
        samplers * (samplers + 1) / (6.0 * problems)
    )
    return Ranking(ranks, p, float(difference), _groups(ranks, float(difference)), problems)


@lru_cache(maxsize=64)
def _range_quantile(level: float, samplers: int) -> float:
    """Return the studentized range's quantile over sqrt(2)."""
    from scipy.stats import studentized_range

    return float(studentized_range.ppf(level, samplers, np.inf)) / float(np.sqrt(2.0))


def _groups(ranks: dict[str, float], difference: float) -> tuple[tuple[str, ...], ...]:
    names, values = list(ranks), np.array(list(ranks.values()))
    ends = np.searchsorted(values, values + difference, side="right")
    groups = []
    last = 0
    for start, end in enumerate(ends):
        if end > last and end - start > 1:
            groups.append(tuple(names[start:end]))
        last = max(last, int(end))
    return tuple(groups)
