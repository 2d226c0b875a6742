"""Figures. Each module prepares its data apart from the drawing; matplotlib loads on drawing."""

from analysis.plots.comparison import critical_differences, differences, effect_sizes
from analysis.plots.curves import hypervolume_curves, indicator_curves
from analysis.plots.distributions import final_values
from analysis.plots.fronts import attainment_differences, attainment_surfaces, projections
from analysis.plots.overview import overview

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
    "projections",
]
