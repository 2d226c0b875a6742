"""Enumerating into a table: shards, resuming, damage, workers."""

import logging
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moo_jsc.data import split_table
from moo_jsc.data.jets import jet_table
from moo_jsc.data.jets.columns import CLASSES, FEATURES
from moo_jsc.enumeration import ObjectiveTable, TableProblem, enumerate_problem
from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec
from moo_jsc.objectives import get_objectives
from moo_jsc.problems.network_problem import QuantizationProblem
from moo_jsc.problems.precision import PrecisionSpace, widths

ROOT = Path(__file__).parents[2]


def plain(problem):
    return problem.evaluate(problem.space.configurations(np.arange(problem.space.size)))


def shards(folder):
    return sorted(Path(folder).glob("tables/*/*.safetensors"))


def evaluated(log):
    return [int(line) for line in Path(log).read_text().split()]


def dominates(a, b, objectives):
    """The definition, in one place, for one pair."""
    signs = np.array([1 if o.sense == "min" else -1 for o in objectives])
    return bool((signs * a <= signs * b).all() and (signs * a < signs * b).any())


def test_table_is_the_problem_itself(wavy, tmp_path):
    problem = wavy()
    table = enumerate_problem(problem, cache_dir=tmp_path, shard_size=7)
    np.testing.assert_array_equal(table.values, plain(problem))
    assert len(shards(tmp_path)) == -(-problem.space.size // 7)
    assert table.fingerprint == problem.fingerprint
    assert not table.values.flags.writeable


def test_front_is_that_of_the_definition(wavy, tmp_path):
    problem = wavy()
    table = enumerate_problem(problem, cache_dir=tmp_path)
    values, objectives = table.values, table.objectives
    front = [
        i
        for i, point in enumerate(values)
        if not any(dominates(other, point, objectives) for other in values)
    ]
    assert table.front_indices.tolist() == front
    assert len(np.unique(table.front_values, axis=0)) < len(front)
    assert table.ideal.tolist() == [values[:, 0].max(), values[:, 1].min(), values[:, 2].min()]
    nadir = values[front]
    assert table.nadir.tolist() == [nadir[:, 0].min(), nadir[:, 1].max(), nadir[:, 2].max()]


def test_front_of_one_objective(wavy, tmp_path):
    table = enumerate_problem(wavy(), cache_dir=tmp_path).selected(["cost"])
    assert table.front_indices.tolist() == [0]
    with pytest.raises(InputError, match="expected one of cost"):
        table.column("quality")


def test_second_time_is_read_from_disk(wavy, tmp_path):
    log = str(tmp_path / "log")
    problem = wavy(log=log)
    first = enumerate_problem(problem, cache_dir=tmp_path, shard_size=50)
    assert sorted(evaluated(log)) == list(range(problem.space.size))
    second = enumerate_problem(problem, cache_dir=tmp_path, shard_size=50)
    assert len(evaluated(log)) == problem.space.size
    np.testing.assert_array_equal(second.values, first.values)


def test_another_fingerprint_or_code_is_another_table(wavy, tmp_path, monkeypatch):
    enumerate_problem(wavy(), cache_dir=tmp_path)
    enumerate_problem(wavy(seed=1), cache_dir=tmp_path)
    assert len(list(tmp_path.glob("tables/*"))) == 2
    monkeypatch.setattr("moo_jsc.enumeration.shards.version_key", lambda: "edited")
    enumerate_problem(wavy(), cache_dir=tmp_path)
    assert len(list(tmp_path.glob("tables/*"))) == 3


@pytest.mark.parametrize("damage", ["flip", "truncate", "swap", "empty"])
def test_damaged_shard_is_named_and_computed_again(wavy, tmp_path, caplog, damage):
    log = str(tmp_path / "log")
    problem = wavy(log=log)
    first = enumerate_problem(problem, cache_dir=tmp_path, shard_size=50)
    victim, other = shards(tmp_path)[2:4]
    content = bytearray(victim.read_bytes())
    if damage == "flip":
        content[-5] ^= 1
    elif damage == "truncate":
        content = content[:-8]
    elif damage == "swap":
        content = other.read_bytes()
    else:
        content = b""
    victim.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        again = enumerate_problem(problem, cache_dir=tmp_path, shard_size=50)
    (record,) = caplog.records
    assert str(victim) in record.getMessage()
    assert "\n" not in record.getMessage()
    np.testing.assert_array_equal(again.values, first.values)
    assert evaluated(log)[problem.space.size :] == list(range(100, 150))


def test_default_cache_is_the_environment_s(wavy, tmp_path):
    enumerate_problem(wavy())
    assert len(shards(tmp_path / "cache")) == 1


def test_two_processes_give_the_same_table(wavy, tmp_path, monkeypatch):
    monkeypatch.setattr("moo_jsc.enumeration.enumerate._WORTH_STARTING_SECONDS", 0.0)
    problem = wavy()
    one = enumerate_problem(problem, cache_dir=tmp_path / "1", shard_size=20)
    two = enumerate_problem(problem, cache_dir=tmp_path / "2", shard_size=20, workers=2)
    np.testing.assert_array_equal(one.values, two.values)
    assert [path.read_bytes() for path in shards(tmp_path / "1")] == [
        path.read_bytes() for path in shards(tmp_path / "2")
    ]


def test_a_process_that_dies_ends_the_run_and_keeps_what_was_done(wavy, tmp_path, monkeypatch):
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    monkeypatch.setattr("moo_jsc.enumeration.enumerate._WORTH_STARTING_SECONDS", 0.0)
    # A seed of its own: workers that already have this problem would keep their copy.
    mortal = wavy(seed=8, die_at=250, delay=0.02)
    with pytest.raises(TerminatedWorkerError):
        enumerate_problem(mortal, cache_dir=tmp_path, shard_size=10, workers=2)
    assert 1 <= len(shards(tmp_path)) < 30
    table = enumerate_problem(wavy(seed=8), cache_dir=tmp_path, shard_size=10, workers=2)
    np.testing.assert_array_equal(table.values, plain(wavy(seed=8)))


def test_networks_on_two_processes(tmp_path, monkeypatch):
    monkeypatch.setattr("moo_jsc.enumeration.enumerate._WORTH_STARTING_SECONDS", 0.0)
    rng = np.random.default_rng(0)
    features, labels = rng.normal(size=(1000, len(FEATURES))), np.arange(1000) % len(CLASSES)
    problem = QuantizationProblem(
        "types",
        initialized(network_spec("jsc-three-linear"), seed=3).eval(),
        PrecisionSpace(widths(3, 8), widths(2, 6), per_layer=True),
        get_objectives(["accuracy", "loss", "size", "bitops"]),
        split_table(jet_table("synthetic", features, labels)),
    )
    expected = plain(problem)
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        table = enumerate_problem(problem, cache_dir=folder, shard_size=20, workers=workers)
        np.testing.assert_array_equal(table.values, expected)


def test_killed_and_resumed(wavy, tmp_path):
    log, cache = tmp_path / "log", tmp_path / "shards"
    script = (
        "from tests.enumeration.conftest import Wavy\n"
        "from moo_jsc.enumeration import enumerate_problem\n"
        f"problem = Wavy(log={str(log)!r}, delay=0.1)\n"
        f"enumerate_problem(problem, cache_dir={str(cache)!r}, shard_size=10)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    deadline = time.monotonic() + 60
    while len(shards(cache)) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = len(shards(cache))
    assert 3 <= done < 30
    problem = wavy(log=str(log))
    before = len(evaluated(log))
    table = enumerate_problem(problem, cache_dir=cache, shard_size=10)
    np.testing.assert_array_equal(table.values, plain(wavy()))
    assert len(evaluated(log)) - before == problem.space.size - 10 * done


def test_table_problem_replays(wavy, tmp_path):
    problem = wavy()
    replay = TableProblem(enumerate_problem(problem, cache_dir=tmp_path))
    rows = problem.space.configurations(problem.space.permuted(np.arange(40), seed=1))
    np.testing.assert_array_equal(replay.evaluate(rows), problem.evaluate(rows))
    values = replay.table.values.copy()
    values[0, 0] += 1
    changed = TableProblem(replace(replay.table, values=values))
    assert changed.fingerprint != replay.fingerprint
    assert TableProblem(replay.table).fingerprint == replay.fingerprint
    copy = pickle.loads(pickle.dumps(replay))
    np.testing.assert_array_equal(copy.evaluate(rows), problem.evaluate(rows))
    with pytest.raises(InputError):
        replay.evaluate([[9, 0, 0, 0]])


def test_bad_settings_are_named(wavy, tmp_path, monkeypatch):
    problem = wavy()
    for settings, message in (
        ({"workers": 0}, "workers = 0"),
        ({"shard_size": 0}, "shard_size = 0"),
        ({"backend": "ray"}, "backend 'ray': expected loky or dask"),
    ):
        with pytest.raises(InputError, match=message):
            enumerate_problem(problem, cache_dir=tmp_path, **settings)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        enumerate_problem(problem, cache_dir=tmp_path / "file")
    monkeypatch.setattr("moo_jsc.enumeration.enumerate.TABLE_BYTES", 1000)
    with pytest.raises(InputError, match="streaming"):
        enumerate_problem(problem, cache_dir=tmp_path)
    with pytest.raises(InputError, match="values"):
        ObjectiveTable("wavy", problem.space, problem.objectives, np.zeros((3, 3)), "")
