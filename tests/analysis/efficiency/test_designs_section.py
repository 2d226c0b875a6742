"""The cheapest designs against plain loops."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.efficiency.designs_section import cheapest_designs, levels, quality_measure
from analysis.report.explorer import Designs, Measure

MEASURES = (
    Measure("accuracy", "accuracy (validation)", sense="max"),
    Measure("test", "accuracy (test)", sense="max"),
    Measure("size", "size", "bytes"),
    Measure("latency", "latency", "ms"),
)


def space(seed, count=40):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"design": rng.permutation(count), "front": rng.random(count) < 0.3})
    frame.loc[0, "front"] = True
    frame["accuracy"] = rng.integers(680, 760, count) / 1000
    frame["test"] = frame["accuracy"] + rng.integers(-5, 6, count) / 1000
    frame["size"] = rng.integers(1, 9, count) * 100.0
    frame["latency"] = rng.random(count)
    return Designs(frame, MEASURES)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_no_design_is_cheaper_at_its_level(seed):
    designs = space(seed)
    quality = quality_measure(designs)
    assert quality.key == "test"
    found = cheapest_designs(designs, quality).to_dict("records")
    for level in levels(designs, quality):
        good = [each for each in designs.frame.to_dict("records") if each["test"] >= level]
        for cost in ("size", "latency"):
            rows = [row for row in found if row["level"] >= level and cost in row["least"]]
            assert min(row[cost] for row in rows) == min(each[cost] for each in good)
            assert all(row["test"] >= row["level"] for row in rows)


def test_levels_are_round_and_end_with_the_worst_of_the_front():
    frame = pd.DataFrame({"design": [0, 1, 2], "front": [True, True, False], "size": 1.0})
    frame["test"] = [0.731, 0.752, 0.2]
    designs = Designs(frame, MEASURES[1:3])
    assert levels(designs, MEASURES[1]) == pytest.approx([0.75, 0.745, 0.74, 0.735, 0.73])
    frame["test"] = [0.6, 0.752, 0.2]
    assert levels(Designs(frame, MEASURES[1:3]), MEASURES[1]) == pytest.approx(
        [0.75, 0.74, 0.73, 0.72, 0.71, 0.7]
    )


def test_without_a_share_there_is_nothing_to_be_above():
    frame = pd.DataFrame({"design": [0], "front": [True], "size": [1.0]})
    assert quality_measure(Designs(frame, MEASURES[2:3])) is None
