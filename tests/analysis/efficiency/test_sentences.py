import numpy as np
import pandas as pd
import pytest

from analysis.efficiency import sentences


def comparison(verdicts):
    count = len(verdicts)
    difference = {"better": 0.1, "worse": -0.1, "undecided": 0.01, "identical": 0.0}
    values = np.array([difference[verdict] for verdict in verdicts])
    return pd.DataFrame(
        {
            "difference": values,
            "difference_low": values - 0.02,
            "difference_high": values + 0.02,
            "verdict": verdicts,
            "detectable": 0.05,
            "seeds_needed": [100.0 * (i + 1) for i in range(count)],
        },
        index=[f"s{i}" for i in range(count)],
    )


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (
            ["undecided", "identical"],
            "After 20 trials, none of 2 samplers can be told apart from random by the hypervolume "
            "found.",
        ),
        (
            ["better", "undecided", "undecided"],
            "After 20 trials, one sampler found more of the true front's hypervolume than random: "
            "s0 by 10.0 [8.0, 12.0] percentage points; the other 2 cannot be told apart from it.",
        ),
        (
            ["worse", "undecided"],
            "After 20 trials, no sampler found more of the true front's hypervolume than random; "
            "one sampler found less: s0 by 10.0 [8.0, 12.0] percentage points; 1 cannot be told "
            "apart from it.",
        ),
        (
            ["better", "worse"],
            "After 20 trials, one sampler found more of the true front's hypervolume than random: "
            "s0 by 10.0 [8.0, 12.0] percentage points; one sampler found less: s1 by 10.0 "
            "[8.0, 12.0] percentage points.",
        ),
    ],
)
def test_answer(verdicts, expected):
    assert sentences.answer(comparison(verdicts), "random", 20) == expected


def test_many_better_samplers_are_cut_short():
    sentence = sentences.answer(comparison(["better"] * 8), "random", 20)
    assert "8 samplers found more" in sentence
    assert "and 4 others" in sentence


def test_identical_samplers_are_named():
    [sentence] = sentences.identical(comparison(["identical", "better"]), "random")
    assert sentence == "s0 ends with exactly the hypervolume of random for every seed."
    assert sentences.identical(comparison(["better"]), "random") == []


def test_detectability():
    power, seeds = sentences.detectability(comparison(["better", "undecided", "undecided"]), 0.8)
    assert "a true difference of 5.0 percentage points (5.0 to 5.0, by sampler)" in power
    assert "from 200 seeds (s1) up to 300." in seeds
    table = comparison(["undecided", "undecided"])
    table["seeds_needed"] = [50.0, np.inf]
    assert "up to more than 1000 (1 of 2 samplers)" in sentences.detectability(table, 0.8)[1]
    assert "no difference could" in sentences.detectability(table.assign(detectable=np.inf), 0.8)[0]


@pytest.mark.parametrize(
    ("reached", "median", "expected"),
    [
        ([0, 0], [np.inf, np.inf], "No run got to 90 % of the true hypervolume within the budget."),
        ([1, 3], [np.inf, np.inf], "b did most often, in 3 of 10."),
        ([9, 10], [7.0, 4.5], "2 samplers got to 90 %"),
        ([9, 10], [7.0, 4.5], "the quickest b after 4.5 trials (median)."),
    ],
)
def test_to_target(reached, median, expected):
    summary = pd.DataFrame(
        {"reached": reached, "trials_to_target": median, "seeds": 10}, index=["a", "b"]
    )
    assert expected in sentences.to_target(summary, 0.9)
