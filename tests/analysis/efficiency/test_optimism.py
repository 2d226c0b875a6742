import pandas as pd
import pytest

from analysis.efficiency.optimism import selection_optimism
from analysis.foundation.bounds import Bounds
from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.front.reference import Reference
from tests.analysis.strategies import OBJECTIVES, trial_table

NAMES = [objective.name for objective in OBJECTIVES]


@pytest.fixture
def study():
    table, values = trial_table(budget=10)
    retested = pd.DataFrame(values, columns=NAMES).assign(configuration=range(len(values)))
    return table, Reference.from_values(values, OBJECTIVES), retested


def test_same_values_leave_everything_as_it_was(study):
    table, reference, retested = study
    found = selection_optimism(table, reference, retested, reference)
    assert (found["survive"] == 1.0).all()
    assert found["claimed"].to_numpy() == pytest.approx(found["delivered"].to_numpy())
    assert found["optimism"].to_numpy() == pytest.approx([0.0, 0.0])


def test_worse_values_cost_hypervolume(study):
    table, reference, retested = study
    worse = retested.assign(accuracy=retested["accuracy"] - 0.05)
    better = Reference.from_values(retested[NAMES], OBJECTIVES)
    found = selection_optimism(table, reference, worse, better)
    assert (found["optimism"] > 0).all()
    unknown = selection_optimism(table, reference, worse)
    assert unknown["delivered"].isna().all()  # A share of another split's front is no share.
    assert unknown["survive"].tolist() == found["survive"].tolist()
    assert (found["optimism_low"] <= found["optimism"]).all()


def test_a_design_that_breaks_a_bound_on_the_other_split_counts_for_nothing_there():
    objectives = [Objective(name="accuracy", sense="max"), Objective(name="size")]
    bounds = Bounds({"accuracy": 0.7})
    values = [[0.70, 1.0], [0.75, 2.0], [0.80, 3.0]]
    reference = Reference.from_values(values, objectives, bounds=bounds)
    trials = pd.DataFrame(
        {
            "sampler": "x",
            "seed": 0,
            "trial": [0, 1],
            "configuration": [0, 1],
            "accuracy": [0.70, 0.75],
            "size": [1.0, 2.0],
        }
    )

    def delivered(accuracy):
        anew = pd.DataFrame(values, columns=["accuracy", "size"]).assign(configuration=range(3))
        anew.loc[0, "accuracy"] = accuracy
        found = selection_optimism(trials, reference, anew, reference)
        return found.loc["x", "delivered"]

    assert delivered(0.699) == delivered(0.1) < delivered(0.70)


def test_front_is_counted_in_configurations(study):
    table, reference, retested = study
    same = table.assign(configuration=0)
    for name in NAMES:
        same[name] = retested[name][0]
    assert (selection_optimism(same, reference, retested)["front"] == 1.0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t, r: (t, r.iloc[:1]), "no configuration"),
        (lambda t, r: (t.drop(columns="configuration"), r), "trial table: no column"),
        (lambda t, r: (t, r.drop(columns="size")), "retested table: no column 'size'"),
    ],
)
def test_bad_tables(study, change, message):
    table, reference, retested = study
    with pytest.raises(InputError, match=message):
        selection_optimism(*change(table, retested)[:1], reference, change(table, retested)[1])


def test_other_objectives_are_refused(study):
    table, reference, retested = study
    with pytest.raises(InputError, match="retested objectives"):
        selection_optimism(table, reference, retested, reference.without("size"))
