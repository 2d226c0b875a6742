"""moo_jsc: quantized and rescaled classifiers as multi-objective problems.

The names below are the public face; they are imported when first used, so that ``import moo_jsc``
takes no time. Everything else may change.

The rooms, in the order in which they may import one another: `foundation`, `data`, `networks`,
`quantization`, `objectives`, `evaluation`, `problems`, `enumeration`, `samplers`, `runs`,
`testing`.

Examples
--------
>>> import moo_jsc
>>> problem = moo_jsc.build_problem("lab3-types")
>>> problem
<QuantizationProblem 'lab3-types': 18 configurations; accuracy (max), size (min), bitops (min)>
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moo_jsc.data import DataError, Dataset, load_dataset
    from moo_jsc.data.jets import load_jets
    from moo_jsc.enumeration import ObjectiveTable, TableProblem, enumerate_problem, stream_front
    from moo_jsc.enumeration.benchmark import load_benchmark
    from moo_jsc.foundation.errors import InputError
    from moo_jsc.objectives import Objective, get_objectives
    from moo_jsc.problems.catalog import build_problem, problem_names
    from moo_jsc.problems.function_problem import FunctionProblem
    from moo_jsc.problems.own import problem_from_torch
    from moo_jsc.problems.problem import Problem
    from moo_jsc.problems.registered import register_problem
    from moo_jsc.problems.space import Choice, SearchSpace
    from moo_jsc.runs import Comparison, load_plugin, load_trials, run_comparison
    from moo_jsc.samplers import Sampler, default_samplers, get_samplers

__version__ = "0.2.0"

__all__ = [
    "Choice",
    "Comparison",
    "DataError",
    "Dataset",
    "FunctionProblem",
    "InputError",
    "Objective",
    "ObjectiveTable",
    "Problem",
    "Sampler",
    "SearchSpace",
    "TableProblem",
    "build_problem",
    "default_samplers",
    "enumerate_problem",
    "get_objectives",
    "get_samplers",
    "load_benchmark",
    "load_dataset",
    "load_jets",
    "load_plugin",
    "load_trials",
    "problem_from_torch",
    "problem_names",
    "register_problem",
    "run_comparison",
    "stream_front",
]

_HOMES = {
    "moo_jsc.data": ("DataError", "Dataset", "load_dataset"),
    "moo_jsc.data.jets": ("load_jets",),
    "moo_jsc.enumeration": ("ObjectiveTable", "TableProblem", "enumerate_problem", "stream_front"),
    "moo_jsc.enumeration.benchmark": ("load_benchmark",),
    "moo_jsc.foundation.errors": ("InputError",),
    "moo_jsc.objectives": ("Objective", "get_objectives"),
    "moo_jsc.problems.catalog": ("build_problem", "problem_names"),
    "moo_jsc.problems.function_problem": ("FunctionProblem",),
    "moo_jsc.problems.own": ("problem_from_torch",),
    "moo_jsc.problems.problem": ("Problem",),
    "moo_jsc.problems.registered": ("register_problem",),
    "moo_jsc.problems.space": ("Choice", "SearchSpace"),
    "moo_jsc.runs": ("Comparison", "load_plugin", "load_trials", "run_comparison"),
    "moo_jsc.samplers": ("Sampler", "default_samplers", "get_samplers"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'moo_jsc' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
