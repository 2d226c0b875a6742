"""Samplers from functions, and Optuna's and pymoo's with settings: they keep the contract."""

import numpy as np
import pytest

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives import Objective
from moo_jsc.samplers import (
    SAMPLERS,
    ask_and_tell,
    minimizer,
    optuna_sampler,
    pymoo_sampler,
)
from moo_jsc.samplers.own import AskAndTell, Minimizer
from moo_jsc.samplers.scalarized import FixedWeights
from moo_jsc.testing import SamplerContract
from moo_jsc.testing.samplers import WIDE


@pytest.fixture(autouse=True)
def registry():
    """What a test registers is gone after it."""
    before = dict(SAMPLERS)
    yield
    SAMPLERS.clear()
    SAMPLERS.update(before)


class Climber:
    """Steps from the best point so far; an optimizer as other packages have them."""

    def __init__(self, upper, seed, budget):
        self.upper, self.generator = upper, np.random.default_rng(seed)
        self.best, self.loss = self.generator.uniform(0, upper), np.inf

    def ask(self):
        return self.best + self.generator.normal(0, 1, len(self.upper)) * (self.upper / 3)

    def tell(self, point, loss):
        total = np.sum(loss)
        if total < self.loss:
            self.best, self.loss = np.clip(point, 0, self.upper), total


def annealing(loss, upper, seed, budget):
    from scipy.optimize import dual_annealing

    dual_annealing(loss, [(0, max(u, 1e-9)) for u in upper], rng=seed, maxfun=budget)


def walk(loss, upper, seed, budget):
    generator = np.random.default_rng(seed)
    while True:
        loss(generator.uniform(0, upper))


class TestAskAndTell(SamplerContract):
    @pytest.fixture
    def sampler(self):
        return ask_and_tell("climber")(Climber)


class TestMinimizer(SamplerContract):
    @pytest.fixture
    def sampler(self):
        return minimizer("walk")(walk)


class TestOptunaWithSettings(SamplerContract):
    @pytest.fixture
    def sampler(self):
        from optuna.samplers import TPESampler

        return optuna_sampler("tpe-early", TPESampler, n_startup_trials=4, group=False)


class TestPymooWithSettings(SamplerContract):
    @pytest.fixture
    def sampler(self):
        from pymoo.algorithms.moo.nsga2 import NSGA2

        return pymoo_sampler("nsga2-6", NSGA2, pop_size=6)


def searched(sampler, budget=60, columns=2):
    objectives = tuple(Objective(name=f"o{i}", unit="1", sense="min") for i in range(columns))
    seen = []

    def evaluate(rows):
        seen.extend(rows.tolist())
        values = np.stack([rows.sum(axis=1), (5 - rows).sum(axis=1)], axis=1)
        return values[:, :columns].astype(float)

    sampler.run(WIDE, objectives, Counted(evaluate, budget), seed=1, budget=budget)
    return seen


class Counted:
    """Raises when the budget is used up, as the ledger does."""

    def __init__(self, evaluate, budget):
        self.evaluate, self.left = evaluate, budget

    def __call__(self, rows):
        from moo_jsc.samplers import BudgetExhausted

        if self.left < len(rows):
            raise BudgetExhausted
        self.left -= len(rows)
        return self.evaluate(rows)


def test_scipy_finds_the_best_of_one_objective():
    from contextlib import suppress

    from moo_jsc.samplers import BudgetExhausted

    sampler = minimizer("annealing", weighting=FixedWeights({"o0": 1.0}))(annealing)
    seen = []
    with suppress(BudgetExhausted):
        seen = searched(sampler, budget=200, columns=1)
    assert [0, 0, 0, 0] in seen


def test_nevergrad_is_asked_and_told():
    nevergrad = pytest.importorskip("nevergrad")

    @ask_and_tell("nevergrad-de")
    def start(upper, seed, budget):
        box = nevergrad.p.Array(init=upper / 2, lower=0 * upper, upper=upper)
        box.random_state.seed(seed)
        return nevergrad.optimizers.TwoPointsDE(box, budget=budget)

    from contextlib import suppress

    from moo_jsc.runs.ledger import Ledger
    from moo_jsc.samplers import BudgetExhausted

    ledger = Ledger(WIDE, 1, lambda rows: rows.sum(axis=1, keepdims=True) * 1.0, budget=80)
    with suppress(BudgetExhausted):
        start.run(WIDE, (Objective(name="o", unit="1", sense="min"),), ledger, seed=1, budget=80)
    assert len(ledger.trials) == 80
    assert min(trial.values[0] for trial in ledger.trials) < ledger.trials[0].values[0]


def test_the_function_is_among_the_settings():
    assert "0x" not in AskAndTell("a", Climber).settings
    assert AskAndTell("a", Climber).settings != AskAndTell("a", walk).settings
    assert Minimizer("a", walk).settings == Minimizer("a", walk).settings


def test_unknown_settings_are_named():
    from optuna.samplers import TPESampler
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.algorithms.moo.nsga3 import NSGA3

    with pytest.raises(InputError, match=r"'n_startup_trails'.*did you mean 'n_startup_trials'"):
        optuna_sampler("a", TPESampler, n_startup_trails=4)
    with pytest.raises(InputError, match=r"'pop_sizes'.*did you mean 'pop_size'"):
        pymoo_sampler("b", NSGA2, pop_sizes=4)
    with pytest.raises(InputError, match="expected numbers, texts or tuples"):
        pymoo_sampler("c", NSGA2, callback=object())
    sampler = pymoo_sampler("d", NSGA3, constrained=True)
    assert len(sampler.build(2, 8, {}).ref_dirs) == 8
    assert sampler.first_generation(20) == 8
    with pytest.raises(ValueError, match="registered twice"):
        pymoo_sampler("d", NSGA3)
