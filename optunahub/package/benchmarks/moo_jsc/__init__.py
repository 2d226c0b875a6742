"""Tabular benchmarks of quantized jet classifiers with a known Pareto front."""

from .problem import Problem

__all__ = ["Problem"]
