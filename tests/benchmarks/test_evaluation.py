"""The batched evaluator against the plain reference, a loop in MASE's style, and the matrix
products alone; and whole spaces end to end.

Sides that are compared take turns in one run, and the fastest turn of each counts. Ratios are
printed and stored with the benchmark.
"""

import itertools
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from moo_jsc.data import split_table
from moo_jsc.data.jets import jet_table
from moo_jsc.data.jets.columns import CLASSES, FEATURES
from moo_jsc.enumeration import enumerate_problem
from moo_jsc.evaluation.evaluator import BatchedEvaluator
from moo_jsc.networks.classifier import initialized, predict
from moo_jsc.networks.family import network_spec
from moo_jsc.objectives import get_objectives
from moo_jsc.problems.network_problem import QuantizationProblem
from moo_jsc.problems.precision import PRECISION_SPACES, PrecisionSpace, widths
from moo_jsc.quantization.calibration import Calibration
from moo_jsc.quantization.network import QuantizedNetwork

ROOT = Path(__file__).parents[2]
ROWS = 10_000
BATCH = 512
TURNS = 3


def jets(rows):
    """Gaussian clouds, one a class; `rows` of them to score on."""
    generator = np.random.default_rng(5)
    total = 5 * rows
    labels = np.arange(total) % len(CLASSES)
    centers = generator.normal(size=(len(CLASSES), len(FEATURES)))
    features = centers[labels] + generator.normal(size=(total, len(FEATURES)))
    return split_table(jet_table("synthetic", features, labels))


def problem(space, rows=ROWS, network="jsc-three-linear"):
    net = initialized(network_spec(network), seed=0).eval()
    objectives = get_objectives(["accuracy", "size", "bitops"])
    return QuantizationProblem("benchmark", net, space, objectives, jets(rows))


class Case:
    """`mixed-precision` of `jsc-three-linear`, 10,000 rows: all 15,625 configurations."""

    def __init__(self):
        data = jets(ROWS)
        self.network = initialized(network_spec("jsc-three-linear"), seed=0).eval()
        calibration = Calibration(self.network, data.train.features)
        options = PRECISION_SPACES["mixed-precision"].layer_options()
        self.options = [
            [calibration.resolve_layer(layer, option) for option in options] for layer in range(3)
        ]
        self.features, self.labels = data.validation.features, data.validation.labels
        assert len(self.labels) == ROWS
        self.choices = np.array(list(itertools.product(range(len(options)), repeat=3)))
        self.evaluator = BatchedEvaluator(
            self.network, self.options, self.features, self.labels, get_objectives(["accuracy"])
        )
        self.sample = np.random.default_rng(0).choice(len(self.choices), 40, replace=False)

    def quantized(self, row):
        precision = tuple(
            layer[index] for layer, index in zip(self.options, self.choices[row], strict=True)
        )
        return QuantizedNetwork(self.network, precision)


@pytest.fixture(scope="module")
def case():
    return Case()


def seconds(function):
    begun = time.perf_counter()
    function()
    return time.perf_counter() - begun


def report(benchmark, **numbers):
    for name, number in numbers.items():
        benchmark.extra_info[name] = number
        shown = in_full(number) if isinstance(number, float) else number
        print(f"\n    {name.replace('_', ' ')}: {shown}", end="")


def in_full(number):
    """Three digits, without an exponent."""
    return f"{float(f'{number:.3g}'):,g}"


def rate_row(measured, side, per_second, batched=None):
    measured.row(
        "ratios",
        **{
            "one side": side,
            "configurations/s": in_full(per_second),
            "batched against it": "" if batched is None else in_full(batched / per_second),
        },
    )


def end_to_end_row(measured, what, seconds, memory=None):
    measured.row(
        "end to end",
        **{
            "end to end, empty cache, two processes": what,
            "wall seconds": f"{seconds:.3g}",
            "peak memory": "" if memory is None else f"{memory:.0f} MB",
        },
    )


