"""Any function of a design as a problem: a boosted tree, a convolution, a simulator."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.code import package_versions
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of
from moo_jsc.foundation.functions import function_hash, what_failed
from moo_jsc.foundation.isolation import Isolated, Stopped
from moo_jsc.foundation.names import listed_names
from moo_jsc.foundation.store import Store
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.outcomes import Outcome, OutcomeStore, as_rows
from moo_jsc.problems.problem import Problem
from moo_jsc.problems.space import SearchSpace, Value

log = logging.getLogger(__name__)

Design = dict[str, Value]
"""The choices of a space by name, with the values that they take."""

Answer = Mapping[str, float] | Sequence[float]
"""Values of the objectives by name, or in their order."""


class FunctionProblem(Problem):
    """A search over anything that a function tells the objectives of.

    Every outcome is kept in the store as soon as it is there, so that no design is evaluated a
    second time, whatever stops a study or asks again. A design for which the function raises an
    exception, or gives a number that is not finite, has failed: the reason is kept like a value,
    and the study goes on. Answers of the wrong form end it: they are the same for every design.

    Parameters
    ----------
    space
        What there is to choose; its name is the problem's.
    objectives
        The m columns.
    evaluate
        Takes a design, a dict of named values, and returns the objectives by name or in their
        order. With `many`, takes a list of n designs and returns (n, m) numbers.
    many
        Designs are passed together. Where that raises an exception, each is tried alone.
    known
        Takes a design and returns, in the same way, the objectives that are ``known``, without
        evaluating it; needed where there are any.
    version
        Text that you change when the values change. By default the values are taken to depend
        on the file that `evaluate` is in, so that any edit there makes them anew.
    depends_on
        What else the values depend on and the file does not tell: texts, numbers, a data set's
        fingerprint.
    packages
        Distributions whose version can change a value, for instance ``("scikit-learn",)``.
    time_limit
        Longest time of an evaluation in seconds. With it each design is evaluated in a process
        of its own: one that takes longer, or that kills its process, has failed.
    shard_size
        Designs that are sent to a worker together.
    cache_dir
        Folder of the store (`moo_jsc.foundation.store`), by default the user's.

    Raises
    ------
    InputError
        An objective is there twice or there is none; all are known, or some and there is no
        `known`; `many` and `time_limit` together; something in `evaluate` has no hash and there
        is no `version`.

    Examples
    --------
    >>> import tempfile
    >>> from moo_jsc.objectives import Objective
    >>> from moo_jsc.problems.space import Choice, SearchSpace
    >>> def tree(design):
    ...     if design["leaves"] == 3:
    ...         raise ValueError("no tree has three leaves")
    ...     return {"accuracy": 1 - 1 / design["leaves"], "nodes": 2 * design["leaves"] - 1}
    >>> problem = FunctionProblem(
    ...     SearchSpace("trees", (Choice("leaves", (2, 3, 4)),)),
    ...     (Objective(name="accuracy", unit="1", sense="max"),
    ...      Objective(name="nodes", unit="nodes", sense="min")),
    ...     tree, cache_dir=tempfile.mkdtemp())
    >>> problem.evaluate([[0], [1], [2]])
    array([[0.5 , 3.  ],
           [ nan,  nan],
           [0.75, 7.  ]])
    >>> problem.failures([[1]])
    ['ValueError: no tree has three leaves']
    """

    may_fail = True

    def __init__(
        self,
        space: SearchSpace,
        objectives: Sequence[Objective],
        evaluate: Callable[[Any], Any],
        *,
        many: bool = False,
        known: Callable[[Design], Answer] | None = None,
        version: str = "",
        depends_on: Sequence[object] = (),
        packages: Sequence[str] = (),
        time_limit: float | None = None,
        shard_size: int = 8,
        cache_dir: Path | str | None = None,
    ) -> None:
        self.name = space.name
        self.space = space
        self.returned = tuple(objectives)
        self.objectives = self.returned
        self.shard_size = shard_size
        self.cache_dir = cache_dir
        names = [objective.name for objective in self.returned]
        listed_names(f"problem {self.name!r}: objective", names, names)
        if many and time_limit is not None:
            raise InputError(f"problem {self.name!r}: a time limit is for one design at a time")
        if time_limit is not None and not time_limit > 0:
            raise InputError(f"time_limit = {time_limit}: expected seconds above 0")
        told = [objective.name for objective in self.returned if objective.known]
        if len(told) == len(names):
            raise InputError(f"problem {self.name!r}: all objectives known: nothing to evaluate")
        if told and known is None:
            raise InputError(
                f"problem {self.name!r}: {', '.join(told)} known: expected a function `known`"
            )
        self._function = evaluate
        self._many = many
        self._known = known
        self._time_limit = time_limit
        self._isolated: Isolated | None = None
        self.identity = sha256_of(
            space.fingerprint,
            json.dumps([[o.name, o.unit, o.sense, o.known] for o in self.returned]),
            f"version {version}" if version else function_hash(evaluate),
            json.dumps([str(part) for part in depends_on]),
            json.dumps(package_versions(packages)),
        )

    def selected(self, names: Sequence[str]) -> FunctionProblem:
        """Return the problem of some of the objectives; evaluations are shared with this one.

        Raises
        ------
        InputError
            A name is unknown, repeated, or there is none.
        """
        by_name = {objective.name: objective for objective in self.returned}
        chosen = listed_names(f"problem {self.name!r}: objective", names, by_name)
        other = copy.copy(self)
        other.objectives = tuple(by_name[name] for name in chosen)
        other.bounds = self.bounds.of(other.objectives)
        other.scales = {name: scale for name, scale in self.scales.items() if name in chosen}
        other.__dict__.pop("fingerprint", None)
        return other

    def kept_in(self, cache_dir: Path | str | None) -> FunctionProblem:
        """Return the problem with another folder of the store; None leaves it as it is."""
        if cache_dir is None:
            return self
        other = copy.copy(self)
        other.cache_dir = cache_dir
        return other

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over space, function, what it depends on, and the objectives chosen."""
        return sha256_of(self.identity, json.dumps([o.name for o in self.objectives]))

    @property
    def outcomes(self) -> OutcomeStore:
        """What came of every design so far."""
        return OutcomeStore.of(Store.at(self.cache_dir), self.name, self.identity)

    def found(self, configurations: NDArray[np.int64]) -> list[Outcome]:
        """Return what came of configurations (n, d), evaluating those that nothing is known of.

        Raises
        ------
        InputError
            The function's answer has the wrong form, or an outcome cannot be kept.
        """
        indices = self.space.indices(configurations).tolist()
        store = self.outcomes
        known = {index: store.read(index) for index in dict.fromkeys(indices)}
        missing = [index for index, outcome in known.items() if outcome is None]
        if self._many and missing:
            for index, made in zip(missing, self._together(missing), strict=True):
                store.write(index, made)
                known[index] = made
            missing = []
        for index in missing:
            with store.locked(index):
                known[index] = store.read(index)
                if known[index] is None:
                    made = self._outcome(self._designs([index])[0])
                    store.write(index, made)
                    known[index] = made
        outcomes = (known[index] for index in indices)
        return [outcome for outcome in outcomes if outcome is not None]

    def forget_failures(self) -> int:
        """Let designs that have failed be tried again; return how many there are."""
        failed = list(self.outcomes.failed())
        for index in failed:
            self.outcomes.path(index).unlink(missing_ok=True)
        return len(failed)

    def _evaluate(self, configurations: NDArray[np.int64]) -> NDArray[np.float64]:
        values = as_rows(self.found(configurations), len(self.returned))
        values = values[:, [self.returned.index(objective) for objective in self.objectives]]
        failed = np.isnan(values).any(axis=1)
        values[failed] = self._known_values(configurations[failed])
        return values

    def _failures(self, configurations: NDArray[np.int64]) -> list[str]:
        return [outcome.failure for outcome in self.found(configurations)]

    def _known_values(self, configurations: NDArray[np.int64]) -> NDArray[np.float64]:
        values = np.full((len(configurations), len(self.objectives)), np.nan)
        told = [o for o in self.returned if o.known]
        columns = [place for place, o in enumerate(self.objectives) if o.known]
        if columns and self._known is not None:
            chosen = [told.index(self.objectives[place]) for place in columns]
            for row, design in zip(values, map(self.space.named, configurations), strict=True):
                row[columns] = np.asarray(self._checked(self._known(design), told))[chosen]
        return values

    def _designs(self, indices: Iterable[int]) -> list[Design]:
        rows = self.space.configurations(list(indices))
        return [self.space.named(row) for row in rows]

    def _together(self, indices: Sequence[int]) -> list[Outcome]:
        designs = self._designs(indices)
        try:
            answers = self._function(designs)
        except Exception as error:  # Whatever a user's function raises.
            if len(designs) == 1:
                return [Outcome((), what_failed(error))]
            log.info("%s: %s; designs are tried one by one", self.name, what_failed(error))
            return [self._together([index])[0] for index in indices]
        rows = answers if isinstance(answers, np.ndarray | Sequence) else None
        if rows is None or len(rows) != len(designs):
            raise InputError(
                f"problem {self.name!r}: evaluate returned {_shown(answers)} for {len(designs)} "
                f"designs, expected as many rows of {self._names(self.returned)}"
            )
        return [self._judged(row) for row in rows]

    def _outcome(self, design: Design) -> Outcome:
        call = self._function
        if self._time_limit is not None:
            self._isolated = self._isolated or Isolated(self._function, self._time_limit)
            self._isolated.start()
            call = self._isolated
        try:
            answer = call(design)
        except Stopped as stopped:
            return Outcome((), str(stopped))
        except Exception as error:  # Whatever a user's function raises.
            return Outcome((), what_failed(error))
        return self._judged(answer)

    def _judged(self, answer: Any) -> Outcome:
        """Return the outcome that an answer is: values, or a failure where one is not finite."""
        values = self._checked(answer, self.returned)
        for objective, value in zip(self.returned, values, strict=True):
            if not np.isfinite(value):
                return Outcome((), f"{objective.name} = {value}")
        return Outcome(values)

    def _checked(self, answer: Any, objectives: Sequence[Objective]) -> tuple[float, ...]:
        names = [objective.name for objective in objectives]
        try:
            if isinstance(answer, Mapping):
                if set(answer) != set(names):
                    raise KeyError
                values = tuple(float(answer[name]) for name in names)
            else:
                values = tuple(float(value) for value in answer)
        except (TypeError, ValueError, KeyError):
            values = ()
        if len(values) != len(names):
            raise InputError(
                f"problem {self.name!r}: the function returned {_shown(answer)}, expected numbers "
                f"for {self._names(objectives)}"
            )
        return values

    @staticmethod
    def _names(objectives: Sequence[Objective]) -> str:
        return ", ".join(objective.name for objective in objectives)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the process beside this one: another is started where the problem arrives."""
        return {**self.__dict__, "_isolated": None}


def _shown(value: object) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 100 else f"{text[:97]}..."
