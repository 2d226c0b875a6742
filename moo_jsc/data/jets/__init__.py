"""Jets: the shipped sample and its generator, other sources of data, splits."""

from moo_jsc.data.jets.columns import CLASSES, FEATURES
from moo_jsc.data.jets.dataset import Jets, JetSplit
from moo_jsc.data.jets.errors import JetDataError
from moo_jsc.data.jets.loading import load_jets

__all__ = ["CLASSES", "FEATURES", "JetDataError", "JetSplit", "Jets", "load_jets"]
