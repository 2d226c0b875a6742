"""Tables of docs/performance.md: where time goes, and how cost grows.

    python -m tests.benchmarks.evaluation_profile [TABLE ...] [--page docs/performance.md]

Of shares, configurations, rows, width and threads, all unless some are named; printed, and written
onto the page. One thread unless a table says otherwise; CPU seconds of the
process, the smallest of several turns, so that other load on the machine matters little.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import torch
from joblib import Parallel, delayed

from moo_jsc.evaluation import evaluator as module
from moo_jsc.evaluation.evaluator import BatchedEvaluator
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec, widened
from moo_jsc.objectives import get_objectives
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision
from studies.common.pages import fill, markdown

Table = list[dict[str, object]]

TURNS = 3
WIDTHS = (2, 3, 4, 6, 8)
ROWS = 10_000

GROUPS = {
    "matrix products": ("aten::bmm", "aten::mm"),
    "rounding inputs": ("aten::mul", "aten::round", "aten::minimum", "aten::maximum"),
    "largest logit of the other classes": ("aten::amax",),
    "comparing and counting": ("aten::gt", "aten::ge", "aten::mul_", "aten::sum"),
}


def build(rows: int = ROWS, multiplier: int = 1, objective: str = "accuracy") -> BatchedEvaluator:
    """A network like `jsc-three-linear` with 25 precisions a layer, on Gaussian features."""
    rng = np.random.default_rng(0)
    layer = [
        LayerPrecision(
            FixedPoint(data, data // 2), FixedPoint(weight, weight - 1), FixedPoint(8, 6)
        )
        for data in WIDTHS
        for weight in WIDTHS
    ]
    spec = widened(network_spec("jsc-three-linear"), (multiplier, multiplier))
    return BatchedEvaluator(
        initialized(spec, seed=0).eval(),
        [layer] * 3,
        rng.normal(size=(rows, 16)).astype(np.float32),
        rng.integers(0, 5, rows),
        get_objectives([objective]),
    )


def space() -> np.ndarray:
    return np.array(list(itertools.product(range(25), repeat=3)))


def cpu_seconds(function: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(TURNS):
        begun = time.process_time()
        function()
        best = min(best, time.process_time() - begun)
    return best


def bare_products(evaluator: BatchedEvaluator) -> float:
    """CPU seconds of the matrix products that the whole space of 15,625 needs, nothing else."""
    first, second = evaluator.pipeline.hidden
    inputs = evaluator.pipeline.readout.inputs

    def run() -> None:
        for chunk in evaluator.samples.chunks:
            samples = chunk.features.shape[1]
            for stage, count in ((first, 25), (second, 625)):
                weight = torch.randn(stage.outputs, stage.inputs)
                codes, out = torch.randn(stage.inputs, samples), torch.empty(stage.outputs, samples)
                for _ in range(count):
                    torch.mm(weight, codes, out=out)
            weights, codes = torch.randn(5, 25, inputs), torch.randn(5, inputs, samples)
            logits = torch.empty(5, 25, samples)
            for _ in range(625):
                torch.bmm(weights, codes, out=logits)

    return cpu_seconds(run)


def shares() -> Table:
    """Which share of the CPU time each kind of operation takes."""
    columns = []
    for objective in ("accuracy", "loss"):
        evaluator = build(objective=objective)
        choices = space()[:3125]
        evaluator.evaluate(choices)
        with torch.autograd.profiler.profile() as profile:
            evaluator.evaluate(choices)
        taken: dict[str, float] = defaultdict(float)
        for event in profile.key_averages():
            group = next((name for name, ops in GROUPS.items() if event.key in ops), "other")
            if event.key in ("aten::exp_", "aten::log_", "aten::sub", "aten::sub_", "aten::add_"):
                group = "exponentials and logarithms"
            taken[group] += event.self_cpu_time_total
        columns.append({name: time / sum(taken.values()) for name, time in taken.items()})
    accuracy, loss = columns
    return [
        {
            "share of CPU time": name,
            "accuracy": f"{accuracy.get(name, 0.0):.0%}",
            "loss": f"{loss.get(name, 0.0):.0%}",
        }
        for name in (*GROUPS, "exponentials and logarithms", "other")
    ]


def configurations() -> Table:
    """Cost against how many configurations are asked for at once."""
    evaluator, choices = build(), space()
    order = np.random.default_rng(0).permutation(len(choices))
    asked = [(f"{n:,}", choices[:n]) for n in (1, 25, 625, 3125, 15625)]
    asked += [(f"{n:,} at random", choices[order[:n]]) for n in (25, 625, 3125)]
    table: Table = []
    for name, rows in asked:
        taken = cpu_seconds(lambda rows=rows: evaluator.evaluate(rows))
        each = 1e6 * taken / len(rows)
        table.append(
            {
                "configurations": name,
                "CPU ms": f"{1e3 * taken:.1f}",
                "CPU µs each": f"{each:.0f}",
            }
        )
    alone = float(str(table[0]["CPU µs each"]))
    for row in table:
        row["of one alone"] = f"{float(str(row['CPU µs each'])) / alone:.1%}"
    return table


def rows() -> Table:
    """Cost of all 15,625 configurations against the number of rows."""
    choices, table = space(), []
    for count in (100, 1000, 3000, 10_000, 30_000):
        evaluator = build(count)
        taken = cpu_seconds(lambda evaluator=evaluator: evaluator.evaluate(choices))
        share = bare_products(evaluator) / taken
        each = 1e9 * taken / (len(choices) * count)
        table.append(
            {
                "rows": f"{count:,}",
                "CPU s": f"{taken:.2f}",
                "CPU ns per configuration and row": f"{each:.1f}",
                "share of the bound": f"{share:.0%}",
            }
        )
    return table


def width() -> Table:
    """Cost of all 15,625 configurations against the width of the hidden layers."""
    choices, table = space(), []
    for multiplier in (1, 2, 3, 4, 5):
        evaluator = build(multiplier=multiplier)
        taken = cpu_seconds(lambda evaluator=evaluator: evaluator.evaluate(choices))
        hidden = 16 * multiplier
        macs = ROWS * (25 * 16 * hidden + 625 * hidden**2 + 15625 * hidden * 5)
        share = bare_products(evaluator) / taken
        table.append(
            {
                "hidden channels": hidden,
                "CPU s": f"{taken:.2f}",
                "MAC per CPU ns": f"{macs / taken / 1e9:.1f}",
                "share of the bound": f"{share:.0%}",
            }
        )
    return table


@contextlib.contextmanager
def _untouched(device: str) -> Iterator[None]:
    yield


def threads() -> Table:
    """Wall time of 1,250 configurations by two cores, used in different ways."""
    evaluator, choices = build(), space()[:1250]
    halves = np.array_split(choices, 2)

    def two_torch_threads() -> None:
        torch.set_num_threads(2)
        with mock.patch.object(module, "_one_thread", _untouched):
            evaluator.evaluate(choices)
        torch.set_num_threads(1)

    def two_python_threads() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(evaluator.evaluate, halves))

    with Parallel(n_jobs=2) as processes:

        def two_processes() -> None:
            processes(delayed(BatchedEvaluator.evaluate)(evaluator, half) for half in halves)

        ways: dict[str, Callable[[], object]] = {
            "one thread": lambda: evaluator.evaluate(choices),
            "two threads inside torch": two_torch_threads,
            "two Python threads": two_python_threads,
            "two processes, one thread each": two_processes,
        }
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(TURNS):
            for name, way in ways.items():
                begun = time.perf_counter()
                way()
                best[name] = min(best[name], time.perf_counter() - begun)
    alone = best["one thread"]
    return [
        {"two cores": name, "wall s": f"{taken:.2f}", "of one thread": f"{taken / alone:.2g}"}
        for name, taken in best.items()
    ]


def main() -> None:
    """Print the tables that are asked for, and write them onto a page."""
    tables = {f.__name__: f for f in (shares, configurations, rows, width, threads)}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join(tables))
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    if unknown := set(given.tables) - set(tables):
        parser.error(f"{', '.join(sorted(unknown))}: expected some of {', '.join(tables)}")
    torch.set_num_threads(1)
    for name in given.tables or tables:
        table = markdown(pd.DataFrame(tables[name]()))
        print(f"\n{table}", flush=True)
        if given.page is not None:
            fill(given.page, {name: table})


if __name__ == "__main__":
    main()
