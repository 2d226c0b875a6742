from dataclasses import replace

import numpy as np
import pytest

from analysis.efficiency.warnings import comparison_warnings
from analysis.foundation.bounds import Bounds
from analysis.front.reference import Reference, lattice_divisions
from tests.analysis.strategies import OBJECTIVES, trial_table


@pytest.fixture
def study():
    table, values = trial_table(seeds=10)
    table["repeat"] = False
    return table, Reference.from_values(values, OBJECTIVES)


def test_a_sound_study_has_none(study):
    table, reference = study
    assert (
        comparison_warnings(
            table, reference, baseline="random", space_size=30, populations={"tpe": 4}
        )
        == []
    )


def test_first_generation(study):
    [found] = comparison_warnings(*study, populations={"tpe": 6, "random": 5})
    assert found.startswith("tpe never left its first generation: its population of 6")


def test_same_trials_as_the_baseline(study):
    table, reference = study
    columns = ["configuration", *reference.names]
    rows = (table["sampler"] == "tpe") & (table["seed"] < 3)
    same = (table["sampler"] == "random") & (table["seed"] < 3)
    table.loc[rows, columns] = table.loc[same, columns].to_numpy()
    [found] = comparison_warnings(table, reference, baseline="random")
    assert "tpe made exactly the trials of random in 3 of 10 runs" in found


def test_equal_trials_within_the_bounds_are_not_all_trials():
    """Of two runs that share the only trial that counts, the others may differ."""
    table, values = trial_table(seeds=10)
    first = OBJECTIVES[0].name
    own = (table["sampler"] == "random") & (table["seed"] == 0)
    other = (table["sampler"] == "tpe") & (table["seed"] == 0)
    columns = ["configuration", *(objective.name for objective in OBJECTIVES)]
    table.loc[other, columns] = table.loc[own, columns].to_numpy()
    best = table.loc[own, first].max()
    assert (table.loc[own, first] == best).sum() == 1
    worst = table.index[other & (table[first] < best)][0]
    table.loc[worst, first] -= 0.001
    bounds = Bounds({first: float(best)})
    counting = values[bounds.met(values, OBJECTIVES)]
    reference = Reference.from_values(counting, OBJECTIVES, bounds=bounds)
    warned = comparison_warnings(table, reference, baseline="random")
    assert not any("made exactly the trials" in text for text in warned)


def test_budget_above_the_space(study):
    [found] = comparison_warnings(*study, space_size=6)
    assert "budget of 6 trials is not below the 6 configurations" in found


def test_repeats(study):
    table, reference = study
    table["repeat"] = (table["sampler"] == "tpe") & (table["trial"] >= 4)
    [found] = comparison_warnings(table, reference)
    assert "tpe spent 33% of its trials" in found


def test_too_few_seeds(study):
    table, reference = study
    found = comparison_warnings(table[table["seed"] < 5], reference)
    assert any("With 5 seeds verdicts and intervals are rough" in text for text in found)


def test_failed_trials_are_named_and_counted(study):
    table, reference = study
    table.loc[3, "size"] = np.nan
    [found] = comparison_warnings(table, reference)
    assert found == (
        "1 trial has no finite value (the first: size = nan at sampler random, seed 0, trial 3): "
        "counted against the budget, with nothing found."
    )


def test_a_reference_point_near_a_step_is_said(study):
    table, _ = study
    _, values = trial_table(space=26)
    reference = Reference.from_values(values, OBJECTIVES)
    found = [text for text in comparison_warnings(table, reference) if "reference point" in text]
    near = {len(reference.front) - 1, len(reference.front) + 1}
    steps = {lattice_divisions(size, 3) for size in near} - {
        lattice_divisions(len(reference.front), 3)
    }
    assert len(found) == len(steps)
    whole = [[t, 20 - t, 0 if t else 1] for t in range(21)]
    exact = Reference.from_values(np.array(whole) * [-1, 1, 1], OBJECTIVES)
    assert len(exact.front) == 21
    [found] = [text for text in comparison_warnings(table, exact) if "reference point" in text]
    assert found.startswith("The reference point 1.2 follows from the front's 21 points; with 20 ")
    assert "1.25" in found


def test_best_known_fronts_have_no_ceiling(study):
    table, reference = study
    finals = {"random": np.ones(10)}
    assert comparison_warnings(table, replace(reference, complete=False), finals=finals) == []


def test_unpaired_seeds(study):
    table, reference = study
    found = comparison_warnings(
        table[~((table["sampler"] == "tpe") & (table["seed"] > 6))], reference
    )
    assert any("Only 7 of 10 seeds are common" in sentence for sentence in found)


def test_constant_objectives(study):
    table, _ = study
    table["latency"] = 0.3
    _, values = trial_table()
    values[:, 2] = 0.3
    found = comparison_warnings(table, Reference.from_values(values, OBJECTIVES))
    assert "Objective latency is constant over all trials: it measures nothing here." in found


def test_nearly_constant_objectives(study):
    table, reference = study
    table["latency"] = np.where(np.arange(len(table)) == 0, 0.1, 0.3)
    [found] = comparison_warnings(table, reference)
    assert "Objective latency is nearly constant: 99%" in found


def test_ceiling(study):
    finals = {"random": np.ones(10), "tpe": np.array([0.5] * 4 + [1.0] * 6)}
    [found] = comparison_warnings(*study, finals=finals)
    assert "80% of all runs found at least 99.9% of the true hypervolume" in found


def test_runs_that_ended_early(study):
    table, reference = study
    found = comparison_warnings(
        table[(table["sampler"] != "tpe") | (table["trial"] < 3)], reference
    )
    assert found == [
        "tpe ended before 6 trials in 10 of 10 runs; its curves keep their last value."
    ]
