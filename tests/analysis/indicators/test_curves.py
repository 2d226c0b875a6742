from dataclasses import replace

import numpy as np
import pytest

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.front.hypervolume import hypervolume
from analysis.front.reference import Reference
from analysis.indicators.curves import (
    epsilon_curves,
    hypervolume_curves,
    igd_plus_curves,
    on_unique_evaluations,
)
from analysis.trials.table import Trials
from tests.analysis.strategies import OBJECTIVES, trial_table


@pytest.fixture
def study():
    table, values = trial_table()
    return table, Reference.from_values(values, OBJECTIVES)


def test_every_value_is_the_share_of_its_prefix(study):
    table, reference = study
    curves = hypervolume_curves(table, reference)
    for name, runs in Trials.of(table, OBJECTIVES).runs.items():
        for row, run in enumerate(runs):
            for trial in range(len(run)):
                points = reference.normalized(run.values[: trial + 1])
                share = hypervolume(points, reference.reference_point) / reference.hypervolume
                assert curves.values[name][row, trial] == pytest.approx(share)


def test_complete_search_reaches_one():
    table, values = trial_table(samplers=("x",), seeds=1, budget=30)
    table[[o.name for o in OBJECTIVES]] = values
    reference = Reference.from_values(values, OBJECTIVES)
    assert hypervolume_curves(table, reference).final()["x"] == pytest.approx([1.0])
    assert igd_plus_curves(table, reference).final()["x"] == pytest.approx([0.0], abs=1e-12)
    assert epsilon_curves(table, reference).final()["x"] == pytest.approx([0.0], abs=1e-12)


def test_threads_change_nothing(study):
    table, reference = study
    one, two = (hypervolume_curves(table, reference, workers=workers) for workers in (1, 2))
    assert all(np.array_equal(one.values[name], two.values[name]) for name in one.samplers)


def test_runs_that_end_early_keep_their_last_value(study):
    table, reference = study
    short = table[~((table["sampler"] == "tpe") & (table["seed"] == 1) & (table["trial"] > 2))]
    curves = hypervolume_curves(short, reference)
    whole = hypervolume_curves(table, reference)
    assert curves.lengths["tpe"].tolist() == [6, 3, 6, 6]
    assert np.array_equal(curves.values["tpe"][1, :3], whole.values["tpe"][1, :3])
    assert (curves.values["tpe"][1, 3:] == curves.values["tpe"][1, 2]).all()


def test_unique_evaluations_leave_repeats_out(study):
    table, reference = study
    direct = hypervolume_curves(table, reference, axis="unique evaluations")
    derived = on_unique_evaluations(
        hypervolume_curves(table, reference), Trials.of(table, OBJECTIVES)
    )
    for name in direct.samplers:
        assert np.array_equal(direct.values[name], derived.values[name])
    without = table[~table.duplicated(["sampler", "seed", "configuration"])]
    expected = hypervolume_curves(without, reference)
    for name in direct.samplers:
        assert direct.values[name] == pytest.approx(expected.values[name])
    assert direct.axis == "unique evaluations"


def test_unique_evaluations_must_be_known(study):
    table, reference = study
    with pytest.raises(InputError, match="'repeat' or 'configuration'"):
        hypervolume_curves(
            table.drop(columns="configuration"), reference, axis="unique evaluations"
        )


def test_pairing_keeps_common_seeds(study):
    table, reference = study
    curves = hypervolume_curves(
        table[~((table["sampler"] == "tpe") & (table["seed"] == 0))], reference
    )
    paired = curves.paired()
    assert paired.seeds == {"random": (1, 2, 3), "tpe": (1, 2, 3)}
    assert np.array_equal(paired.values["random"], curves.values["random"][1:])
    apart = table.assign(seed=table["seed"] + 100 * (table["sampler"] == "tpe"))
    with pytest.raises(InputError, match="no seed is common"):
        hypervolume_curves(apart, reference).paired()


def test_regret_and_area(study):
    curves = hypervolume_curves(*study)
    regret = curves.regret()
    assert regret.sense == "min"
    assert regret.values["tpe"] == pytest.approx(1 - curves.values["tpe"])
    assert curves.area()["tpe"] == pytest.approx(curves.values["tpe"].mean(axis=1))


def test_curves_carry_the_bounds_of_their_indicator(study):
    table, reference = study
    assert hypervolume_curves(table, reference).bounds == (0.0, 1.0)
    assert igd_plus_curves(table, reference).bounds == (0.0, np.inf)
    assert hypervolume_curves(table, replace(reference, complete=False)).bounds == (0.0, np.inf)


def test_front_without_hypervolume_is_refused():
    reference = Reference.from_values(
        [[0, 1], [1, 0]], [Objective(name="accuracy"), Objective(name="size")], coordinate=1.0
    )
    table, _ = trial_table()
    with pytest.raises(InputError, match="the true front's hypervolume is 0"):
        hypervolume_curves(table, reference)
