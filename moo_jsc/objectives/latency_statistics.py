"""What a few interleaved rounds of timings say: medians, intervals, and who is truly faster.

The model is multiplicative. A round's logarithmic timing of network i is

    log y[r, i] = log latency[i] + common[r] + own[r, i]

where ``common`` is what slows every network of a round alike (other programs, clock frequency)
and ``own`` is what remains (placement in memory, chance). Comparisons between networks use
paired differences, from which ``common`` has dropped out; absolute values cannot lose it.
Only the quieter half of the rounds counts, by the mean logarithm over all networks: one choice of
rounds for all, so that it favours nobody. A program that disturbs up to half of the rounds then
changes nothing.

A later measurement differs from this one by more than the scatter of its rounds, because the
machine drifts between measurements. `LEVEL_DRIFT` and `OWN_DRIFT` are the two drifts, as
standard deviations of a logarithm; docs/latency.md tells how they were measured.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVEL_DRIFT = 0.02
"""Drift of all networks together from one measurement to a later one (2 %)."""

OWN_DRIFT = 0.008
"""Drift of one network against the others from one measurement to a later one (0.8 %)."""

MEDIAN_EFFICIENCY = np.sqrt(np.pi / 2)
"""Standard error of a median over that of a mean, for normal samples."""


@dataclass(frozen=True)
class Summary:
    """Medians and intervals of n networks, milliseconds.

    Attributes
    ----------
    median
        (n,) medians over the quieter half of the rounds.
    low, high
        (n,) interval that a later measurement's median falls into with the stated confidence.
    relative_low, relative_high
        (n,) the same for the latency over the geometric mean of all networks (a pure number),
        free of what slows all networks alike.
    tied
        Pairs (i, j), i < j, that cannot be told apart.
    """

    median: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    relative_low: NDArray[np.float64]
    relative_high: NDArray[np.float64]
    tied: tuple[tuple[int, int], ...]


def summarize(rounds: NDArray[np.float64], confidence: float = 0.95) -> Summary:
    """Summarise timings (rounds, n) in milliseconds, from the quieter half of the rounds.

    The half-width of an interval, on the logarithm, is t sqrt(2 s^2 + drift^2): s the standard
    error of the median over rounds (from their median absolute deviation), twice because the
    later median has one too, t Student's quantile with one degree of freedom less than rounds
    kept. Pairs are tested in the same way on paired differences of rounds, with Holm's
    correction for the number of pairs at level 1 - `confidence`. Takes O(rounds n^2) time and
    memory.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> noise = np.exp(rng.normal(scale=0.003, size=(20, 3)) + rng.normal(scale=0.1, size=(20, 1)))
    >>> summary = summarize(np.array([0.1, 0.1005, 0.2]) * noise)
    >>> summary.tied
    ((0, 1),)
    """
    logs = quiet_rounds(np.log(rounds))
    level = logs.mean(axis=1, keepdims=True)
    quantile = _student(confidence, len(logs) - 1)

    median = np.median(logs, axis=0)
    width = quantile * np.sqrt(2 * _error(logs) ** 2 + LEVEL_DRIFT**2 + OWN_DRIFT**2)
    own = logs - level
    relative = np.median(own, axis=0)
    own_width = quantile * np.sqrt(2 * _error(own) ** 2 + OWN_DRIFT**2)
    return Summary(
        median=np.exp(median),
        low=np.exp(median - width),
        high=np.exp(median + width),
        relative_low=np.exp(relative - own_width),
        relative_high=np.exp(relative + own_width),
        tied=_tied_pairs(own, 1 - confidence) if logs.shape[1] > 1 else (),
    )


def quiet_rounds(logs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the half of the rounds (rounds, n) with the smallest mean logarithm, in order.

    Examples
    --------
    >>> quiet_rounds(np.array([[0.0, 1.0], [3.0, 3.0], [0.2, 0.9]]))
    array([[0. , 1. ], [0.2, 0.9]])
    """
    kept = (len(logs) + 1) // 2
    return logs[np.sort(np.argsort(logs.mean(axis=1), kind="stable")[:kept])]


def _error(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard error of the medians over the first axis, robust to outliers."""
    deviation = np.median(np.abs(samples - np.median(samples, axis=0)), axis=0)
    return 1.4826 * deviation * MEDIAN_EFFICIENCY / np.sqrt(len(samples))


def _student(confidence: float, freedom: int) -> float:
    from scipy import stats

    return float(stats.t.ppf((1 + confidence) / 2, freedom))


def _tied_pairs(own: NDArray[np.float64], level: float) -> tuple[tuple[int, int], ...]:
    """Return the pairs whose paired difference is not significant after Holm's correction."""
    from scipy import stats

    first, second = np.triu_indices(own.shape[1], k=1)
    differences = own[:, first] - own[:, second]
    error = np.sqrt(2 * _error(differences) ** 2 + 2 * OWN_DRIFT**2)
    statistic = np.abs(np.median(differences, axis=0)) / error
    p_values = 2 * stats.t.sf(statistic, len(own) - 1)
    order = np.argsort(p_values, kind="stable")
    passed = p_values[order] <= level / np.arange(len(order), 0, -1)
    significant = order[: len(order) if passed.all() else int(np.argmin(passed))]
    tied = np.setdiff1d(np.arange(len(first)), significant)
    return tuple((int(first[pair]), int(second[pair])) for pair in tied)
