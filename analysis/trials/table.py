"""Trial tables: one row a trial, checked once and grouped once.

Columns: ``sampler``, ``seed``, ``trial`` (numbers, or labels such as ``trial_9`` and ``trial_10``,
which are put in the order of the numbers in them) and one column per objective in
natural units. Optional: ``configuration`` (anything hashable); ``repeat`` (true where the run had
evaluated this configuration before; worked out from ``configuration`` where it is missing);
``sampler_seconds`` (what the sampler itself spent on the trial); and for logs that hold only some
of the trials ``evaluations`` (trials made up to this one, itself included) and ``budget`` (trials
that the run made in all; by default its last ``evaluations``).

A trial with a value that is not a finite number has failed: it counts against the budget and has
found nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.bounds import UNBOUNDED, Bounds
from analysis.foundation.errors import InputError
from analysis.foundation.objectives import ObjectiveLike, checked_objectives
from analysis.foundation.scales import Scale
from analysis.foundation.words import counted
from analysis.front.reference import Reference
from analysis.trials.order import numbered
from analysis.trials.run import Run

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 1e150
"""Largest size of a value: differences and products of two must not overflow."""

REQUIRED = ("sampler", "seed", "trial")
OPTIONAL = ("configuration", "repeat", "sampler_seconds", "evaluations", "budget")


@dataclass(frozen=True, eq=False)
class Trials:
    """Runs of samplers on one problem.

    Attributes
    ----------
    objectives
        The m objectives.
    runs
        The runs of each sampler by rising seed; samplers in the order of the table.
    failed
        Trials with a value that is not finite.
    first_failed
        Where the first of them is, in words; empty if there is none.
    bounds
        Values outside these are left out of the runs.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> frame = pd.DataFrame({"sampler": "random", "seed": 0, "trial": [2, 0, 1],
    ...                       "configuration": [7, 7, 5], "loss": [0.5, 0.5, float("nan")]})
    >>> trials = Trials.from_frame(frame, [Objective(name="loss")])
    >>> trials
    Trials(1 sampler, 1 run, 3 trials a run; loss)
    >>> [run] = trials.runs["random"]
    >>> run.values.ravel(), run.position, len(run), run.new
    (array([0.5, 0.5]), array([0, 2]), 3, array([ True,  True, False]))
    >>> trials.first_failed
    'loss = nan at sampler random, seed 0, trial 1'
    """

    objectives: tuple[ObjectiveLike, ...]
    runs: Mapping[str, tuple[Run, ...]]
    failed: int = 0
    first_failed: str = ""
    bounds: Bounds = UNBOUNDED

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, objectives: Sequence[ObjectiveLike]) -> Trials:
        """Check a trial table (see the module's text) and group it into runs.

        Raises
        ------
        InputError
            The table is empty, a column is missing or holds no numbers, a trial is there twice,
            all trials failed, or evaluation counts do not rise.
        """
        chosen = checked_objectives(objectives)
        names = [objective.name for objective in chosen]
        for column in (*REQUIRED, *names):
            if column not in frame.columns:
                raise InputError(
                    f"trial table: no column {column!r}, it has "
                    f"{', '.join(map(str, frame.columns))}"
                )
        if len(frame) == 0:
            raise InputError("trial table: empty, expected at least one trial")
        frame = frame.assign(seed=numbered(frame["seed"]))
        table = frame.iloc[np.lexsort((numbered(frame["trial"]), frame["seed"].to_numpy()))]
        twice = np.flatnonzero(table.duplicated(list(REQUIRED)).to_numpy())
        if len(twice):
            raise InputError(f"trial table: {_place(table.iloc[twice[0]])} is there twice")
        values = np.column_stack([_numbers(table, name) for name in names])
        known_values = np.isfinite(values)
        finite = np.asarray(known_values.all(axis=1), dtype=bool)
        huge = np.argwhere(known_values & (np.abs(values) > LARGEST))
        if len(huge):
            place, column = huge[0]
            raise InputError(
                f"trial table: {names[column]} = {values[place, column]} at "
                f"{_place(table.iloc[place])}, expected a number of at most {LARGEST:g}"
            )
        if not finite.any():
            raise InputError("trial table: no trial has a finite value for every objective")
        runs: dict[str, list[Run]] = {str(name): [] for name in frame["sampler"].unique()}
        new = _new_configurations(table)
        known = table["configuration"].to_numpy() if "configuration" in table.columns else None
        seconds = _numbers(table, "sampler_seconds") if "sampler_seconds" in table else None
        grouped = table.groupby(["sampler", "seed"], sort=False).indices
        for (sampler, seed), unordered in grouped.items():
            rows = np.sort(unordered)
            position, length = _positions(table, rows)
            good = finite[rows]
            runs[str(sampler)].append(
                Run(
                    sampler=str(sampler),
                    seed=int(seed),
                    objectives=chosen,
                    values=values[rows][good],
                    position=position[good],
                    length=length,
                    configurations=None if known is None else known[rows][good],
                    new=new[rows] if new is not None and length == len(rows) else None,
                    overhead=None if seconds is None else float(seconds[rows].sum()),
                )
            )
        first = ""
        if not finite.all():
            place, column = np.argwhere(~known_values)[0]
            first = f"{names[column]} = {values[place, column]} at {_place(table.iloc[place])}"
        return cls(
            objectives=chosen,
            runs={name: tuple(found) for name, found in runs.items()},
            failed=int((~finite).sum()),
            first_failed=first,
        )

    @classmethod
    def of(
        cls, trials: Trials | pd.DataFrame, problem: Reference | Sequence[ObjectiveLike]
    ) -> Trials:
        """Return trials as they are measured on a problem: its objectives, inside its bounds.

        Parameters
        ----------
        trials
            A table is checked and grouped; trials are not grouped again.
        problem
            A reference, or objectives.

        Raises
        ------
        InputError
            The table is unusable, or the trials lack an objective.
        """
        bounds = problem.bounds if isinstance(problem, Reference) else UNBOUNDED
        objectives = problem.objectives if isinstance(problem, Reference) else tuple(problem)
        found = trials if isinstance(trials, Trials) else cls.from_frame(trials, objectives)
        return found.selected(objectives).within(bounds)

    @classmethod
    def joined(cls, parts: Iterable[Trials]) -> Trials:
        """Put the runs of several logs together.

        Raises
        ------
        InputError
            There is no part, objectives differ, or a run is there twice.

        Examples
        --------
        >>> import pandas as pd
        >>> from analysis.foundation.objectives import Objective
        >>> def log(seed):
        ...     rows = {"sampler": "mine", "seed": seed, "trial": [0, 1], "loss": [0.3, 0.2]}
        ...     return Trials.from_frame(pd.DataFrame(rows), [Objective(name="loss")])
        >>> Trials.joined([log(0), log(1)])
        Trials(1 sampler, 2 runs, 2 trials a run; loss)
        """
        logs = list(parts)
        if not logs:
            raise InputError("trials: nothing to join, expected at least one log")
        runs: dict[str, dict[int, Run]] = {}
        for log in logs:
            if [(o.name, o.sense) for o in log.objectives] != [
                (o.name, o.sense) for o in logs[0].objectives
            ]:
                raise InputError(
                    f"trials: objectives {', '.join(log.names)}, expected "
                    f"{', '.join(logs[0].names)} in every log"
                )
            for run in (run for found in log.runs.values() for run in found):
                if run.seed in runs.setdefault(run.sampler, {}):
                    raise InputError(f"trials: {run.sampler}, seed {run.seed} is there twice")
                runs[run.sampler][run.seed] = run
        return replace(
            logs[0],
            runs={
                name: tuple(found[seed] for seed in sorted(found)) for name, found in runs.items()
            },
            failed=sum(log.failed for log in logs),
            first_failed=next((log.first_failed for log in logs if log.failed), ""),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the objectives."""
        return tuple(objective.name for objective in self.objectives)

    @property
    def samplers(self) -> tuple[str, ...]:
        """Names, in the order of the table."""
        return tuple(self.runs)

    @property
    def seeds(self) -> dict[str, tuple[int, ...]]:
        """Seeds of each sampler's runs."""
        return {name: tuple(run.seed for run in runs) for name, runs in self.runs.items()}

    @property
    def lengths(self) -> dict[str, NDArray[np.int64]]:
        """Trials of each sampler's runs (seeds,)."""
        return {name: np.array([len(run) for run in runs]) for name, runs in self.runs.items()}

    @property
    def everything(self) -> list[Run]:
        """All runs."""
        return [run for runs in self.runs.values() for run in runs]

    @property
    def budget(self) -> int:
        """Trials of the longest run."""
        return max(len(run) for run in self.everything)

    @cached_property
    def common_seeds(self) -> tuple[int, ...]:
        """Seeds that every sampler has, rising."""
        return tuple(sorted(set.intersection(*map(set, self.seeds.values()))))

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """The values of all runs (n, m), one after the other, natural units."""
        return np.concatenate([run.values for run in self.everything])

    @property
    def tells_new(self) -> bool:
        """Whether it is known which evaluations are new."""
        return all(run.new is not None for run in self.everything)

    def best_known(
        self,
        *,
        coordinate: float | None = None,
        scales: Mapping[str, Scale] | None = None,
        bounds: Bounds = UNBOUNDED,
    ) -> Reference:
        """Return the front of all trials: the best known one, where the true one is not known.

        See `Reference.from_values` for the parameters.
        """
        return Reference.from_values(
            self.values,
            self.objectives,
            coordinate=coordinate,
            scales=scales,
            bounds=bounds,
            complete=False,
        )

    def paired(self) -> Trials:
        """Keep the seeds that every sampler has, as tests of paired replicates need.

        Raises
        ------
        InputError
            Fewer than 2 seeds are common to all samplers.
        """
        common = self.common_seeds
        if len(common) < 2:
            raise InputError(
                f"trial table: {counted(len(common), 'seed')} common to all samplers, expected at "
                "least 2"
            )
        return replace(
            self,
            runs={
                name: tuple(run for run in runs if run.seed in common)
                for name, runs in self.runs.items()
            },
        )

    def selected(self, objectives: Sequence[ObjectiveLike]) -> Trials:
        """Return the trials on some of their objectives.

        Raises
        ------
        InputError
            The trials lack one of them.
        """
        chosen = tuple(objectives)
        if chosen == self.objectives:
            return self
        for objective in chosen:
            if objective.name not in self.names:
                raise InputError(
                    f"trials: no objective {objective.name!r}, they have {', '.join(self.names)}"
                )
        return replace(
            self,
            objectives=chosen,
            runs={
                name: tuple(run.selected(chosen) for run in runs)
                for name, runs in self.runs.items()
            },
        )

    def within(self, bounds: Bounds) -> Trials:
        """Return the trials with values only where they keep the bounds."""
        if bounds == self.bounds or not bounds:
            return self
        return replace(
            self,
            bounds=bounds,
            runs={
                name: tuple(run.within(bounds) for run in runs) for name, runs in self.runs.items()
            },
        )

    def __repr__(self) -> str:
        runs = counted(len(self.everything), "run")
        return (
            f"Trials({counted(len(self.runs), 'sampler')}, {runs}, "
            f"{counted(self.budget, 'trial')} a run; {', '.join(self.names)})"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td>{len(runs)}</td>"
            f"<td>{max(len(run) for run in runs)}</td></tr>"
            for name, runs in self.runs.items()
        )
        head = "<tr><th>sampler</th><th>runs</th><th>trials a run</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _place(row: pd.Series) -> str:
    return f"sampler {row['sampler']}, seed {row['seed']}, trial {row['trial']}"


def _numbers(table: pd.DataFrame, name: str) -> NDArray[np.float64]:
    try:
        return table[name].to_numpy(dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"trial table: column {name!r} holds something else than numbers"
        ) from None


def _new_configurations(table: pd.DataFrame) -> NDArray[np.bool_] | None:
    if "repeat" in table.columns:
        return ~table["repeat"].to_numpy(dtype=bool)
    if "configuration" in table.columns:
        return ~table.duplicated(["sampler", "seed", "configuration"]).to_numpy()
    return None


def _positions(table: pd.DataFrame, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Return which trial of its run each row is, from 0, and how many trials the run made."""
    if "evaluations" not in table.columns:
        return np.arange(len(rows)), len(rows)
    made = _numbers(table, "evaluations")[rows]
    spent = _numbers(table, "budget")[rows].max() if "budget" in table.columns else made[-1]
    rising = bool((np.diff(made) > 0).all())
    if not (rising and made[0] >= 1 and np.isfinite(spent) and spent >= made[-1]):
        raise InputError(
            f"trial table: evaluations of {_place(table.iloc[rows[0]])} and after, expected "
            "numbers from 1 up that rise, none above the run's budget"
        )
    return made.astype(np.int64) - 1, int(spent)
