"""Knee designs against the obvious computation, point by point in plain Python."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.efficiency.knee_designs import (
    final_configurations,
    knee_configurations,
    knee_scores,
)
from analysis.foundation.errors import InputError
from analysis.front.reference import Reference
from tests.analysis.strategies import OBJECTIVES, trial_table

NAMES = [objective.name for objective in OBJECTIVES]


def dominates(one, other):
    turned = [
        (a, b) if objective.sense == "min" else (b, a)
        for a, b, objective in zip(one, other, OBJECTIVES, strict=True)
    ]
    return all(a <= b for a, b in turned) and any(a < b for a, b in turned)


def front_rows(rows):
    """Rows of one run (configuration, values) that no other row of it dominates."""
    return [row for row in rows if not any(dominates(other[1], row[1]) for other in rows)]


def distance(values, reference):
    """Euclidean distance to the ideal, each objective in units of the true front's range."""
    return math.sqrt(
        sum(
            ((value - best) / (worst - best)) ** 2
            for value, best, worst in zip(values, reference.ideal, reference.nadir, strict=True)
        )
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_knees_and_final_configurations_are_the_obvious_ones(seed, budget):
    table, values = trial_table(seeds=2, budget=budget, seed=seed)
    reference = Reference.from_values(values, OBJECTIVES)
    shuffled = table.sample(frac=1.0, random_state=seed)
    knees = knee_configurations(shuffled, reference).set_index(["sampler", "seed"])
    everything = set()
    for (sampler, run), part in table.groupby(["sampler", "seed"]):
        rows = [
            (int(row["configuration"]), tuple(row[NAMES]))
            for _, row in part.sort_values("trial").iterrows()
        ]
        front = front_rows(rows)
        everything |= {configuration for configuration, _ in front}
        nearest = min(distance(found, reference) for _, found in front)
        candidates = [c for c, found in front if distance(found, reference) <= nearest + 1e-12]
        assert knees.loc[(sampler, run), "configuration"] in candidates
    assert final_configurations(shuffled, reference).tolist() == sorted(everything)


def test_of_equal_knees_the_first_that_was_tried():
    table, values = trial_table(samplers=("x",), seeds=1, budget=3)
    table[NAMES] = values[0]
    table["configuration"] = [8, 5, 2]
    reference = Reference.from_values(values, OBJECTIVES)
    assert knee_configurations(table.iloc[::-1], reference)["configuration"].tolist() == [8]
    assert final_configurations(table, reference).tolist() == [2, 5, 8]


def test_scores_are_means_over_seeds():
    knees = pd.DataFrame({"sampler": "tpe", "seed": range(4), "configuration": [3, 3, 4, 5]})
    retested = pd.DataFrame({"configuration": [5, 4, 3], "accuracy": [0.4, 0.3, 0.1]})
    found = knee_scores(knees, retested, "accuracy").loc["tpe"]
    assert found["accuracy"] == pytest.approx(np.mean([0.1, 0.1, 0.3, 0.4]))
    assert found["accuracy_low"] < found["accuracy"] < found["accuracy_high"]


def test_logs_without_configurations_are_refused():
    table, values = trial_table()
    reference = Reference.from_values(values, OBJECTIVES)
    for call in (final_configurations, knee_configurations):
        with pytest.raises(InputError, match="no column 'configuration'"):
            call(table.drop(columns="configuration"), reference)
