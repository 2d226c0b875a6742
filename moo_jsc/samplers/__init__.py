"""One contract, one registry; adapters to Optuna and pymoo; enumeration orders."""

from moo_jsc.samplers.own import ask_and_tell, minimizer
from moo_jsc.samplers.registry import SAMPLERS, default_samplers, get_samplers, register
from moo_jsc.samplers.sampler import (
    BudgetExhausted,
    ConstrainedSampler,
    Evaluate,
    InformedSampler,
    Known,
    Sampler,
    ScaledSampler,
    run_sampler,
    told,
)
from moo_jsc.samplers.with_settings import optuna_sampler, pymoo_sampler

__all__ = [
    "SAMPLERS",
    "BudgetExhausted",
    "ConstrainedSampler",
    "Evaluate",
    "InformedSampler",
    "Known",
    "Sampler",
    "ScaledSampler",
    "ask_and_tell",
    "default_samplers",
    "get_samplers",
    "minimizer",
    "optuna_sampler",
    "pymoo_sampler",
    "register",
    "run_sampler",
    "told",
]
