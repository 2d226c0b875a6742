"""Killing a parent alone, in whatever it is doing, leaves none of its workers behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from moo_jsc.foundation.processes import end_with_parent

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9")

START = """
import sys, time
from joblib import delayed
from moo_jsc.foundation.processes import processes
from tests.enumeration.conftest import Wavy

def stuck(seconds):
    time.sleep(seconds)

def busy(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(1000))

if __name__ == "__main__":
    phase, folder = sys.argv[1:]
    if phase == "stuck":
        processes(2)(delayed(stuck)(300) for _ in range(4))
    if phase == "busy":
        processes(2)(delayed(busy)(300) for _ in range(4))
    if phase == "idle":
        processes(2)(delayed(stuck)(0.1) for _ in range(4))
        time.sleep(300)
    if phase in ("enumerate", "dask"):
        from moo_jsc.enumeration import enumerate_problem
        sys.modules["moo_jsc.enumeration.enumerate"]._WORTH_STARTING_SECONDS = 0.0
        enumerate_problem(
            Wavy(delay=1.0), cache_dir=folder, shard_size=2, workers=2,
            backend="dask" if phase == "dask" else "loky",
        )
    if phase == "compare":
        from moo_jsc.runs import run_comparison
        from moo_jsc.samplers import get_samplers
        samplers = get_samplers(["optuna-tpe", "optuna-random", "pymoo-nsga2"])
        run_comparison(Wavy(delay=1.0), samplers, range(9), 20, folder, workers=2)
"""


def family(process):
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def alive(processes):
    found = []
    for process in processes:
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


@pytest.mark.parametrize(
    ("phase", "after"),
    [
        ("stuck", 0.0),
        ("busy", 1.0),
        ("idle", 1.0),
        ("enumerate", 1.0),
        ("compare", 1.0),
        ("dask", 3.0),
    ],
)
def test_no_worker_outlives_its_parent(tmp_path, phase, after):
    if phase == "dask":
        pytest.importorskip("distributed")
    script = tmp_path / "start.py"
    script.write_text(START)
    parent = subprocess.Popen(
        [sys.executable, str(script), phase, str(tmp_path / "out")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while len(family(parent)) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(after)
    children = family(parent)
    assert len(children) >= 2
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 30
    while (left := alive(children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in left:
        process.kill()
    assert not left


def test_the_process_itself_has_no_parent_to_watch():
    end_with_parent(os.getpid())
