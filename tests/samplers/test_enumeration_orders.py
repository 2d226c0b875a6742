import contextlib

import numpy as np

from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.runs.ledger import Ledger
from moo_jsc.samplers import SAMPLERS, BudgetExhausted

SPACE = SearchSpace("test", (Choice("a", tuple(range(90))), Choice("b", tuple(range(101)))))


def visited(name, space, seed, budget):
    ledger = Ledger(space, 1, lambda rows: rows[:, :1] * 1.0, budget=budget)
    with contextlib.suppress(BudgetExhausted):
        SAMPLERS[name].run(space, (), ledger, seed=seed, budget=budget)
    return space.indices([trial.configuration for trial in ledger.trials])


def test_index_order():
    np.testing.assert_array_equal(visited("exhaustive", SPACE, 5, SPACE.size), range(SPACE.size))


def test_random_order_visits_each_once_over_several_blocks():
    order = visited("exhaustive-random", SPACE, 5, SPACE.size)
    assert sorted(order.tolist()) == list(range(SPACE.size))
    assert abs(np.corrcoef(order, np.arange(SPACE.size))[0, 1]) < 0.05


def test_a_cut_off_random_order_is_an_even_sample():
    space = SearchSpace("small", (Choice("a", (0, 1)), Choice("b", tuple(range(9)))))
    counts = np.zeros(space.size)
    for seed in range(400):
        counts[visited("exhaustive-random", space, seed, 6)[:6]] += 1
    expected = 400 * 6 / space.size
    statistic = ((counts - expected) ** 2 / expected).sum()
    assert statistic < 40.8  # chi-squared, 17 degrees of freedom, p = 0.001
