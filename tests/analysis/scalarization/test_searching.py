import numpy as np
import pandas as pd
import pytest

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.scalarization.front import Front
from analysis.scalarization.searching import Preference, regrets
from analysis.scalarization.sentences import chosen_sentence
from analysis.scalarization.weight_audit import audit_weights
from analysis.scalarization.weights import Weights

OBJECTIVES = [Objective(name="accuracy", sense="max"), Objective(name="size", unit="bytes")]
VALUES = np.array([[0.7, 30.0], [0.6, 10.0], [0.5, 5.0], [0.4, 40.0]])


def trials():
    rows = [
        {"sampler": sampler, "seed": seed, "trial": trial, "accuracy": a, "size": s}
        for sampler, order in (("good", [1, 0, 2]), ("bad", [3, 3, 2]))
        for seed in (0, 1)
        for trial, (a, s) in enumerate(VALUES[order][: 2 + seed])
    ]
    return pd.DataFrame(rows)


def test_regret_is_the_missing_score_as_a_share_of_the_front():
    front = Front.from_values(VALUES, OBJECTIVES)
    accuracy = Preference("accuracy", Weights({"accuracy": 2.0}))
    both = Preference("both", Weights({"accuracy": 1.0, "size": -1.0}), "range")
    found = regrets(trials(), front, [accuracy, both])
    assert found["accuracy"]["good"] == pytest.approx([0.0, 0.0])
    assert found["accuracy"]["bad"] == pytest.approx([1.5, 1.0])
    scores = front.scaled("range").sum(axis=1)
    worst = (0.3 / 0.2) + (35 / 25)
    span = scores.max() - scores.min()
    assert found["both"]["bad"][0] == pytest.approx((worst - scores.min()) / span)


def test_scaling_all_weights_changes_no_regret():
    front = Front.from_values(VALUES, OBJECTIVES)
    one, other = (
        regrets(trials(), front, [Preference("p", Weights({"accuracy": w, "size": -0.2 * w}))])["p"]
        for w in (1.0, 1e12)
    )
    for sampler in one:
        assert one[sampler] == pytest.approx(other[sampler])


def test_bad_preferences_get_one_line():
    front = Front.from_values(VALUES, OBJECTIVES)
    with pytest.raises(InputError, match="weight of size = -1: expected a number of at least 0"):
        regrets(trials(), front, [Preference("p", Weights({"size": 1.0}))])
    with pytest.raises(InputError, match="weight of 'flops'"):
        regrets(trials(), front, [Preference("p", Weights({"flops": -1.0}))])


def test_the_inverse_question_for_a_dominated_design():
    found = audit_weights(VALUES, OBJECTIVES, samples=100)
    sentence = chosen_sentence(found, VALUES, 3, lambda row: f"design {row}")
    assert sentence.startswith("No positive weights justify design 3")
    assert "dominates it. For that one: design" in sentence
    assert "is justified by" in chosen_sentence(found, VALUES, 1, lambda row: f"design {row}")
    with pytest.raises(InputError, match=r"design 9: expected one of 0\.\.3"):
        chosen_sentence(found, VALUES, 9, str)