def test_against_the_plain_reference(benchmark, case, measured):
    """One configuration at a time on whole tensors, with its best number of threads."""
    features, labels = torch.from_numpy(case.features), torch.from_numpy(case.labels)
    found = {}

    def reference(rows):
        for row in rows:
            correct = predict(case.quantized(row)(features)) == labels
            found[row] = correct.double().mean().item()

    turns = {1: [], 2: [], "batched": []}
    threads = torch.get_num_threads()
    for _ in range(TURNS):
        for count in (1, 2):
            torch.set_num_threads(count)
            turns[count].append(seconds(lambda: reference(case.sample)))
        torch.set_num_threads(1)
        turns["batched"].append(seconds(lambda: case.evaluator.evaluate(case.choices)))
    values = benchmark.pedantic(case.evaluator.evaluate, (case.choices,), rounds=1)
    torch.set_num_threads(threads)
    assert [values[row, 0] for row in case.sample] == [found[row] for row in case.sample]
    rate = len(case.choices) / min(turns["batched"])
    references = {count: len(case.sample) / min(turns[count]) for count in (1, 2)}
    ratio = rate / max(references.values())
    report(
        benchmark,
        batched_configurations_per_second=rate,
        reference_per_second_1_thread=references[1],
        reference_per_second_2_threads=references[2],
        ratio_to_the_reference=ratio,
    )
    rate_row(measured, "batched evaluator, one thread", rate)
    rate_row(measured, "plain reference on whole tensors, 1 thread", references[1], rate)
    rate_row(measured, "the same, 2 threads", references[2], rate)
    assert ratio >= 20


def test_against_a_loop_in_the_style_of_mase(benchmark, case, measured):
    """A DataLoader with batches of 512, a torchmetrics object, a loop in Python."""
    from torchmetrics.classification import MulticlassAccuracy

    data = TensorDataset(torch.from_numpy(case.features), torch.from_numpy(case.labels))

    def loop(rows):
        for row in rows:
            network = case.quantized(row)
            metric = MulticlassAccuracy(num_classes=len(CLASSES))
            losses = []
            for features, labels in DataLoader(data, batch_size=BATCH):
                logits = network(features)
                losses.append(torch.nn.functional.cross_entropy(logits, labels).item())
                metric(logits, labels)
            metric.compute().item()
            statistics.fmean(losses)

    rows = case.sample[:5]
    turns = {1: [], 2: [], "batched": []}
    threads = torch.get_num_threads()
    for _ in range(TURNS):
        for count in (1, 2):
            torch.set_num_threads(count)
            turns[count].append(seconds(lambda: loop(rows)))
        torch.set_num_threads(1)
        turns["batched"].append(seconds(lambda: case.evaluator.evaluate(case.choices)))
    benchmark.pedantic(loop, (rows[:1],), rounds=1)
    torch.set_num_threads(threads)
    rate = len(case.choices) / min(turns["batched"])
    loops = {count: len(rows) / min(turns[count]) for count in (1, 2)}
    ratio = rate / max(loops.values())
    report(
        benchmark,
        loop_per_second_1_thread=loops[1],
        loop_per_second_2_threads=loops[2],
        ratio_to_the_loop=ratio,
    )
    side = f"DataLoader of {BATCH}, torchmetrics, Python loop, 1 thread"
    rate_row(measured, side, loops[1], rate)
    rate_row(measured, "the same, 2 threads", loops[2], rate)
    assert ratio >= 500


