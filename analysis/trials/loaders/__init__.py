"""Trial logs of other tools as trials (see `analysis.trials.table`)."""

from analysis.trials.loaders.ax_frame import from_ax_frame
from analysis.trials.loaders.coco import from_coco
from analysis.trials.loaders.frames import from_frame, read_csv
from analysis.trials.loaders.ioh_profiler import from_ioh_profiler
from analysis.trials.loaders.optuna_study import from_optuna_study
from analysis.trials.loaders.pymoo_result import from_pymoo_result

__all__ = [
    "from_ax_frame",
    "from_coco",
    "from_frame",
    "from_ioh_profiler",
    "from_optuna_study",
    "from_pymoo_result",
    "read_csv",
]
