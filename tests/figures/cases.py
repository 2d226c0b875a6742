"""Every figure of the project, drawn from small data of many shapes."""

from functools import cache

import numpy as np
import pandas as pd

from analysis import plots
from analysis.foundation.objectives import Objective, minimized
from analysis.front.pareto import pareto_front
from analysis.indicators.attainment import difference_rectangles, surfaces
from analysis.indicators.curves import Curves
from analysis.plots import redundancy, scalarization, weight_triangle
from analysis.redundancy.audit import audit_redundancy
from analysis.scalarization.score_audit import audit_score
from analysis.scalarization.weight_audit import audit_weights
from analysis.scalarization.weights import ReportedScore, Weights
from analysis.statistics.several_problems import friedman
from moo_jsc.data.jets import FEATURES
from moo_jsc.samplers import SAMPLERS
from studies import compare_jets_to_openml
from studies.circuits.published import beside_published
from studies.fine_tuning import drawings as fine_tuning
from studies.lab_reports import drawings as lab_reports
from studies.lab_reports.claims import Measured
from studies.lab_reports.crossover import Crossover
from studies.lab_reports.effects import Effect
from studies.lab_reports.protocols import AS_REPORTED, CONTROLS, FAULTS, WIDTH_FAULTS
from studies.lab_reports.report import StatedRow
from studies.multipliers import drawings as multipliers
from studies.training.files import Score
from studies.training.page import curves as training_curves

SAMPLER_COUNTS = (1, 2, 5, 13, 20)
OBJECTIVE_COUNTS = (1, 2, 3, 4, 5, 6)
OBJECTIVES = (
    Objective(name="accuracy", sense="max"),
    Objective(name="latency-cycles", unit="cycles"),
    Objective(name="size", unit="bytes"),
    Objective(name="bitops", unit="bit op"),
    Objective(name="average-bitwidth", unit="bits"),
    Objective(name="flops", unit="FLOP"),
)
RANGES = ((0.55, 0.76), (3, 9), (180, 4000), (2e3, 3e6), (2.5, 7.75), (1500, 24000))
NAMES = (
    "optuna-random",
    "without-repeats(pymoo-sms-emoa)-of-someone",
    *(name for name in SAMPLERS if name != "optuna-random"),
)
BASELINE = NAMES[0]
PROBLEMS = ("joint", "mixed-precision/hls4ml-3layer", "lab3-types", "joint-fine", "codesign")


@cache
def values(count, designs=40):
    """Designs of a space with so many objectives, in natural units, over decades."""
    generator = np.random.default_rng(count)
    effort = generator.random((designs, 1)) + 0.25 * generator.random((designs, count))
    effort = (effort - effort.min(axis=0)) / np.ptp(effort, axis=0)
    low, high = np.array(RANGES[:count]).T
    found = low * (high / low) ** effort
    return found.round(4)


def front_of(count):
    smaller = minimized(values(count), OBJECTIVES[:count])
    return minimized(pareto_front(smaller), OBJECTIVES[:count])


@cache
def curves(count, indicator="share of the true hypervolume", sense="max", budget=20, seeds=4):
    generator = np.random.default_rng(count)
    steps = generator.random((count, seeds, budget)) / budget
    found = np.maximum.accumulate(steps.cumsum(axis=-1) / 0.6, axis=-1).clip(0, 1)
    if sense == "min":
        found = 1.0001 - found
    names = NAMES[:count]
    return Curves(
        indicator=indicator,
        sense=sense,
        axis="trials",
        values=dict(zip(names, found, strict=True)),
        seeds=dict.fromkeys(names, tuple(range(seeds))),
        lengths={name: np.full(seeds, budget) for name in names},
        bounds=(0.0, 1.0) if sense == "max" else (0.0, np.inf),
    )


def panels(count):
    left = curves(count, "share of the true hypervolume: regret", "min")
    return [
        (left, "logarithmic"),
        (curves(count, "additive epsilon", "min"), "logarithmic"),
        (curves(count, "share of front points attained"), "linear"),
    ]


def comparison(count):
    mean = np.linspace(-0.2, 0.25, count)
    verdicts = ["better", "undecided", "worse"] * count
    return pd.DataFrame(
        {
            "difference": mean,
            "difference_low": mean - 0.1,
            "difference_high": mean + 0.07,
            "verdict": verdicts[:count],
        },
        index=list(NAMES[1 : count + 1]),
    )


