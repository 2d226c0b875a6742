"""Fronts of known values: dominance, hypervolume, the reference, knees."""
