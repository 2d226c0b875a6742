"""Trial logs of other tools as trial tables (see `analysis.trials`)."""

from analysis.loaders.frames import from_frame, read_csv
from analysis.loaders.optuna_study import from_optuna_study
from analysis.loaders.pymoo_result import from_pymoo_result

__all__ = ["from_frame", "from_optuna_study", "from_pymoo_result", "read_csv"]
