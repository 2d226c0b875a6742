"""Jets: the shipped sample and its generator, other sources of the same data."""

from moo_jsc.data.jets.columns import CLASSES, FEATURES, jet_table
from moo_jsc.data.jets.loading import load_jets

__all__ = ["CLASSES", "FEATURES", "jet_table", "load_jets"]
