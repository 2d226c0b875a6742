import numpy as np
import pandas as pd
import pytest

from analysis.efficiency import sentences


def comparison(verdicts):
    count = len(verdicts)
    difference = {
        "better": 0.1,
        "worse": -0.1,
        "undecided": 0.01,
        "equivalent": 0.0,
        "identical": 0.0,
    }
    values = np.array([difference[verdict] for verdict in verdicts])
    return pd.DataFrame(
        {
            "difference": values,
            "difference_low": values - 0.02,
            "difference_high": values + 0.02,
            "verdict": verdicts,
            "verdict_ranks": verdicts,
            "detectable": 0.05,
            "power_at_half": 0.3,
            "seeds_needed": [100.0 * (i + 1) for i in range(count)],
            "seeds_needed_low": 40.0,
            "seeds_needed_high": np.inf,
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
            "one sampler found less: s0 by 10.0 [8.0, 12.0] percentage points; the other one "
            "cannot be told apart from it.",
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
    assert "percentage points and 4 others" in sentence


def test_identical_samplers_are_named():
    [sentence] = sentences.identical(comparison(["identical", "better"]), "random")
    assert sentence == "s0 ends with the hypervolume of random for every seed."
    assert sentences.identical(comparison(["better"]), "random") == []


def test_no_difference_beyond_the_possible_is_called_detectable():
    table = comparison(["undecided", "undecided"])
    none, _ = sentences.detectability(table.assign(detectable=[1.2, 5.3]), 4, 0.8)
    assert none == (
        "With 4 seeds not even the largest difference that there can be, 100 percentage points, "
        "is found with power 80 %."
    )
    some, _ = sentences.detectability(table.assign(detectable=[0.2, 1.4]), 4, 0.8)
    assert "of 80.0 percentage points (20.0 to more than 100, by sampler) is found" in some


def test_detectability():
    table = comparison(["better", "undecided", "undecided"])
    power, seeds = sentences.detectability(table, 30, 0.8)
    assert power == (
        "With 30 seeds a true difference of 5.0 percentage points (5.0 to 5.0, by sampler) is "
        "found with power 80 %, one of half that size with power 30 %."
    )
    assert seeds == (
        "Of the undecided ones s1 would take 200 seeds to decide if the difference seen is the "
        "true one; over that difference's interval, from 40 to more than 1000."
    )
    assert sentences.detectability(table.assign(detectable=np.inf), 30, 0.8) == []
    one, _ = sentences.detectability(comparison(["undecided"]), 1, 0.8)
    assert one.startswith("With 1 seed a true difference of 5.0 percentage points is found")


def test_small_numbers_read_right():
    sentence = sentences.answer(comparison(["undecided"]), "random", 1)
    assert sentence == (
        "After 1 trial, s0 cannot be told apart from random by the hypervolume found."
    )
    assert "the other one cannot" in sentences.answer(
        comparison(["better", "undecided"]), "random", 20
    )
    assert sentences.method(1, 1, 0.05).startswith(
        "Verdicts: 1 paired seed, studentized bootstrap of the mean differences, 1 comparison "
    )


def test_equivalence_and_best_known_fronts_are_said():
    table = comparison(["better", "equivalent"])
    assert "s1 is equivalent to it" in sentences.answer(table, "random", 20)
    assert "more of the best known front's hypervolume" in sentences.answer(
        table, "random", 20, "best known"
    )
    assert "within 2 percentage points" in sentences.method(30, 2, 0.05, 0.02)


def test_disagreement_of_mean_and_ranks_is_said():
    table = comparison(["better", "undecided", "undecided"])
    table["verdict_ranks"] = ["undecided", "worse", "undecided"]
    [sentence] = sentences.disagreements(table, "random")
    assert "s0 (undecided by ranks, better by the mean)" in sentence
    assert "s1 (worse by ranks, undecided by the mean)" in sentence
    assert "s2" not in sentence
    assert sentences.disagreements(comparison(["better"]), "random") == []


def test_a_share_names_its_front():
    table = pd.DataFrame({"survive": [0.9], "claimed": [0.68], "delivered": [0.76]}, index=["a"])
    said = sentences.optimism(table, "the validation split", "the test split")
    assert "68.0 % of the hypervolume of the front of the validation split" in said
    assert "76.0 % of that of the test split's own front" in said
    unknown = sentences.optimism(table.assign(delivered=np.nan), "one", "the other")
    assert "hypervolume" not in unknown


@pytest.mark.parametrize(
    ("reached", "median", "expected"),
    [
        ([0, 0], [np.inf, np.inf], "No run got to 90 % of the true hypervolume within the budget."),
        ([1, 3], [np.inf, np.inf], "b did most often, in 3 of 10."),
        ([3, 3], [np.inf, np.inf], "a and b did most often, in 3 of 10."),
        ([9, 10], [4.5, 4.5], "the quickest a and b after 4.5 trials (median)."),
        ([9, 10], [7.0, 4.5], "2 samplers got to 90 %"),
        ([9, 10], [7.0, 4.5], "the quickest b after 4.5 trials (median)."),
        (
            [2, 10],
            [np.inf, 1.0],
            "One sampler got to 90 % of the true hypervolume in at least half",
        ),
        ([2, 10], [np.inf, 1.0], "b after 1 trial (median)."),
    ],
)
def test_to_target(reached, median, expected):
    summary = pd.DataFrame(
        {"reached": reached, "trials_to_target": median, "seeds": 10}, index=["a", "b"]
    )
    assert expected in sentences.to_target(summary, 0.9)