def pairs(count):
    rows = [(one, other) for at, one in enumerate(NAMES[:count]) for other in NAMES[at + 1 : count]]
    table = pd.DataFrame(rows, columns=["one", "other"])
    return table.assign(a12=np.linspace(0, 1, len(rows)), verdict=["better"] * len(rows))


def ranking(count):
    generator = np.random.default_rng(0)
    return friedman(pd.DataFrame(generator.random((12, count)), columns=list(NAMES[:count])))


def shares(samplers, problems):
    generator = np.random.default_rng(0)
    return pd.DataFrame(
        [
            {"problem": problem, "sampler": name, "trials": trials, "share": share}
            for problem in PROBLEMS[:problems]
            for name in NAMES[:samplers]
            for seed in range(3)
            for trials, share in zip((5, 20, 50, 200), np.sort(generator.random(4)), strict=True)
        ]
    )


@cache
def weight_audit(count):
    return audit_weights(values(count), OBJECTIVES[:count], samples=100)


@cache
def redundancy_audit(count):
    return audit_redundancy(values(count), OBJECTIVES[:count])


@cache
def score_audits(count):
    weights = {one.name: 1.0 if one.sense == "max" else -0.0125 for one in OBJECTIVES[:count]}
    score = ReportedScore("my own weights of the last study", Weights(weights))
    return [audit_score(values(count), OBJECTIVES[:count], score)]


def attainment():
    """Surfaces of two samplers, objectives, front and rectangles of differences."""
    generator = np.random.default_rng(1)
    front = np.array([[-0.75, 3000.0], [-0.7, 700.0], [-0.6, 150.0]])
    sets = [front + generator.random((3, 2)) * [0.1, 500] for _ in range(8)]
    found = {NAMES[1]: surfaces(sets[:4]), BASELINE: surfaces(sets[4:])}
    rectangles = difference_rectangles(sets[:4], sets[4:], np.vstack(sets).max(axis=0))
    return found, (OBJECTIVES[0], OBJECTIVES[2]), front, rectangles


def measured(value, half=0.05):
    return Measured("a number", value, "1", value - half, value + half, 5)


def effects():
    generator = np.random.default_rng(2)
    kinds = {**dict.fromkeys(CONTROLS, "control"), **dict.fromkeys(FAULTS, "fault")}
    kinds |= dict.fromkeys(AS_REPORTED, "as reported")
    found = [
        Effect(name, kind, *(measured(value) for value in generator.random(4)))
        for name, kind in kinds.items()
    ]
    tables = {name: generator.random((3, 16)) * 0.5 + 0.2 for name in ("correct", *kinds)}
    bits = {name: generator.random(64) * 30 for name in ("none", *WIDTH_FAULTS)}
    return tables, bits, found


def crossover():
    generator = np.random.default_rng(3)
    seconds = generator.random((5, 6)) * 0.05 + 0.1
    trials = np.full(6, 20)
    return Crossover(*seconds[:4], trials, trials - 18, seconds[4] / 40)


def multiplier_table(side):
    names = [f"{one}x{other}" for one in range(1, side + 1) for other in range(1, side + 1)]
    sizes = np.array([2600 * (place + 1) for place in range(len(names))], dtype=float)
    gain = np.linspace(-0.002, 0.02, len(names))
    return pd.DataFrame(
        {
            "multipliers": names,
            "uniform": [one.split("x")[0] == one.split("x")[1] for one in names],
            "flops": sizes / 2,
            "size_bytes": sizes,
            "accuracy": 0.74 + gain,
            "accuracy_low": 0.735 + gain,
            "accuracy_high": 0.744 + gain,
            "gain": gain,
            "gain_low": gain - 0.004,
            "gain_high": gain + 0.004,
        }
    )


def fine_tuned(spaces):
    generator = np.random.default_rng(4)
    rows, table = [], []
    for space in ("lab3-types", "mixed-precision-coarse")[:spaces]:
        for width in (2, 3, 4, 8):
            table.append((space, width, 8, 0.2 / width, 0.15 / width, 0.25 / width))
            for number in range(3):
                after = 0.75 - 0.1 / width
                before = after - generator.random() / width
                rows.append((space, f"{width}-{number}", width, before, after, 0.76))
    names = ["space", "configuration", "weight_bits", "post_training", "fine_tuned", "float32"]
    recovered = ["recovered", "recovered_low", "recovered_high"]
    return (
        pd.DataFrame(rows, columns=names),
        pd.DataFrame(table, columns=["space", "weight_bits", "data_bits", *recovered]),
    )


