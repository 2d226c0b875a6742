"""Wrappers never repeat what was tried, and change nothing as long as nothing repeats."""

import contextlib

import numpy as np
import optuna
import pytest

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.runs.ledger import Ledger
from moo_jsc.samplers import BudgetExhausted, get_samplers, run_sampler
from moo_jsc.samplers.wrappers.optuna_filters import (
    KnownCostsSampler,
    WithoutRepeatsSampler,
    cardinality,
    lost,
)

INNER = (
    "optuna-random",
    "optuna-qmc",
    "optuna-tpe",
    "optuna-tpe-multivariate",
    "optuna-nsga2",
    "optuna-nsga3",
    "pymoo-nsga2",
    "pymoo-nsga3",
    "pymoo-moead",
    "pymoo-mopso-cd",
    "scalarized-tpe",
)
OBJECTIVES = (
    Objective(name="quality", unit="1", sense="max"),
    Objective(name="cost", unit="1", sense="min", known=True),
)


def space(*radices):
    return SearchSpace(
        "test",
        tuple(
            Choice(f"c{i}", tuple(range(1, 1 + r)), rises=("quality",))
            for i, r in enumerate(radices)
        ),
    )


def values(rows):
    rows = np.asarray(rows)
    quality = 1 - np.exp(-rows @ np.arange(1, 1 + rows.shape[1]) / 5)
    return np.column_stack([quality, rows.sum(axis=1) + 0.1 * rows[:, 0]])


def known(rows):
    found = values(rows)
    found[:, 0] = np.nan
    return found


def trials(name, where, budget, seed=2):
    (sampler,) = get_samplers([name])
    sampler.load()
    ledger = Ledger(where, 2, values, budget=budget)
    with contextlib.suppress(BudgetExhausted):
        run_sampler(sampler, where, OBJECTIVES, ledger, seed=seed, budget=budget, known=known)
    return ledger.trials


@pytest.mark.parametrize("inner", INNER)
def test_no_repeat_until_the_space_is_used_up(inner):
    where = space(3, 4, 2)
    found = trials(f"without-repeats({inner})", where, budget=40)
    assert len(found) == where.size
    assert not any(trial.repeat for trial in found)


@pytest.mark.parametrize("inner", INNER)
def test_same_proposals_as_long_as_none_repeats(inner):
    where = space(8, 8, 8)
    compared = 0
    for seed in (2, 3):
        plain = trials(inner, where, 25, seed)
        wrapped = trials(f"without-repeats({inner})", where, 25, seed)
        assert len(wrapped) == 25
        repeats = [trial.repeat for trial in plain]
        same = repeats.index(True) if True in repeats else len(plain)
        compared += same
        for one, other in zip(plain[:same], wrapped[:same], strict=True):
            assert one.configuration == other.configuration
    assert compared > 5


@pytest.mark.parametrize("inner", ["optuna-random", "optuna-tpe", "pymoo-nsga2"])
def test_known_costs_pass_over_what_cannot_be_nondominated(inner):
    where = space(4, 4, 4)
    plain, wrapped = (trials(name, where, budget=25) for name in (inner, f"known-costs({inner})"))
    assert wrapped[0].configuration == plain[0].configuration
    assert _lost(where, wrapped) < _lost(where, plain)


def _lost(where, found):
    """Count the trials that could have been passed over."""
    count = 0
    for i in range(1, len(found)):
        row = np.array(found[i].configuration)
        before = np.array([trial.configuration for trial in found[:i]])
        smaller = np.array([trial.values for trial in found[:i]]) * [-1, 1]
        above = (before >= row).all(axis=1)
        count += lost(known(row[None])[0] * [-1, 1], smaller, above)
    return count


def test_what_is_passed_over_is_dominated_when_the_trend_holds():
    where = space(5, 5, 5)
    rows = where.configurations(np.arange(where.size))
    smaller = values(rows) * [-1, 1]
    generator = np.random.default_rng(0)
    passed_over = 0
    for _ in range(300):
        tried = generator.choice(where.size, size=12, replace=False)
        index = generator.integers(where.size)
        if lost(
            known(rows[index][None])[0] * [-1, 1],
            smaller[tried],
            (rows[tried] >= rows[index]).all(axis=1),
        ):
            passed_over += 1
            assert (smaller[tried] <= smaller[index]).all(axis=1).any()
    assert passed_over > 20


def test_in_any_study_of_optuna():
    def objective(trial):
        x = trial.suggest_int("x", 0, 4)
        kind = trial.suggest_categorical("kind", ["a", "b"])
        step = trial.suggest_float("step", 0.0, 1.0, step=0.5)
        return x + (kind == "a") - step

    sampler = WithoutRepeatsSampler(optuna.samplers.TPESampler(seed=0), seed=0)
    study = optuna.create_study(sampler=sampler)
    study.optimize(objective, n_trials=100)
    assert len(study.trials) == 30
    assert len({tuple(trial.params.items()) for trial in study.trials}) == 30


def test_a_continuous_parameter_never_stops_a_study():
    sampler = WithoutRepeatsSampler(optuna.samplers.RandomSampler(seed=0), seed=0)
    study = optuna.create_study(sampler=sampler)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=12)
    assert len(study.trials) == 12
    assert cardinality(study.trials[0].distributions["x"]) == np.inf


def test_known_costs_in_a_study_of_optuna():
    def objective(trial):
        x = trial.suggest_int("x", 0, 9)
        y = trial.suggest_int("y", 0, 9)
        return 0.5 if min(x, y) < 5 else 0.9, x + y

    sampler = KnownCostsSampler(
        optuna.samplers.RandomSampler(seed=1),
        lambda parameters: (np.nan, parameters["x"] + parameters["y"]),
        improves=("x", "y"),
        seed=1,
    )
    study = optuna.create_study(directions=["maximize", "minimize"], sampler=sampler)
    study.optimize(objective, n_trials=30)
    assert len(study.trials) == 30


def test_attempts_are_at_least_one():
    with pytest.raises(ValueError, match="attempts = 0"):
        WithoutRepeatsSampler(optuna.samplers.RandomSampler(), attempts=0)
