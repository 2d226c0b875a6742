"""Figures. Each module prepares its data apart from the drawing; matplotlib loads on drawing."""

from analysis.plots.curves import hypervolume_curves, indicator_curves

__all__ = ["hypervolume_curves", "indicator_curves"]
