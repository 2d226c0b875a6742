"""Whether the latency protocol repeats: fresh processes, with and without a busy core.

The tables of docs/latency.md are written by ``python -m pytest tests/benchmarks/test_latency.py
--benchmark-enable --page docs/latency.md``.
"""

import subprocess
import sys
import time
from contextlib import contextmanager
from itertools import combinations, permutations

import numpy as np
import pytest

from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec, widened_family
from moo_jsc.objectives.latency import LatencyMeasurement, measure_latency

MEASURE = """
import sys, warnings
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec, widened_family
from moo_jsc.objectives.latency import measure_latency
warnings.simplefilter("ignore")
specs = widened_family(network_spec("jsc-three-linear")).values()
measure_latency([initialized(spec, seed=0) for spec in specs]).save(sys.argv[1])
"""

BUSY = {
    "matrix products": "import numpy as np\na = np.ones((300, 300))\nwhile True: a @ a",
    "memory traffic": "import numpy as np\na = np.ones(8_000_000)\nwhile True: a * 1.5",
}

NAIVE = """
import sys, time, json, torch
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec, widened_family
specs = widened_family(network_spec("jsc-three-linear")).values()
networks = [initialized(spec, seed=0).eval() for spec in specs]
batch = torch.randn(int(sys.argv[2]), 16)
found = []
for network in networks:
    times = []
    for _ in range(20):
        start = time.time()
        network(batch)
        times.append((time.time() - start) * 1000)
    found.append(sum(times) / len(times))
json.dump(found, open(sys.argv[1], "w"))
"""


@contextmanager
def background(program):
    """Run a program beside the block, on one thread of its own."""
    if program is None:
        yield
        return
    environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-c", program], env=environment)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def repeated(folder, count=3):
    """Measure the 25 networks in fresh processes."""
    found = []
    for run in range(count):
        path = folder / f"{run}.json"
        subprocess.run([sys.executable, "-c", MEASURE, str(path)], check=True)
        found.append(LatencyMeasurement.load(path))
    return found


def reversed_orders(measurements):
    """Count pairs that one measurement tells apart and another one orders differently.

    Told apart by intervals that do not overlap (absolute or relative), and by the paired test.
    """
    counts = {"intervals": [0, 0], "relative intervals": [0, 0], "paired test": [0, 0]}
    for one, other in permutations(measurements, 2):
        summary, later = one.summary, other.summary.median
        tied = set(summary.tied)
        for i, j in combinations(range(len(later)), 2):
            turned = (summary.median[i] < summary.median[j]) != (later[i] < later[j])
            told_apart = {
                "intervals": disjoint(summary.low, summary.high, i, j),
                "relative intervals": disjoint(summary.relative_low, summary.relative_high, i, j),
                "paired test": (i, j) not in tied,
            }
            for rule, apart in told_apart.items():
                counts[rule][0] += apart and turned
                counts[rule][1] += apart
    return counts


def disjoint(low, high, i, j):
    """Return whether two intervals have nothing in common."""
    return bool(high[i] < low[j] or high[j] < low[i])


def coverage(measurements):
    """Return the share of later medians inside the intervals, and of relative ones."""
    inside, relative = [], []
    for one, other in permutations(measurements, 2):
        summary, later = one.summary, other.summary.median
        shape = later / np.exp(np.log(later).mean())
        inside.append((summary.low <= later) & (later <= summary.high))
        relative.append((summary.relative_low <= shape) & (shape <= summary.relative_high))
    return float(np.mean(inside)), float(np.mean(relative))


@pytest.mark.parametrize("beside", [None, *BUSY])
def test_three_fresh_processes_agree(beside, tmp_path, benchmark, measured):
    with background(BUSY[beside] if beside else None):
        measurements = benchmark.pedantic(repeated, args=(tmp_path,), rounds=1)
    medians = np.log([m.median_ms for m in measurements])
    level = medians.mean(axis=1)
    own = medians - level[:, None]
    orders = reversed_orders(measurements)
    inside, relative = coverage(measurements)
    summary = measurements[0].summary
    pairs = len(own[0]) * (len(own[0]) - 1) // 2
    wrong, told_apart = orders["intervals"]
    measured.row(
        "repeated",
        **{
            "beside it": f"{beside} on one core" if beside else "nothing more",
            "level differs by": f"{np.ptp(level):.1%}",
            "a network against the others (median)": f"{np.median(np.ptp(own, axis=0)):.1%}",
            "interval": f"±{np.sqrt(summary.high / summary.low).mean() - 1:.1%}",
            "relative interval": "±"
            f"{np.sqrt(summary.relative_high / summary.relative_low).mean() - 1:.1%}",
            "pairs tied": f"{len(summary.tied)} of {pairs}",
            "orders reversed": f"{wrong} of {told_apart}",
            "later medians inside": f"{inside:.0%} (relative {relative:.0%})",
        },
    )
    assert orders["intervals"][0] == 0
    assert orders["relative intervals"][0] == 0
    # The paired test may err in one family of 300 pairs out of 20.
    assert orders["paired test"][0] <= 0.002 * orders["paired test"][1]
    assert inside >= 0.9
    assert relative >= 0.9


def order_row(measured, way, correlations):
    measured.row(
        "orders",
        **{"25 networks timed by": way, "Kendall's tau at worst": f"{min(correlations):.2f}"},
    )


def test_timing_single_batches_does_not_repeat(tmp_path, benchmark, measured):
    """The customary way, for comparison: rank correlations of two fresh processes."""
    import json

    from scipy.stats import kendalltau

    def naive(batch_size):
        found = []
        for run in range(3):
            path = tmp_path / f"{batch_size}-{run}.json"
            subprocess.run([sys.executable, "-c", NAIVE, str(path), str(batch_size)], check=True)
            found.append(json.loads(path.read_text()))
        return found

    with background(BUSY["memory traffic"]):
        runs = {size: naive(size) for size in (1, 1024)}
        protocol = benchmark.pedantic(repeated, args=(tmp_path,), rounds=1)
    for size, found in runs.items():
        correlations = [kendalltau(a, b).statistic for a, b in combinations(found, 2)]
        order_row(measured, f"`time.time`, batch {size}", correlations)
    correlations = [
        kendalltau(a.median_ms, b.median_ms).statistic for a, b in combinations(protocol, 2)
    ]
    order_row(measured, "the protocol, batch 1024", correlations)
    assert min(correlations) > 0.8


def test_measuring_25_networks_takes_seconds(benchmark, measured):
    specs = widened_family(network_spec("jsc-three-linear")).values()
    networks = [initialized(spec, seed=0) for spec in specs]
    start = time.perf_counter()
    benchmark.pedantic(measure_latency, args=(networks,), rounds=1)
    taken = f"{time.perf_counter() - start:.1f} s"
    measured.row("single jets", measured="25 networks at batch 1024 take", found=taken)


@pytest.mark.filterwarnings("ignore:latency at batch 1", "ignore:the machine was busy")
def test_single_jets_time_dispatch(benchmark, measured):
    specs = widened_family(network_spec("jsc-three-linear")).values()
    networks = [initialized(spec, seed=0) for spec in specs]
    found = benchmark.pedantic(
        measure_latency, args=(networks,), kwargs={"batch_size": 1}, rounds=1
    )
    span = f"{found.median_ms.min():.3f} to {found.median_ms.max():.3f} ms"
    measured.row("single jets", measured="latencies at batch 1", found=span)
    tied = f"{len(found.summary.tied)} of 300"
    measured.row("single jets", measured="pairs tied at batch 1", found=tied)
    assert found.median_ms.max() < 1.5 * found.median_ms.min()
