"""Anytime curves: an indicator of each run after each trial, against the true front."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Sense
from analysis.front.hypervolume import hypervolume_curve
from analysis.indicators.distances import epsilon_curve, igd_plus_curve
from analysis.trials.table import Run, runs_of

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.reference import Reference

Axis = Literal["trials", "unique evaluations"]


@dataclass(frozen=True, eq=False)
class Curves:
    """One curve for each (sampler, seed), all of one length.

    Attributes
    ----------
    indicator
        What is measured, for axes.
    sense
        ``"max"`` if larger is better.
    axis
        What the columns count: trials (repeats included) or unique evaluations.
    values
        For each sampler (seeds, budget); column t holds the value after t + 1. A run that ended
        early keeps its last value.
    seeds
        For each sampler the seeds of the rows.
    lengths
        For each sampler (seeds,): where each run ended.
    """

    indicator: str
    sense: Sense
    axis: Axis
    values: Mapping[str, NDArray[np.float64]]
    seeds: Mapping[str, tuple[int, ...]]
    lengths: Mapping[str, NDArray[np.int64]]

    @property
    def samplers(self) -> tuple[str, ...]:
        """Names, in the order of the trial table."""
        return tuple(self.values)

    @property
    def budget(self) -> int:
        """Length of the longest run."""
        return next(iter(self.values.values())).shape[1]

    def final(self) -> dict[str, NDArray[np.float64]]:
        """Return the values at the end of each run, (seeds,) for each sampler."""
        return {name: values[:, -1] for name, values in self.values.items()}

    def area(self) -> dict[str, NDArray[np.float64]]:
        """Return the mean of each curve over its budget, (seeds,): the area under it / budget."""
        return {name: values.mean(axis=1) for name, values in self.values.items()}

    def paired(self) -> Curves:
        """Keep the seeds that every sampler has, as tests of paired replicates need.

        Raises
        ------
        InputError
            No seed is common to all samplers.
        """
        common = set.intersection(*(set(seeds) for seeds in self.seeds.values()))
        if not common:
            raise InputError("trial table: no seed is common to all samplers, so none are paired")
        rows = {
            name: [row for row, seed in enumerate(seeds) if seed in common]
            for name, seeds in self.seeds.items()
        }
        return replace(
            self,
            values={name: values[rows[name]] for name, values in self.values.items()},
            seeds={
                name: tuple(seeds[row] for row in rows[name]) for name, seeds in self.seeds.items()
            },
            lengths={name: lengths[rows[name]] for name, lengths in self.lengths.items()},
        )

    def regret(self, best: float = 1.0) -> Curves:
        """Return `best` minus the values: what is still missing (smaller is better)."""
        return replace(
            self,
            indicator=f"{self.indicator}: regret",
            sense="min",
            values={name: np.maximum(best - values, 0.0) for name, values in self.values.items()},
        )

    def as_frame(self) -> pd.DataFrame:
        """Return a long table: sampler, seed, the axis (counted from 1) and ``value``."""
        import pandas as pd

        parts = []
        for name, values in self.values.items():
            count = np.arange(1, values.shape[1] + 1)
            parts.append(
                pd.DataFrame(
                    {
                        "sampler": name,
                        "seed": np.repeat(self.seeds[name], values.shape[1]),
                        self.axis: np.tile(count, len(values)),
                        "value": values.ravel(),
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)


def hypervolume_curves(
    trials: pd.DataFrame, reference: Reference, *, axis: Axis = "trials", workers: int = 1
) -> Curves:
    """Return the hypervolume found by each run, as a share of the true front's.

    Parameters
    ----------
    trials
        See `analysis.trials.table`.
    reference
        The true front, its scale and the reference point.
    axis
        Count all trials, or only the first evaluation of each configuration.
    workers
        Threads.

    Returns
    -------
    Curves
        Values in [0, 1] if the reference's front is the true one.

    Raises
    ------
    InputError
        The table is unusable (see `analysis.trials.table.runs_of`), unique evaluations are asked
        for and it does not tell which are, or the true front's hypervolume is 0.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> from analysis.front.reference import Reference
    >>> objectives = [Objective("a"), Objective("b")]
    >>> reference = Reference.from_values([[0, 2], [1, 1], [2, 0]], objectives)
    >>> trials = pd.DataFrame({"sampler": "random", "seed": 0, "trial": [0, 1, 2],
    ...                        "a": [2, 0, 1], "b": [2, 2, 1]})
    >>> hypervolume_curves(trials, reference).values["random"].round(3)
    array([[0.167, 0.5  , 0.833]])
    """
    whole = reference.hypervolume
    if whole <= 0:
        raise InputError(
            f"reference point {reference.reference_point[0]:g}: the true front's hypervolume is 0"
        )

    def share(run: Run) -> NDArray[np.float64]:
        points = reference.normalised(run.values)
        return hypervolume_curve(points, reference.reference_point) / whole

    return _curves(trials, reference, share, "share of the true hypervolume", "max", axis, workers)


def igd_plus_curves(
    trials: pd.DataFrame, reference: Reference, *, axis: Axis = "trials", workers: int = 1
) -> Curves:
    """Return IGD+ to the true front for each run (see `indicators.igd_plus_curve`)."""
    return _front_curves(igd_plus_curve, "IGD+", trials, reference, axis, workers)


def epsilon_curves(
    trials: pd.DataFrame, reference: Reference, *, axis: Axis = "trials", workers: int = 1
) -> Curves:
    """Return additive epsilon to the true front for each run (see `indicators.epsilon_curve`)."""
    return _front_curves(epsilon_curve, "additive epsilon", trials, reference, axis, workers)


def on_unique_evaluations(curves: Curves, samplers: Mapping[str, list[Run]]) -> Curves:
    """Return curves over trials as curves over unique evaluations, without measuring anew.

    Repeats change no indicator, so they are left out.

    Parameters
    ----------
    curves
        Over trials.
    samplers
        The runs that they belong to, from `analysis.trials.table.runs_of`.

    Raises
    ------
    InputError
        The table does not tell which evaluations are unique.
    """
    found = {
        name: [
            _first_visits(row[: len(run)], run)
            for row, run in zip(values, samplers[name], strict=True)
        ]
        for name, values in curves.values.items()
    }
    return _gathered(found, samplers, curves.indicator, curves.sense, "unique evaluations")


def _front_curves(
    curve: Callable[..., NDArray[np.float64]],
    indicator: str,
    trials: pd.DataFrame,
    reference: Reference,
    axis: Axis,
    workers: int,
) -> Curves:
    def distance(run: Run) -> NDArray[np.float64]:
        return curve(reference.normalised(run.values), reference.normalised_front)

    return _curves(trials, reference, distance, indicator, "min", axis, workers)


def _curves(
    trials: pd.DataFrame,
    reference: Reference,
    measure: Callable[[Run], NDArray[np.float64]],
    indicator: str,
    sense: Sense,
    axis: Axis,
    workers: int,
) -> Curves:
    samplers = runs_of(trials, reference.objectives)
    one = partial(_on_axis, measure=measure, axis=axis)
    if workers == 1:
        found = {name: [one(run) for run in runs] for name, runs in samplers.items()}
    else:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(workers) as pool:
            found = {name: list(pool.map(one, runs)) for name, runs in samplers.items()}
    return _gathered(found, samplers, indicator, sense, axis)


def _gathered(
    found: Mapping[str, list[NDArray[np.float64]]],
    samplers: Mapping[str, list[Run]],
    indicator: str,
    sense: Sense,
    axis: Axis,
) -> Curves:
    budget = max(len(curve) for curves in found.values() for curve in curves)
    return Curves(
        indicator=indicator,
        sense=sense,
        axis=axis,
        values={
            name: np.stack([np.pad(curve, (0, budget - len(curve)), "edge") for curve in curves])
            for name, curves in found.items()
        },
        seeds={name: tuple(run.seed for run in runs) for name, runs in samplers.items()},
        lengths={
            name: np.array([len(curve) for curve in curves]) for name, curves in found.items()
        },
    )


def _on_axis(
    run: Run, measure: Callable[[Run], NDArray[np.float64]], axis: Axis
) -> NDArray[np.float64]:
    curve = measure(run)
    return curve if axis == "trials" else _first_visits(curve, run)


def _first_visits(curve: NDArray[np.float64], run: Run) -> NDArray[np.float64]:
    if run.new is None:
        raise InputError(
            "trial table: no column 'repeat' or 'configuration', so unique evaluations are unknown"
        )
    return curve[run.new]
