import numpy as np
import pandas as pd
import pytest

from analysis.efficiency.optimism import selection_optimism
from analysis.efficiency.robustness import robustness, scenarios
from analysis.efficiency.sentences import sensitivity
from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.front.reference import Reference
from analysis.front.simplex import sampled_weights
from analysis.indicators.curves import epsilon_curves, hypervolume_curves, igd_plus_curves
from analysis.statistics.comparison import all_pairs
from analysis.trials.table import Trials
from tests.analysis.strategies import OBJECTIVES, trial_table


@pytest.fixture
def study():
    table, values = trial_table(samplers=("a", "b", "c"), seeds=8, space=300)
    return table, Reference.from_values(values, OBJECTIVES)


def test_scenarios_vary_one_thing_at_a_time(study):
    _, reference = study
    found, skipped = scenarios(reference)
    assert list(skipped) == ["without accuracy"]
    assert list(found) == [
        "as reported",
        "reference point 1",
        "reference point 1.1",
        "reference point 2",
        "logarithmic costs",
        "without size",
        "without latency",
    ]
    logarithmic, _ = scenarios(reference.on_other_scale())
    assert "linear scales" in logarithmic
    assert not logarithmic["linear scales"].logarithmic
    set_by_hand, _ = scenarios(reference.with_coordinate(1.1))
    assert "reference point 1 + 1/H" in set_by_hand
    assert "reference point 1.1" not in set_by_hand


def obvious_r2(values, reference):
    points = reference.normalized(values)
    weights = sampled_weights(points.shape[1], 1000)
    return -np.mean([min(max(w * z) for z in points) for w in weights])


def test_other_indicators_are_the_obvious_ones(study):
    table, reference = study
    found = robustness(table, reference)
    assert {"IGD+", "additive epsilon", "R2"} <= set(found.table.index)
    for name, curves in (("IGD+", igd_plus_curves), ("additive epsilon", epsilon_curves)):
        for sampler, final in curves(table, reference).final().items():
            assert found.means.loc[sampler, name] == pytest.approx(-final.mean())
    runs = Trials.of(table, reference).runs["a"]
    expected = np.mean([obvious_r2(run.values, reference) for run in runs])
    assert found.means.loc["a", "R2"] == pytest.approx(expected)


def test_degenerate_scenarios_are_named_and_not_counted():
    """Without accuracy the smallest design is the whole front: whoever finds it has all."""
    objectives = (OBJECTIVES[0], OBJECTIVES[1])
    table, values = trial_table(samplers=("a", "b"), seeds=6)
    reference = Reference.from_values(values[:, :2], objectives)
    found = robustness(table, reference)
    assert found.skipped["without accuracy"] == "degenerate: its front has one point"
    assert "without accuracy" not in found.table.index


def test_the_other_split_is_a_scenario(study):
    table, reference = study
    values = trial_table(samplers=("a", "b", "c"), seeds=8, space=300)[1].copy()
    values[:, 0] += np.random.default_rng(0).normal(0, 0.05, len(values))
    names = list(reference.names)
    retested = pd.DataFrame(values, columns=names).assign(configuration=range(len(values)))
    other = Reference.from_values(values, OBJECTIVES)
    found = robustness(table, reference, retested=retested, retested_reference=other, other="test")
    assert found.other_split and found.table.index[-1] == "on test"
    delivered = selection_optimism(table, reference, retested, other)["delivered"]
    assert found.means["on test"].to_dict() == pytest.approx(delivered.to_dict())
    assert not robustness(table, reference).other_split


def test_order_of_evaluation_changes_no_verdict(study):
    """The last bits of a curve depend on the order; its end does not."""
    table, reference = study
    everything = trial_table(samplers=("a", "b", "c"), seeds=8, space=300)[1]
    rng = np.random.default_rng(0)
    parts = []
    for name in ("a", "b", "c"):
        for seed in range(8):
            part = pd.DataFrame(everything[rng.permutation(300)], columns=list(reference.names))
            parts.append(part.assign(sampler=name, seed=seed, trial=range(300)))
    complete = pd.concat(parts, ignore_index=True)
    finals = hypervolume_curves(complete, reference).final()
    assert len({value for values in finals.values() for value in values}) == 1
    pairs = all_pairs(finals)
    assert set(pairs["verdict"]) == set(pairs["verdict_ranks"]) == {"identical"}
    shuffled = table.assign(trial=rng.permutation(len(table)))
    for one, other in zip(
        all_pairs(hypervolume_curves(table, reference).final()).itertuples(),
        all_pairs(hypervolume_curves(shuffled, reference).final()).itertuples(),
        strict=True,
    ):
        assert one == other


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


def test_a_tie_for_the_best_mean_is_called_one(study):
    table, reference = study
    one = table[table["sampler"] == "a"]
    both = pd.concat([one, one.assign(sampler="b")])
    found = robustness(both, reference)
    assert set(found.table["best"]) == {"a and b"}
    first, *_, last = sensitivity(found)
    assert "no pairwise verdict appears or disappears, and none is reversed" in first
    assert last == "a and b have the best mean in every one of them."


def test_reversal_is_counted():
    """x is better in a, y in b and c: leaving a out turns the verdict round."""
    objectives = (Objective(name="a"), Objective(name="b"), Objective(name="c"))
    values = [[0.0, 8.0, 4.0], [8.0, 0.0, 8.0], [4.0, 4.0, 0.0], [6.0, 6.0, 3.0]]
    reference = Reference.from_values(values, objectives, coordinate=2.0)
    table, _ = trial_table(samplers=("x", "y"), seeds=10, budget=1)
    noise = np.random.default_rng(0).uniform(0, 0.01, len(table))
    table["a"] = np.where(table["sampler"] == "x", 1.0, 6.0) + noise
    table["b"] = np.where(table["sampler"] == "x", 5.0, 4.5) + noise
    table["c"] = np.where(table["sampler"] == "x", 5.0, 4.5) + noise
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
