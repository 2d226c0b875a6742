"""Wrappers around any sampler of Optuna, for search spaces with finitely many configurations."""

from .filters import FilteredSampler, KnownCostsSampler, WithoutRepeatsSampler

__all__ = ["FilteredSampler", "KnownCostsSampler", "WithoutRepeatsSampler"]
