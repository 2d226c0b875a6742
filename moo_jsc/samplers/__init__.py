"""One contract, one registry; adapters to Optuna and pymoo; enumeration orders."""

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

__all__ = [
    "SAMPLERS",
    "BudgetExhausted",
    "ConstrainedSampler",
    "Evaluate",
    "InformedSampler",
    "Known",
    "Sampler",
    "ScaledSampler",
    "default_samplers",
    "get_samplers",
    "register",
    "run_sampler",
    "told",
]
