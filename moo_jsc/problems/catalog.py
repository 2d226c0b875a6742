"""Problems by name, ready to evaluate: what the studies and most users start from."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from inspect import signature
from typing import Any

from moo_jsc.data import Dataset, SplitName
from moo_jsc.evaluation.scoring import Scoring, Training
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.names import unknown_name
from moo_jsc.networks.family import WIDENINGS
from moo_jsc.objectives import get_objectives
from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.objective import Objective
from moo_jsc.objectives.scales import Scales, check_scales, logarithmic_costs
from moo_jsc.problems.architecture import ChannelMultipliers
from moo_jsc.problems.assembly import assembled, check_fit
from moo_jsc.problems.network_problem import NetworkProblem
from moo_jsc.problems.precision import PRECISION_SPACES
from moo_jsc.problems.problem import Problem
from moo_jsc.problems.registered import PROBLEMS, registered_problem

QUANTIZATION_OBJECTIVES = ("accuracy", "size", "bitops")
ARCHITECTURE_OBJECTIVES = ("accuracy", "latency", "size", "flops")
JOINT_OBJECTIVES = ("accuracy", "latency", "size", "flops", "bitops")

CODESIGN_OBJECTIVES = ("accuracy", "latency", "size", "bitops")
HARDWARE_OBJECTIVES = ("accuracy", "lut", "latency-ns")


@dataclass(frozen=True)
class Recipe:
    """What a problem of a given name is made of.

    Parameters
    ----------
    network
        The default network.
    objectives
        The default objectives.
    precision
        A name in `PRECISION_SPACES`, or None for float networks.
    multipliers
        The channel multipliers, or None for the network as it is.
    bounds
        Which designs count.
    logarithmic
        Measure costs on a logarithmic scale, for those that span decades.
    training
        Whether designs are scored after rounding (``"ptq"``) or after fine-tuning (``"qat"``).
    trainings
        With ``"qat"``: how many times a design is trained for a study of the whole space; its
        value is the mean.
    """

    network: str
    objectives: tuple[str, ...]
    precision: str | None = None
    multipliers: ChannelMultipliers | None = None
    bounds: Bounds = UNBOUNDED
    logarithmic: bool = False
    training: Training = "ptq"
    trainings: int = 1


CODESIGN = Recipe(
    "jsc-two-hidden",
    CODESIGN_OBJECTIVES,
    "mixed-precision-low",
    ChannelMultipliers(WIDENINGS["jsc-two-hidden"]),
    bounds=Bounds({"accuracy": 0.74}),
    logarithmic=True,
    training="qat",
    trainings=3,
)

RECIPES: dict[str, Recipe] = {
    "joint": Recipe(
        "jsc-three-linear", JOINT_OBJECTIVES, "mixed-precision-coarse", ChannelMultipliers()
    ),
    "joint-fine": Recipe(
        "jsc-three-linear", JOINT_OBJECTIVES, "mixed-precision", ChannelMultipliers()
    ),
    "codesign": CODESIGN,
    "codesign-hardware": replace(
        CODESIGN, objectives=HARDWARE_OBJECTIVES, bounds=Bounds({"accuracy": 0.73})
    ),
    "channel-multipliers": Recipe(
        "jsc-three-linear", ARCHITECTURE_OBJECTIVES, None, ChannelMultipliers()
    ),
    "lab3-grid": Recipe("jsc-tiny", QUANTIZATION_OBJECTIVES, "lab3-grid"),
    "lab3-types": Recipe("jsc-tiny", QUANTIZATION_OBJECTIVES, "lab3-types"),
}


def problem_names() -> tuple[str, ...]:
    """Return every name that `build_problem` knows; each precision space is a problem too."""
    return tuple(dict.fromkeys([*RECIPES, *PRECISION_SPACES, *PROBLEMS]))


def default_objectives(name: str) -> tuple[Objective, ...]:
    """Return the objectives that a problem has unless it is told otherwise.

    Raises
    ------
    InputError
        The name is unknown.

    Examples
    --------
    >>> [objective.name for objective in default_objectives("lab3-types")]
    ['accuracy', 'size', 'bitops']
    """
    if name in PROBLEMS:
        return PROBLEMS[name].objectives
    return get_objectives(recipe_of(name).objectives)


def chosen_objectives(name: str, objectives: Sequence[str]) -> tuple[Objective, ...]:
    """Return a problem's objectives by name, its own ones where none is named.

    Raises
    ------
    InputError
        A name is unknown.
    """
    if not objectives:
        return default_objectives(name)
    if name in PROBLEMS:
        return registered_problem(name, objectives).objectives
    return get_objectives(objectives)


def recipe_of(name: str) -> Recipe:
    """Look a problem's recipe up.

    Raises
    ------
    InputError
        The name is unknown.

    Examples
    --------
    >>> recipe_of("joint").objectives
    ('accuracy', 'latency', 'size', 'flops', 'bitops')
    """
    if name in RECIPES:
        return RECIPES[name]
    if name in PRECISION_SPACES:
        return Recipe("jsc-three-linear", QUANTIZATION_OBJECTIVES, name)
    if name in PROBLEMS:
        raise InputError(
            f"problem {name!r}: registered, expected one of "
            f"{', '.join(dict.fromkeys([*RECIPES, *PRECISION_SPACES]))}"
        )
    raise unknown_name("problem", name, problem_names())


def build_problem(
    name: str,
    *,
    objectives: Sequence[str] | None = None,
    bounds: Bounds = UNBOUNDED,
    scales: Scales | None = None,
    **settings: Any,
) -> Problem:
    """Build a problem by its name, a registered one or one with shipped weights.

    Parameters
    ----------
    name
        One of `problem_names`.
    objectives, bounds, scales
        See `build_network_problem`.
    settings
        The other settings of `build_network_problem`; a registered problem takes none.

    Raises
    ------
    InputError
        A name is unknown, a setting does not suit the problem, or as `build_network_problem`
        says.
    TypeError
        There is no such setting.

    Examples
    --------
    >>> from moo_jsc.objectives import Bounds
    >>> build_problem("lab3-types", bounds=Bounds({"accuracy": 0.6})).bounds.at_least
    {'accuracy': 0.6}
    """
    if name not in PROBLEMS:
        return build_network_problem(
            name, objectives=objectives, bounds=bounds, scales=scales, **settings
        )
    for setting, parameter in signature(build_network_problem).parameters.items():
        if setting in settings and settings.pop(setting) != parameter.default:
            raise InputError(
                f"problem {name!r}: {setting} is a setting of problems with shipped weights, "
                "this one was registered"
            )
    if settings:
        raise TypeError(f"build_problem() has no setting {next(iter(settings))!r}")
    return registered_problem(name, objectives, bounds, scales)


def build_network_problem(
    name: str,
    *,
    network: str | None = None,
    objectives: Sequence[str] | None = None,
    split: SplitName = "validation",
    jets: str | Dataset = "sample",
    final_relu: bool = False,
    training: Training | None = None,
    training_seed: int = 0,
    train_networks: bool = False,
    fine_tuning_seeds: int = 1,
    latency_batch: int = 1024,
    device: str = "cpu",
    bounds: Bounds = UNBOUNDED,
    scales: Scales | None = None,
) -> NetworkProblem:
    """Build a problem over networks with shipped weights.

    Parameters
    ----------
    name
        One of `problem_names`, but of no registered problem.
    network
        A network with shipped weights; the problem's own by default.
    objectives
        Registered names; the problem's own by default.
    split
        Where predictions are scored.
    jets
        What `moo_jsc.data.jets.load_jets` takes, or any data of as many features and classes.
    final_relu
        Take the reports' form of the network, with a ReLU before the softmax.
    training
        ``"ptq"``, or ``"qat"`` (see `Scoring`); the problem's own by default.
    training_seed
        Which of the shipped trainings of the widened networks, or of training them.
    train_networks
        Train the networks on these jets and keep them in the store, rather than take shipped
        weights.
    fine_tuning_seeds
        Trainings of each configuration with ``"qat"``; their mean is its value.
    latency_batch
        Batch size at which latency is measured, in samples.
    device
        Where predictions are computed: ``"cpu"`` or ``"cuda"``.
    bounds
        Which designs count, beside the problem's own bounds on its objectives, or in the place
        of one on the same side of the same objective.
    scales
        Linear or logarithmic by the objective's name, in the place of the problem's own.

    Raises
    ------
    InputError
        A name is unknown, a bound or scale names none of the objectives, or no weights are
        shipped.

    Examples
    --------
    >>> build_network_problem("lab3-types").networks[0].spec.name
    'jsc-tiny'
    """
    recipe = recipe_of(name)
    chosen = get_objectives(recipe.objectives if objectives is None else objectives)
    limits = bounds_of(recipe, chosen, bounds)
    measured_on = scales_of(recipe, chosen, scales)
    trained = training or recipe.training
    scoring = Scoring(split=split, training=trained, device=device, seeds=fine_tuning_seeds)

    from moo_jsc.data.jets import load_jets
    from moo_jsc.networks.family import network_spec
    from moo_jsc.networks.weights import load_network, load_widened

    base = network or recipe.network
    data = load_jets(jets) if isinstance(jets, str) else jets
    multipliers = recipe.multipliers
    if multipliers is not None and final_relu:
        raise InputError(f"problem {name!r}: widened networks are shipped without a final ReLU")
    spec = network_spec(base, final_relu=final_relu)
    if train_networks:
        from moo_jsc.networks.kept_training import kept_ensemble

        check_fit(spec, data)
        forms = multipliers.forms(spec) if multipliers else (spec,)
        seen = sys.stderr.isatty()
        networks = kept_ensemble(forms, data, seed=training_seed, device=device, progress=seen)
    elif multipliers is None:
        networks = [load_network(base, final_relu=final_relu)]
    else:
        networks = [
            load_widened(base, combination, seed=training_seed)
            for combination in multipliers.combinations(len(spec.linear_layers) - 1)
        ]
    problem = assembled(
        name,
        networks,
        chosen,
        data,
        scoring,
        multipliers=multipliers,
        precision=PRECISION_SPACES[recipe.precision] if recipe.precision else None,
        latency_batch=latency_batch,
    )
    return problem.within(limits, measured_on)


def bounds_of(recipe: Recipe, objectives: Sequence[Objective], given: Bounds) -> Bounds:
    """Return the recipe's bounds on some objectives, with the given ones in their place.

    Raises
    ------
    InputError
        A given bound names none of the objectives.
    """
    limits = recipe.bounds.of(objectives).replaced(given)
    limits.check(objectives)
    return limits


def scales_of(recipe: Recipe, objectives: Sequence[Objective], given: Scales | None) -> Scales:
    """Return the recipe's scales of some objectives, with the given ones in their place.

    Raises
    ------
    InputError
        A given scale names none of the objectives.
    """
    check_scales(given or {}, objectives)
    own = logarithmic_costs(objectives) if recipe.logarithmic else {}
    return {**own, **(given or {})}
