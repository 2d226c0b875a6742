"""Trial logs of other tools as trial tables (see `analysis.trials.table`)."""

from analysis.trials.loaders.frames import from_frame, read_csv
from analysis.trials.loaders.optuna_study import from_optuna_study
from analysis.trials.loaders.pymoo_result import from_pymoo_result

__all__ = ["from_frame", "from_optuna_study", "from_pymoo_result", "read_csv"]
