"""Seconds a trial of the grey box at 10^5 designs and 3 objectives, with 20 trials behind it."""

import numpy as np

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.samplers.grey_box import GreyBox
from moo_jsc.samplers.grey_box.pool import Pool
from moo_jsc.samplers.grey_box.search import Search

SPACE = SearchSpace(
    "benchmark",
    tuple(
        Choice(f"layer{i}", (2, 3, 4, 5, 6, 7, 8, 10, 12, 16), rises=("accuracy",), unit="bits")
        for i in range(5)
    ),
)
OBJECTIVES = (
    Objective(name="accuracy", unit="1", sense="max"),
    Objective(name="size", unit="bits", sense="min", known=True),
    Objective(name="operations", unit="1", sense="min", known=True),
)


def values(rows):
    bits = np.array(SPACE.choices[0].values, dtype=float)[rows]
    accuracy = 0.75 * np.exp(-0.2 * np.exp(-1.1 * (bits - 2)).sum(axis=1))
    return np.column_stack([accuracy, bits @ np.arange(1, 6), bits**2 @ np.arange(5, 0, -1)])


def known(rows):
    found = values(rows)
    found[:, 0] = np.nan
    return found


def test_one_trial_at_100_000_designs(benchmark):
    """The acceptance: at most 0.5 s on one core; run with OMP_NUM_THREADS=1."""
    sampler = GreyBox()
    sampler.load()
    search = Search(SPACE, OBJECTIVES, Pool(SPACE, known, 3, seed=0), sampler, seed=0)
    for _ in range(20):
        index = search.proposal()
        search.learn(index, values(SPACE.configurations([index]))[0])
    benchmark.pedantic(search.proposal, rounds=5, iterations=1)
    print(f"\n{SPACE.size} designs: {benchmark.stats['median']:.3f} s a trial")
