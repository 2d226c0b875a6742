"""What is worth knowing of a finished table before an optimizer is tested on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.foundation.words import number

if TYPE_CHECKING:
    from moo_jsc.enumeration.benchmark import Benchmark

Row = tuple[str, str]

LEVELS = (0.60, 0.70, 0.72, 0.74)
"""Accuracies (validation split) between which the scatter of trainings is told apart."""


def properties(benchmark: Benchmark) -> Iterator[Row]:
    """Yield what is said of a table, and its value in words."""
    table = benchmark.table
    yield "designs", f"{table.space.size:,}"
    yield "designs that count", f"{int(table.inside.sum()):,}"
    yield "points on the front", f"{len(np.unique(table.front_values, axis=0))}"
    for column, objective in enumerate(table.objectives):
        values = table.front_values[:, column]
        ends = " to ".join(number(float(end)) for end in (values.min(), values.max()))
        unit = "" if objective.unit == "1" else f" {objective.unit}"
        yield f"{objective.name} on the front", f"{ends}{unit}"
    yield from agreements(benchmark)
    yield from scatters(benchmark)


def agreements(benchmark: Benchmark) -> Iterator[Row]:
    """Yield rank correlations (Kendall's tau) of accuracies over the designs that count."""
    from scipy.stats import kendalltau

    inside = benchmark.table.inside
    own = benchmark.column_of("accuracy")[inside]
    tested = benchmark.on("test").column_of("accuracy")[inside]
    yield "tau of validation and test accuracy", f"{kendalltau(own, tested).statistic:.3f}"
    if benchmark.training == "ptq":
        return
    rounded = benchmark.rounded_accuracy()[inside]
    yield "tau of fine-tuned and rounded accuracy", f"{kendalltau(own, rounded).statistic:.3f}"
    singles = benchmark.single_trainings()[inside, :, 0]
    if singles.shape[1] > 1:
        tau = kendalltau(singles[:, 0], singles[:, 1]).statistic
        yield "tau of two trainings", f"{tau:.3f}"


def scatters(benchmark: Benchmark) -> Iterator[Row]:
    """Yield the root mean square of the scatter over trainings, between levels of accuracy."""
    if benchmark.training == "ptq" or benchmark.trainings.max() < 2:
        return
    accuracy = benchmark.column_of("accuracy")
    found = benchmark.fine_tuned.scatter(benchmark.split)[:, 0]
    for low, high in zip(LEVELS, (*LEVELS[1:], 1.0), strict=True):
        chosen = (accuracy >= low) & (accuracy < high) & np.isfinite(found)
        if chosen.any():
            name = f"scatter over trainings, accuracy {low:.2f} to {high:.2f}"
            yield name, f"{100 * np.sqrt((found[chosen] ** 2).mean()):.2f} points"


def retrained(benchmark: Benchmark, numbers: Sequence[int] | NDArray[np.int64]) -> Iterator[Row]:
    """Train designs again on this machine with the table's first seed, and compare.

    Parameters
    ----------
    benchmark
        Of fine-tuned designs.
    numbers
        Of the designs, by flat index.
    """
    from scipy.stats import kendalltau

    from moo_jsc.problems.catalog import build_network_problem

    problem = build_network_problem(benchmark.name, objectives=("accuracy", "size"), training="qat")
    rows = problem.space.configurations(numbers)
    recipe = replace(problem.scoring.fine_tuning, seed=benchmark.card.seeds[0])
    found = problem.fine_tuned(rows, [recipe], [benchmark.split])[:, 0, 0, 0]
    shipped = benchmark.single_trainings()[np.asarray(numbers), 0, 0]
    difference = np.abs(found - shipped)
    yield "trained again on this machine", f"{len(found):,} random designs"
    yield "accuracies that are equal", f"{100 * (difference == 0).mean():.1f} %"
    yield "mean difference", f"{100 * difference.mean():.4f} points"
    yield "largest difference", f"{100 * difference.max():.2f} points"
    yield "tau of both", f"{kendalltau(found, shipped).statistic:.4f}"
