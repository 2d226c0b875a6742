"""Fronts with ties and duplicates, and small trial tables, for property tests."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analysis.foundation.objectives import Objective

OBJECTIVES = (
    Objective(name="accuracy", sense="max"),
    Objective(name="size", unit="bytes"),
    Objective(name="latency", unit="ms"),
)


ONE_TO_FIVE = st.integers(1, 5)


def integer_points(min_rows=1, max_rows=8, objectives=ONE_TO_FIVE, top=4):
    """(n, m) integers below `top`: many ties and duplicates, exact arithmetic."""
    return objectives.flatmap(
        lambda m: hnp.arrays(
            np.float64,
            st.tuples(st.integers(min_rows, max_rows), st.just(m)),
            elements=st.integers(0, top).map(float),
        )
    )


def trial_table(samplers=("random", "tpe"), seeds=4, budget=6, space=30, seed=0):
    """Random trials on a random table of values, with the table."""
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 20, space) * 4.0
    latency = rng.integers(1, 6, space) / 10
    accuracy = 0.4 + 0.002 * size + 0.3 * latency + rng.integers(-5, 6, space) / 100
    values = np.column_stack([accuracy.round(2), size, latency])
    rows = []
    for name in samplers:
        for run in range(seeds):
            chosen = rng.integers(0, space, budget)
            part = pd.DataFrame(values[chosen], columns=[o.name for o in OBJECTIVES])
            part.insert(0, "configuration", chosen)
            part.insert(0, "trial", range(budget))
            part.insert(0, "seed", run)
            part.insert(0, "sampler", name)
            rows.append(part)
    return pd.concat(rows, ignore_index=True), values