def test_share_of_the_matrix_products(benchmark, case, measured):
    """The time of the bare float32 products of all three layers, on the same shapes."""
    chunks = [chunk.features.shape[1] for chunk in case.evaluator.samples.chunks]
    prefixes = [25, 625]

    def bare():
        for samples in chunks:
            weight, inputs = torch.randn(16, 16), torch.randn(16, samples)
            outputs = torch.empty(16, samples)
            for _ in range(sum(prefixes)):
                torch.mm(weight, inputs, out=outputs)
            weights, codes = torch.randn(5, 25, 16), torch.randn(5, 16, samples)
            logits = torch.empty(5, 25, samples)
            for _ in range(prefixes[-1]):
                torch.bmm(weights, codes, out=logits)

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    turns = [
        (seconds(bare), seconds(lambda: case.evaluator.evaluate(case.choices)))
        for _ in range(2 * TURNS)
    ]
    benchmark.pedantic(bare, rounds=1)
    torch.set_num_threads(threads)
    products, whole = (min(column) for column in zip(*turns, strict=True))
    report(
        benchmark,
        seconds_of_the_bare_products=products,
        seconds_of_the_evaluator=whole,
        share_of_the_arithmetic_bound=products / whole,
    )
    rate_row(
        measured,
        "the float32 matrix products alone",
        len(case.choices) / products,
        len(case.choices) / whole,
    )
    assert products / whole >= 0.4


def test_whole_space_of_15625(benchmark, tmp_path, measured):
    whole = problem(PRECISION_SPACES["mixed-precision"])
    folders = (tmp_path / str(turn) for turn in itertools.count())
    table = benchmark.pedantic(
        lambda: enumerate_problem(whole, cache_dir=next(folders), workers=2, progress=False),
        rounds=TURNS,
    )
    report(benchmark, configurations=len(table.values))
    if benchmark.enabled:
        end_to_end_row(measured, "15,625 configurations x 10,000 rows", benchmark.stats["min"])


IN_A_FRESH_PROCESS = """
import sys, tempfile, time
import numpy as np
from tests.benchmarks.test_evaluation import *
from moo_jsc.enumeration import stream_front
{setup}
begun = time.perf_counter()
{run}
elapsed = time.perf_counter() - begun
# Not getrusage: that of a new process begins with the memory of the one that started it.
with open("/proc/self/status") as status:
    (peak,) = [line.split()[1] for line in status if line.startswith("VmHWM")]
print(elapsed, int(peak) / 1024)
"""


def fresh(setup, run):
    """Run in a process of its own; return seconds and peak resident memory in MB."""
    output = subprocess.run(
        [sys.executable, "-c", IN_A_FRESH_PROCESS.format(setup=setup, run=run)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    elapsed, memory = output.stdout.split()[-2:]
    return float(elapsed), float(memory)


def million():
    """100 options a layer: a million configurations of `jsc-three-linear`."""
    every = widths(*range(1, 11))
    return problem(PrecisionSpace(every, every, per_layer=True))


def ten_million(rows=100):
    """216 options a layer, 10,077,696 configurations, few rows."""
    data, weight = widths(*range(1, 13)), widths(*range(1, 19))
    return problem(PrecisionSpace(data, weight, per_layer=True), rows)


def test_a_million_configurations(benchmark, measured):
    elapsed, memory = benchmark.pedantic(
        fresh,
        (
            "whole = million(); folder = tempfile.mkdtemp()",
            "enumerate_problem(whole, cache_dir=folder, workers=2)",
        ),
        rounds=1,
    )
    report(benchmark, seconds=elapsed, peak_memory_MB=memory)
    end_to_end_row(measured, "1,000,000 configurations x 10,000 rows", elapsed, memory)
    assert memory < 1500


def test_streaming_ten_million_on_few_rows(benchmark, measured):
    elapsed, memory = benchmark.pedantic(
        fresh,
        (
            "whole = ten_million(); folder = tempfile.mkdtemp()",
            "print(stream_front(whole, cache_dir=folder, workers=2).seen)",
        ),
        rounds=1,
    )
    report(benchmark, seconds=elapsed, peak_memory_MB=memory)
    what = "10,077,696 configurations x 100 rows, streaming"
    end_to_end_row(measured, what, elapsed, memory)
    assert memory < 1500
