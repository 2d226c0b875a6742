"""Do the intervals cover, do the tests err as rarely as they say, is the stated power right?

Simulates samplers whose truth is known and counts. Run as a script it prints the tables of
docs/method.md, and with ``--page docs/method.md`` writes them there; ``--repetitions`` makes it
quicker, ``--tables`` names some of them.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from analysis.indicators.targets import expected_running_time, median_interval, share_interval
from analysis.statistics.effects import a12_interval
from analysis.statistics.intervals import RESAMPLES, mean_interval, resampling_weights
from analysis.statistics.power import detectable_difference, seeds_needed
from studies.common.pages import fill, markdown
from tests.benchmarks.null_studies import (
    ABREAST,
    SCORES,
    SEEDS,
    Rows,
    Scores,
    errors_on_networks,
    errors_over_problems,
    false_equivalence,
    family_wise_error,
    simultaneous_coverage,
)

REPETITIONS = 6000
"""Studies a cell, at most: the standard error of a share of 5 % is 0.3 points, of 95 % as well."""


def covered(low: np.ndarray, high: np.ndarray, truth: float) -> float:
    """Share of the intervals that hold the truth."""
    slack = 1e-12
    return float(np.mean((low <= truth + slack) & (truth <= high + slack)))


def mean_methods(
    values: np.ndarray, resamples: int = RESAMPLES
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Limits of 95 % intervals of the mean of each column (n, repetitions) by four methods."""
    n = len(values)
    mean, spread = values.mean(axis=0), values.std(axis=0, ddof=1)
    reach = stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n)
    means = np.sort(resampling_weights(n, resamples, 1) @ values, axis=0)
    low, high = np.quantile(means, [0.025, 0.975], axis=0)
    studentized = mean_interval(values, resamples=resamples)
    return {
        "Student": (mean - reach, mean + reach),
        "percentile": (low, high),
        "BCa": bca(values, means),
        "studentized": (studentized.low, studentized.high),
    }


