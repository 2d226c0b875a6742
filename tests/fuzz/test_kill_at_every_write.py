"""Every phase of a study, shot at each of its writes: what is on disk is whole, and it goes on.

The process is forked, and shoots itself when it is about to put its n-th file in its place, or when
the n-th line of a log is half written.
"""

import os
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from analysis.report import Column, Report
from moo_jsc.enumeration import TableProblem, enumerate_problem, stream_front
from moo_jsc.enumeration.fine_tuned import enumerate_fine_tuned
from moo_jsc.networks.family import network_spec
from moo_jsc.networks.training import Schedule, train_ensemble
from moo_jsc.runs import run_comparison
from moo_jsc.runs.log import TrialLog
from moo_jsc.samplers import get_samplers
from tests.enumeration.conftest import Wavy
from tests.enumeration.fine_tuned_toy import toy

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kill -9")


def training(folder):
    jets = toy().data
    found = train_ensemble(
        [network_spec("jsc-tiny")],
        [0],
        jets.train,
        jets.validation,
        Schedule(epochs=3),
        checkpoint=folder / "run.checkpoint",
        progress=False,
    )
    return [value.numpy().tobytes() for value in found.networks[0].state_dict().values()]


def enumerating(folder):
    return enumerate_problem(Wavy(), cache_dir=folder, shard_size=60, progress=False).values


def streaming(folder):
    return stream_front(Wavy(), cache_dir=folder, block_size=60, progress=False).values


def fine_tuning(folder):
    return enumerate_fine_tuned(
        toy(samples=32), [0], cache_dir=folder, shard_size=8, progress=False
    ).scores


def searching(folder):
    table = enumerate_problem(Wavy(), cache_dir=folder / "cache", progress=False)
    samplers = get_samplers(["exhaustive-random"])
    run_comparison(TableProblem(table), samplers, [0, 1], 2, folder, workers=1, progress=False)
    return (folder / "trials.csv").read_bytes()


def reporting(folder):
    report = Report("Which is larger?")
    section = report.section("Answer")
    section.lead("Neither.")
    for name in ("one", "other"):
        section.table(name, pd.DataFrame({"value": [1.0, 2.0]}), [Column("value", "value")])
    report.write(folder)
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


RESUMING = (training, enumerating, streaming, fine_tuning, searching)
SECONDS = 60
"""What one phase may take, with a margin."""


def armed(at):
    """Let this process shoot itself at its `at`-th write."""
    writes = 0
    replace, append = Path.replace, TrialLog._write

    def due():
        nonlocal writes
        writes += 1
        return writes == at

    def shoot():
        os.kill(os.getpid(), signal.SIGKILL)

    class Half:
        """Of what is to be written one half arrives."""

        def __init__(self, stream):
            self.stream = stream

        def write(self, data):
            self.stream.write(bytes(data)[: len(data) // 2])
            shoot()

    def replacing(path, target):
        if due():
            shoot()
        return replace(path, target)

    def appending(log, *lines):
        if due():
            log._stream = Half(log._stream)
        append(log, *lines)

    Path.replace, TrialLog._write = replacing, appending


def shot(phase, folder, at):
    """Run a phase in a process that is shot at a write; say whether it was."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(SECONDS)
            torch.set_num_threads(1)  # A pool of threads does not survive a fork.
            armed(at)
            phase(folder)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


@pytest.mark.parametrize("phase", RESUMING, ids=lambda phase: phase.__name__)
def test_shot_at_every_write_it_ends_as_if_nothing_was(tmp_path, phase):
    whole = phase(tmp_path / "whole")
    folder, shots = tmp_path / "shot", 0
    folder.mkdir()
    # Starts get no, one or two writes further than the one before.
    while shot(phase, folder, at=shots % 3 + 1):
        shots += 1
        assert shots < 60
    assert shots >= 1
    np.testing.assert_equal(phase(folder), whole)


def test_of_a_report_nothing_is_half_written(tmp_path):
    whole, at = reporting(tmp_path / "whole"), 1
    while shot(reporting, folder := tmp_path / str(at), at):
        there = [path for path in folder.rglob("[!.]*") if path.is_file()]
        assert {path.name: path.read_bytes() for path in there}.items() <= whole.items()
        assert reporting(folder).items() >= whole.items()
        at += 1
        assert at < 60
    assert at == len(whole) + 1
