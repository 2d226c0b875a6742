import numpy as np
import pytest

from analysis.efficiency.robustness import robustness, scenarios
from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.front.reference import Reference
from analysis.indicators.curves import hypervolume_curves
from tests.analysis.strategies import OBJECTIVES, trial_table


@pytest.fixture
def study():
    table, values = trial_table(samplers=("a", "b", "c"), seeds=8, space=300)
    return table, Reference.from_values(values, OBJECTIVES)


def test_scenarios_vary_one_thing_at_a_time(study):
    _, reference = study
    found, skipped = scenarios(reference)
    assert not skipped
    assert list(found) == [
        "as reported",
        "reference point 1",
        "reference point 1.1",
        "reference point 2",
        "logarithmic costs",
        "without accuracy",
        "without size",
        "without latency",
    ]
    logarithmic, _ = scenarios(reference.on_other_scale())
    assert "linear scales" in logarithmic
    assert not logarithmic["linear scales"].logarithmic
    set_by_hand, _ = scenarios(reference.with_coordinate(1.1))
    assert "reference point 1 + 1/H" in set_by_hand
    assert "reference point 1.1" not in set_by_hand


def test_means_are_those_of_the_curves(study):
    table, reference = study
    found = robustness(table, reference)
    for name, other in scenarios(reference)[0].items():
        final = hypervolume_curves(table, other).final()
        for sampler, values in final.items():
            assert found.means.loc[sampler, name] == pytest.approx(values.mean())


def test_the_reported_way_agrees_with_itself(study):
    row = robustness(*study).table.loc["as reported"]
    assert row["tau"] == pytest.approx(1.0)
    assert row[["lost", "gained", "reversed"]].tolist() == [0, 0, 0]
    assert row["pairs"] == 3


def test_reversal_is_counted():
    """x is better in a, y in b: leaving a out turns the verdict round."""
    objectives = (Objective(name="a"), Objective(name="b"))
    values = [[0.0, 8.0], [8.0, 0.0], [4.0, 4.0]]
    reference = Reference.from_values(values, objectives, coordinate=2.0)
    table, _ = trial_table(samplers=("x", "y"), seeds=10, budget=1)
    noise = np.random.default_rng(0).uniform(0, 0.01, len(table))
    table["a"] = np.where(table["sampler"] == "x", 1.0, 6.0) + noise
    table["b"] = np.where(table["sampler"] == "x", 5.0, 3.0) + noise
    found = robustness(table, reference).table
    assert found.loc["without a", "reversed"] == 1
    assert found.loc["without a", "tau"] == pytest.approx(-1.0)
    assert found.loc["as reported", "best"] == "x"


def test_what_cannot_be_measured_is_said():
    objectives = (Objective(name="accuracy", sense="max"), Objective(name="size"))
    table, values = trial_table(samplers=("a", "b"))
    zero = values[:, :2] - [0.0, values[:, 1].min()]
    reference = Reference.from_values(zero, objectives)
    table["size"] -= values[:, 1].min()
    found = robustness(table, reference)
    assert "expected positive values" in found.skipped["logarithmic costs"]


def test_one_common_seed_is_too_few(study):
    table, reference = study
    with pytest.raises(InputError, match="1 seed common"):
        robustness(table[(table["sampler"] == "a") | (table["seed"] == 0)], reference)
