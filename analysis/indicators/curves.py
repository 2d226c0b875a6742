"""Anytime curves: an indicator of each run after each trial, against the true front."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Sense
from analysis.front.hypervolume import hypervolume, hypervolume_curve
from analysis.indicators.distances import epsilon_curve, igd_plus_curve
from analysis.trials.run import Run
from analysis.trials.table import Trials

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
    bounds
        Least and largest value that the indicator can take: means and their intervals keep to
        them.
    """

    indicator: str
    sense: Sense
    axis: Axis
    values: Mapping[str, NDArray[np.float64]]
    seeds: Mapping[str, tuple[int, ...]]
    lengths: Mapping[str, NDArray[np.int64]]
    bounds: tuple[float, float] = (-np.inf, np.inf)

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
            bounds=(0.0, np.inf),
        )

    def __repr__(self) -> str:
        runs = sum(len(seeds) for seeds in self.seeds.values())
        return (
            f"Curves({self.indicator} over {self.budget} {self.axis}: "
            f"{len(self.values)} samplers, {runs} runs)"
        )


def hypervolume_curves(
    trials: Trials | pd.DataFrame, reference: Reference, *, axis: Axis = "trials", workers: int = 1
) -> Curves:
    """Return the hypervolume found by each run, as a share of the true front's.

    Parameters
    ----------
    trials
        Or a table of them (see `analysis.trials.table`).
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
        The table is unusable (see `analysis.trials.table`), unique evaluations are asked
        for and it does not tell which are, or the front's hypervolume is 0.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> from analysis.front.reference import Reference
    >>> objectives = [Objective(name="a"), Objective(name="b")]
    >>> reference = Reference.from_values([[0, 2], [1, 1], [2, 0]], objectives)
    >>> trials = pd.DataFrame({"sampler": "random", "seed": 0, "trial": [0, 1, 2],
    ...                        "a": [2, 0, 1], "b": [2, 2, 1]})
    >>> hypervolume_curves(trials, reference).values["random"].round(3)
    array([[0.167, 0.5  , 0.833]])
    """
    whole = reference.hypervolume
    if whole <= 0:
        raise InputError(
            f"reference point {reference.reference_point[0]:g}: the {reference.kind} front's "
            "hypervolume is 0"
        )

    def share(run: Run) -> NDArray[np.float64]:
        points = reference.normalized(run.values)
        curve = hypervolume_curve(points, reference.reference_point)
        if len(points):
            # The end is computed from the set alone, so that the order of evaluation leaves no
            # trace in its last bits; what comes before is bounded by it.
            final = hypervolume(reference.normalized(run.front), reference.reference_point)
            last = np.flatnonzero(np.diff(curve, prepend=0.0) > 0)
            curve = np.minimum(curve, final)
            curve[(last[-1] if len(last) else 0) :] = final
        return curve / whole

    return _curves(
        Trials.of(trials, reference),
        share,
        Curves(
            indicator=f"share of the {reference.kind} hypervolume",
            sense="max",
            axis=axis,
            values={},
            seeds={},
            lengths={},
            bounds=(0.0, 1.0 if reference.complete else np.inf),
        ),
        before=0.0,
        workers=workers,
    )


def igd_plus_curves(
    trials: Trials | pd.DataFrame, reference: Reference, *, axis: Axis = "trials", workers: int = 1
) -> Curves:
    """Return IGD+ to the true front for each run (see `indicators.igd_plus_curve`)."""
    return _front_curves(igd_plus_curve, "IGD+", trials, reference, axis, workers)


def epsilon_curves(
    trials: Trials | pd.DataFrame, reference: Reference, *, axis: Axis = "trials", workers: int = 1
) -> Curves:
    """Return additive epsilon to the true front for each run (see `indicators.epsilon_curve`)."""
    return _front_curves(epsilon_curve, "additive epsilon", trials, reference, axis, workers)


def on_unique_evaluations(curves: Curves, trials: Trials) -> Curves:
    """Return curves over trials as curves over unique evaluations, without measuring anew.

    Repeats change no indicator, so they are left out.

    Parameters
    ----------
    curves
        Over trials.
    trials
        What they are about.

    Raises
    ------
    InputError
        The table does not tell which evaluations are unique.
    """
    found = {
        name: [
            _first_visits(row[: len(run)], run)
            for row, run in zip(values, trials.runs[name], strict=True)
        ]
        for name, values in curves.values.items()
    }
    return _gathered(found, trials, replace(curves, axis="unique evaluations"))


def _front_curves(
    curve: Callable[..., NDArray[np.float64]],
    indicator: str,
    trials: Trials | pd.DataFrame,
    reference: Reference,
    axis: Axis,
    workers: int,
) -> Curves:
    def distance(run: Run) -> NDArray[np.float64]:
        return curve(reference.normalized(run.values), reference.normalized_front)

    empty = Curves(
        indicator=indicator,
        sense="min",
        axis=axis,
        values={},
        seeds={},
        lengths={},
        bounds=(0.0 if reference.complete else -np.inf, np.inf),
    )
    return _curves(Trials.of(trials, reference), distance, empty, before=np.inf, workers=workers)


def _curves(
    trials: Trials,
    measure: Callable[[Run], NDArray[np.float64]],
    empty: Curves,
    *,
    before: float,
    workers: int,
) -> Curves:
    """Measure every run; `before` is the indicator's value while nothing is found."""

    def one(run: Run) -> NDArray[np.float64]:
        curve = run.spread(measure(run) if len(run.values) else np.empty(0), before)
        return curve if empty.axis == "trials" else _first_visits(curve, run)

    if workers == 1:
        found = {name: [one(run) for run in runs] for name, runs in trials.runs.items()}
    else:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(workers) as pool:
            found = {name: list(pool.map(one, runs)) for name, runs in trials.runs.items()}
    return _gathered(found, trials, empty)


def _gathered(
    found: Mapping[str, list[NDArray[np.float64]]], trials: Trials, empty: Curves
) -> Curves:
    budget = max(len(curve) for curves in found.values() for curve in curves)
    return replace(
        empty,
        values={
            name: np.stack([np.pad(curve, (0, budget - len(curve)), "edge") for curve in curves])
            for name, curves in found.items()
        },
        seeds=trials.seeds,
        lengths={
            name: np.array([len(curve) for curve in curves]) for name, curves in found.items()
        },
    )


def _first_visits(curve: NDArray[np.float64], run: Run) -> NDArray[np.float64]:
    if run.new is None:
        raise InputError(
            "trial table: no column 'repeat' or 'configuration', so unique evaluations are unknown"
        )
    return curve[run.new]
