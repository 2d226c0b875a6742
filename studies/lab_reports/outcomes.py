"""What runs came to: quantities for the rules, from tables of values and the trials of searches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.objectives import Objective
from analysis.front.hypervolume import hypervolume_curve
from analysis.front.pareto import nondominated
from analysis.front.reference import Reference
from studies.lab_reports.searching import NO_TRIAL

ACCURACY = Objective(name="accuracy", unit="1", sense="max")
LOSS = Objective(name="loss", unit="nats", sense="min")
BITWIDTH = Objective(name="average bitwidth", unit="bits", sense="min")


def stacked(*columns: ArrayLike) -> NDArray[np.float64]:
    """Return values (n, size, m) from columns (n, size), or (size,) where they are the same."""
    arrays = [np.asarray(column, dtype=np.float64) for column in columns]
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    return np.stack([np.broadcast_to(array, shape) for array in arrays], axis=-1)


def hypervolume_shares(
    values: NDArray[np.float64], trials: NDArray[np.float64], objectives: Sequence[Objective]
) -> NDArray[np.float64]:
    """Return the share of each table's true hypervolume after every trial, (n, budget).

    Parameters
    ----------
    values
        (n, size, m): the table of each seed.
    trials
        (n, budget) flat indices; a run that ended early keeps its last share.
    objectives
        The m columns.
    """
    shares = np.empty(trials.shape)
    for row, (table, run) in enumerate(zip(values, trials, strict=True)):
        reference = Reference.from_values(table, objectives)
        points = reference.normalized(table[made(run)])
        curve = hypervolume_curve(points, reference.reference_point) / reference.hypervolume
        shares[row] = np.concatenate([curve, np.full(len(run) - len(curve), curve[-1])])
    return shares


def made(run: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the trials (k,) that a run (budget,) made before it ended."""
    return run[run != NO_TRIAL].astype(np.int64)


def lengths(trials: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the number of trials of each run."""
    return np.array([len(made(run)) for run in trials])


def unique(trials: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the number of different configurations of each run."""
    return np.array([len(np.unique(made(run))) for run in trials])


def best_of_runs(
    values: NDArray[np.float64], trials: NDArray[np.float64], sense: str
) -> NDArray[np.float64]:
    """Return the best value that each run met, (n,), of one objective's tables (n, size)."""
    best = np.max if sense == "max" else np.min
    return np.array([best(table[made(run)]) for table, run in zip(values, trials, strict=True)])


def best_reported(reported: NDArray[np.float64], column: int, sense: str) -> NDArray[np.float64]:
    """Return the best number that each run (n, budget, m) was told in one column."""
    best = np.max if sense == "max" else np.min
    return np.array([best(run[run[:, column] != NO_TRIAL, column]) for run in reported])


def numbers_of_best(
    reported: NDArray[np.float64], objectives: Sequence[Objective]
) -> list[NDArray[np.int64]]:
    """Return, for each run (n, budget, m), the numbers of its nondominated trials."""
    signs = np.array([-1.0 if o.sense == "max" else 1.0 for o in objectives])
    numbers = []
    for run in reported:
        rows = run[run[:, 0] != NO_TRIAL]
        numbers.append(np.flatnonzero(nondominated(rows * signs)))
    return numbers


def highest_among_best(
    reported: NDArray[np.float64], objectives: Sequence[Objective]
) -> NDArray[np.float64]:
    """Return, for each run, the highest accuracy (column 0) among its nondominated trials."""
    best = numbers_of_best(reported, objectives)
    return np.array([run[rows, 0].max() for run, rows in zip(reported, best, strict=True)])


def lowest_among_best(
    reported: NDArray[np.float64], other: Sequence[ArrayLike], objectives: Sequence[Objective]
) -> NDArray[np.float64]:
    """Return, for each run, the lowest of another metric (trials,) among its nondominated trials.

    Parameters
    ----------
    reported
        (n, budget, m), what decides which trials are best.
    other
        The other metric of each run's trials.
    objectives
        The m columns.
    """
    best = numbers_of_best(reported, objectives)
    return np.array([np.asarray(o)[rows].min() for o, rows in zip(other, best, strict=True)])


def running_means(
    values: NDArray[np.float64], trials: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """Return, for each run, the means over all trials so far of a table's values (n, size).

    Examples
    --------
    >>> running_means(np.array([[0.5, 0.7]]), np.array([[1.0, 0.0, -1.0]]))
    [array([0.7, 0.6])]
    """
    means = []
    for table, run in zip(values, trials, strict=True):
        found = table[made(run)]
        means.append(np.cumsum(found) / np.arange(1, len(found) + 1))
    return means


def steps_from_best(
    scores: NDArray[np.float64], trials: NDArray[np.float64], radices: Sequence[int], start: int
) -> NDArray[np.float64]:
    """Return each run's mean number of choices that differ from the best design so far.

    Averaged over the trials from `start` on; small where a search stays close to its best.

    Parameters
    ----------
    scores
        (n, size), larger is better.
    trials
        (n, budget) flat indices.
    radices
        Number of values of each choice.
    start
        First trial that counts, at least 1.
    """
    means = []
    for score, run in zip(scores, trials, strict=True):
        indices = made(run)
        rows = np.array(np.unravel_index(indices, tuple(radices))).T
        best = np.maximum.accumulate(score[indices])
        changed = []
        for trial in range(start, len(indices)):
            incumbent = int(np.argmax(score[indices[:trial]] == best[trial - 1]))
            changed.append(int((rows[trial] != rows[incumbent]).sum()))
        means.append(float(np.mean(changed)))
    return np.array(means)


def ends_in_local_maxima(
    scores: NDArray[np.float64], trials: NDArray[np.float64], radices: Sequence[int]
) -> NDArray[np.bool_]:
    """Say which runs' best design cannot be improved by changing a single choice.

    Parameters
    ----------
    scores
        (n, size), larger is better.
    trials
        (n, budget) flat indices.
    radices
        Number of values of each choice.

    Examples
    --------
    >>> ends_in_local_maxima(np.array([[3.0, 1, 2, 4]]), np.array([[0.0, 2]]), (2, 2))
    array([ True])
    >>> ends_in_local_maxima(np.array([[3.0, 1, 2, 4]]), np.array([[1.0, 2]]), (2, 2))
    array([False])
    """
    rows = np.array(np.unravel_index(np.arange(scores.shape[1]), tuple(radices))).T
    ends = []
    for score, run in zip(scores, trials, strict=True):
        indices = made(run)
        best = indices[score[indices].argmax()]
        neighbors = (rows != rows[best]).sum(axis=1) == 1
        ends.append(bool((score[neighbors] <= score[best]).all()))
    return np.array(ends)


def agreement_of_picks(scores: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say, for each row (n, k), whether the next row (cyclically) has its best column there too.

    Examples
    --------
    >>> agreement_of_picks(np.array([[0, 1], [0, 1], [1, 0]]))
    array([ True, False, False])
    """
    picks = scores.argmax(axis=1)
    return np.asarray(picks == np.roll(picks, -1))
