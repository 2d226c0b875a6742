"""What a candidate costs and how good it is; every convention is a named, sourced objective.

Importing the package registers them all in `moo_jsc.objectives.objective.OBJECTIVES`.
"""

from moo_jsc.objectives import bitops, bitwidth, circuit, flops, latency, prediction, size
from moo_jsc.objectives.bounds import Bounds
from moo_jsc.objectives.design_function import DesignFunction, register_function
from moo_jsc.objectives.layer_table import read_cost_table
from moo_jsc.objectives.objective import OBJECTIVES, Objective, get_objectives

__all__ = [
    "OBJECTIVES",
    "Bounds",
    "DesignFunction",
    "Objective",
    "bitops",
    "bitwidth",
    "circuit",
    "flops",
    "get_objectives",
    "latency",
    "prediction",
    "read_cost_table",
    "register_function",
    "size",
]
