"""Optuna's samplers and pymoo's algorithms with settings of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.names import unknown_name
from moo_jsc.objectives.bounds import Bounds
from moo_jsc.objectives.scales import LINEAR, Scales
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.optuna_samplers import OptunaSampler
from moo_jsc.samplers.pymoo_samplers import PymooSampler, reference_directions
from moo_jsc.samplers.registry import register
from moo_jsc.samplers.sampler import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler
    from pymoo.core.algorithm import Algorithm

Given = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class OptunaWithSettings(OptunaSampler):
    """A sampler of Optuna with settings; the seed comes from the run."""

    name: str
    kind: type[BaseSampler]
    given: Given = ()

    @property
    def settings(self) -> str:
        """The class and its settings."""
        return f"{self.kind.__module__}.{self.kind.__qualname__}({_shown(self.given)})"

    def first_generation(self, budget: int) -> int | None:  # noqa: ARG002
        """Return the population, if one is set."""
        return dict(self.given).get("population_size")

    def build(self, space: SearchSpace, objectives: int, *, seed: int, budget: int) -> BaseSampler:  # noqa: ARG002
        """Return a fresh sampler."""
        seeded = {"seed": seed} if "seed" in parameters(self.kind) else {}
        return self.kind(**dict(self.given), **seeded)


@dataclass(frozen=True)
class PymooWithSettings(PymooSampler):
    """An algorithm of pymoo with settings; operators for integers and a population by default."""

    name: str
    kind: type[Algorithm]
    given: Given = ()
    constrained: bool = False

    @property
    def settings(self) -> str:
        """The class and its settings."""
        return f"{self.kind.__module__}.{self.kind.__qualname__}({_shown(self.given)})"

    def within(self, bounds: Bounds, scales: Scales = LINEAR) -> Sampler:  # noqa: ARG002
        """Return a copy that is told the bounds, if the algorithm takes constraints."""
        if not self.constrained:
            return self
        other = PymooWithSettings(self.name, self.kind, self.given, self.constrained)
        object.__setattr__(other, "bounds", bounds)
        return other

    def first_generation(self, budget: int) -> int:
        """Return the size of the population."""
        return dict(self.given).get("pop_size") or super().first_generation(budget)

    def build(self, objectives: int, population: int, operators: dict[str, Any]) -> Algorithm:
        """Return a fresh algorithm."""
        settings = dict(self.given)
        known = parameters(self.kind)
        defaults: dict[str, Any] = {key: operators[key] for key in operators if key in known}
        size = settings.get("pop_size", population)
        if "pop_size" in known:
            defaults["pop_size"] = size
        if "ref_dirs" in known and "ref_dirs" not in settings:
            directions = reference_directions(objectives, size)
            defaults["ref_dirs"] = directions
            defaults["pop_size"] = max(size, len(directions))
        return self.kind(**{**defaults, **settings})


def optuna_sampler(name: str, kind: type[BaseSampler], **settings: Any) -> Sampler:
    """Register a sampler of Optuna with settings.

    Parameters
    ----------
    name
        Of the sampler here.
    kind
        Its class in Optuna, or one derived from it.
    settings
        Passed to the class; not the seed, which is the run's.

    Raises
    ------
    InputError
        The class has no such setting, or it is no number, text or tuple of them.
    ValueError
        There is a sampler of this name.

    Examples
    --------
    >>> from optuna.samplers import TPESampler
    >>> from moo_jsc.samplers import SAMPLERS
    >>> sampler = optuna_sampler("tpe-early", TPESampler, n_startup_trials=4)
    >>> SAMPLERS.pop("tpe-early").settings
    'optuna.samplers._tpe.sampler.TPESampler(n_startup_trials=4)'
    """
    return register(OptunaWithSettings(name, kind, _checked(name, kind, settings)))


def pymoo_sampler(
    name: str, kind: type[Algorithm], *, constrained: bool = False, **settings: Any
) -> Sampler:
    """Register an algorithm of pymoo with settings.

    What is not set is as for the registered samplers: operators for integers, a population and
    reference directions that fit the budget.

    Parameters
    ----------
    name
        Of the sampler here.
    kind
        Its class in pymoo.
    constrained
        The algorithm takes constraints: it is told the problem's bounds.
    settings
        Passed to the class.

    Raises
    ------
    InputError
        The class has no such setting, or it is no number, text or tuple of them.
    ValueError
        There is a sampler of this name.

    Examples
    --------
    >>> from pymoo.algorithms.moo.spea2 import SPEA2
    >>> from moo_jsc.samplers import SAMPLERS
    >>> sampler = pymoo_sampler("spea2", SPEA2, pop_size=12)
    >>> SAMPLERS.pop("spea2").settings
    'pymoo.algorithms.moo.spea2.SPEA2(pop_size=12)'
    """
    return register(
        PymooWithSettings(name, kind, _checked(name, kind, settings), constrained=constrained)
    )


def parameters(kind: type) -> frozenset[str]:
    """Return the settings that a class takes, its bases' included where it passes them on."""
    found: set[str] = set()
    for base in kind.__mro__[:-1]:
        own = signature(base.__init__).parameters.values()  # type: ignore[misc]
        found |= {p.name for p in own if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
        if not any(p.kind is p.VAR_KEYWORD for p in own):
            break
    return frozenset(found - {"self"})


def _checked(name: str, kind: type, settings: Mapping[str, Any]) -> Given:
    known = sorted(parameters(kind) - {"seed"})
    for key, value in settings.items():
        if key not in known:
            raise unknown_name(f"sampler {name!r}: setting of {kind.__name__}", key, known)
        if " at 0x" in repr(value):
            raise InputError(
                f"sampler {name!r}: {key} = {value!r}: expected numbers, texts or tuples of them, "
                "so that the setting can be recorded"
            )
    return tuple(sorted(settings.items()))


def _shown(given: Given) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in given)
