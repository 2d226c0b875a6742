import itertools
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moo_jsc.enumeration.fine_tuned import enumerate_fine_tuned
from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives import get_objectives
from moo_jsc.objectives.bounds import Bounds
from moo_jsc.problems.network_problem import NetworkProblem
from tests.enumeration.fine_tuned_toy import toy

ROOT = Path(__file__).parents[2]


def shards(folder):
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in folder.rglob("*.safetensors")
    }


@pytest.fixture(scope="module")
def problem():
    return toy()


@pytest.fixture(scope="module")
def scores(problem, tmp_path_factory):
    return enumerate_fine_tuned(problem, (0, 1), cache_dir=tmp_path_factory.mktemp("store"))


def test_every_design_is_trained_with_every_seed_and_scored_on_every_split(problem, scores):
    rows = problem.space.configurations(np.arange(problem.space.size))
    assert scores.scores.shape == (16, 2, 2, 2)
    for seed in (0, 1):
        recipe = replace(problem.scoring.fine_tuning, seed=seed)
        for column, split in enumerate(("validation", "test")):
            one = problem.fine_tuned(rows[3:4], [recipe], [split])
            np.testing.assert_array_equal(one[0, 0, 0], scores.scores[3, seed, column])


def test_the_mean_over_seeds_is_the_problems_value(problem, scores):
    rows = problem.space.configurations(np.arange(problem.space.size))
    for split in ("validation", "test"):
        values = toy(split=split, seeds=2).evaluate(rows)
        np.testing.assert_allclose(values[:, 1:], scores.mean(split))
    first = scores.scores[:, :, 0]
    np.testing.assert_allclose(
        scores.scatter("validation"), np.abs(first[:, 0] - first[:, 1]) / np.sqrt(2)
    )


def test_a_drawn_score_is_that_of_one_training(scores):
    drawn = scores.drawn("test", 3)
    chosen = scores.scores[:, :, 1]
    which = (drawn == chosen[:, 1]).all(axis=1)
    assert ((drawn == chosen[:, 0]).all(axis=1) | which).all()
    assert 0 < which.sum() < len(which)
    np.testing.assert_array_equal(scores.drawn("test", 3), drawn)


def test_designs_outside_the_screen_are_trained_once_only(problem, scores, tmp_path):
    first = scores.scores[:, 0, 0, 0]
    bound = float(np.median(first))
    found = enumerate_fine_tuned(
        problem,
        (0, 1),
        screen=Bounds({"accuracy": bound}),
        cache_dir=tmp_path,
        shard_size=5,
    )
    again = first >= bound
    assert 0 < again.sum() < len(again)
    np.testing.assert_array_equal(found.trainings, np.where(again, 2, 1))
    np.testing.assert_array_equal(found.scores[:, 0], scores.scores[:, 0])
    np.testing.assert_array_equal(found.scores[again, 1], scores.scores[again, 1])
    np.testing.assert_array_equal(found.mean("test")[~again], scores.scores[~again, 0, 1])
    np.testing.assert_array_equal(np.isnan(found.scatter("test")).any(axis=1), ~again)
    np.testing.assert_array_equal(found.drawn("test", 1)[~again], scores.scores[~again, 0, 1])
    whole = enumerate_fine_tuned(problem, (0, 1), cache_dir=tmp_path, shard_size=5)
    np.testing.assert_array_equal(whole.scores, scores.scores)


def test_designs_below_those_outside_are_not_trained(problem, scores, tmp_path):
    grid = scores.scores[:, 0, 0, 0].reshape(4, 4)
    bound = float(np.quantile(grid, 0.6))
    outside = grid < bound
    skipped = np.zeros_like(outside)
    for row, column in itertools.product(range(2, -1, -1), range(2, -1, -1)):
        skipped[row, column] = outside[row + 1, column] and outside[row, column + 1]
        outside[row, column] |= skipped[row, column]
    skipped = skipped.ravel()
    bounds = Bounds({"accuracy": bound})
    settings = {"skip_outside": bounds, "screen": bounds, "cache_dir": tmp_path, "shard_size": 3}
    found = enumerate_fine_tuned(problem, (0, 1), **settings)
    assert 2 < skipped.sum() < 12
    again = ~skipped & (grid.ravel() >= bound)
    np.testing.assert_array_equal(found.trainings, np.where(skipped, 0, 1 + again))
    np.testing.assert_array_equal(found.scores[~skipped, 0], scores.scores[~skipped, 0])
    np.testing.assert_array_equal(found.scores[again, 1], scores.scores[again, 1])
    means = found.mean("validation")
    accuracy = means[:, 0].reshape(4, 4)
    for row, column in zip(*np.nonzero(skipped.reshape(4, 4)), strict=True):
        assert accuracy[row, column] == min(accuracy[row + 1, column], accuracy[row, column + 1])
    assert (means[skipped, 0] < bound).all()
    np.testing.assert_array_equal(found.drawn("validation", 1)[skipped], means[skipped])
    before = shards(tmp_path)
    enumerate_fine_tuned(problem, (0, 1), **settings)
    assert shards(tmp_path) == before


