"""Widths of four tensors: a score that is tried, a size that is known; no design twice."""

from __future__ import annotations

import math

import optuna

import optunahub

PACKAGE = "samplers/finite_space_filters"
SPACE = {f"bits{i}": optuna.distributions.IntDistribution(2, 8) for i in range(4)}


def size(parameters: dict[str, int]) -> float:
    """Return what is known before a trial."""
    return float(sum(parameters.values()))


def objective(trial: optuna.Trial) -> tuple[float, float]:
    """Return a score that rises with all widths, and the size."""
    bits = {name: trial.suggest_int(name, 2, 8) for name in SPACE}
    score = math.prod(1 - 0.5 ** (width - 1) for width in bits.values())
    return score, size(bits)


if __name__ == "__main__":
    filters = optunahub.load_module(PACKAGE)
    inner = optuna.samplers.TPESampler(seed=0)
    sampler = filters.KnownCostsSampler(
        filters.WithoutRepeatsSampler(inner, search_space=SPACE, seed=0),
        known=lambda parameters: (math.nan, size(parameters)),
        improves=list(SPACE),
        search_space=SPACE,
        seed=0,
    )
    study = optuna.create_study(directions=["maximize", "minimize"], sampler=sampler)
    study.optimize(objective, n_trials=40)
    for best in study.best_trials:
        print(best.params, best.values)
