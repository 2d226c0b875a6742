"""Every kind of file that is believed, damaged: none goes through in silence."""

import itertools
import logging
import os
import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from moo_jsc.data.errors import DataError
from moo_jsc.data.jets import load_jets
from moo_jsc.data.jets import sample as jet_sample
from moo_jsc.enumeration import TableProblem, enumerate_problem, stream_front
from moo_jsc.enumeration.benchmark import SHIPPED
from moo_jsc.enumeration.benchmark_file import (
    Numbers,
    read_card,
    read_numbers,
    write_benchmark,
)
from moo_jsc.enumeration.fine_tuned import enumerate_fine_tuned
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.store import Store
from moo_jsc.hardware import trace_files
from moo_jsc.networks import weights
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec
from moo_jsc.networks.training import Schedule, train_ensemble
from moo_jsc.objectives import latency
from moo_jsc.objectives.latency import LatencyMeasurement
from moo_jsc.runs import load_trials, run_comparison
from moo_jsc.samplers import get_samplers
from tests.enumeration.conftest import Wavy
from tests.enumeration.fine_tuned_toy import toy

DAMAGES = int(os.environ.get("FUZZ_CASES", "8"))


def damages(whole: bytes, seed: int):
    """Flips, truncations and deletions, most of them flips of one bit."""
    rng = np.random.default_rng(seed)
    for number in range(DAMAGES):
        data, place = bytearray(whole), int(rng.integers(len(whole)))
        kind = number % 8
        if kind < 4:
            data[place] ^= 1 << int(rng.integers(8))
        elif kind == 4:
            data[place] = 0xEC if data[place] != 0xEC else 0xED
        elif kind == 5:
            del data[place:]
        elif kind == 6:
            del data[place : place + int(rng.integers(1, 64))]
        else:
            data[place:place] = bytes(rng.integers(0, 256, size=3, dtype=np.uint8))
        if bytes(data) != whole:
            yield bytes(data)


def few_jets(rows=300):
    jets = load_jets()
    parts = {
        name: replace(part, features=part.features[:rows], labels=part.labels[:rows])
        for name in ("train", "validation", "test")
        for part in [getattr(jets, name)]
    }
    return replace(jets, **parts)


def shard(folder):
    def read():
        return enumerate_problem(Wavy(), cache_dir=folder, shard_size=100, progress=False)

    read()
    return sorted(folder.glob("tables/*/*.safetensors"))[1], read


def fine_tuned_shard(folder):
    def read():
        return enumerate_fine_tuned(
            toy(samples=32), [0], cache_dir=folder, shard_size=8, progress=False
        )

    read()
    return sorted(folder.glob("fine-tuned/*/*.safetensors"))[1], read


def shipped_traces(folder):
    path = folder / trace_files.SHIPPED.name
    traces = dict(itertools.islice(trace_files.shipped_traces().items(), 8))
    trace_files.write_traces(path, traces)

    def read():
        real, trace_files.SHIPPED = trace_files.SHIPPED, path
        try:
            return trace_files.shipped_traces.__wrapped__()
        finally:
            trace_files.SHIPPED = real

    read()
    return path, read


def benchmark(folder):
    card = read_card(SHIPPED, "codesign")
    scores = np.random.default_rng(0).integers(0, 100, size=(8, 1, len(card.splits), 2)) / 100
    numbers = Numbers(rounded=scores[:, 0], fine_tuned=scores, costs=np.arange(16.0).reshape(8, 2))
    write_benchmark(folder, msgspec.structs.replace(card, seeds=(0,)), numbers)
    return lambda: read_numbers(folder, read_card(folder, "codesign"))


def benchmark_card(folder):
    read = benchmark(folder)
    return folder / "codesign.json", read


def benchmark_numbers(folder):
    read = benchmark(folder)
    return folder / "codesign.npz", read


def streamed(folder):
    def read():
        return stream_front(Wavy(), cache_dir=folder, progress=False)

    read()
    return next(iter(folder.glob("fronts/*"))), read


def measurement(folder):
    networks = [initialized(network_spec("jsc-tiny"), seed=0)]
    fake = LatencyMeasurement(
        networks=("jsc-tiny",),
        architectures=tuple(sorted(latency._architecture(network) for network in networks)),
        batch_size=1024,
        rounds=((0.1,), (0.2,), (0.15,), (0.12,), (0.11,)),
        disturbance=0.1,
        machine=latency.machine_description(),
        seed=0,
    )
    real, latency.measure_latency = latency.measure_latency, lambda *_, **__: fake
    try:
        latency.cached_measurement(networks, cache_dir=folder)
    finally:
        latency.measure_latency = real

    def read():
        latency.measure_latency = lambda *_, **__: fake
        try:
            return latency.cached_measurement(networks, cache_dir=folder)
        finally:
            latency.measure_latency = real

    return next(iter(folder.glob("latency/*.json"))), read


