"""A sampler that knows what is known: costs beforehand, and that more bits rarely hurt."""

from moo_jsc.samplers.grey_box.sampler import GreyBox
from moo_jsc.samplers.grey_box.settings import Noise

__all__ = ["GreyBox", "Noise"]
