"""The one contract that every sampler keeps."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.noise import NOISELESS, Scatter
from moo_jsc.objectives.objective import Objective
from moo_jsc.objectives.scales import LINEAR, Scales
from moo_jsc.problems.space import SearchSpace

Evaluate = Callable[[NDArray[np.int64]], NDArray[np.float64]]
"""(n, d) choice indices -> (n, m) objective values in natural units and senses."""


Known = Callable[[NDArray[np.int64]], NDArray[np.float64]]
"""(n, d) choice indices -> (n, m) values known beforehand, NaN where one must be evaluated."""


HOPELESS = 1e9
"""What a failed design costs in every objective before any design has succeeded."""


class BudgetExhausted(Exception):  # noqa: N818
    """Raised by the `evaluate` that a sampler gets, when its last trial has been used.

    Not an error: a sampler lets it pass through (or stops on its own before).
    """


class Sampler(ABC):
    """Chooses configurations of a space, one or many at a time, and learns their values.

    An instance holds settings only, never the state of a run: `run` may be called any number
    of times, in any process, and the same seed gives the same trials.
    """

    name: str
    """Unique, lower case, with dashes; the key in `SAMPLERS` and the name of a folder."""

    takes_failures: ClassVar[bool] = False
    """Whether `run` wants to see a design that has failed as a row of NaN. All others are given
    the worst values that the run has seen in their place (`Penalized`)."""

    @property
    def settings(self) -> str:
        """What decides the trials besides the seed: the class and its fields, as one line.

        A recorded run is taken up again only under the settings that it was made with.
        """
        fields = ", ".join(f"{key}={value!r}" for key, value in sorted(vars(self).items()))
        return f"{type(self).__qualname__}({fields})"

    def __repr__(self) -> str:
        return self.settings

    def check(self, objectives: tuple[Objective, ...]) -> None:  # noqa: B027
        """Raise an InputError, before anything runs, if these objectives cannot be searched."""

    def suits(self, space: SearchSpace) -> bool:  # noqa: ARG002
        """Say whether the space has what the sampler is about; a comparison leaves it out else.

        It runs on any space all the same, if it is asked for.
        """
        return True

    def first_generation(self, budget: int) -> int | None:  # noqa: ARG002
        """Return how many trials are spent before anything is learnt from them, if that is fixed.

        The population of an evolutionary sampler; None for samplers without generations.
        """
        return None

    def load(self) -> None:  # noqa: B027
        """Import what `run` needs, so that imports do not count as the sampler's time."""

    def within(self, bounds: Bounds, scales: Scales = LINEAR) -> Sampler:  # noqa: ARG002
        """Return the sampler as it searches a problem with these bounds and scales.

        Itself, unless it uses them: a `ConstrainedSampler` is told the bounds, one that improves
        the hypervolume may also be told the scales that it is measured on. All others see plain
        values.
        """
        return self

    def expecting(self, noise: Scatter) -> Sampler:  # noqa: ARG002
        """Return the sampler as it searches a problem whose values scatter so; itself by default.

        One that models the scatter takes it from here where it was told nothing else.
        """
        return self

    @abstractmethod
    def run(
        self,
        space: SearchSpace,
        objectives: tuple[Objective, ...],
        evaluate: Evaluate,
        *,
        seed: int,
        budget: int,
    ) -> None:
        """Search until `evaluate` raises `BudgetExhausted` or nothing is left to try.

        Parameters
        ----------
        space
            What to choose from.
        objectives
            Names, units and senses of the columns that `evaluate` returns.
        evaluate
            Takes (n, d) choice indices, returns (n, m) values. It counts trials and enforces
            the budget exactly: of a batch that exceeds it, the part within it is evaluated and
            recorded, then `BudgetExhausted` is raised.
        seed
            Everything random in the run comes from it.
        budget
            A hint (for population sizes); `evaluate` is what enforces it.
        """


class ConstrainedSampler(Sampler):
    """A sampler that is told the bounds on objectives, and takes them as constraints.

    Its `run` finds them in `bounds`, set on a copy of the registered instance.
    """

    bounds: Bounds = UNBOUNDED

    def within(self, bounds: Bounds, scales: Scales = LINEAR) -> Self:  # noqa: ARG002
        """Return a copy that is told the bounds."""
        other = copy.copy(self)
        object.__setattr__(other, "bounds", bounds)
        return other