def checkpoint(folder):
    from moo_jsc.networks import training

    jets, spec = few_jets(), network_spec("jsc-tiny")
    path = folder / "run.checkpoint"
    arguments = ([spec], [0], jets.train, jets.validation, Schedule(epochs=2))
    save = training._save

    def save_and_stop(*given):
        save(*given)
        raise KeyboardInterrupt

    training._save = save_and_stop
    try:
        with pytest.raises(KeyboardInterrupt):
            train_ensemble(*arguments, checkpoint=path, progress=False)
    finally:
        training._save = save
    return path, lambda: train_ensemble(*arguments, checkpoint=path, progress=False)


def network(folder):
    spec = network_spec("jsc-tiny")
    path = folder / "mine.safetensors"
    weights.save_network(path, initialized(spec, seed=1))
    return path, lambda: weights.read_network(path, spec)


def piece(folder):
    """Pieces and networks of the reports, and outcomes of fine-tuning."""
    store, key = Store(folder), "0123456789abcdef" * 4

    def read():
        return store.made("report-pieces", "types", key, lambda: {"accuracy": np.arange(9.0)})

    read()
    return store.path("report-pieces", "types", key), read


def comparison(folder):
    problem = TableProblem(enumerate_problem(Wavy(), cache_dir=folder / "cache", progress=False))
    samplers = get_samplers(["optuna-random", "exhaustive"])

    def read():
        return run_comparison(problem, samplers, [0], 6, folder, workers=1, progress=False)

    read()
    return read


def trial_log(folder):
    read = comparison(folder)
    return folder / "logs" / "optuna-random" / "seed-0.jsonl", read


def end_mark(folder):
    read = comparison(folder)
    return folder / "logs" / "optuna-random" / "seed-0.end", read


def study_file(folder):
    comparison(folder)
    return folder / "study.json", lambda: load_trials(folder)


def shipped_weights(folder):
    shutil.copytree(weights.WEIGHTS, folder / "weights")
    path = folder / "weights" / "jsc-tiny.safetensors"
    sha = weights.read_manifest(folder / "weights")["jsc-tiny"].sha256
    return path, lambda: weights.verified(path, sha)


def shipped_jets(folder):
    path = folder / jet_sample.SAMPLE_PATH.name
    for source in (jet_sample.SAMPLE_PATH, jet_sample.PROVENANCE_PATH):
        shutil.copy(source, folder / source.name)
    return path, lambda: jet_sample.read_sample(path)


KINDS = (
    *(shard, fine_tuned_shard, streamed, measurement, checkpoint, network, piece),
    *(trial_log, end_mark, study_file, benchmark_card, benchmark_numbers),
    *(shipped_weights, shipped_traces, shipped_jets),
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_damage_is_silent(tmp_path, caplog, kind):
    path, read = kind(tmp_path)
    whole = path.read_bytes()
    seen = 0
    for data in damages(whole, seed=len(kind.__name__)):
        path.write_bytes(data)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            try:
                read()
            except (InputError, DataError) as error:
                said = str(error)
            else:
                said = " ".join(record.getMessage() for record in caplog.records)
        if kind in (study_file, end_mark):
            assert path.name in said or "another study" in said, data
        else:
            assert str(path) in said, data
        assert "\n" not in said
        seen += 1
        path.write_bytes(whole)
    assert seen >= DAMAGES // 2


def test_the_sample_above_is_of_every_shelf():
    """A shelf that is added to the store must be damaged here, or share its reader."""
    root = Path(__file__).parents[2]
    used = {
        path.relative_to(root).as_posix()
        for room in ("moo_jsc", "studies")
        for path in (root / room).rglob("*.py")
        if "write_sealed(" in path.read_text() or "write_record(" in path.read_text()
    }
    assert used == {
        "moo_jsc/enumeration/benchmark_file.py",
        "moo_jsc/enumeration/fine_tuned.py",
        "moo_jsc/enumeration/shards.py",
        "moo_jsc/enumeration/streaming.py",
        "moo_jsc/enumeration/training.py",
        "moo_jsc/foundation/sealed.py",
        "moo_jsc/foundation/store.py",
        "moo_jsc/hardware/trace_files.py",
        "moo_jsc/networks/training.py",
        "moo_jsc/networks/weights.py",
        "moo_jsc/objectives/latency.py",
        "moo_jsc/problems/outcomes.py",
        "studies/finishing/synthesis.py",
        "studies/finishing/training.py",
    }
