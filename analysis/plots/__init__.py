"""Figures. Each module prepares its data apart from the drawing; matplotlib loads on drawing."""

from analysis.plots.attainment import attainment_differences, attainment_surfaces
from analysis.plots.budgets import shares_at
from analysis.plots.comparison import differences, effect_sizes
from analysis.plots.critical_differences import critical_differences
from analysis.plots.curves import hypervolume_curves, indicator_curves
from analysis.plots.distributions import final_values
from analysis.plots.overview import overview
from analysis.plots.pairs import pair_grid
from analysis.plots.parallel import parallel_coordinates

__all__ = [
    "attainment_differences",
    "attainment_surfaces",
    "critical_differences",
    "differences",
    "effect_sizes",
    "final_values",
    "hypervolume_curves",
    "indicator_curves",
    "overview",
    "pair_grid",
    "parallel_coordinates",
    "shares_at",
]
