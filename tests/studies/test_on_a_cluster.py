"""Studies whose long steps go to a Dask cluster: the same results, computed there."""

from dataclasses import fields, replace
from importlib import import_module

import numpy as np
import pytest

from moo_jsc.data.jets import load_jets
from moo_jsc.enumeration import Workers, workers
from moo_jsc.problems.catalog import build_network_problem
from studies import discrimination_table
from studies.circuits.whole import traced_whole
from studies.common import command
from studies.common.console import run_study
from studies.multipliers.networks import Training, trained_networks
from tests.studies.test_fine_tuning_resumes import thinned

distributed = pytest.importorskip("distributed")

BEGUN = {
    "circuit_front": ("--problem", "lab3-types"),
    "discrimination_table": ("--problem", "lab3-types"),
    "scalarization_weights": ("--problem", "lab3-types"),
    "channel_multipliers": ("--training", "reports", "--seeds", "2"),
    "compare_samplers": ("--problem", "lab3-types", "--evaluate"),
    "enumerate_front": ("--problem", "lab3-types"),
    "finish_front": ("--problem", "lab3-types", "--objectives", "accuracy", "lut"),
    "grey_box_peers": ("--problems", "lab3-types"),
    "make_benchmark": ("--problem", "lab3-types", "--seeds", "0", "--no-circuits", "--out", "out"),
    "own_network": ("--epochs", "1"),
    "quantization_aware": ("--spaces", "lab3-types"),
    "train_networks": ("--networks", "jsc-tiny"),
    "which_sampler": ("--problems", "lab3-types"),
}
"""Flags with which each study would begin with work for the cluster."""

WITH_SCHEDULER = [
    name
    for name in command.STUDIES.values()
    if "scheduler" in {each.name for each in fields(import_module(f"studies.{name}").Config)}
]


@pytest.mark.parametrize("name", WITH_SCHEDULER)
def test_a_scheduler_that_does_not_answer_is_one_line(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("moo_jsc.enumeration.cluster.ANSWER_SECONDS", 0.1)
    study = import_module(f"studies.{name}")
    flags = (*BEGUN[name], "--workers", "1", "--scheduler", "tcp://127.0.0.1:9")
    with pytest.raises(SystemExit) as stop:
        run_study(study.main, study.Config, flags)
    assert stop.value.code == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("error: scheduler tcp://127.0.0.1:9: no answer")


@pytest.fixture(scope="module")
def address():
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def sent(monkeypatch, tmp_path):
    """Names of the tasks that went to a cluster."""
    names, send = [], workers.map_on_cluster

    def watched(task, *arguments, **settings):
        names.append(task.__name__)
        return send(task, *arguments, **settings)

    monkeypatch.setattr(workers, "map_on_cluster", watched)
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path / "there"))
    return names


def test_a_discrimination_table(address, sent, tmp_path):
    settings = {"problem": "lab3-types", "trials": 3, "seeds": 2, "samplers": (), "workers": 1}
    config = discrimination_table.Config(**settings, out=tmp_path / "out")
    there = discrimination_table.main(replace(config, scheduler=address)).folder
    assert sent == ["evaluate_range"]
    assert "| designs that count | 18 |" in (there / "discrimination.md").read_text()
    assert "scheduler" not in (there / "config.toml").read_text()


def test_whole_traces(address, sent):
    pytest.importorskip("alkaid")
    problem = build_network_problem("lab3-types", objectives=("accuracy", "lut"))
    there = traced_whole(problem, range(5), Workers(scheduler=address))
    assert sent == ["_traced"]
    np.testing.assert_array_equal(there, traced_whole(problem, range(5), Workers(1)))


def test_networks_of_channel_multipliers(address, sent, tmp_path):
    jets = thinned(load_jets(), 600)
    settings = Training(anew=True, seeds=1, epochs=1)
    there, here = (
        trained_networks((1, 2), each, jets, tmp_path)
        for each in (replace(settings, scheduler=address), settings)
    )
    assert sent == ["_trained"]
    for multipliers, (network,) in here.items():
        (other,) = there[multipliers]
        for key, tensor in network.state_dict().items():
            np.testing.assert_array_equal(tensor, other.state_dict()[key])
