"""How much of a front is the chance of its sample: a bootstrap over the samples behind the values.

An accuracy is a mean over jets, and another sample of jets gives another front. Costs are exact,
so only designs whose noisy objectives are nearly good enough can come onto it: these are the
candidates, a few hundred of tens of thousands, and only their results jet by jet are needed. With
those, resampling the jets is one product of a (resamples, jets) and a (jets, candidates) matrix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, checked_values, minimized
from analysis.foundation.words import counted
from analysis.front.pareto import nondominated, pareto_front

RESAMPLES = 500
MARGIN = 4.0
"""Standard errors by which a candidate may fall short of the front."""

_BLOCK = 4_000_000


def front_candidates(
    values: ArrayLike, objectives: Sequence[ObjectiveLike], margins: Mapping[str, float]
) -> NDArray[np.int64]:
    """Return the rows of designs that would be on the front if they were a little better.

    Parameters
    ----------
    values
        (n, m) of every design, natural units and senses.
    objectives
        The m objectives.
    margins
        By how much each noisy objective may be better than it was measured, by name: `MARGIN`
        times the standard error of a difference of two designs is ample.

    Returns
    -------
    numpy.ndarray
        (c,), ascending; the front itself is among them.

    Raises
    ------
    InputError
        A margin names no objective or is negative, or the values do not fit the objectives.

    Notes
    -----
    O(n k m) for a front of k points: whatever dominates an improved design is itself dominated
    by, or on, the front.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> objectives = [Objective(name="accuracy", sense="max"), Objective(name="size")]
    >>> values = [[0.75, 8], [0.70, 4], [0.74, 8], [0.60, 8]]
    >>> front_candidates(values, objectives, {"accuracy": 0.02})
    array([0, 1, 2])
    """
    points = minimized(values, objectives)
    names = [objective.name for objective in objectives]
    shift = np.zeros(len(names))
    for name, margin in margins.items():
        if name not in names:
            raise InputError(f"margin of {name!r}: expected one of {', '.join(names)}")
        if not margin >= 0:
            raise InputError(f"margin of {name} = {margin}: expected at least 0")
        shift[names.index(name)] = margin
    if len(points) == 0:
        return np.zeros(0, dtype=np.int64)
    front = pareto_front(points)
    kept = []
    step = max(1, _BLOCK // front.size)
    for start in range(0, len(points), step):
        better = points[start : start + step, None, :] - shift
        weakly, strictly = front[None] <= better, front[None] < better
        dominated = np.asarray(weakly.all(axis=2) & strictly.any(axis=2))
        kept.append(~dominated.any(axis=1))
    return np.flatnonzero(np.concatenate(kept) | nondominated(points))


@dataclass(frozen=True, eq=False)
class FrontChance:
    """How often each design is on the front when the samples are drawn again.

    Attributes
    ----------
    frequency
        (c,) for each candidate.
    on_front
        (c,) which of them are on the front as measured.
    sizes
        (resamples,) distinct points of each resample's front.
    drawn
        What was drawn again, in words.
    """

    frequency: NDArray[np.float64]
    on_front: NDArray[np.bool_]
    sizes: NDArray[np.int64]
    drawn: str = "jets"

    @property
    def kept(self) -> float:
        """Mean share of the measured front's designs that stay on a resample's front."""
        return float(self.frequency[self.on_front].mean())

    def sentences(self) -> tuple[str, ...]:
        """Say how much of the front is the sample's chance."""
        own = self.frequency[self.on_front]
        often, rarely = int((own >= 0.95).sum()), int((own < 0.5).sum())
        low, high = np.quantile(self.sizes, [0.025, 0.975])
        return (
            f"When the {self.drawn} are drawn again, {100 * self.kept:.0f} % of the front's "
            f"{counted(len(own), 'design')} stay on it on average; {often} "
            f"{'does' if often == 1 else 'do'} in at least 95 % of the resamples, {rarely} in less "
            "than half.",
            f"A resample's front has {low:.0f} to {high:.0f} points (95 % of the resamples).",
        )


