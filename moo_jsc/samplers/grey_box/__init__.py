"""A sampler that knows what is known: costs beforehand, and that more bits rarely hurt."""

from moo_jsc.objectives.noise import Noise
from moo_jsc.samplers.grey_box.sampler import GreyBox

__all__ = ["GreyBox", "Noise"]
