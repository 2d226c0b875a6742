import numpy as np
import pytest

from analysis.foundation.errors import InputError
from analysis.trials.table import Trials
from tests.analysis.strategies import OBJECTIVES, trial_table


def test_runs_come_by_sampler_and_seed_in_the_order_of_trials():
    table, _ = trial_table(samplers=("z", "a"), seeds=3)
    shuffled = table.sample(frac=1.0, random_state=0)
    runs = Trials.from_frame(shuffled, OBJECTIVES).runs
    assert set(runs) == {"z", "a"}
    for name, found in runs.items():
        assert [run.seed for run in found] == [0, 1, 2]
        for run in found:
            rows = table[(table["sampler"] == name) & (table["seed"] == run.seed)]
            assert np.array_equal(run.values, rows[[o.name for o in OBJECTIVES]])


def test_samplers_keep_the_order_of_the_table():
    table, _ = trial_table(samplers=("z", "a"))
    assert list(Trials.from_frame(table, OBJECTIVES).runs) == ["z", "a"]


def test_repeats_are_worked_out_from_configurations():
    table, _ = trial_table(seeds=1, samplers=("x",))
    table["configuration"] = [3, 4, 3, 3, 5, 4]
    [run] = Trials.from_frame(table, OBJECTIVES).runs["x"]
    assert run.new.tolist() == [True, True, False, False, True, False]
    table["repeat"] = False
    [run] = Trials.from_frame(table, OBJECTIVES).runs["x"]
    assert run.new.all()
    [run] = Trials.from_frame(table.drop(columns=["repeat", "configuration"]), OBJECTIVES).runs["x"]
    assert run.new is None


def test_final_front_is_in_natural_units():
    table, _ = trial_table(seeds=1, samplers=("x",))
    [run] = Trials.from_frame(table, OBJECTIVES).runs["x"]
    assert {tuple(row) for row in run.front} <= {tuple(row) for row in run.values}


def bad_tables():
    table, _ = trial_table()
    yield table.drop(columns="seed"), "no column 'seed'"
    yield table.drop(columns="size"), "no column 'size'"
    yield table.iloc[:0], "empty"
    yield table.iloc[[0, 0]], "sampler random, seed 0, trial 0 is there twice"
    yield table.assign(latency=np.nan), "no trial has a finite value for every objective"
    yield table.assign(seed=None), "column 'seed' has empty cells"
    yield table.assign(evaluations=3), "evaluations of sampler random, seed 0, trial 0 and after"
    counted = table.assign(evaluations=table["trial"] + 1)
    yield counted.assign(budget=5), "none above the run's budget"
    yield table.assign(size="large"), "column 'size' holds something else than numbers"


@pytest.mark.parametrize(("table", "message"), bad_tables())
def test_bad_tables_get_one_line(table, message):
    with pytest.raises(InputError, match=message) as caught:
        Trials.from_frame(table, OBJECTIVES)
    assert "\n" not in str(caught.value)
