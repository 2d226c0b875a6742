import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective, minimized
from analysis.front.chance import front_candidates, front_chance
from analysis.front.pareto import nondominated

OBJECTIVES = (
    Objective(name="accuracy", sense="max"),
    Objective(name="size"),
    Objective(name="flops"),
)


def designs(seed, count=60, jets=200):
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 8, count).astype(float)
    flops = rng.integers(1, 8, count).astype(float)
    hard = rng.random(jets)
    skill = 0.4 + 0.05 * size + 0.02 * flops + rng.normal(0, 0.02, count)
    correct = hard[None, :] + rng.normal(0, 0.1, (count, jets)) < skill[:, None]
    return np.column_stack([correct.mean(axis=1), size, flops]), correct


@given(st.integers(0, 1000), st.floats(0.0, 0.2))
@settings(max_examples=40, deadline=None)
def test_candidates_are_those_that_a_little_more_would_bring_onto_the_front(seed, margin):
    values, _ = designs(seed)
    expected = []
    for row in range(len(values)):
        better = values.copy()
        better[row, 0] += margin
        points = minimized(better, OBJECTIVES)
        others = np.delete(points, row, axis=0)
        if not ((others <= points[row]).all(axis=1) & (others < points[row]).any(axis=1)).any():
            expected.append(row)
    found = front_candidates(values, OBJECTIVES, {"accuracy": margin})
    assert set(expected) <= set(found.tolist())
    assert set(found.tolist()) <= set(expected) | set(
        np.flatnonzero(nondominated(minimized(values, OBJECTIVES))).tolist()
    )


def test_frequencies_are_those_of_the_obvious_bootstrap():
    values, correct = designs(3)
    found = front_chance(values, OBJECTIVES, {"accuracy": correct}, resamples=60, seed=4)
    rng = np.random.default_rng(4)
    weights = rng.multinomial(200, np.full(200, 1 / 200), size=60)
    hits = np.zeros(len(values))
    for counts in weights:
        drawn = values.copy()
        drawn[:, 0] = (correct * counts).sum(axis=1) / 200
        hits += nondominated(minimized(drawn, OBJECTIVES))
    assert found.frequency == pytest.approx(hits / 60)


def test_leaving_out_what_is_no_candidate_changes_nothing():
    """The memory-light way: only candidates have their results jet by jet."""
    values, correct = designs(0, count=300, jets=4000)
    everything = front_chance(values, OBJECTIVES, {"accuracy": correct}, resamples=60)
    error = 4 * np.sqrt(2 * 0.25 / 4000)
    rows = front_candidates(values, OBJECTIVES, {"accuracy": error})
    assert len(rows) < 250
    few = front_chance(values[rows], OBJECTIVES, {"accuracy": correct[rows]}, resamples=60)
    assert few.frequency == pytest.approx(everything.frequency[rows])
    assert np.delete(everything.frequency, rows).max() == 0.0


def test_sentences_say_what_was_counted():
    values, correct = designs(1)
    found = front_chance(values, OBJECTIVES, {"accuracy": correct}, resamples=50)
    first, second = found.sentences()
    own = found.frequency[found.on_front]
    assert f"{100 * own.mean():.0f} % of the front's {len(own)} designs" in first
    assert f"{(own < 0.5).sum()} in less than half" in first
    assert "A resample's front has" in second


@pytest.mark.parametrize(
    ("contributions", "message"),
    [
        ({}, "at least one objective"),
        ({"beauty": np.ones((60, 5))}, "contributions of 'beauty'"),
        ({"accuracy": np.ones((3, 5))}, r"shape \(3, 5\), expected \(60, samples\)"),
        ({"accuracy": np.ones((60, 5))}, "their means are not the values"),
    ],
)
def test_bad_contributions_get_one_line(contributions, message):
    values, _ = designs(0)
    with pytest.raises(InputError, match=message):
        front_chance(values, OBJECTIVES, contributions)


def test_bad_margins_get_one_line():
    values, _ = designs(0)
    with pytest.raises(InputError, match="margin of 'beauty'"):
        front_candidates(values, OBJECTIVES, {"beauty": 0.1})
    with pytest.raises(InputError, match="margin of accuracy = -1"):
        front_candidates(values, OBJECTIVES, {"accuracy": -1.0})
