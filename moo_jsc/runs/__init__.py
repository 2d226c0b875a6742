"""The trial ledger; samplers x seeds, run, recorded and resumed."""

from moo_jsc.runs.comparison import Comparison, run_comparison
from moo_jsc.runs.plugins import load_plugin
from moo_jsc.runs.tables import load_trials

__all__ = ["Comparison", "load_plugin", "load_trials", "run_comparison"]
