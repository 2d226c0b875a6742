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

DRAWS = 50_000
"""Random rankings of all samplers on all problems that the critical difference is read off."""

ROUNDING = 1e-9
"""Of mean ranks."""


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
        Mean ranks that differ by no more cannot be told apart.
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
    """Rank samplers over problems, with Friedman's test and the critical difference of mean ranks.

    The critical difference is the quantile of the range of mean ranks when every order of the
    samplers is equally likely on every problem, by `DRAWS` draws. Nemenyi's (Demsar 2006),
    q sqrt(k (k + 1) / (6 N)) for k samplers on N problems, is its limit for many problems, and
    errs by up to half a point for few.

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
    difference = _critical_difference(alpha, samplers, problems)
    return Ranking(ranks, p, difference, _groups(ranks, difference), problems)


@lru_cache(maxsize=64)
def _critical_difference(alpha: float, samplers: int, problems: int) -> float:
    """Return the least range of mean ranks that chance exceeds with probability alpha at most."""
    rng = np.random.default_rng(0)
    sums = np.zeros((DRAWS, samplers), dtype=np.int64)
    for _ in range(problems):
        sums += rng.random((DRAWS, samplers)).argsort(axis=1)
    ranges = sums.max(axis=1) - sums.min(axis=1)
    return float(np.quantile(ranges, 1 - alpha, method="higher")) / problems


def _groups(ranks: dict[str, float], difference: float) -> tuple[tuple[str, ...], ...]:
    names, values = list(ranks), np.array(list(ranks.values()))
    ends = np.searchsorted(values, values + difference + ROUNDING, side="right")
    groups = []
    last = 0
    for start, end in enumerate(ends):
        if end > last and end - start > 1:
            groups.append(tuple(names[start:end]))
        last = max(last, int(end))
    return tuple(groups)
