"""Around any other sampler: no repeats, and no trial that known costs show to be lost."""

from moo_jsc.samplers.wrappers.known_costs import KnownCosts
from moo_jsc.samplers.wrappers.without_repeats import WithoutRepeats

__all__ = ["KnownCosts", "WithoutRepeats"]
