"""The finished tables of moo_jsc as a problem of OptunaHub."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import optuna

import optunahub
from moo_jsc import load_benchmark
from moo_jsc.problems.optuna_adapter import directions, distributions, limits_of


class Problem(optunahub.benchmarks.BaseProblem):
    """Replay a table: every design of a space has been trained and scored before.

    Parameters
    ----------
    name
        ``"codesign"``, ``"codesign-hardware"`` or ``"joint"``.
    objectives
        Names of columns of the table; the problem's own by default.
    split
        ``"validation"``, which a search should see, or ``"test"``.

    Attributes
    ----------
    benchmark
        The table: ``benchmark.table.front_values`` is the true front.
    metric_names
        Of the values that a trial returns, for ``Study.set_metric_names``.
    """

    def __init__(
        self,
        name: str = "codesign",
        objectives: Sequence[str] | None = None,
        split: Literal["validation", "test"] = "validation",
    ) -> None:
        self.benchmark = load_benchmark(name, objectives=objectives, split=split)
        self.metric_names = [objective.name for objective in self.benchmark.objectives]
        self._limits = limits_of(self.benchmark.bounds, self.benchmark.objectives)

    @property
    def search_space(self) -> dict[str, optuna.distributions.BaseDistribution]:
        """One parameter a choice: the index of its value, in order."""
        return distributions(self.benchmark.space)

    @property
    def directions(self) -> list[optuna.study.StudyDirection]:
        """Accuracy is maximized, everything else minimized."""
        return [
            optuna.study.StudyDirection[name.upper()]
            for name in directions(self.benchmark.objectives)
        ]

    def evaluate(self, params: dict[str, Any]) -> Sequence[float]:
        """Look one design up; natural units."""
        values: list[float] = self._values(params).tolist()
        return values

    def evaluate_constraints(self, params: dict[str, Any]) -> dict[str, float]:
        """Return by how much a design misses each bound, at most 0 where it keeps it."""
        return dict(self._limits(self._values(params))) if self._limits else {}

    def _values(self, params: dict[str, Any]) -> np.ndarray:
        row = [params[choice.name] for choice in self.benchmark.space.choices]
        return self.benchmark.evaluate([row])[0]