def front_chance(
    values: ArrayLike,
    objectives: Sequence[ObjectiveLike],
    contributions: Mapping[str, ArrayLike],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> FrontChance:
    """Resample the samples behind the noisy objectives and take the front of each resample.

    Parameters
    ----------
    values
        (c, m) of the candidates (see `front_candidates`), natural units and senses.
    objectives
        The m objectives.
    contributions
        For each noisy objective by name (c, n): what each of n samples adds to each candidate's
        value, which is their mean. For an accuracy: whether each jet is classified correctly, as
        booleans. All objectives share the samples.
    resamples, seed
        Of the bootstrap.

    Raises
    ------
    InputError
        An objective is unknown, the shapes do not fit, or the contributions' means are not the
        values.

    Notes
    -----
    Designs keep their correlation: the same resample of jets is used for all. Memory: c n bytes
    for booleans, and 4 n `resamples` for the weights; time O(resamples c n).

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> objectives = [Objective(name="accuracy", sense="max"), Objective(name="size")]
    >>> correct = np.random.default_rng(0).random((3, 1000)) < np.array([[0.8], [0.7], [0.69]])
    >>> values = np.column_stack([correct.mean(axis=1), [9.0, 4.0, 5.0]])
    >>> found = front_chance(values, objectives, {"accuracy": correct})
    >>> found.on_front.tolist(), bool(0 < found.frequency[2] < 1 == found.frequency[1])
    ([True, True, False], True)
    """
    array = checked_values(values, objectives)
    names = [objective.name for objective in objectives]
    noisy: dict[int, NDArray[np.float32]] = {}
    samples = 0
    for name, given in contributions.items():
        if name not in names:
            raise InputError(f"contributions of {name!r}: expected one of {', '.join(names)}")
        parts = np.asarray(given)
        if parts.ndim != 2 or len(parts) != len(array) or (samples and parts.shape[1] != samples):
            raise InputError(
                f"contributions of {name}: shape {parts.shape}, expected ({len(array)}, samples)"
            )
        column, samples = names.index(name), parts.shape[1]
        if not np.allclose(parts.mean(axis=1), array[:, column], rtol=1e-3, atol=1e-6):
            raise InputError(f"contributions of {name}: their means are not the values")
        noisy[column] = parts.astype(np.float32)
    if not noisy or samples == 0:
        raise InputError("contributions: expected those of at least one objective")

    def draws() -> Iterator[NDArray[np.float64]]:
        generator = np.random.default_rng(seed)
        drawn = array.copy()
        step = max(1, min(resamples, _BLOCK // samples))
        for start in range(0, resamples, step):
            count = min(step, resamples - start)
            weights = generator.multinomial(samples, np.full(samples, 1.0 / samples), size=count)
            shares = (weights / samples).astype(np.float32)
            means = {column: parts @ shares.T for column, parts in noisy.items()}
            for row in range(count):
                for column, mean in means.items():
                    # Means of counts over n are snapped back, so that equal counts stay equal.
                    counts = np.round(mean[:, row].astype(np.float64) * samples, 2)
                    drawn[:, column] = counts / samples
                yield drawn

    return _over(draws(), array, objectives, "jets")


def front_chance_of_errors(
    values: ArrayLike,
    objectives: Sequence[ObjectiveLike],
    errors: Mapping[str, float],
    *,
    drawn: str,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> FrontChance:
    """Draw noisy values again from their standard errors and take the front of each draw.

    For noise that is independent from design to design, as the chance of a training is.

    Parameters
    ----------
    values
        (c, m) of the candidates (see `front_candidates`), natural units and senses.
    objectives
        The m objectives.
    errors
        Standard error of each noisy objective's values, by name, normally distributed.
    drawn
        What is drawn again, in words: ``"trainings"``.
    resamples, seed
        Of the simulation.

    Raises
    ------
    InputError
        An objective is unknown, an error negative, or the values do not fit the objectives.

    Examples
    --------
    >>> from analysis.foundation.objectives import Objective
    >>> objectives = [Objective(name="accuracy", sense="max"), Objective(name="size")]
    >>> values = [[0.75, 9.0], [0.70, 4.0], [0.699, 5.0]]
    >>> found = front_chance_of_errors(values, objectives, {"accuracy": 0.002}, drawn="trainings")
    >>> found.on_front.tolist(), bool(0.2 < found.frequency[2] < 0.5)
    ([True, True, False], True)
    """
    array = checked_values(values, objectives)
    names = [objective.name for objective in objectives]
    for name, error in errors.items():
        if name not in names:
            raise InputError(f"error of {name!r}: expected one of {', '.join(names)}")
        if not error >= 0:
            raise InputError(f"error of {name} = {error}: expected at least 0")

    def draws() -> Iterator[NDArray[np.float64]]:
        generator = np.random.default_rng(seed)
        for _ in range(resamples):
            again = array.copy()
            for name, error in errors.items():
                again[:, names.index(name)] += generator.normal(0.0, error, size=len(array))
            yield again

    return _over(draws(), array, objectives, drawn)


def _over(
    draws: Iterable[NDArray[np.float64]],
    measured: NDArray[np.float64],
    objectives: Sequence[ObjectiveLike],
    drawn: str,
) -> FrontChance:
    """Take the front of each draw of the values (c, m), and count who is on it."""
    hits = np.zeros(len(measured))
    sizes = []
    for values in draws:
        points = minimized(values, objectives)
        front = nondominated(points)
        hits += front
        sizes.append(len(np.unique(points[front], axis=0)))
    on_front = nondominated(minimized(measured, objectives))
    return FrontChance(hits / len(sizes), on_front, np.array(sizes, dtype=np.int64), drawn)
