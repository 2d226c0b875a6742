"""The contract that every Sampler keeps; it runs over the registry.

To have a sampler of your own tested, register it, or add it to `UNDER_TEST`.
"""

import contextlib
import os
import pickle
import random
import subprocess
import sys
import warnings
from pathlib import Path

import msgspec
import numpy as np
import pytest

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.runs.ledger import Ledger
from moo_jsc.samplers import SAMPLERS, BudgetExhausted

UNDER_TEST = list(SAMPLERS.values())
SEEDLESS = {"exhaustive"}
WITHOUT_REPEATS = {"exhaustive", "exhaustive-random", "optuna-brute-force"}
BUDGETS = {"optuna-gp": 11}
"""One trial beyond the random ones, for the sampler that takes a second for each."""


def space(*radices):
    choices = (Choice(f"c{i}", tuple(range(2, 2 + r))) for i, r in enumerate(radices))
    return SearchSpace("test", tuple(choices))


WIDE = space(6, 6, 6, 6)


def objectives(count, sense=None):
    senses = [sense or ("max" if i == 0 else "min") for i in range(count)]
    return tuple(
        Objective(name=f"o{i}", unit="1", sense=s, definition="test", source="test")
        for i, s in enumerate(senses)
    )


def values(rows, count, largest):
    """Quality first, costs after; scales six orders of magnitude apart."""
    x = np.asarray(rows) / largest
    weights = np.random.default_rng(7).random((x.shape[1], count))
    costs = x @ weights * 10.0 ** np.arange(-2, count - 2)
    costs[:, 0] = 1 - np.exp(-3 * x @ weights[:, 0]) + 0.1 * np.sin(5 * x.sum(axis=1))
    return costs


def run(sampler, where=WIDE, count=2, seed=3, budget=None, hint=None, recorded=(), function=None):
    """Return the ledger of one run, after counting what it really evaluated."""
    budget = budget or BUDGETS.get(sampler.name, 23)
    evaluated = []

    def evaluate(rows):
        evaluated.extend(map(tuple, rows.tolist()))
        return (function or values)(rows, count, max(where.radices))

    ledger = Ledger(where, count, evaluate, budget=budget, recorded=recorded)
    sampler.load()
    try:
        sampler.run(where, objectives(count), ledger, seed=seed, budget=hint or budget)
    except BudgetExhausted:
        assert ledger.exhausted
    assert len(ledger.trials) <= budget
    assert len(set(evaluated)) == len(evaluated)
    ledger.evaluated = len(evaluated)
    return ledger


def proposed(ledger):
    return [trial.configuration for trial in ledger.trials]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(params=UNDER_TEST, ids=lambda sampler: sampler.name)
def sampler(request):
    return request.param


def test_budget_is_used_exactly_and_configurations_are_valid(sampler):
    ledger = run(sampler)
    assert ledger.exhausted
    assert WIDE.indices(proposed(ledger)).max() < WIDE.size
    assert ledger.evaluated == len(set(proposed(ledger)))


@pytest.mark.parametrize("budget", [1, 2, 5])
def test_tiny_budgets(sampler, budget):
    assert run(sampler, budget=budget).exhausted


def test_the_ledger_has_the_last_word_on_the_budget(sampler):
    assert len(run(sampler, budget=7, hint=40).trials) == 7


def test_same_seed_same_trials_whatever_happened_before(sampler):
    np.random.seed(1)
    random.seed(1)
    first = run(sampler)
    run(sampler, seed=4)
    np.random.seed(2)
    random.seed(2)
    assert proposed(run(pickle.loads(pickle.dumps(sampler)))) == proposed(first)


def test_global_random_state_is_left_alone(sampler):
    np.random.seed(5)
    random.seed(5)
    run(sampler, budget=11)
    assert np.random.get_state()[1].tolist() == np.random.RandomState(5).get_state()[1].tolist()
    assert random.getstate() == random.Random(5).getstate()


