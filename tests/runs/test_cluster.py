"""Runs of samplers and a user's function on a scheduler with two workers; one is killed."""

import os
import signal
import threading
import time

import numpy as np
import pytest

from moo_jsc.enumeration import enumerate_problem
from moo_jsc.problems.registered import PROBLEMS
from moo_jsc.runs import load_plugin, run_comparison
from moo_jsc.runs.plugins import unload
from tests.dask_processes import dask_scheduler, dask_worker, ended, wait_for_worker

pytest.importorskip("distributed")

PLUGIN = """
import os, time
from moo_jsc import Choice, FunctionProblem, Objective, SearchSpace, register_problem

def slow(design):
    with open({log!r}, "a") as stream:
        stream.write(f"{{design['x']}} {{os.getpid()}}\\n")
    time.sleep(0.05)
    if design["x"] % 10 == 3:
        raise ValueError("three")
    return [design["x"], -design["x"]]

register_problem(FunctionProblem(
    SearchSpace("slow", (Choice("x", tuple(range(60))),)),
    [Objective(name=name, unit="1", sense="min") for name in ("a", "b")],
    slow, cache_dir={cache!r}, shard_size=3))
"""


@pytest.fixture(scope="module")
def cluster():
    """Address of a scheduler and its two workers."""
    process, address = dask_scheduler()
    workers = [dask_worker(address) for _ in range(2)]
    with ended(process, *workers):
        wait_for_worker(address, 2)
        yield address, workers


@pytest.fixture
def slow(tmp_path):
    """A user's function, from a file that no worker has."""
    path = tmp_path / "slow.py"
    path.write_text(PLUGIN.format(log=str(tmp_path / "log"), cache=str(tmp_path / "cache")))
    load_plugin(path)
    yield PROBLEMS["slow"]
    unload("slow.py")


def test_runs_are_the_same_as_here(cluster, slow, tmp_path):
    address, _ = cluster
    samplers = ["optuna-random", "exhaustive-random"]
    there = run_comparison(
        slow, samplers, [0, 1], 7, tmp_path / "there", scheduler=address, progress=False
    )
    # An interrupted run is taken up.
    path = tmp_path / "there" / "logs" / "optuna-random" / "seed-0.jsonl"
    whole = path.read_bytes().splitlines(keepends=True)
    path.with_suffix(".end").unlink()
    path.write_bytes(b"".join(whole[:4]))
    run_comparison(slow, samplers, [0, 1], 7, tmp_path / "there", scheduler=address, progress=False)
    assert len(path.read_bytes().splitlines()) == len(whole)
    run_comparison(slow, samplers, [0, 1], 7, tmp_path / "here", workers=1, progress=False)
    for name in ("trials.csv", "study.json"):
        assert (there.folder / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
    lines = (tmp_path / "log").read_text().splitlines()
    assert len({line.split()[0] for line in lines}) == len(lines), "nothing is evaluated twice"
    assert str(os.getpid()) not in {line.split()[1] for line in lines}


def test_a_function_is_evaluated_to_the_end_though_a_worker_is_killed(cluster, slow, tmp_path):
    address, workers = cluster
    log = tmp_path / "log"

    def kill_one():
        while not log.exists() or len(log.read_text().splitlines()) < 10:
            time.sleep(0.005)
        os.kill(workers[0].pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    table = enumerate_problem(slow, scheduler=address, progress=False)
    killer.join(10)
    assert workers[0].wait(10) == -signal.SIGKILL
    np.testing.assert_array_equal(np.flatnonzero(table.failed), [3, 13, 23, 33, 43, 53])
    assert set(table.failures.values()) == {"ValueError: three"}
    np.testing.assert_array_equal(table.values[[4, 59]], [[4, -4], [59, -59]])
    lines = log.read_text().splitlines()
    # What was kept is not repeated; of the killed worker at most the design in flight is.
    assert len(lines) <= 61
    assert len({line.split()[1] for line in lines}) == 2
