"""Time of look-ups: a new network's table, and what circuit costs add to an enumeration."""

from time import perf_counter

import numpy as np

from moo_jsc.hardware.lookup import circuit_tables
from moo_jsc.problems.catalog import build_problem
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision, Ternary, unsigned_data
from studies.circuits.designs import calibrated

DESIGNS = 100_000


def test_table_of_a_new_network(benchmark):
    """Three layers, 48 options each, two processes: stated goal 30 s."""
    network, calibration = calibrated("jsc-three-linear")
    options = [
        [
            calibration.resolve_layer(
                position,
                unsigned_data(LayerPrecision(FixedPoint(data), weight, FixedPoint(8), share)),
            )
            for data in (3, 4, 6, 8)
            for weight in (FixedPoint(3), FixedPoint(4), FixedPoint(6), Ternary())
            for share in (0.0, 0.5, 0.75)
        ]
        for position in range(3)
    ]
    benchmark.pedantic(
        circuit_tables, ([network], [options]), {"workers": 2}, rounds=1, iterations=1
    )


def test_circuit_costs_of_a_hundred_thousand_designs(benchmark, tmp_path, monkeypatch):
    """Accuracy, LUTs and cycles over accuracy and size: stated goal 1.3 times, tables made."""
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path))
    seconds = {}
    for costs in (("size",), ("lut", "latency-cycles")):
        problem = build_problem("mixed-precision-2to8", objectives=("accuracy", *costs))
        rows = problem.space.configurations(np.arange(DESIGNS))
        problem.evaluate(rows[:1])
        if costs == ("size",):
            start = perf_counter()
            problem.evaluate(rows)
            seconds[costs] = perf_counter() - start
        else:
            benchmark.pedantic(problem.evaluate, (rows,), rounds=1, iterations=1)
            seconds[costs] = benchmark.stats.stats.mean
    ratio = seconds["lut", "latency-cycles"] / seconds["size",]
    benchmark.extra_info["times accuracy and size"] = round(ratio, 3)
    print(f"accuracy, LUTs and cycles take {ratio:.2f} times as long as accuracy and size")