def test_different_seeds_differ(sampler):
    same = proposed(run(sampler, seed=3)) == proposed(run(sampler, seed=4))
    assert same == (sampler.name in SEEDLESS)


def test_single_value_choices(sampler):
    ledger = run(sampler, where=space(1, 5, 1, 6))
    assert {(row[0], row[2]) for row in proposed(ledger)} == {(0, 0)}


@pytest.mark.parametrize("radices", [(2, 3), (3,), (1, 1)], ids=str)
@pytest.mark.parametrize("count", [1, 2])
def test_space_smaller_than_the_budget(sampler, radices, count):
    where = space(*radices)
    budget = min(14, BUDGETS.get(sampler.name, 14))
    ledger = run(sampler, where=where, count=count, budget=budget)
    assert 1 <= ledger.evaluated <= where.size
    if sampler.name in WITHOUT_REPEATS:
        assert len(ledger.trials) == where.size
        assert not any(trial.repeat for trial in ledger.trials)


def test_one_objective(sampler):
    assert run(sampler, count=1).exhausted


@pytest.mark.filterwarnings("ignore:Box decomposition")
def test_five_objectives(sampler):
    assert run(sampler, count=5).exhausted


def test_choices_without_order(sampler):
    formats = Choice("format", ((8, 4), (4, 2), (16, 8)))
    where = SearchSpace("named", (formats, Choice("kind", ("b", "a")), Choice("w", (2, 4, 8))))
    assert run(sampler, where=where, budget=11).evaluated > 1


def test_maximising_is_minimising_the_negative(sampler):
    def record(sense, sign):
        def evaluate(rows):
            return sign * values(rows, 1, 6)

        budget = BUDGETS.get(sampler.name, 23)
        ledger = Ledger(WIDE, 1, evaluate, budget=budget)
        with contextlib.suppress(BudgetExhausted):
            sampler.run(WIDE, objectives(1, sense), ledger, seed=3, budget=budget)
        return proposed(ledger)

    assert record("max", 1.0) == record("min", -1.0)


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("constant", [[2], [0, 1, 2]], ids=["one", "all"])
def test_constant_objectives(sampler, constant):
    def function(rows, count, largest):
        found = values(rows, count, largest)
        found[:, constant] = 50.0
        return found

    budget = min(18, BUDGETS.get(sampler.name, 18))
    ledger = run(sampler, count=3, budget=budget, function=function)
    assert ledger.exhausted
    assert ledger.evaluated > 4


def test_silent(sampler, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)
        run(sampler, budget=11)
    assert capfd.readouterr() == ("", "")


def test_replay_continues_as_if_never_interrupted(sampler):
    whole = run(sampler)
    known = len({trial.configuration for trial in whole.trials[:9]})
    resumed = run(sampler, recorded=whole.trials[:9])
    assert proposed(resumed) == proposed(whole)
    assert [trial.repeat for trial in resumed.trials] == [trial.repeat for trial in whole.trials]
    assert resumed.evaluated == whole.evaluated - known


def test_settings_identify_the_sampler():
    assert len({sampler.settings for sampler in UNDER_TEST}) == len(UNDER_TEST)
    for sampler in UNDER_TEST:
        assert pickle.loads(pickle.dumps(sampler)).settings == sampler.settings
        assert " at 0x" not in sampler.settings
        assert SAMPLERS[sampler.name] is sampler


def all_trials():
    """Return the trials of every sampler, as JSON."""
    found = {sampler.name: proposed(run(sampler, budget=11)) for sampler in UNDER_TEST}
    return msgspec.json.encode(found).decode()


def test_same_seed_same_trials_in_another_process():
    path = Path(__file__).resolve()
    script = (
        "import importlib.util\n"
        f"spec = importlib.util.spec_from_file_location('contract', {str(path)!r})\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
        "print(module.all_trials())\n"
    )
    fresh = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert fresh.stdout.strip() == all_trials()
