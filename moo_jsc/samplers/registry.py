"""Every sampler by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from moo_jsc.foundation.names import listed_names
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.botorch_samplers import BoTorch, BoTorchKnownCosts
from moo_jsc.samplers.domain_rules import CheapestArchitecture, OneFactor, UniformWidths
from moo_jsc.samplers.enumeration_orders import Exhaustive, ExhaustiveRandom
from moo_jsc.samplers.former_names import present_name
from moo_jsc.samplers.grey_box import GreyBox
from moo_jsc.samplers.optuna_samplers import (
    OptunaBruteForce,
    OptunaGP,
    OptunaNSGA2,
    OptunaNSGA3,
    OptunaQMC,
    OptunaRandom,
    OptunaTPE,
)
from moo_jsc.samplers.pymoo_samplers import (
    PymooGDE3,
    PymooMOEAD,
    PymooMOPSO,
    PymooNSGA2,
    PymooNSGA3,
    PymooSMSEMOA,
    PymooUNSGA3,
)
from moo_jsc.samplers.sampler import Sampler
from moo_jsc.samplers.scalarized import ScalarizedSampler, WeightsBySense
from moo_jsc.samplers.wrappers import KnownCosts, WithoutRepeats

SAMPLERS: dict[str, Sampler] = {
    sampler.name: sampler
    for sampler in (
        OptunaRandom(),
        OptunaQMC(),
        OptunaTPE(),
        OptunaTPE(multivariate=True),
        OptunaNSGA2(),
        OptunaNSGA3(),
        OptunaGP(),
        OptunaBruteForce(),
        PymooNSGA2(),
        PymooNSGA3(),
        PymooSMSEMOA(),
        PymooUNSGA3(),
        PymooMOEAD(),
        PymooGDE3(),
        PymooMOPSO(),
        ScalarizedSampler("scalarized-tpe", WeightsBySense(), normalization="corners"),
        CheapestArchitecture(),
        UniformWidths(),
        OneFactor(),
        GreyBox(),
        GreyBox(monotone=False),
        Exhaustive(),
        ExhaustiveRandom(),
    )
}
"""Every registered sampler by name, in the order of tables and legends."""

NEEDING_EXTRAS: dict[str, Sampler] = {
    sampler.name: sampler for sampler in (BoTorch(), BoTorchKnownCosts())
}
"""Samplers that need a package which is not there by default; never run unless they are named."""

WRAPPERS: dict[str, Callable[[Sampler], Sampler]] = {
    "without-repeats": WithoutRepeats,
    "known-costs": KnownCosts,
}
"""What may be put around any of them: ``without-repeats(optuna-tpe)``."""

_ON_REQUEST = (
    "pymoo-unsga3",
    "pymoo-moead",
    "pymoo-gde3",
    "pymoo-mopso-cd",
    "grey-box",
    "grey-box-plain",
)
_GP_OBJECTIVES = 3


def get_samplers(names: Sequence[str]) -> tuple[Sampler, ...]:
    """Look samplers up by name; ``without-repeats(optuna-tpe)`` puts a wrapper around one.

    Former names are taken too (`moo_jsc.samplers.former_names`).

    Raises
    ------
    InputError
        A name is unknown, repeated, or there is none; `names` is one string.

    Examples
    --------
    >>> [sampler.name for sampler in get_samplers(["optuna-tpe", "exhaustive"])]
    ['optuna-tpe', 'exhaustive']
    >>> get_samplers(["without-repeats(pymoo-nsga2)"])[0].name
    'pymoo-nsga2-without-repeats'
    """
    given = names if isinstance(names, str) else [present_name(name) for name in names]
    known = [*SAMPLERS, *(name for name in given if _looked_up(name))]
    chosen = (_looked_up(name) for name in listed_names("sampler", given, known))
    return tuple(sampler for sampler in chosen if sampler)


def _looked_up(name: str) -> Sampler | None:
    """Return a registered sampler or a wrapper around one, None where there is no such one."""
    wrapper, bracket, rest = name.partition("(")
    if bracket and rest.endswith(")") and wrapper in WRAPPERS:
        inner = _looked_up(rest[:-1])
        return WRAPPERS[wrapper](inner) if inner else None
    return SAMPLERS.get(name) or NEEDING_EXTRAS.get(name)


def default_samplers(objectives: int, space: SearchSpace | None = None) -> tuple[Sampler, ...]:
    """Return the samplers that a comparison runs unless told otherwise.

    Those that are most used, so that a figure stays readable; U-NSGA-III, MOEA/D, GDE3 and
    MOPSO-CD come on request, and so do samplers that are told more than the others. Gaussian
    processes only up to 3 objectives, for their time and memory.

    Parameters
    ----------
    objectives
        How many the problem has.
    space
        The problem's, to leave out what does not suit it (`Sampler.suits`).
    """
    return tuple(
        sampler
        for sampler in SAMPLERS.values()
        if sampler.name not in _ON_REQUEST
        and (space is None or sampler.suits(space))
        and (objectives <= _GP_OBJECTIVES or not isinstance(sampler, OptunaGP))
    )


def register(sampler: Sampler) -> Sampler:
    """Add a sampler to `SAMPLERS` and return it."""
    if sampler.name in SAMPLERS:
        raise ValueError(f"sampler {sampler.name!r} is registered twice")
    SAMPLERS[sampler.name] = sampler
    return sampler
