"""Samplers that know constraints respect bounds more often than they do without being told."""

import contextlib
from functools import cache

import numpy as np
import pytest

from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.runs.ledger import Ledger
from moo_jsc.samplers import (
    SAMPLERS,
    BudgetExhausted,
    ConstrainedSampler,
    get_samplers,
    run_sampler,
)
from moo_jsc.testing.samplers import objectives, space, values

WHERE = space(8, 8, 8, 8)
OBJECTIVES = objectives(2)
BUDGET = 40
SEEDS = range(6)
BOUNDS = Bounds({"o0": 0.85})
USE_CONSTRAINTS = [
    "optuna-tpe",
    "optuna-tpe-multivariate",
    "optuna-nsga2",
    "optuna-nsga3",
    "pymoo-nsga2",
    "pymoo-nsga3",
    "pymoo-unsga3",
    "pymoo-sms-emoa",
    "grey-box",
]
TOLD_IN_VAIN = ["optuna-random", "optuna-qmc", "optuna-brute-force"]


def evaluate(rows):
    return values(rows, 2, 8)


def trials(name, seed, bounds):
    ledger = Ledger(WHERE, 2, evaluate, budget=BUDGET)
    with contextlib.suppress(BudgetExhausted):
        run_sampler(
            *get_samplers([name]),
            WHERE,
            OBJECTIVES,
            ledger,
            seed=seed,
            budget=BUDGET,
            known=lambda rows: np.full((len(rows), 2), np.nan),
            bounds=bounds,
        )
    return [trial.configuration for trial in ledger.trials]


@cache
def kept(name, seed, told):
    rows = np.array(trials(name, seed, BOUNDS if told else UNBOUNDED))
    return BOUNDS.kept(evaluate(rows), OBJECTIVES).mean()


@pytest.mark.parametrize("name", [*USE_CONSTRAINTS, "without-repeats(optuna-tpe)"])
def test_told_samplers_keep_bounds_more_often(name):
    seeds = SEEDS[:1] if name == "grey-box" else SEEDS  # which takes half a second a trial
    told = np.mean([kept(name, seed, told=True) for seed in seeds])
    untold = np.mean([kept(name, seed, told=False) for seed in seeds])
    random = np.mean([kept("optuna-random", seed, told=False) for seed in SEEDS])
    assert told > untold
    assert told > random


@pytest.mark.parametrize("name", [*TOLD_IN_VAIN, "pymoo-moead", "scalarized-tpe"])
def test_others_do_the_same_with_and_without(name):
    assert trials(name, 3, BOUNDS) == trials(name, 3, UNBOUNDED)


def test_what_knows_constraints_is_declared():
    declared = {name for name, each in SAMPLERS.items() if isinstance(each, ConstrainedSampler)}
    assert declared == {*USE_CONSTRAINTS, *TOLD_IN_VAIN, "optuna-gp", "grey-box-plain"}


def test_bounds_are_part_of_the_settings_of_a_run_only():
    registered = SAMPLERS["optuna-tpe"]
    assert "bounds" not in registered.settings
    assert "bounds" in registered.within(BOUNDS).settings
    assert registered.bounds is UNBOUNDED
