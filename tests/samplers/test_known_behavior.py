"""What is known of the samplers at small budgets, measured; ``--page`` writes the figures."""

import contextlib

import numpy as np
import pytest

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.runs.ledger import Ledger
from moo_jsc.samplers import SAMPLERS, BudgetExhausted
from moo_jsc.samplers.optuna_samplers import OptunaSampler

SEEDS = range(30)
OBJECTIVES = (
    Objective(
        name="accuracy", unit="1", sense="max", definition="stand-in for an accuracy", source="test"
    ),
    Objective(
        name="bitops",
        unit="bit operations",
        sense="min",
        definition="sum of the products of widths",
        source="test",
    ),
)
WIDTHS = (2, 3, 4, 5, 6, 7, 8)
LAYERS = SearchSpace("layers", tuple(Choice(name, WIDTHS) for name in "abcdef"))
TYPES = SearchSpace(
    "types", (Choice("data", (4, 8)), Choice("weight", (2, 4, 8)), Choice("bias", (2, 4, 8)))
)


def evaluate_in(space):
    """Saturating quality against multiplied widths, as in a quantised network."""
    values = [np.array(choice.values, dtype=float) for choice in space.choices]

    def evaluate(rows):
        widths = np.column_stack([v[rows[:, i]] for i, v in enumerate(values)])
        quality = np.exp(-(np.arange(1, widths.shape[1] + 1) * 2.0**-widths).sum(axis=1))
        return np.column_stack([quality, widths[:, 0] * widths[:, 1:].sum(axis=1)])

    return evaluate


def trials(sampler, space, seed, budget=20):
    sampler.load()
    ledger = Ledger(space, 2, evaluate_in(space), budget=budget)
    with contextlib.suppress(BudgetExhausted):
        sampler.run(space, OBJECTIVES, ledger, seed=seed, budget=budget)
    return [trial.configuration for trial in ledger.trials]


class DefaultPopulation(OptunaSampler):
    """Optuna's NSGA-II or NSGA-III as they come."""

    def __init__(self, name):
        self.name = name

    def build(self, space, objectives, *, seed, budget):
        import optuna

        return getattr(optuna.samplers, self.name)(seed=seed)


def identical_to_random(sampler):
    random = SAMPLERS["optuna-random"]
    return sum(trials(sampler, LAYERS, seed) == trials(random, LAYERS, seed) for seed in SEEDS)


def note(measured, what, count):
    measured.row("known behavior", **{"at 20 trials": what, "found": f"{count} of {len(SEEDS)}"})


@pytest.mark.parametrize("name", ["NSGAIISampler", "NSGAIIISampler"])
def test_default_populations_are_random_search_at_20_trials(name, measured):
    count = identical_to_random(DefaultPopulation(name))
    note(measured, f"Optuna's {name}, population 50: runs identical to random search", count)
    assert count == len(SEEDS)


@pytest.mark.parametrize("name", ["optuna-nsga2", "optuna-nsga3"])
def test_fitted_populations_leave_their_first_generation(name, measured):
    count = identical_to_random(SAMPLERS[name])
    note(measured, f"`{name}`, population 8: runs identical to random search", count)
    assert count == 0


def test_random_starts_are_paired_over_samplers():
    starts = {
        tuple(trials(SAMPLERS[name], LAYERS, seed=1)[:8])
        for name in ("optuna-random", "optuna-tpe", "optuna-nsga2", "optuna-nsga3")
    }
    assert len(starts) == 1


def test_pymoo_alone_overshoots_its_budget():
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.optimize import minimize

    from moo_jsc.problems.pymoo_adapter import PymooProblem

    problem = PymooProblem(LAYERS, OBJECTIVES, evaluate_in(LAYERS))
    result = minimize(problem, NSGA2(), ("n_eval", 20), seed=1)
    assert result.algorithm.evaluator.n_eval == 100


def test_distinct_configurations_of_20_trials_on_18(measured):
    names = ("optuna-tpe", "optuna-random", "optuna-tpe-multivariate", "optuna-brute-force")
    distinct = {
        name: np.array([len(set(trials(SAMPLERS[name], TYPES, seed))) for seed in SEEDS[:20]])
        for name in names
    }
    for name, counts in distinct.items():
        mean = f"{counts.mean():.1f} ± {counts.std() / np.sqrt(20):.1f}"
        what = f"distinct of 18 configurations, `{name}`"
        measured.row("known behavior", **{"at 20 trials": what, "found": mean})
    means = {name: counts.mean() for name, counts in distinct.items()}
    assert means["optuna-brute-force"] == 18
    assert means["optuna-tpe"] < means["optuna-random"] < 14
