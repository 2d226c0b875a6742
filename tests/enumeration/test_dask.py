"""A real scheduler and two worker processes on loopback; one worker is killed in mid-run."""

import os
import re
import shutil
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from moo_jsc.enumeration import Workers, enumerate_problem, stream_front
from moo_jsc.foundation.errors import InputError
from tests.dask_processes import ROOT, dask_scheduler, dask_worker, ended, wait_for_worker
from tests.enumeration.conftest import Where

pytest.importorskip("distributed")


@pytest.fixture
def scheduler():
    """A scheduler without workers, for tests that bring their own."""
    process, address = dask_scheduler()
    with ended(process):
        yield address


@pytest.fixture
def cluster():
    """Address of the scheduler, and its two workers (no nanny restarts them)."""
    process, address = dask_scheduler()
    workers = [dask_worker(address) for _ in range(2)]
    with ended(process, *workers):
        yield address, workers


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
    np.testing.assert_array_equal(front.values, np.unique(table.front_values, axis=0))


def test_a_cluster_of_this_machine(wavy, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    problem = wavy()
    table = enumerate_problem(problem, cache_dir=tmp_path, shard_size=60, workers=2, backend="dask")
    alone = enumerate_problem(problem, cache_dir=tmp_path / "alone")
    np.testing.assert_array_equal(table.values, alone.values)


def test_a_scheduler_that_does_not_answer_is_named(wavy, tmp_path, monkeypatch):
    monkeypatch.setattr("moo_jsc.enumeration.cluster.ANSWER_SECONDS", 1)
    with pytest.raises(InputError, match=r"scheduler tcp://127\.0\.0\.1:9: no answer"):
        enumerate_problem(wavy(), cache_dir=tmp_path, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(InputError, match="scheduler nonsense"):
        enumerate_problem(wavy(), cache_dir=tmp_path, scheduler="nonsense://")
    assert Workers(scheduler="tcp://127.0.0.1:9").local is False


def copied_package(folder, edit=False):
    """A copy of the code; with other values where it is edited."""
    shutil.copytree(ROOT / "moo_jsc", folder / "moo_jsc", ignore=shutil.ignore_patterns("*.npz"))
    shutil.copytree(ROOT / "tests" / "enumeration", folder / "tests" / "enumeration")
    if edit:
        path = folder / "moo_jsc" / "objectives" / "size.py"
        path.write_text(path.read_text() + "\nOTHER = 2\n")


def test_a_worker_with_other_code_is_refused_by_name(scheduler, wavy, tmp_path):
    copied_package(tmp_path / "code", edit=True)
    with ended(dask_worker(scheduler, folder=tmp_path / "code")):
        wait_for_worker(scheduler)
        with pytest.raises(InputError) as caught:
            enumerate_problem(wavy(), cache_dir=tmp_path, scheduler=scheduler)
    assert re.match(r"worker tcp://[\d.:]+: code of moo_jsc \w+, expected \w+", str(caught.value))
    assert "\n" not in str(caught.value)
    assert shards(tmp_path) == []


def test_a_worker_without_the_package_is_refused_by_name(scheduler, wavy, tmp_path):
    # An empty package hides the one that may be installed.
    (tmp_path / "moo_jsc").mkdir()
    (tmp_path / "moo_jsc" / "__init__.py").write_text("")
    with ended(dask_worker(scheduler, folder=tmp_path)):
        wait_for_worker(scheduler)
        with pytest.raises(
            InputError, match=r"worker tcp://\S+:? (cannot say what code|code of)"
        ) as caught:
            enumerate_problem(wavy(), cache_dir=tmp_path, scheduler=scheduler)
    assert "\n" not in str(caught.value)


def test_one_worker_of_one_thread_does_the_work(scheduler, wavy, tmp_path):
    problem = wavy(log=str(tmp_path / "pids"))
    with ended(dask_worker(scheduler)):
        wait_for_worker(scheduler)
        enumerate_problem(
            Where(log=problem.log), cache_dir=tmp_path, shard_size=60, scheduler=scheduler
        )
    notes = [line.split() for line in Path(problem.log).read_text().splitlines()]
    (worker,) = {pid for pid, what in notes if what == "evaluated"}
    assert worker != str(os.getpid())
    assert notes.count([worker, "evaluated"]) == 5
    assert notes.count([worker, "unpickled"]) == 1, "the problem travels once to each worker"


def test_a_worker_that_joins_later_is_asked_too(scheduler, wavy, tmp_path):
    copied_package(tmp_path / "code", edit=True)
    late = []

    def join():
        late.append(dask_worker(scheduler, folder=tmp_path / "code"))

    with ended(dask_worker(scheduler)):
        wait_for_worker(scheduler)
        threading.Timer(0.2, join).start()
        with pytest.raises(InputError, match="code of moo_jsc"):
            enumerate_problem(
                wavy(delay=0.5), cache_dir=tmp_path, shard_size=2, scheduler=scheduler
            )
    with ended(*late):
        pass


def test_an_adaptive_cluster_grows(wavy, tmp_path, monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with LocalCluster(n_workers=0, threads_per_worker=1, dashboard_address=None) as cluster:
        cluster.adapt(minimum=0, maximum=2, interval="100ms")
        problem = Where(log=str(tmp_path / "pids"), together=2)
        address = cluster.scheduler_address
        table = enumerate_problem(problem, cache_dir=tmp_path, shard_size=10, scheduler=address)
    np.testing.assert_array_equal(
        table.values, wavy().evaluate(problem.space.configurations(range(300)))
    )
    assert len(problem.evaluators()) == 2


def test_a_scheduler_that_dies_is_one_line_within_seconds(wavy, tmp_path):
    process, address = dask_scheduler()
    with ended(process, dask_worker(address)):
        wait_for_worker(address)

        def kill():
            while not shards(tmp_path):
                time.sleep(0.01)
            process.kill()

        threading.Thread(target=kill, daemon=True).start()
        with pytest.raises(InputError, match="the connection is lost") as caught:
            enumerate_problem(wavy(delay=0.2), cache_dir=tmp_path, shard_size=2, scheduler=address)
    assert "\n" not in str(caught.value)
    done = len(shards(tmp_path))
    assert done >= 1
    table = enumerate_problem(wavy(), cache_dir=tmp_path, shard_size=2)
    assert len(shards(tmp_path)) == 150
    assert len(table.values) == 300


def test_a_cluster_without_workers_is_named(scheduler, wavy, tmp_path, monkeypatch):
    monkeypatch.setattr("moo_jsc.enumeration.cluster.WORKER_SECONDS", 1)
    with pytest.raises(InputError, match="no worker within 1 seconds"):
        enumerate_problem(wavy(), cache_dir=tmp_path, scheduler=scheduler)