def test_workers_and_shards_change_nothing(problem, scores, tmp_path):
    found = enumerate_fine_tuned(problem, (0, 1), cache_dir=tmp_path, workers=2, shard_size=5)
    np.testing.assert_array_equal(found.scores, scores.scores)


def test_another_seed_costs_only_its_own_trainings(problem, tmp_path, monkeypatch):
    enumerate_fine_tuned(problem, (0, 1), cache_dir=tmp_path, shard_size=8)
    trained = []
    monkeypatch.setattr(
        NetworkProblem,
        "fine_tuned",
        lambda self, rows, recipes, splits: (
            trained.extend(recipe.seed for recipe in recipes)
            or np.zeros((len(rows), 1, len(splits), 2))
        ),
    )
    found = enumerate_fine_tuned(toy(), (0, 1, 5), cache_dir=tmp_path, shard_size=8)
    assert trained == [5, 5]
    assert found.seeds == (0, 1, 5)
    assert found.scores[:, :2].any(axis=(1, 2, 3)).all()


def test_neither_costs_nor_latency_matter_to_the_store(problem, tmp_path):
    enumerate_fine_tuned(problem, (0,), cache_dir=tmp_path)
    before = shards(tmp_path)
    other = toy(split="test", latency=(0.1,), seeds=3)
    other = type(other)(
        "toy",
        other.networks[0],
        other.precision,
        get_objectives(["latency", "accuracy", "loss"]),
        other.data,
        other.scoring,
    )
    enumerate_fine_tuned(other, (0,), cache_dir=tmp_path)
    assert shards(tmp_path) == before


def test_a_damaged_shard_is_made_again(problem, scores, tmp_path, caplog):
    enumerate_fine_tuned(problem, (0, 1), cache_dir=tmp_path, shard_size=8)
    path = next(tmp_path.rglob("*.safetensors"))
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    found = enumerate_fine_tuned(problem, (0, 1), cache_dir=tmp_path, shard_size=8)
    assert "made again" in caplog.text
    np.testing.assert_array_equal(found.scores, scores.scores)


def test_killed_and_resumed_without_repeating_a_shard(tmp_path):
    script = (
        "from tests.enumeration.fine_tuned_toy import toy\n"
        "from moo_jsc.enumeration.fine_tuned import enumerate_fine_tuned\n"
        f"enumerate_fine_tuned(toy(2000), (0, 1), cache_dir={str(tmp_path)!r}, shard_size=1)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    deadline = time.monotonic() + 300
    while len(shards(tmp_path)) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = shards(tmp_path)
    assert 3 <= len(done) < 32
    found = enumerate_fine_tuned(toy(2000), (0, 1), cache_dir=tmp_path, shard_size=1)
    after = shards(tmp_path)
    assert len(after) == 32
    assert {name: after[name] for name in done} == done
    whole = enumerate_fine_tuned(toy(2000), (0, 1), cache_dir=tmp_path / "whole")
    np.testing.assert_array_equal(found.scores, whole.scores)


def test_bad_settings_are_named(problem, tmp_path):
    with pytest.raises(InputError, match="expected at least one of each"):
        enumerate_fine_tuned(problem, (), cache_dir=tmp_path)
    with pytest.raises(InputError, match="seeds = 0: expected a whole number"):
        toy(seeds=0)
    with pytest.raises(InputError, match="'f1': expected one of accuracy, loss"):
        enumerate_fine_tuned(problem, (0,), skip_outside=Bounds({"f1": 1.0}), cache_dir=tmp_path)
    rounded = toy()
    rounded = type(rounded)(
        "toy", rounded.networks[0], rounded.precision, rounded.objectives, rounded.data
    )
    with pytest.raises(InputError, match="training = ptq: expected qat"):
        enumerate_fine_tuned(rounded, (0,), cache_dir=tmp_path)
