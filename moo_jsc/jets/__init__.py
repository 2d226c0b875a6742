"""Jets: the shipped sample and its generator, other sources of data, splits."""

from moo_jsc.jets.columns import CLASSES, FEATURES
from moo_jsc.jets.dataset import Jets, JetSplit
from moo_jsc.jets.errors import JetDataError
from moo_jsc.jets.loading import load_jets

__all__ = ["CLASSES", "FEATURES", "JetDataError", "JetSplit", "Jets", "load_jets"]