class ScaledSampler(ConstrainedSampler):
    """A sampler that is told bounds, and the scales that the hypervolume is measured on.

    Its `run` finds the latter in `scales`; objectives that are not named are linear.
    """

    scales: Scales = LINEAR

    def within(self, bounds: Bounds, scales: Scales = LINEAR) -> Self:
        """Return a copy that is told bounds and scales."""
        other = super().within(bounds)
        object.__setattr__(other, "scales", dict(scales))
        return other


class InformedSampler(Sampler):
    """A sampler that is also told what is known before anything is evaluated.

    Being of this class is the declaration: all other samplers see nothing but `evaluate`.
    """

    @abstractmethod
    def run(
        self,
        space: SearchSpace,
        objectives: tuple[Objective, ...],
        evaluate: Evaluate,
        *,
        seed: int,
        budget: int,
        known: Known | None = None,
    ) -> None:
        """Search as `Sampler.run` says, with the known values at hand.

        Parameters
        ----------
        known
            `moo_jsc.problems.problem.Problem.known_values`; asking it costs no trial. None:
            nothing is known, every objective is a black box.
        """


def told_of(
    sampler: Sampler, bounds: Bounds, scales: Scales, noise: Scatter = NOISELESS
) -> Sampler:
    """Return the sampler as it searches with bounds, scales and noise, itself without any."""
    told = sampler.within(bounds, scales) if bounds or scales else sampler
    return told.expecting(noise) if noise else told


class Penalized:
    """An `evaluate` that answers a failed design with the worst values seen so far.

    In each objective for itself, over the run and the batch at hand; as long as no design of the
    run has succeeded, `HOPELESS` in the direction of the worse. So a sampler that knows numbers
    only keeps away from failures, while the record holds them as what they are.

    Examples
    --------
    >>> cost = (Objective(name="cost", unit="1", sense="min"),)
    >>> answer = Penalized(lambda rows: np.where(rows == 1, np.nan, rows * 2.0), cost)
    >>> answer(np.array([[0], [1], [3]])).ravel().tolist()
    [0.0, 6.0, 6.0]
    """

    def __init__(self, evaluate: Evaluate, objectives: tuple[Objective, ...]) -> None:
        self._evaluate = evaluate
        self._signs = np.array([-1.0 if o.sense == "max" else 1.0 for o in objectives])
        self._worst = np.full(len(objectives), -np.inf)

    def __call__(self, configurations: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return values (n, m) of configurations (n, d), all of them finite."""
        values = self._evaluate(configurations)
        failed = np.asarray(np.isnan(values).any(axis=1))
        smaller = self._signs * values[~failed]
        self._worst = np.maximum(self._worst, smaller.max(axis=0, initial=-np.inf))
        if not failed.any():
            return values
        substitute = np.where(np.isfinite(self._worst), self._worst, HOPELESS)
        return np.where(failed[:, None], self._signs * substitute, values)


def run_sampler(
    sampler: Sampler,
    space: SearchSpace,
    objectives: tuple[Objective, ...],
    evaluate: Evaluate,
    *,
    seed: int,
    budget: int,
    known: Known,
    bounds: Bounds = UNBOUNDED,
    scales: Scales = LINEAR,
    noise: Scatter = NOISELESS,
) -> None:
    """Run a sampler; tell it known values, bounds, scales and noise only if it uses them."""
    if not sampler.takes_failures:
        evaluate = Penalized(evaluate, objectives)
    sampler = told_of(sampler, bounds, scales, noise)
    if isinstance(sampler, InformedSampler):
        sampler.run(space, objectives, evaluate, seed=seed, budget=budget, known=known)
    else:
        sampler.run(space, objectives, evaluate, seed=seed, budget=budget)


def told(sampler: Sampler, objectives: tuple[Objective, ...]) -> tuple[str, ...]:
    """Return the names of the objectives that a sampler is told before it starts."""
    known = tuple(objective.name for objective in objectives if objective.known)
    return known if isinstance(sampler, InformedSampler) else ()