def trained(epochs):
    return [
        Score(name, 0, size, 0.7, 0.69, 0.71, np.linspace(0.3, 0.7, epochs))
        for name, size in (("jsc-tiny", 117), ("jsc-s", 5615))
    ]


def circuits():
    return pd.DataFrame(
        {"accuracy": [70.0, 75.5], "lut": [150.0, 30_000.0], "latency_ns": [10.0, 75.0]}
    )


def jets():
    return np.random.default_rng(5).random((50, len(FEATURES)))


def by_samplers(count):
    """Return the figures that show samplers, each with a call that draws it."""
    yield plots.hypervolume_curves, lambda draw: draw(curves(count), baseline=BASELINE)
    yield plots.overview, lambda draw: draw(panels(count), baseline=BASELINE)
    yield plots.final_values, lambda draw: draw(curves(count), baseline=BASELINE)
    yield plots.differences, lambda draw: draw(comparison(count), BASELINE)
    yield plots.effect_sizes, lambda draw: draw(pairs(count), list(NAMES[:count]))
    yield (
        plots.shares_at,
        lambda draw: draw(
            shares(count, count if count <= len(PROBLEMS) else 1),
            scale="logarithmic" if count > 2 else "linear",
        ),
    )
    if count > 2:
        yield plots.critical_differences, lambda draw: draw(ranking(count))


def by_objectives(count):
    """Return the figures that show objectives, each with a call that draws it."""
    objectives = OBJECTIVES[:count]
    yield (
        plots.pair_grid,
        lambda draw: draw(
            front_of(count),
            objectives,
            color=front_of(count)[:, 0],
            label="accuracy",
            cloud=values(count),
        ),
    )
    yield plots.parallel_coordinates, lambda draw: draw(front_of(count), objectives)
    if count > 1:
        yield scalarization.support_projections, lambda draw: draw(weight_audit(count))
        yield scalarization.method_reach, lambda draw: draw(weight_audit(count))
        yield scalarization.region_volumes, lambda draw: draw(weight_audit(count))
        yield scalarization.score_tolerances, lambda draw: draw(score_audits(count))
        yield redundancy.association_matrices, lambda draw: draw(redundancy_audit(count))
        yield redundancy.leaving_out, lambda draw: draw(redundancy_audit(count))
    if count == 3:
        yield weight_triangle.weight_triangle, lambda draw: draw(weight_audit(count))
    if count == 2:
        yield plots.attainment_surfaces, lambda draw: draw(*attainment()[:3])
        yield (
            plots.attainment_differences,
            lambda draw: draw(NAMES[1], BASELINE, attainment()[3], attainment()[1]),
        )


def of_studies():
    """Return the other figures, each with a name of its data and a call that draws it."""
    logarithmic = {"scale": "logarithmic"}
    yield plots.indicator_curves, "log", lambda draw: draw(panels(5)[0][0], **logarithmic)
    yield lab_reports.protocol_figure, "all", lambda draw: draw(*effects())
    yield lab_reports.crossover_figure, "all", lambda draw: draw(crossover())
    rows = [StatedRow(f"R{k}: the report", (0.6, 0.7), None, measured(0.7)) for k in range(5)]
    yield lab_reports.stated_figure, "all", lambda draw: draw(rows)
    yield multipliers.figure, "2 a side", lambda draw: draw(multiplier_table(2), 5)
    yield multipliers.figure, "5 a side", lambda draw: draw(multiplier_table(5), 5)
    yield fine_tuning.figure, "1 space", lambda draw: draw(*fine_tuned(1))
    yield fine_tuning.figure, "2 spaces", lambda draw: draw(*fine_tuned(2))
    yield training_curves, "1 epoch", lambda draw: draw(trained(1))
    yield training_curves, "30 epochs", lambda draw: draw(trained(30))
    yield beside_published, "openml", lambda draw: draw(circuits(), "openml")
    yield beside_published, "sample", lambda draw: draw(circuits(), "sample")
    yield compare_jets_to_openml.quantiles_figure, "all", lambda draw: draw(jets())


def cases():
    """Return every figure with a name of its data and a call that draws it."""
    for count in SAMPLER_COUNTS:
        for draw, call in by_samplers(count):
            yield draw, f"{count} samplers", call
    for count in OBJECTIVE_COUNTS:
        for draw, call in by_objectives(count):
            yield draw, f"{count} objectives", call
    yield from of_studies()
