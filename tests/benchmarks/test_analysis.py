"""The analysis at its stated size: 1000 trials, 30 seeds, 5 objectives, ten samplers.

Ratios compare sides that run in one process, one after the other. Times are printed and stored
with the benchmark; none is asserted.
"""

import time

import numpy as np
import pandas as pd
import pytest

from analysis.efficiency.analyze import Questions
from analysis.efficiency.page import efficiency_report
from analysis.foundation.objectives import Objective
from analysis.front.hypervolume import hypervolume_curve
from analysis.front.reference import Reference
from analysis.indicators.curves import epsilon_curves, hypervolume_curves, igd_plus_curves

OBJECTIVES = (
    Objective(name="accuracy", sense="max"),
    *(Objective(name=f"cost_{i}") for i in range(1, 5)),
)


def space(size=20_000, seed=0):
    """Values of configurations with six widths: accuracy saturates, costs are sums and products."""
    rng = np.random.default_rng(seed)
    widths = rng.integers(2, 17, size=(size, 6)).astype(float)
    accuracy = 0.72 - 0.4 * np.exp(-0.35 * widths.min(axis=1))
    accuracy -= 0.1 * np.exp(-0.25 * widths.mean(axis=1)) - rng.normal(0, 0.004, size)
    return np.column_stack(
        [
            accuracy,
            widths[:, :3].sum(axis=1),
            widths[:, 3:].sum(axis=1),
            (widths[:, :3] * widths[:, 3:]).sum(axis=1),
            widths.max(axis=1) + rng.integers(0, 4, size),
        ]
    )


def study(samplers, seeds, budget, values):
    """Trials of samplers that prefer good configurations more or less strongly."""
    reference = Reference.from_values(values, OBJECTIVES)
    merit = reference.normalized(values).sum(axis=1)
    share = 1.0 - np.argsort(np.argsort(merit)) / len(merit)
    parts = []
    for number in range(samplers):
        chances = share ** (0.4 * number)
        chances /= chances.sum()
        for seed in range(seeds):
            chosen = np.random.default_rng([number, seed]).choice(len(values), budget, p=chances)
            part = pd.DataFrame(values[chosen], columns=[o.name for o in OBJECTIVES])
            part.insert(0, "configuration", chosen)
            part.insert(0, "trial", range(budget))
            part.insert(0, "seed", seed)
            part.insert(0, "sampler", f"sampler-{number}" if number else "random")
            parts.append(part)
    return pd.concat(parts, ignore_index=True), reference


def test_curves_of_ten_samplers(benchmark, measured):
    """Hypervolume, IGD+ and epsilon of 10 samplers x 30 seeds x 1000 trials, two threads."""
    trials, reference = study(10, 30, 1000, space())

    def everything():
        return [
            measure(trials, reference, workers=2)
            for measure in (hypervolume_curves, igd_plus_curves, epsilon_curves)
        ]

    started = time.process_time()
    curves = benchmark.pedantic(everything, rounds=1)
    benchmark.extra_info["processor seconds"] = round(time.process_time() - started, 1)
    seconds = f"{time.process_time() - started:.1f} processor seconds"
    what = "hypervolume, IGD+ and epsilon after every trial, 10 samplers x 30 seeds x 1000 trials"
    measured.row("speed", what=f"{what}, 5 objectives", measured=seconds)
    benchmark.extra_info["front"] = len(reference.front)
    assert all(found.budget == 1000 for found in curves)


@pytest.mark.parametrize("objectives", [3, 5])
def test_incremental_hypervolume_against_pymoo_s_prefixes(benchmark, objectives, measured):
    """One run of 1000 trials: the incremental curve, and pymoo's HV of every prefix anew."""
    hv = pytest.importorskip("pymoo.indicators.hv").HV
    trials, reference = study(1, 1, 1000, space())
    points = reference.normalized(trials[list(reference.names)])[:, :objectives]
    bound = reference.reference_point[:objectives]
    indicator = hv(bound)
    started = time.perf_counter()
    prefixes = [indicator(points[: trial + 1]) for trial in range(len(points))]
    slow = time.perf_counter() - started
    curve = benchmark.pedantic(hypervolume_curve, args=(points, bound), rounds=3)
    ratio = slow / benchmark.stats.stats.min
    benchmark.extra_info["times as fast as pymoo's prefixes"] = round(ratio, 1)
    measured.row(
        "speed",
        what="incremental hypervolume against pymoo's `HV` of every prefix, 1000 trials, "
        f"{objectives} objectives",
        measured=f"{ratio:.0f} times as fast",
    )
    assert curve == pytest.approx(np.array(prefixes), rel=1e-9, abs=1e-12)
    if objectives == 5:
        assert ratio >= 10


def test_report_of_the_default_study_s_size(benchmark, tmp_path, measured):
    """15 samplers x 30 seeds x 20 trials x 5 objectives, with every figure and table."""
    trials, reference = study(15, 30, 20, space(3000))

    def report():
        return efficiency_report(
            trials, reference, folder=tmp_path, setting={}, questions=Questions(baseline="random")
        )

    started = time.process_time()
    made = benchmark.pedantic(report, rounds=1)
    benchmark.extra_info["processor seconds"] = round(time.process_time() - started, 1)
    seconds = f"{time.process_time() - started:.1f} processor seconds"
    what = "the whole report, 15 samplers x 30 seeds x 20 trials, 5 objectives"
    measured.row("speed", what=what, measured=seconds)
    assert made.page.exists()
