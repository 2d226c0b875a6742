"""Trial tables to conclusions: indicators, curves, tests, scalarization, redundancy, reports.

Knows arrays, data frames and objective metadata only; logs of any tool can be analyzed. The names
below are the public ones; they are loaded when they are first used.

Examples
--------
>>> import analysis
>>> analysis.Objective(name="loss")
Objective(name='loss', unit='1', sense='min')
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.efficiency.analyze import EfficiencyFindings, Questions, analyze_efficiency
    from analysis.efficiency.page import EfficiencyReport, efficiency_report
    from analysis.foundation.bounds import Bounds
    from analysis.foundation.errors import InputError
    from analysis.foundation.objectives import Objective
    from analysis.front.hypervolume import hypervolume
    from analysis.front.pareto import nondominated, pareto_front
    from analysis.front.reference import Reference
    from analysis.indicators.attainment import attainment
    from analysis.indicators.curves import epsilon_curves, hypervolume_curves, igd_plus_curves
    from analysis.redundancy.audit import audit_redundancy
    from analysis.scalarization.score_audit import audit_score
    from analysis.scalarization.weight_audit import audit_weights
    from analysis.scalarization.weights import ReportedScore, Weights
    from analysis.statistics.comparison import against_baseline, all_pairs
    from analysis.trials.loaders.ax_frame import from_ax_frame
    from analysis.trials.loaders.coco import from_coco
    from analysis.trials.loaders.frames import from_frame, read_csv
    from analysis.trials.loaders.ioh_profiler import from_ioh_profiler
    from analysis.trials.loaders.optuna_study import from_optuna_study
    from analysis.trials.loaders.pymoo_result import from_pymoo_result
    from analysis.trials.table import Trials

_HOMES = {
    "analysis.efficiency.analyze": ("EfficiencyFindings", "Questions", "analyze_efficiency"),
    "analysis.efficiency.page": ("EfficiencyReport", "efficiency_report"),
    "analysis.foundation.bounds": ("Bounds",),
    "analysis.foundation.errors": ("InputError",),
    "analysis.foundation.objectives": ("Objective",),
    "analysis.front.hypervolume": ("hypervolume",),
    "analysis.front.pareto": ("nondominated", "pareto_front"),
    "analysis.front.reference": ("Reference",),
    "analysis.indicators.attainment": ("attainment",),
    "analysis.indicators.curves": ("epsilon_curves", "hypervolume_curves", "igd_plus_curves"),
    "analysis.redundancy.audit": ("audit_redundancy",),
    "analysis.scalarization.score_audit": ("audit_score",),
    "analysis.scalarization.weight_audit": ("audit_weights",),
    "analysis.scalarization.weights": ("ReportedScore", "Weights"),
    "analysis.statistics.comparison": ("against_baseline", "all_pairs"),
    "analysis.trials.loaders.ax_frame": ("from_ax_frame",),
    "analysis.trials.loaders.coco": ("from_coco",),
    "analysis.trials.loaders.frames": ("from_frame", "read_csv"),
    "analysis.trials.loaders.ioh_profiler": ("from_ioh_profiler",),
    "analysis.trials.loaders.optuna_study": ("from_optuna_study",),
    "analysis.trials.loaders.pymoo_result": ("from_pymoo_result",),
    "analysis.trials.table": ("Trials",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Bounds",
    "EfficiencyFindings",
    "EfficiencyReport",
    "InputError",
    "Objective",
    "Questions",
    "Reference",
    "ReportedScore",
    "Trials",
    "Weights",
    "against_baseline",
    "all_pairs",
    "analyze_efficiency",
    "attainment",
    "audit_redundancy",
    "audit_score",
    "audit_weights",
    "efficiency_report",
    "epsilon_curves",
    "from_ax_frame",
    "from_coco",
    "from_frame",
    "from_ioh_profiler",
    "from_optuna_study",
    "from_pymoo_result",
    "hypervolume",
    "hypervolume_curves",
    "igd_plus_curves",
    "nondominated",
    "pareto_front",
    "read_csv",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
