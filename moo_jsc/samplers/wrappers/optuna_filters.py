"""Wrappers around any sampler of Optuna, for any study of Optuna; they need nothing else.

A wrapper lets the inner sampler propose all parameters of a trial, and asks again while the
proposal is not accepted. The inner sampler sees the same study as without the wrapper, so as long
as every first proposal is accepted, the trials are the same.
"""

from __future__ import annotations

import itertools
import math
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna import Study
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import BaseSampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

Parameters = dict[str, Any]

_TAKEN = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
_RANDOM_DRAWS = 1000


class FilteredSampler(BaseSampler):
    """Asks another sampler again until a proposal is accepted; subclasses say which ones are.

    Parameters
    ----------
    sampler
        Any sampler of Optuna.
    search_space
        Every parameter, in the order in which the objective suggests them. By default that of
        the first finished trial, which is then the only one that is not filtered; parameters
        that come and go from trial to trial are left to the inner sampler.
    attempts
        Proposals that are asked for before `substitute` decides.
    seed
        For what the wrapper draws itself.
    """

    def __init__(
        self,
        sampler: BaseSampler,
        *,
        search_space: Mapping[str, BaseDistribution] | None = None,
        attempts: int = 20,
        seed: int | None = None,
    ) -> None:
        if attempts < 1:
            raise ValueError(f"attempts = {attempts}: expected a whole number of at least 1")
        self.sampler = sampler
        self.search_space = dict(search_space) if search_space else None
        self.attempts = attempts
        self.generator = np.random.default_rng(seed)

    @abstractmethod
    def accepts(self, study: Study, trial: FrozenTrial, parameters: Parameters) -> bool:
        """Say whether a trial may have these parameters."""

    @abstractmethod
    def substitute(self, study: Study, trial: FrozenTrial, proposal: Parameters) -> Parameters:
        """Return what to try instead of the last proposal that was not accepted."""

    def reseed_rng(self) -> None:
        """Give parallel workers different random numbers."""
        self.sampler.reseed_rng()
        self.generator = np.random.default_rng()

    def infer_relative_search_space(
        self,
        study: Study,
        trial: FrozenTrial,  # noqa: ARG002
    ) -> dict[str, BaseDistribution]:
        """Return all parameters, so that a proposal is judged as a whole."""
        return self._parameters(study)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> Parameters:
        """Return the first accepted proposal of the inner sampler, or a substitute."""
        if not search_space:
            return {}
        for _ in range(self.attempts):
            proposal = self._proposal(study, trial, search_space)
            if self.accepts(study, trial, proposal):
                return proposal
        return self.substitute(study, trial, proposal)

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Leave a parameter that is not in the search space to the inner sampler."""
        return self.sampler.sample_independent(study, trial, param_name, param_distribution)

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Tell the inner sampler."""
        self.sampler.before_trial(study, trial)

    def after_trial(
        self,
        study: Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        """Tell the inner sampler."""
        self.sampler.after_trial(study, trial, state, values)

    def _parameters(self, study: Study) -> dict[str, BaseDistribution]:
        if self.search_space is not None:
            return self.search_space
        for finished in study.get_trials(deepcopy=False, states=_TAKEN[:2]):
            return dict(finished.distributions)
        return {}

    def _proposal(
        self, study: Study, trial: FrozenTrial, search_space: Mapping[str, BaseDistribution]
    ) -> Parameters:
        """Return what the inner sampler alone would give the trial, in the same order of draws."""
        inner = self.sampler.infer_relative_search_space(study, trial)
        relative = self.sampler.sample_relative(study, trial, inner)
        proposal = {}
        for name, distribution in search_space.items():
            if distribution.single():
                proposal[name] = next(values_of(distribution))
            elif name in relative:
                proposal[name] = relative[name]
            else:
                proposal[name] = self.sampler.sample_independent(study, trial, name, distribution)
        return proposal


class WithoutRepeatsSampler(FilteredSampler):
    """Never proposes what was tried before, and stops the study when everything was.

    If the inner sampler insists, its last proposal is changed in one parameter, at random among
    what that leaves untried; else an untried configuration is drawn from the whole space.

    Examples
    --------
    >>> import optuna
    >>> optuna.logging.set_verbosity(optuna.logging.ERROR)
    >>> study = optuna.create_study(
    ...     sampler=WithoutRepeatsSampler(optuna.samplers.TPESampler(seed=1), seed=1))
    >>> study.optimize(lambda trial: trial.suggest_int("x", 0, 6), n_trials=50)
    >>> sorted(trial.params["x"] for trial in study.trials)
    [0, 1, 2, 3, 4, 5, 6]
    """

    def accepts(self, study: Study, trial: FrozenTrial, parameters: Parameters) -> bool:
        """Return whether no other trial has or had these parameters."""
        return _key(parameters) not in _tried(study, trial)

    def substitute(self, study: Study, trial: FrozenTrial, proposal: Parameters) -> Parameters:
        """Return an untried neighbour of the proposal, or any untried configuration."""
        space = self._parameters(study)
        tried = _tried(study, trial)
        near = [
            {**proposal, name: value}
            for name, distribution in space.items()
            if cardinality(distribution) < math.inf
            for value in values_of(distribution)
        ]
        untried = [parameters for parameters in near if _key(parameters) not in tried]
        if untried:
            return untried[self.generator.integers(len(untried))]
        for _ in range(_RANDOM_DRAWS):
            drawn = {name: self._drawn(distribution) for name, distribution in space.items()}
            if _key(drawn) not in tried:
                return drawn
        for values in itertools.product(*map(values_of, space.values())):
            parameters = dict(zip(space, values, strict=True))
            if _key(parameters) not in tried:
                return parameters
        return proposal

    def after_trial(
        self,
        study: Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        """Stop the study when every configuration was tried."""
        super().after_trial(study, trial, state, values)
        space = self._parameters(study) or trial.distributions
        size = math.prod(cardinality(distribution) for distribution in space.values())
        tried = _tried(study, trial)
        if state in _TAKEN:
            tried.add(_key({name: trial.params[name] for name in space if name in trial.params}))
        if len(tried) >= size:
            study.stop()

    def _drawn(self, distribution: BaseDistribution) -> Any:
        values = list(values_of(distribution))
        return values[self.generator.integers(len(values))]


class KnownCostsSampler(FilteredSampler):
    """Passes over proposals that known costs already show to be dominated.

    A proposal x is passed over if a finished trial costs no more in every known objective and is
    at least as good in every unknown one as x can be. How good x can be follows from `improves`:
    not better than any finished trial that has at least as much of every such parameter and the
    same of all others. Without such a trial, x may be anything and is accepted.

    Parameters
    ----------
    sampler
        Any sampler of Optuna.
    known
        Parameters -> the values of all objectives, NaN where a trial must tell.
    improves
        Numeric parameters that the unknown objectives, as a rule, get better with.
    search_space, attempts, seed
        See `FilteredSampler`. After that many attempts the last proposal is tried after all.
    """

    def __init__(
        self,
        sampler: BaseSampler,
        known: Callable[[Parameters], Sequence[float]],
        *,
        improves: Sequence[str] = (),
        search_space: Mapping[str, BaseDistribution] | None = None,
        attempts: int = 20,
        seed: int | None = None,
    ) -> None:
        super().__init__(sampler, search_space=search_space, attempts=attempts, seed=seed)
        self.known = known
        self.improves = tuple(improves)

    def accepts(self, study: Study, trial: FrozenTrial, parameters: Parameters) -> bool:  # noqa: ARG002
        """Return whether the proposal could still be nondominated."""
        finished = [
            other
            for other in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
            if other.params.keys() == parameters.keys()
        ]
        if not finished:
            return True
        signs = np.array([-1.0 if d == StudyDirection.MAXIMIZE else 1.0 for d in study.directions])
        above = np.array([self._has_as_much(other.params, parameters) for other in finished])
        return not lost(
            signs * np.asarray(self.known(parameters), dtype=np.float64),
            signs * np.array([other.values for other in finished]),
            above,
        )

    def substitute(self, study: Study, trial: FrozenTrial, proposal: Parameters) -> Parameters:  # noqa: ARG002
        """Return the last proposal: the filter never stands in the way of a trial."""
        return proposal

    def _has_as_much(self, other: Parameters, parameters: Parameters) -> bool:
        return all(
            other[name] >= value if name in self.improves else other[name] == value
            for name, value in parameters.items()
        )


def lost(known: NDArray[np.float64], tried: NDArray[np.float64], above: NDArray[np.bool_]) -> bool:
    """Say whether a design is dominated whatever its unknown values turn out to be.

    Parameters
    ----------
    known
        Its values (m,), minimised, NaN where unknown.
    tried
        Values (n, m) of tried designs, minimised.
    above
        Which of them it cannot beat in any unknown objective, shape (n,).

    Examples
    --------
    >>> tried = np.array([[-0.7, 10.0], [-0.71, 30.0]])
    >>> lost(np.array([np.nan, 20.0]), tried, np.array([False, True]))
    False
    >>> lost(np.array([np.nan, 20.0]), tried, np.array([True, True]))
    True
    """
    unknown = np.isnan(known)
    best = np.where(unknown, -np.inf, known)
    if above.any():
        best[unknown] = tried[above][:, unknown].max(axis=0)
    return bool((tried <= best).all(axis=1).any())


def values_of(distribution: BaseDistribution) -> Iterator[Any]:
    """Yield every value of a distribution with finitely many.

    Raises
    ------
    ValueError
        It is continuous.
    """
    if isinstance(distribution, CategoricalDistribution):
        yield from distribution.choices
    elif isinstance(distribution, IntDistribution):
        yield from range(distribution.low, distribution.high + 1, distribution.step)
    elif isinstance(distribution, FloatDistribution) and (
        distribution.step is not None or distribution.single()
    ):
        step = distribution.step or 0.0
        for i in range(int(cardinality(distribution))):
            yield distribution.low + i * step
    else:
        raise ValueError(f"{distribution}: expected finitely many values")


def cardinality(distribution: BaseDistribution) -> float:
    """Return the number of values, infinity for a continuous distribution."""
    if distribution.single():
        return 1
    if isinstance(distribution, CategoricalDistribution):
        return len(distribution.choices)
    if isinstance(distribution, IntDistribution):
        return (distribution.high - distribution.low) // distribution.step + 1
    if isinstance(distribution, FloatDistribution) and distribution.step is not None:
        return round((distribution.high - distribution.low) / distribution.step) + 1
    return math.inf


def _key(parameters: Parameters) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(parameters.items()))


def _tried(study: Study, trial: FrozenTrial) -> set[tuple[tuple[str, Any], ...]]:
    """Return what all other trials have or had, failed and waiting ones apart."""
    return {
        _key(other.params)
        for other in study.get_trials(deepcopy=False, states=_TAKEN)
        if other.number != trial.number
    }
