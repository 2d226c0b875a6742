"""What passing designs over by trends costs and brings, replayed on finished trainings.

    python -m tests.benchmarks.skipped_designs --page docs/fine_tuning.md

A shipped table holds the first training of every design: what `skip_outside` would have trained
is known without training anything. So is that of jsc-toy (4,096 designs, data of 3 to 8 bits and
weights of 2 to 6 in three layers), once it has been fine-tuned here; it is kept in the store.
"""

import argparse
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from moo_jsc.enumeration import trend_steps
from moo_jsc.enumeration.benchmark import Benchmark, load_benchmark
from moo_jsc.enumeration.fine_tuned import enumerate_fine_tuned
from moo_jsc.enumeration.trend_steps import TrendSteps
from moo_jsc.objectives import get_objectives
from moo_jsc.problems.catalog import build_network_problem
from studies.common.pages import fill, markdown

TABLES = ("codesign", "codesign-hardware")
WIDER = (0.0, 0.005, 0.01, 0.02)
VOTES = (1, 2, 3, 4)
CHOSEN = 0.01
"""How much wider than the region the bounds are."""

COUNTING = (0.75, 0.9)
"""Shares of the designs of jsc-toy that are left outside, by the bound."""


def trained(space, accuracy, bound, votes):
    """Which designs are trained, bool (size,), if their first trainings are these."""
    steps = TrendSteps.of(space, get_objectives(["accuracy"]))
    return steps.from_the_top(lambda numbers: accuracy[numbers] < bound, votes)


def choosing() -> Iterator[dict[str, str]]:
    problem = build_network_problem(
        "mixed-precision-low",
        network="jsc-toy",
        objectives=("accuracy", "size"),
        training="qat",
    )
    accuracy = enumerate_fine_tuned(problem, (0,), ("validation",)).scores[:, 0, 0, 0]
    for votes, wider in itertools.product(VOTES, WIDER):
        row = {"designs above": str(votes), "wider by": f"{100 * wider:g} points"}
        for share in COUNTING:
            bound = float(np.quantile(accuracy, share))
            taken = trained(problem.space, accuracy, bound - wider, votes)
            kept = taken[accuracy >= bound].mean()
            row[f"trained, {100 * (1 - share):.0f} % count"] = f"{100 * taken.mean():.1f} %"
            row[f"of these kept, {100 * (1 - share):.0f} %"] = f"{100 * kept:.2f} %"
        yield row


def seconds_of_architectures(benchmark: Benchmark, designs: int) -> np.ndarray:
    """Processor time of one training of each design, shape (size,), by its architecture."""
    problem = build_network_problem(benchmark.name, objectives=("accuracy", "loss"), training="qat")
    rows = problem.space.configurations(np.arange(problem.space.size))
    columns = problem.architecture_dimensions
    seconds = np.empty(len(rows))
    rng = np.random.default_rng(0)
    for architecture in np.unique(rows[:, :columns], axis=0):
        members = np.flatnonzero((rows[:, :columns] == architecture).all(axis=1))
        first = rng.choice(members[::designs])
        begun = time.process_time()
        problem.fine_tuned(
            rows[first : first + designs], [problem.scoring.fine_tuning], ["validation", "test"]
        )
        seconds[members] = (time.process_time() - begun) / designs
    return seconds


def measured(name: str, seconds: np.ndarray) -> Iterator[tuple[str, str]]:
    from scipy.stats import kendalltau, spearmanr

    benchmark = load_benchmark(name)
    accuracy = benchmark.column_of("accuracy")
    singles = benchmark.single_trainings()[:, :, 0]
    region = benchmark.bounds.at_least["accuracy"]
    taken = trained(benchmark.space, singles[:, 0], region - CHOSEN, trend_steps.VOTES)
    inside = benchmark.table.inside
    front = np.zeros(len(taken), dtype=bool)
    front[benchmark.table.front_indices] = True
    again = taken & (singles[:, 0] >= region - CHOSEN)
    yield "accuracy at least", f"{region:g}"
    yield "designs trained once", f"{100 * taken.mean():.1f} %"
    yield "processor time of that", f"{100 * seconds[taken].sum() / seconds.sum():.0f} %"
    spent = seconds[taken].sum() + 2 * seconds[again].sum()
    yield (
        "of three trainings, the others as far as the first lies inside",
        f"{100 * spent / (3 * seconds.sum()):.0f} %",
    )
    yield "designs that count: kept", f"{100 * taken[inside].mean():.2f} %"
    yield "designs of the front: kept", f"{taken[front].sum()} of {front.sum()}"
    lost = accuracy[inside & ~taken]
    best = f", the best of them has {100 * lost.max():.2f} %" if len(lost) else ""
    yield "designs that count: lost", f"{len(lost)}{best}"
    known = np.where(taken, accuracy, np.nan)
    steps = TrendSteps.of(benchmark.space, get_objectives(["accuracy"]))
    found = steps.filled(known, get_objectives(["accuracy"])[0])[inside]
    for word, agreement in (("Kendall's tau", kendalltau), ("Spearman's rho", spearmanr)):
        agreed = agreement(found, accuracy[inside]).statistic
        yield f"{word} with all trainings, designs that count, lost ones filled in", f"{agreed:.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--designs", type=int, default=16, help="timed, of each architecture")
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    tables = {"passing over, chosen": pd.DataFrame(choosing())}
    seconds = seconds_of_architectures(load_benchmark(TABLES[0]), given.designs)
    columns = {name: dict(measured(name, seconds)) for name in TABLES}
    tables["passing over"] = pd.DataFrame(columns).rename_axis("what").reset_index()
    for name, table in tables.items():
        print(f"\n{markdown(table)}", flush=True)
        if given.page is not None:
            fill(given.page, {name: markdown(table)})


if __name__ == "__main__":
    main()
