"""How alike two objectives rank the designs: Kendall's tau and mutual information."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WHOLE = 200_000
"""Up to so many designs tau is computed over all pairs of designs, beyond on a subsample."""

BATCHES = 20
BINS = 32
_ADJUSTED = 50_000


@dataclass(frozen=True)
class Association:
    """How alike two objectives are, both turned so that smaller is better.

    Attributes
    ----------
    tau
        Kendall's tau-b: 1 the same order, 0 no relation, -1 the opposite order; NaN if an
        objective is constant.
    low, high
        95 % interval of tau; both equal to it where all designs were used (then it is exact).
    information
        Mutual information of the binned objectives in nats.
    shared
        The same as a share of the smaller entropy, less what chance alone would give (adjusted
        mutual information): 1 if one objective's bin gives the other's away, 0 on average if
        they are unrelated.
    """

    tau: float
    low: float
    high: float
    information: float
    shared: float

    @property
    def exact(self) -> bool:
        """Whether tau was computed from all designs."""
        return self.low == self.high or np.isnan(self.tau)


def association(
    first: NDArray[np.float64], second: NDArray[np.float64], seed: int = 0
) -> Association:
    """Measure how alike two minimized objectives (n,) are.

    Notes
    -----
    Kendall's tau-b (Kendall 1945) by scipy, O(n log n). Beyond `WHOLE` designs: of 20 batches
    of a random subsample, the mean and its t interval.

    Mutual information: plug-in estimate on at most 32 bins of equal frequency (each distinct
    value, where there are no more). For all designs of a space the binned value is exact; for
    n sampled ones its bias is about (bins - 1)^2 / (2 n) nats, which the adjustment removes
    (Vinh, Epps and Bailey, JMLR 11, 2010), up to 50,000 designs; beyond, it is negligible.

    Examples
    --------
    >>> found = association(np.arange(10.0), np.arange(10.0) ** 3)
    >>> round(found.tau, 9), round(found.shared, 9), found.exact
    (1.0, 1.0, True)
    """
    tau, low, high = _tau(first, second, seed)
    information, shared = _information(first, second)
    return Association(tau, low, high, information, shared)


def _tau(
    first: NDArray[np.float64], second: NDArray[np.float64], seed: int
) -> tuple[float, float, float]:
    from scipy.stats import kendalltau, t

    if len(first) < 2:
        return np.nan, np.nan, np.nan
    if len(first) == 2:
        # scipy's variance of tau divides by n - 2.
        sign = float(np.sign(np.diff(first)[0]) * np.sign(np.diff(second)[0]))
        return (sign, sign, sign) if sign else (np.nan, np.nan, np.nan)
    if len(first) <= WHOLE:
        tau = float(kendalltau(first, second, method="asymptotic").statistic)
        return tau, tau, tau
    rows = np.random.default_rng(seed).choice(len(first), WHOLE, replace=False)
    batches = [
        kendalltau(first[batch], second[batch], method="asymptotic").statistic
        for batch in np.split(rows, BATCHES)
    ]
    mean = float(np.mean(batches))
    half = float(t.ppf(0.975, BATCHES - 1) * np.std(batches, ddof=1) / np.sqrt(BATCHES))
    return mean, max(mean - half, -1.0), min(mean + half, 1.0)


def _information(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[float, float]:
    from sklearn.metrics import (
        adjusted_mutual_info_score,
        mutual_info_score,
        normalized_mutual_info_score,
    )

    bins = binned(first), binned(second)
    if len(np.unique(bins[0])) == 1 or len(np.unique(bins[1])) == 1:
        return 0.0, 0.0
    measure = (
        adjusted_mutual_info_score if len(first) <= _ADJUSTED else normalized_mutual_info_score
    )
    return float(mutual_info_score(*bins)), float(measure(*bins, average_method="min"))


def binned(values: NDArray[np.float64], bins: int = BINS) -> NDArray[np.int64]:
    """Return the bin of each value (n,): equal frequencies, equal values together.

    Examples
    --------
    >>> binned(np.array([3.0, 1.0, 1.0, 2.0]), bins=2)
    array([1, 0, 0, 1])
    """
    distinct, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    if len(distinct) <= bins:
        return np.asarray(codes, dtype=np.int64)
    middles = np.cumsum(counts) - counts / 2.0
    return np.asarray((middles * bins / len(values)).astype(np.int64)[codes], dtype=np.int64)
