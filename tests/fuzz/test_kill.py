"""The main study, shot in every phase: nobody is left behind, and it ends as if nothing was."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
STUDY = [
    *(sys.executable, str(ROOT / "studies" / "compare_samplers.py"), "--problem", "lab3-types"),
    *("--seeds", "4", "--budget", "8", "--workers", "2"),
    *("--samplers", "optuna-random", "optuna-tpe", "pymoo-nsga2"),
]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9")


def tables(cache):
    return list(cache.glob("tables/*/*.safetensors"))


PHASES = {
    "starting": lambda cache, out: True,
    "enumerated": lambda cache, out: tables(cache),
    "searching": lambda cache, out: len(list(out.rglob("*.jsonl"))) >= 2,
    "tables": lambda cache, out: (out / "trials.csv").exists(),
    "figures": lambda cache, out: (out / "figures").exists(),
}


def start(cache, out):
    environment = {**os.environ, "MOO_JSC_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [*STUDY, "--out", str(out)],
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    process = start(folder / "cache", folder / "out")
    _, error = process.communicate()
    assert process.returncode == 0, error
    return (folder / "out" / "trials.csv").read_bytes(), folder / "cache"


@pytest.mark.skipif("FUZZ_CASES" not in os.environ, reason="takes a minute: make fuzz")
@pytest.mark.parametrize("phase", PHASES)
def test_shot(whole, tmp_path, phase):
    expected, finished = whole
    cache, out = tmp_path / "cache", tmp_path / "out"
    if phase != "enumerated":
        # One measurement of latency serves all, as it does a user.
        cache = finished
    process = start(cache, out)
    deadline = time.monotonic() + 600
    while not PHASES[phase](cache, out) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    try:
        children = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        children = []
    process.send_signal(signal.SIGKILL)
    process.communicate()
    _, left = psutil.wait_procs(children, timeout=30)
    left = [child for child in left if child.status() != psutil.STATUS_ZOMBIE]
    for child in left:
        child.kill()
    assert not left
    again = start(cache, out)
    _, error = again.communicate()
    assert again.returncode == 0, error
    assert "Traceback" not in error
    if cache == finished:
        assert (out / "trials.csv").read_bytes() == expected
