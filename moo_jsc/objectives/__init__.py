"""What a candidate costs and how good it is; every convention is a named, sourced objective.

Importing the package registers them all in `moo_jsc.objectives.objective.OBJECTIVES`.
"""

from moo_jsc.objectives import bitops, bitwidth, circuit, flops, latency, prediction, size
from moo_jsc.objectives.bounds import Bounds
from moo_jsc.objectives.objective import OBJECTIVES, Objective, get_objectives

__all__ = [
    "OBJECTIVES",
    "Bounds",
    "Objective",
    "bitops",
    "bitwidth",
    "circuit",
    "flops",
    "get_objectives",
    "latency",
    "prediction",
    "size",
]
