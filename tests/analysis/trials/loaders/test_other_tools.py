"""Logs of COCO, IOHprofiler and Ax, in the form that these tools write them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.indicators.curves import hypervolume_curves
from analysis.trials.loaders import from_ax_frame, from_coco, from_frame, from_ioh_profiler

LOGS = Path(__file__).parent / "logs"
EVALUATED = json.loads((LOGS / "evaluated.json").read_text())
F = [Objective(name="f")]
TWO = [Objective(name="f1"), Objective(name="f2")]
HEAD = (
    "% f evaluations | g evaluations | best noise-free fitness - Fopt (7.948000000000e+01) + sum "
    "g_i+ | measured fitness | best measured fitness or single-digit g-values | x1 | x2...\n"
)


def test_logs_of_improvements_keep_their_evaluation_counts():
    """Three rows of a run of 100 evaluations are not a run of three."""
    frame = pd.DataFrame({"evaluations": [1, 20, 75], "f": [5.0, 2.0, 1.0], "budget": 100})
    trials = from_frame(frame, F, sampler=None, seed=None, trial="evaluations")
    [run] = trials.runs["sampler"]
    assert len(run) == 100
    curve = hypervolume_curves(trials, trials.best_known(coordinate=5.0)).values["sampler"][0]
    assert curve.shape == (100,)
    assert [int(t) + 1 for t in np.flatnonzero(np.diff(curve, prepend=-1) > 0)] == [1, 20, 75]


def best_so_far(run):
    """The best value after each evaluation, of a run of one objective."""
    best = np.full(len(run), np.inf)
    best[run.position] = run.values.ravel()
    return np.minimum.accumulate(best)


def test_a_log_of_ioh_is_read_as_it_was_evaluated():
    trials = from_ioh_profiler(LOGS / "IOHprofiler_f1_Sphere.json")
    assert trials.objectives == (Objective(name="raw_y"),)
    for run, evaluated in zip(trials.runs["random"], EVALUATED["ioh"], strict=True):
        np.testing.assert_allclose(best_so_far(run), np.minimum.accumulate(evaluated), atol=1e-7)


@pytest.mark.parametrize("name", ["bbobexp_f1_DIM2.dat", "bbobexp_f1_DIM2.tdat"])
def test_a_log_of_coco_is_read_as_it_was_evaluated(name):
    optima = [79.48, 394.48]
    trials = from_coco(LOGS / name, F, sampler="random")
    for run, evaluated, optimum in zip(
        trials.runs["random"], EVALUATED["bbob"], optima, strict=True
    ):
        expected, found = np.minimum.accumulate(evaluated) - optimum, best_so_far(run)
        assert len(run) == len(evaluated)
        np.testing.assert_allclose(found[run.position], expected[run.position], atol=1e-6)
        # Between the evaluations that are logged it may lag, never lead.
        assert (found >= expected - 1e-6).all()


def test_an_archive_of_coco_is_read_as_it_was_evaluated():
    path = LOGS / "bbob-biobj_f01_i01_d02_nondom_all.adat"
    [run] = from_coco(path, TWO, sampler="random").runs["random"]
    (evaluated,) = np.array(EVALUATED["bbob-biobj"])
    assert (run.seed, len(run)) == (1, len(evaluated))
    np.testing.assert_allclose(run.values, evaluated[run.position], atol=1e-7)
    for spent in range(1, len(evaluated) + 1):
        seen, kept = evaluated[:spent], run.values[run.position < spent]
        # What is not in the archive was dominated when it was evaluated.
        assert all((kept <= one + 1e-7).all(axis=1).any() for one in seen)


def test_older_names_of_columns(tmp_path, ioh):
    path, data = ioh
    head = '"function evaluation" "current f(x)" "best-so-far f(x)"'
    data.write_text(f"{head}\n1 9.0 9.0\n30 4.0 4.0\n{head}\n1 8.0 8.0\n")
    trials = from_ioh_profiler(path)
    assert trials.names == ("current f(x)",)
    assert trials.runs["RandomSearch"][0].position.tolist() == [0, 29]


def test_coco_fitness(tmp_path):
    path = tmp_path / "f1.dat"
    path.write_text(
        HEAD + "1 0 +3.0e+00 +8.2e+01 +8.2e+01 +1.0e+00 +2.0e+00\n"
        "5 0 +1.0e+00 +8.0e+01 +8.0e+01 +1.0e+00 +2.0e+00\n"
        + HEAD
        + "1 0 +2.0e+00 +8.1e+01 +8.1e+01 +1.0e+00 +2.0e+00\n"
    )
    trials = from_coco(path, F, sampler="cma", budget=10)
    assert trials.seeds == {"cma": (0, 1)}
    assert [run.values.ravel().tolist() for run in trials.runs["cma"]] == [[3.0, 1.0], [2.0]]
    assert trials.runs["cma"][0].position.tolist() == [0, 4]
    assert trials.lengths["cma"].tolist() == [10, 10]
    assert from_coco(path, F, sampler="cma").lengths["cma"].tolist() == [5, 1]


@pytest.mark.parametrize(
    ("content", "objectives", "message"),
    [
        ("1 2 3\n", F, "line 1: expected a line that starts with % first"),
        (HEAD + "1 0 x\n", F, "line 2: '1 0 x', expected numbers"),
        (HEAD + "1 0 3.0 4.0\n", TWO, "a log of 1 objectives, expected 2"),
        ("% a | b\n1 2\n", F, "no column 'best noise-free fitness'"),
        (HEAD, F, "run 0 holds no evaluation"),
        ("", F, "no run"),
    ],
)
def test_bad_coco_logs_get_one_line(tmp_path, content, objectives, message):
    path = tmp_path / "f1.dat"
    path.write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        from_coco(path, objectives, sampler="x")
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="cannot be read"):
        from_coco(tmp_path / "none.dat", F, sampler="x")


@pytest.fixture
def ioh(tmp_path):
    information = {
        "version": "0.3.18",
        "suite": "BBOB",
        "function_id": 1,
        "function_name": "Sphere",
        "maximization": False,
        "algorithm": {"name": "RandomSearch", "info": ""},
        "scenarios": [
            {
                "dimension": 2,
                "path": "data_f1_Sphere/IOHprofiler_f1_DIM2.dat",
                "runs": [{"instance": 1, "evals": 50}, {"instance": 1, "evals": 60}],
            }
        ],
    }
    (tmp_path / "data_f1_Sphere").mkdir()
    data = tmp_path / "data_f1_Sphere" / "IOHprofiler_f1_DIM2.dat"
    data.write_text(
        "evaluations raw_y cost\n1 9.0 2.0\n30 4.0 1.0\nevaluations raw_y cost\n1 8.0 3.0\n"
    )
    path = tmp_path / "IOHprofiler_f1_Sphere.json"
    path.write_text(json.dumps(information))
    return path, data


def test_ioh_profiler(ioh):
    path, _ = ioh
    trials = from_ioh_profiler(path)
    assert trials.names == ("raw_y",) and trials.objectives[0].sense == "min"
    assert trials.lengths["RandomSearch"].tolist() == [50, 60]
    assert trials.runs["RandomSearch"][0].position.tolist() == [0, 29]
    two = from_ioh_profiler(path, [Objective(name="raw_y"), Objective(name="cost")], sampler="rs")
    assert two.runs["rs"][1].values.tolist() == [[8.0, 3.0]]


def test_bad_ioh_profiler_logs_get_one_line(ioh, tmp_path):
    path, data = ioh
    (tmp_path / "empty.json").write_text("{}")
    (tmp_path / "text.json").write_text("hello")
    for call, message in (
        (lambda: from_ioh_profiler(path, dimension=5), "dimension 5, expected one of 2"),
        (lambda: from_ioh_profiler(path, F), "no column 'f'"),
        (lambda: from_ioh_profiler(tmp_path / "empty.json"), "not an IOHprofiler information"),
        (lambda: from_ioh_profiler(tmp_path / "text.json"), "cannot be read"),
    ):
        with pytest.raises(InputError, match=message):
            call()
    data.write_text("evaluations raw_y\n1 2 3\n")
    with pytest.raises(InputError, match="line 2: '1 2 3', expected numbers"):
        from_ioh_profiler(path)
    data.write_text("evaluations raw_y\n1 2\n")
    with pytest.raises(InputError, match="1 runs, expected 2"):
        from_ioh_profiler(path)


def test_ax_trials_of_a_client():
    frame = pd.DataFrame(
        {
            "trial_index": [0, 1, 2, 3],
            "arm_name": ["0_0", "1_0", "2_0", "3_0"],
            "trial_status": ["COMPLETED", "FAILED", "COMPLETED", "RUNNING"],
            "generation_method": "Sobol",
            "f1": [1.0, np.nan, 0.5, np.nan],
            "f2": [2.0, np.nan, 3.0, np.nan],
            "x": [0.1, 0.2, 0.1, 0.3],
        }
    )
    trials = from_ax_frame(frame, TWO, sampler="sobol", seed=4)
    [run] = trials.runs["sobol"]
    assert (run.seed, len(run), trials.failed) == (4, 3, 1)
    assert run.position.tolist() == [0, 2]
    assert run.new.tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"f1": [1.0]}, "no column 'trial_index'"),
        ({"trial_index": [0], "f1": [1.0]}, "no column 'f2'"),
        ({"trial_index": [0, 0], "f1": 1.0, "f2": 1.0}, "a trial is there twice"),
        ({"trial_index": [0], "metric_name": ["f1"], "mean": [1.0]}, "no metric 'f2'"),
        ({"trial_index": [0, 0], "metric_name": "f1", "mean": 1.0}, "a metric twice"),
    ],
)
def test_bad_ax_frames_get_one_line(frame, message):
    with pytest.raises(InputError, match=message):
        from_ax_frame(pd.DataFrame(frame), TWO)
