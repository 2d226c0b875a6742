"""Which sampler is better: paired tests, effect sizes and intervals over seeds of one problem.

Seeds are paired replicates: samplers that start from the same seed may share their first trials.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Sense
from analysis.statistics.effects import a12_interval
from analysis.statistics.intervals import RESAMPLES, mean_interval, resampling_weights
from analysis.statistics.simultaneous import SimultaneousMeans, simultaneous_means
from analysis.statistics.ties import paired_differences, without_rounding

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["better", "worse", "equivalent", "undecided", "identical"]

EXACT_SEEDS = 50
"""Up to here p-values are exact, ties or not."""


def against_baseline(
    scores: Mapping[str, ArrayLike],
    baseline: str,
    *,
    sense: Sense = "max",
    alpha: float = 0.05,
    margin: float | None = None,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> pd.DataFrame:
    """Compare every sampler with one, all comparisons together.

    Parameters
    ----------
    scores
        For each sampler one number a seed, seeds in the same order: (n,).
    baseline
        Whom to compare with.
    sense
        ``"max"`` if larger scores are better.
    alpha
        Family-wise error rate.
    margin
        Mean differences smaller than this do not matter: samplers whose interval lies within it
        are called equivalent. None: that is not asked.
    bounds
        Least and largest score there can be.

    Returns
    -------
    pandas.DataFrame
        Index ``sampler``; the columns of `all_pairs`.

    Raises
    ------
    InputError
        The baseline is unknown, or the scores are not paired (see `all_pairs`).

    Examples
    --------
    >>> import numpy as np
    >>> seeds = np.arange(10.0)
    >>> table = against_baseline({"random": seeds, "better": seeds + 2 + 0.1 * seeds}, "random")
    >>> round(float(table.loc["better", "difference"]), 3), table.loc["better", "verdict"]
    (2.45, 'better')
    """
    if baseline not in scores:
        raise InputError(f"baseline {baseline!r}: expected one of {', '.join(scores)}")
    pairs = [(name, baseline) for name in scores if name != baseline]
    table = _compared(scores, pairs, sense, alpha, margin, bounds)
    return table.drop(columns="other").rename(columns={"one": "sampler"}).set_index("sampler")


def all_pairs(
    scores: Mapping[str, ArrayLike],
    *,
    sense: Sense = "max",
    alpha: float = 0.05,
    margin: float | None = None,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> pd.DataFrame:
    """Compare all pairs of samplers, all comparisons together.

    Parameters
    ----------
    scores
        For each sampler one number a seed, seeds in the same order: (n,).
    sense
        ``"max"`` if larger scores are better.
    alpha
        Family-wise error rate.
    margin
        Mean differences smaller than this do not matter: samplers whose interval lies within it
        are called equivalent. None: that is not asked.
    bounds
        Least and largest score there can be.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``one``, ``other``; ``difference`` (mean of one - other) with
        ``difference_low`` and ``_high``, limits that hold for all rows at once (see
        `analysis.statistics.simultaneous`), and ``pointwise_low`` and ``_high``, which hold each
        by itself; ``p_mean`` (adjusted, of that mean), ``critical`` (of its ``|t|``);
        ``p`` (Wilcoxon signed-rank) and ``p_holm``; ``a12`` (probability that one beats the
        other, with ``a12_low`` and ``_high``); ``wins``, ``ties`` and ``losses`` of one over
        seeds; ``verdict``: one is ``better`` or ``worse`` (the interval of the mean leaves 0
        out), ``equivalent`` (it lies within the margin), ``identical`` (no seed differs), else
        ``undecided``; and ``verdict_ranks``, the same by the signed-rank test.

    Raises
    ------
    InputError
        There are fewer than 2 seeds, samplers have different numbers of them, or a score is not
        finite.
    """
    return _compared(scores, list(combinations(scores, 2)), sense, alpha, margin, bounds)


def _compared(
    scores: Mapping[str, ArrayLike],
    pairs: Sequence[tuple[str, str]],
    sense: Sense,
    alpha: float,
    margin: float | None,
    bounds: tuple[float, float],
) -> pd.DataFrame:
    import pandas as pd

    if margin is not None and not margin > 0:
        raise InputError(f"margin = {margin}: expected a number above 0")
    table = without_rounding(paired_scores(scores))
    one = np.column_stack([table[first] for first, _ in pairs]) if pairs else np.empty((2, 0))
    other = np.column_stack([table[second] for _, second in pairs]) if pairs else np.empty((2, 0))
    differences = paired_differences(one, other)
    span = bounds[1] - bounds[0]
    mean = simultaneous_means(differences, alpha=alpha, bounds=(-span, span))
    pointwise = mean_interval(differences, level=1 - alpha, bounds=(-span, span))
    p = signed_rank_p(differences)
    corrected = holm(p)
    sign = 1.0 if sense == "max" else -1.0
    effect, effect_low, effect_high = a12_interval(sign * one, sign * other, level=1 - alpha)
    improved = sign * differences
    return pd.DataFrame(
        {
            "one": [first for first, _ in pairs],
            "other": [second for _, second in pairs],
            "difference": mean.estimate,
            "difference_low": mean.low,
            "difference_high": mean.high,
            "pointwise_low": pointwise.low,
            "pointwise_high": pointwise.high,
            "p_mean": mean.p,
            "critical": mean.critical,
            "p": p,
            "p_holm": corrected,
            "a12": effect,
            "a12_low": effect_low,
            "a12_high": effect_high,
            "wins": (improved > 0).sum(axis=0),
            "ties": (improved == 0).sum(axis=0),
            "losses": (improved < 0).sum(axis=0),
            "verdict": mean_verdicts(improved, alpha, margin=margin, sign=sign, mean=mean),
            "verdict_ranks": rank_verdicts(improved, corrected, alpha),
        }
    )


def paired_scores(scores: Mapping[str, ArrayLike]) -> dict[str, NDArray[np.float64]]:
    """Check that scores are finite, with one number for each of the same 2 or more seeds."""
    table = {name: np.asarray(values, dtype=np.float64) for name, values in scores.items()}
    lengths = {name: values.shape for name, values in table.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"scores are not paired: {lengths}, expected one number a seed for all")
    for name, values in table.items():
        if values.ndim != 1 or len(values) < 2:
            raise InputError(f"{name}: scores of shape {values.shape}, expected at least 2 seeds")
        if not np.isfinite(values).all():
            raise InputError(f"{name}: a score is not finite")
    return table


def mean_verdicts(
    improved: NDArray[np.float64],
    alpha: float,
    *,
    margin: float | None = None,
    sign: float = 1.0,
    mean: SimultaneousMeans | None = None,
) -> list[Verdict]:
    """Return the verdict on the mean of each column of paired improvements (n, k).

    Parameters
    ----------
    improved
        Larger is better.
    alpha, margin
        See `all_pairs`.
    sign, mean
        What the differences were multiplied by, and their means if they are known.
    """
    if mean is None:
        mean = simultaneous_means(sign * improved, alpha=alpha)
    low, high = np.sort([sign * mean.low, sign * mean.high], axis=0)
    found: list[Verdict] = []
    for column in range(improved.shape[1]):
        if not improved[:, column].any():
            found.append("identical")
        elif margin is not None and -margin < low[column] and high[column] < margin:
            found.append("equivalent")
        elif low[column] > 0 or high[column] < 0:
            found.append("better" if low[column] > 0 else "worse")
        else:
            found.append("undecided")
    return found


def rank_verdicts(
    improved: NDArray[np.float64], corrected: NDArray[np.float64], alpha: float
) -> list[Verdict]:
    """Return the verdict of the signed-rank test on each column, given its corrected p-values."""
    direction = np.sign(_rank_sum(improved))
    found: list[Verdict] = []
    for column in range(improved.shape[1]):
        if not improved[:, column].any():
            found.append("identical")
        elif corrected[column] <= alpha and direction[column] != 0:
            found.append("better" if direction[column] > 0 else "worse")
        else:
            found.append("undecided")
    return found


def signed_rank_p(differences: ArrayLike) -> NDArray[np.float64]:
    """Return two-sided p-values of Wilcoxon's signed-rank test, one a column.

    Zeros are ranked and their ranks dropped (Pratt 1959). Up to 50 seeds the distribution over all
    signs is exact: scipy's tables without ties, a count over the ranks at hand with them. Beyond,
    the normal approximation, corrected for ties.

    Parameters
    ----------
    differences
        (n, k): k paired comparisons over n seeds.

    Returns
    -------
    numpy.ndarray
        (k,). 1 where no seed differs.

    Examples
    --------
    >>> signed_rank_p([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [4.0, 0.0], [5.0, 0.0]])
    array([0.0625, 1.    ])
    """
    from scipy.stats import rankdata, wilcoxon

    array = np.asarray(differences, dtype=np.float64)
    n, k = array.shape
    p = np.ones(k)
    some = array.any(axis=0)
    sizes = np.sort(np.abs(array), axis=0)
    tied = (sizes[0] == 0) | (np.diff(sizes, axis=0) == 0).any(axis=0)
    untied = some & ~tied
    if untied.any():
        method = "exact" if n <= EXACT_SEEDS else "asymptotic"
        p[untied] = wilcoxon(array[:, untied], axis=0, method=method).pvalue
    tied &= some
    if tied.any() and n > EXACT_SEEDS:
        p[tied] = wilcoxon(array[:, tied], axis=0, zero_method="pratt", method="asymptotic").pvalue
    elif tied.any():
        ranks = np.round(2.0 * rankdata(np.abs(array[:, tied]), axis=0)).astype(np.int64)
        signs = np.sign(array[:, tied])
        p[tied] = [_tied_p(*column) for column in zip(ranks.T, signs.T, strict=True)]
    return p


def _tied_p(ranks: NDArray[np.int64], signs: NDArray[np.float64]) -> float:
    """Return the exact two-sided p-value given the ranks (n,), each sign equally likely.

    Ranks are doubled, so that mean ranks are whole numbers; the share of sign patterns with each
    sum follows by adding one rank at a time. O(n^3).
    """
    observed = int(ranks[signs > 0].sum())
    ranks = ranks[signs != 0]
    chances = np.zeros(int(ranks.sum()) + 1)
    chances[0] = 1.0
    for rank in ranks:
        raised = np.zeros_like(chances)
        raised[rank:] = chances[: len(chances) - rank]
        chances = (chances + raised) / 2.0
    tail = min(chances[observed:].sum(), chances[: observed + 1].sum())
    return float(min(1.0, 2.0 * tail))


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Return p-values corrected for their number by Holm's step-down method (Holm 1979).

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = values[order] * np.arange(len(values), 0, -1)
    corrected = np.empty_like(values)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return corrected


def best_in_resamples(
    scores: Mapping[str, ArrayLike],
    *,
    sense: Sense = "max",
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, float]:
    """Return in how many resamples of the seeds each sampler has the best mean.

    A resampling frequency, no probability: of two equal samplers each gets half on average, and
    with few seeds one of them often much more. All samplers share the bootstrap's resamples;
    samplers that tie share a resample.

    Parameters
    ----------
    scores
        For each sampler one number a seed, seeds in the same order: (n,).
    sense
        ``"max"`` if larger scores are better.
    resamples, seed
        Of the bootstrap.

    Returns
    -------
    dict
        Sums to 1.

    Examples
    --------
    >>> best_in_resamples({"a": [1, 2, 3], "b": [2, 3, 4]})
    {'a': 0.0, 'b': 1.0}
    """
    table = paired_scores(scores)
    matrix = np.column_stack(list(table.values())) * (1.0 if sense == "max" else -1.0)
    means = resampling_weights(len(matrix), resamples, seed) @ matrix
    slack = 1e-12 * max(1.0, float(np.abs(matrix).max()))
    best = means >= means.max(axis=1, keepdims=True) - slack
    shares = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    return {name: float(share) for name, share in zip(table, shares, strict=True)}


def _rank_sum(differences: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of signed ranks of each column."""
    from scipy.stats import rankdata

    ranks = rankdata(np.abs(differences), axis=0)
    return np.asarray((np.sign(differences) * ranks).sum(axis=0))
