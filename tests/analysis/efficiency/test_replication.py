import numpy as np
import pandas as pd
import pytest

from analysis.efficiency.analyze import Questions, analyze_efficiency
from analysis.efficiency.replication import replication
from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.front.reference import Reference

OBJECTIVES = (Objective(name="a"), Objective(name="b"))
REFERENCE = Reference.from_values([[0.0, 1.0], [1.0, 0.0]], OBJECTIVES, coordinate=2.0)


def findings(means, first, seeds=12, baseline="random"):
    rng = np.random.default_rng(first)
    rows = [
        (name, seed, 0, 1.0 - mean + rng.uniform(0, 0.1), 1.0)
        for name, mean in means.items()
        for seed in range(first, first + seeds)
    ]
    table = pd.DataFrame(rows, columns=["sampler", "seed", "trial", "a", "b"])
    return analyze_efficiency(table, REFERENCE, Questions(baseline=baseline))


def test_two_studies_stand_beside_each_other():
    first = findings({"random": 0.3, "up": 0.6, "down": 0.1, "lucky": 0.5}, 0)
    again = findings({"random": 0.3, "up": 0.6, "down": 0.5, "lucky": 0.3}, 100)
    found = replication(first, again)
    assert found.table.loc["up", ["verdict", "verdict_again"]].tolist() == ["better", "better"]
    assert found.table.loc["down", ["verdict", "verdict_again"]].tolist() == ["worse", "better"]
    assert found.table.loc["lucky", "verdict_again"] == "undecided"
    assert found.sentences[0] == (
        "Of 3 verdicts on the first 12 seeds one came back on 12 fresh ones, one with the "
        "opposite sign."
    )
    assert "of down and lucky" in found.sentences[1]


def test_new_verdicts_are_counted():
    first = findings({"random": 0.3, "x": 0.3}, 0)
    again = findings({"random": 0.3, "x": 0.8}, 100)
    [said, _] = replication(first, again).sentences
    assert said == (
        "There was no verdict on the first 12 seeds to come back; 1 new verdict appeared there."
    )


def test_what_is_no_replication_is_refused():
    first = findings({"random": 0.3, "x": 0.8}, 0)
    with pytest.raises(InputError, match="seed 5 is in both, expected fresh seeds"):
        replication(first, findings({"random": 0.3, "x": 0.8}, 5))
    with pytest.raises(InputError, match="baselines random and x"):
        replication(first, findings({"random": 0.3, "x": 0.8}, 100, baseline="x"))
    with pytest.raises(InputError, match="nothing was compared"):
        replication(first, findings({"random": 0.3}, 100))
