"""A real scheduler and two worker processes on loopback; one worker is killed in mid-run."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from moo_jsc.enumeration import Workers, enumerate_problem, stream_front
from moo_jsc.foundation.errors import InputError

pytest.importorskip("distributed")

ROOT = Path(__file__).parents[2]


def start(module, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def cluster():
    """Address of the scheduler, and its two workers (no nanny restarts them)."""
    scheduler = start(
        "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"
    )
    processes = [scheduler]
    try:
        address = next(
            match[0]
            for line in scheduler.stderr
            if (match := re.search(r"tcp://127\.0\.0\.1:\d+", line))
        )
        # Their messages are drained, so that no pipe fills up.
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        workers = [start("distributed.cli.dask_worker", address, *options) for _ in range(2)]
        processes += workers
        for process in processes:
            threading.Thread(target=process.stderr.read, daemon=True).start()
        yield address, workers
    finally:
        for process in processes:
            process.kill()
            process.wait()


def shards(folder):
    return list(Path(folder).glob("tables/*/*.safetensors"))


def test_complete_and_identical_though_a_worker_is_killed(cluster, wavy, tmp_path):
    address, workers = cluster
    problem = wavy(delay=0.05)
    assert problem.space.size == 300
    killed = threading.Event()

    def kill_one():
        deadline = time.monotonic() + 60
        while len(shards(tmp_path / "dask")) < 8 and time.monotonic() < deadline:
            time.sleep(0.005)
        os.kill(workers[0].pid, signal.SIGKILL)
        killed.shards = len(shards(tmp_path / "dask"))
        killed.set()

    threading.Thread(target=kill_one, daemon=True).start()
    table = enumerate_problem(problem, cache_dir=tmp_path / "dask", shard_size=6, scheduler=address)
    assert killed.is_set()
    assert 8 <= killed.shards < 50
    assert workers[0].wait(10) == -signal.SIGKILL
    assert workers[1].poll() is None
    alone = enumerate_problem(wavy(), cache_dir=tmp_path / "alone", shard_size=6)
    np.testing.assert_array_equal(table.values, alone.values)
    assert {path.name: path.read_bytes() for path in shards(tmp_path / "dask")} == {
        path.name: path.read_bytes() for path in shards(tmp_path / "alone")
    }
    front = stream_front(problem, cache_dir=tmp_path, block_size=60, scheduler=address)
    np.testing.assert_array_equal(front.values, table.unique_front_values)


def test_a_cluster_of_this_machine(wavy, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    problem = wavy()
    table = enumerate_problem(problem, cache_dir=tmp_path, shard_size=60, workers=2, backend="dask")
    alone = enumerate_problem(problem, cache_dir=tmp_path / "alone")
    np.testing.assert_array_equal(table.values, alone.values)


def test_a_scheduler_that_does_not_answer_is_named(wavy, tmp_path, monkeypatch):
    monkeypatch.setattr("moo_jsc.enumeration.workers._ANSWER_SECONDS", 1)
    with pytest.raises(InputError, match=r"scheduler tcp://127\.0\.0\.1:9: no answer"):
        enumerate_problem(wavy(), cache_dir=tmp_path, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(InputError, match="scheduler nonsense"):
        enumerate_problem(wavy(), cache_dir=tmp_path, scheduler="nonsense://")
    assert Workers(scheduler="tcp://127.0.0.1:9").local is False
