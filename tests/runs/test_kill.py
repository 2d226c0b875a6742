"""A comparison killed in mid-run, then started again with the same command."""

import os
import signal
import subprocess
import sys
import time

import pytest

SCRIPT = """
import sys, time
import numpy as np
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.problem import Problem
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.runs import run_comparison
from moo_jsc.samplers import get_samplers

class Slow(Problem):
    name = "slow"
    space = SearchSpace("slow", tuple(Choice(name, (2, 3, 4, 5, 6, 7)) for name in "abc"))
    objectives = (
        Objective(name="accuracy", unit="1", sense="max"),
        Objective(name="size", unit="bytes", sense="min"),
    )
    fingerprint = "slow"

    def _evaluate(self, configurations):
        time.sleep(float(sys.argv[3]) * len(configurations))
        with open(sys.argv[2], "a") as counter:
            counter.write("x" * len(configurations))
        x = configurations / 7
        return np.column_stack([1 - np.exp(-x.sum(axis=1)), np.pi * x.prod(axis=1)])

if __name__ == "__main__":
    names = ["optuna-tpe", "pymoo-nsga2", "optuna-random"]
    run_comparison(Slow(), get_samplers(names), [0, 1, 2], 16, sys.argv[1], workers=2)
"""


@pytest.fixture
def command(tmp_path):
    script = tmp_path / "study.py"
    script.write_text(SCRIPT)

    def start(name, seconds):
        counter = tmp_path / f"{name}.evaluations"
        return subprocess.Popen(
            [sys.executable, str(script), str(tmp_path / name), str(counter), str(seconds)],
            stderr=subprocess.DEVNULL,
        )

    return start


def finished_logs(folder):
    logs = {path: path.read_bytes() for path in folder.glob("logs/*/*.jsonl")}
    return {path: data for path, data in logs.items() if b'"line":"end"' in data}


def started_logs(folder):
    return [path for path in folder.glob("logs/*/*.jsonl") if path.read_bytes().count(b"\n") > 3]


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_killed_and_started_again_ends_like_an_uninterrupted_run(command, tmp_path):
    assert command("whole", 0.0).wait(120) == 0

    killed, folder = command("killed", 0.03), tmp_path / "killed"
    deadline = time.monotonic() + 60
    while not (finished := finished_logs(folder)) or len(started_logs(folder)) == len(finished):
        assert killed.poll() is None, "ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert not (folder / "trials.csv").exists()
    finished = finished_logs(folder)

    assert command("killed", 0.0).wait(120) == 0
    tables = [(tmp_path / name / "trials.csv").read_bytes() for name in ("whole", "killed")]
    assert tables[0] == tables[1]
    for path, data in finished.items():
        assert path.read_bytes() == data
    whole, killed = ((tmp_path / f"{n}.evaluations").stat().st_size for n in ("whole", "killed"))
    # Each of the two interrupted runs repeats at most the one batch that was not yet recorded.
    assert whole <= killed <= whole + 2 * 16
    assert len(finished_logs(folder)) == 9
    assert len(finished) < 9