def bca(values: np.ndarray, means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bias-corrected and accelerated limits from sorted bootstrap means (resamples, columns)."""
    mean = values.mean(axis=0)
    centered = values - mean
    share = (means < mean).mean(axis=0) + 0.5 * (means == mean).mean(axis=0)
    bias = stats.norm.ppf(np.clip(share, 1e-3, 1 - 1e-3))
    scale = np.maximum((centered**2).sum(axis=0), 1e-100)
    acceleration = (centered**3).sum(axis=0) / (6.0 * scale**1.5)
    limits = []
    for z in stats.norm.ppf([0.025, 0.975]):
        level = stats.norm.cdf(bias + (bias + z) / (1.0 - acceleration * (bias + z)))
        row = np.clip((level * (len(means) - 1)).round().astype(int), 0, len(means) - 1)
        limits.append(means[row, np.arange(means.shape[1])])
    return limits[0], limits[1]


def mean_coverage(repetitions: int, resamples: int = RESAMPLES, seed: int = 0) -> Rows:
    """Coverage of intervals of the mean, by method."""
    rng = np.random.default_rng(seed)
    rows = []
    for scores in SCORES:
        for n in SEEDS:
            hits: dict[str, float] = defaultdict(float)
            for start in range(0, repetitions, ABREAST):
                values = scores.draw(rng, (n, min(ABREAST, repetitions - start)))
                for name, (low, high) in mean_methods(values, resamples).items():
                    hits[name] += covered(low, high, scores.mean) * values.shape[1]
            row: dict[str, object] = {"scores": scores.name, "seeds": n}
            rows.append(row | {name: count / repetitions for name, count in hits.items()})
    return rows


def a12_coverage(repetitions: int, seed: int = 0) -> Rows:
    """Coverage of A12's interval for normal scores a true distance apart, paired or not."""
    rng = np.random.default_rng(seed)
    rows = []
    for shift in (0.0, 0.5, 1.0, 2.0):
        for correlation in (0.0, 0.7):
            row: dict[str, object] = {"shift": shift, "correlation": correlation}
            for n in SEEDS:
                common = np.sqrt(correlation) * rng.normal(size=(n, repetitions))
                own = np.sqrt(1.0 - correlation)
                one = common + own * rng.normal(size=(n, repetitions)) + shift
                other = common + own * rng.normal(size=(n, repetitions))
                _, low, high = a12_interval(one, other)
                row[f"{n} seeds"] = covered(low, high, float(stats.norm.cdf(shift / np.sqrt(2))))
            rows.append(row)
    return rows


def target_coverage(repetitions: int, seed: int = 0) -> Rows:
    """Coverage for geometric trials to target, cut at a budget: median, success, ERT."""
    rng = np.random.default_rng(seed)
    rows = []
    for chance, budget in ((0.2, 20), (0.05, 40), (0.04, 20)):
        success = 1.0 - (1.0 - chance) ** budget
        grid = np.arange(1, 10_000)
        below = 1.0 - (1.0 - chance) ** grid
        median = float(grid[np.argmax(below >= 0.5)]) if success >= 0.5 else np.inf
        for n in SEEDS:
            hits = np.zeros(3)
            for _ in range(repetitions):
                first = rng.geometric(chance, n).astype(float)
                first[first > budget] = np.inf
                _, low, high = median_interval(first)
                hits[0] += low <= median <= high
                low, high = share_interval(int(np.isfinite(first).sum()), n)
                hits[1] += low <= success <= high
                _, low, high = expected_running_time(first, np.full(n, budget))
                hits[2] += low <= 1.0 / chance <= high
            shares = hits / repetitions
            rows.append(
                {
                    "chance a trial": chance,
                    "budget": budget,
                    "seeds": n,
                    "median": shares[0],
                    "success rate": shares[1],
                    "expected trials": shares[2],
                }
            )
    return rows


def stated_power(
    repetitions: int,
    pilots: int = 200,
    comparisons: int = 14,
    power: float = 0.8,
    scores: tuple[Scores, ...] = SCORES,
    plans: bool = True,
    seed: int = 0,
) -> Rows:
    """Share of new studies that find the difference which a pilot study calls detectable."""
    rng = np.random.default_rng(seed)
    rows = []
    for source in scores:
        row: dict[str, object] = {"scores": source.name}
        for n in SEEDS[1:]:
            critical = float(stats.t.isf(0.025 / comparisons, n - 1))
            found, planned = [], []
            for _ in range(pilots):
                pilot = source.draw(rng, (n,)) - source.draw(rng, (n,))
                if not pilot.any():
                    continue
                shift = detectable_difference(pilot, critical, power=power)
                found.append(simulated_power(source, shift, n, critical, repetitions, rng))
                if plans:
                    wanted = 0.8 * pilot.std(ddof=1)
                    needed = int(seeds_needed(pilot, critical, wanted, power=power))
                    limit = float(stats.t.isf(0.025 / comparisons, needed - 1))
                    planned.append(simulated_power(source, wanted, needed, limit, repetitions, rng))
            row[f"{n} seeds"] = float(np.mean(found))
            if plans:
                row[f"seeds planned from {n}"] = float(np.mean(planned))
        rows.append(row)
    return rows


def simulated_power(
    scores: Scores,
    shift: float,
    seeds: int,
    critical: float,
    repetitions: int,
    rng: np.random.Generator,
) -> float:
    """Share of studies in which a true shift is found significant, with the right sign."""
    differences = scores.draw(rng, (seeds, repetitions)) - scores.draw(rng, (seeds, repetitions))
    differences += shift
    error = differences.std(axis=0, ddof=1) / np.sqrt(seeds)
    return float(np.mean(differences.mean(axis=0) > critical * error))


def shown(rows: Rows) -> str:
    """Return rows as a Markdown table; shares in percent."""
    as_they_are = ("shift", "correlation", "chance a trial")

    def cell(head: str, value: object) -> object:
        share = isinstance(value, float) and head not in as_they_are
        return f"{100 * float(value):.1f}" if share else str(value)  # type: ignore[arg-type]

    return markdown(pd.DataFrame([{h: cell(h, v) for h, v in row.items()} for row in rows]))


def main() -> None:
    """Run the simulations, print their tables, and write them onto a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--page", type=Path)
    parser.add_argument("--tables", nargs="+", metavar="TABLE")
    given = parser.parse_args()
    many = given.repetitions
    tables: dict[str, Callable[[], Rows]] = {
        "coverage of means": lambda: mean_coverage(many),
        "coverage of A12": lambda: a12_coverage(many),
        "coverage of trials to target": lambda: target_coverage(many // 12),
        "family-wise error": lambda: family_wise_error(many),
        "simultaneous coverage": lambda: simultaneous_coverage(many),
        "false equivalence": lambda: false_equivalence(many),
        "errors on networks": lambda: errors_on_networks(many // 3),
        "errors over problems": lambda: errors_over_problems(many // 3),
        "stated power": lambda: stated_power(400, pilots=max(many // 60, 10)),
    }
    for name in given.tables or tables:
        table = shown(tables[name]())
        print(f"\n### {name} (%)\n\n{table}", flush=True)
        if given.page is not None:
            fill(given.page, {name: table})


if __name__ == "__main__":
    main()
