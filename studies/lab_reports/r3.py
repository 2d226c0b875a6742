"""Report R3: hardware metrics, weights by opinion, brute force, TPE, and the cost of search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studies.lab_reports import rules
from studies.lab_reports.claims import Claim, Judgement, Measured, Measurements
from studies.lab_reports.figures import stated, stated_list
from studies.lab_reports.outcomes import best_of_runs, steps_from_best

MAIN = 0.5
MOST = 0.9
TYPE_RADICES = (2, 3, 3)
WEIGHTED = {
    "accuracy": "R3.weight.accuracy",
    "average-bitwidth": "R3.weight.average_bitwidth",
    "flops-ptflops": "R3.weight.flops",
    "bitops-report": "R3.weight.bitops",
}
_SETTING = "jsc-tiny, 18 configurations"
_SEARCH = "jsc-tiny, 18 configurations, 512 jets, 20 trials, four metrics"


def ptflops(data: Measurements) -> Judgement:
    """Compare the counts with those that ptflops prints."""
    measured = data["exact"]["ptflops"]
    names = ("jsc-tiny", "jsc-three-linear")
    return Judgement(
        rules.exact(stated_list("R3.ptflops"), measured),
        tuple(Measured(name, value, "FLOP") for name, value in zip(names, measured, strict=True)),
        "The counts at batch 1 are " + " and ".join(f"{value:g}" for value in measured) + ".",
    )


def main_objective(data: Measurements) -> Judgement:
    """Ask how much of the weighted score's variance over the space is accuracy's."""
    raw = _variance_shares(data, scaled=False)
    scaled = _variance_shares(data, scaled=True)
    measured = rules.mean_of("share of the score's variance, raw units", raw)
    by_range = rules.mean_of("the same, each metric over its range", scaled)
    return Judgement(
        rules.mean_above(raw, MAIN),
        (measured, by_range),
        f"In the units of the report accuracy makes {measured.value:.1e} of the score's variance; "
        f"with every metric divided by its range it would make {by_range.value:.0%}.",
    )


def _variance_shares(data: Measurements, *, scaled: bool) -> NDArray[np.float64]:
    types = data["types"]
    columns = {
        name: np.broadcast_to(types[name], types["accuracy"].shape) * stated(key)
        for name, key in WEIGHTED.items()
    }
    if scaled:
        columns = {
            name: column / np.maximum(np.ptp(types[name], axis=-1), 1e-300)[..., None]
            for name, column in columns.items()
        }
    variances = {name: column.var(axis=1) for name, column in columns.items()}
    return np.asarray(variances["accuracy"] / sum(variances.values()))


def flops_weight(data: Measurements) -> Judgement:
    """Count the different FLOPs of the space."""
    different = len(np.unique(data["types"]["flops-ptflops"]))
    return Judgement(
        rules.holds(different > 1),
        (Measured("different FLOPs among the configurations", different),),
        f"The {len(data['types']['flops-ptflops'])} configurations have {different} different "
        f"{'value' if different == 1 else 'values'} of FLOPs, so that any weight "
        + ("changes no order." if different == 1 else "can change the order."),
    )


def complexity(data: Measurements) -> Judgement:
    """Ask how much of the BOPs of the hardware literature the report's metrics explain."""
    types = data["types"]
    target = types["bitops-bops"]
    metrics = [types[name] for name in ("average-bitwidth", "flops-ptflops", "bitops-report")]
    design = np.column_stack([*metrics, np.ones_like(target)])
    fitted = design @ np.linalg.lstsq(design, target, rcond=None)[0]
    explained = 1 - ((target - fitted) ** 2).sum() / ((target - target.mean()) ** 2).sum()
    alone = {
        name: rules.rank_correlation(types[name], target)
        for name in ("average-bitwidth", "bitops-report")
    }
    return Judgement(
        rules.holds(explained > MOST),
        (
            Measured("R^2 of the BOPs on the report's three metrics", float(explained)),
            Measured("tau of BitOPs and BOPs", alone["bitops-report"]),
            Measured("tau of average bitwidth and BOPs", alone["average-bitwidth"]),
        ),
        f"Together they explain {explained:.1%} of the BOPs' variance; BitOPs alone order the "
        f"configurations with tau = {alone['bitops-report']:.2f}.",
    )


def global_maximum(data: Measurements) -> Judgement:
    """Count the runs of brute force that met the most accurate configuration."""
    accuracy = data["types"]["accuracy of 512"]
    trials = data["hardware-searches"]
    hit = {
        name: best_of_runs(accuracy, trials[f"{name}.trials"], "max") == accuracy.max(axis=1)
        for name in ("optuna-brute-force", "optuna-tpe")
    }
    measured = rules.mean_of("runs of brute force that reach it", hit["optuna-brute-force"])
    return Judgement(
        rules.exact(1, hit["optuna-brute-force"].min()),
        (measured, rules.mean_of("runs of TPE", hit["optuna-tpe"])),
        f"Brute force meets the most accurate configuration in {measured.value:.0%} of its runs, "
        f"TPE in {hit['optuna-tpe'].mean():.0%}.",
    )


def local_search(data: Measurements) -> Judgement:
    """Compare how far proposals are from the most accurate design so far, TPE and random."""
    accuracy, trials = data["types"]["accuracy of 512"], data["hardware-searches"]
    budget = trials["optuna-tpe.trials"].shape[1]
    start = max(1, budget // 2)
    steps = {
        name: steps_from_best(accuracy, trials[f"{name}.trials"], TYPE_RADICES, start)
        for name in ("optuna-tpe", "optuna-random")
    }
    closer = steps["optuna-random"] - steps["optuna-tpe"]
    measured = rules.mean_of("random minus TPE, choices changed from the best so far", closer)
    return Judgement(
        rules.larger(closer),
        (measured, rules.mean_of("TPE", steps["optuna-tpe"])),
        f"After the first {start} trials, TPE's proposals differ from the most accurate design so "
        f"far in {steps['optuna-tpe'].mean():.2f} of 3 choices, those of random search in "
        f"{steps['optuna-random'].mean():.2f}.",
    )


def exponential_cost(data: Measurements) -> Judgement:
    """Ask whether each further layer multiplies the number of configurations by the same factor."""
    sizes, choices = data["exact"]["sizes by layers"], data["exact"]["choices by layers"]
    factors = sizes[1:] / sizes[:-1]
    steady = bool((factors == factors[0]).all() and factors[0] > 1)
    growth = ", ".join(f"{s:g} ({c:g})" for s, c in zip(sizes, choices, strict=True))
    return Judgement(
        rules.holds(steady),
        (Measured("factor of each further layer", float(factors[0])),),
        f"Configurations (and choices) for 1, 2, 3 layers: {growth}. This is the cost of trying "
        f"all of them; it grows with the choices, not with the weights of the network.",
    )


CLAIMS = (
    Claim(
        "R3.1",
        "FLOPs by ptflops serve as a hardware metric",
        "jsc-tiny and jsc-three-linear, batch 1",
        "Reproduced when the counts equal those that ptflops prints (159 and 767).",
        ("exact",),
        ptflops,
    ),
    Claim(
        "R3.2",
        "with the weights 1.0, 0.2, 0.1, 0.2 accuracy is the main objective",
        f"{_SETTING}, weighted sum in natural units",
        "Reproduced when accuracy makes more than half of the score's variance over the space.",
        ("types",),
        main_objective,
    ),
    Claim(
        "R3.3",
        "FLOPs, weighted 0.1, capture computational complexity",
        _SETTING,
        "Reproduced when FLOPs differ between configurations.",
        ("types",),
        flops_weight,
    ),
    Claim(
        "R3.4",
        "bitwidth, FLOPs and BitOPs together capture most of the computational complexity",
        f"{_SETTING}, against the BOPs of arXiv:1804.10969",
        "Reproduced when they explain more than 90 % of the BOPs' variance.",
        ("types",),
        complexity,
    ),
    Claim(
        "R3.5",
        "brute force reaches the global maximum",
        _SEARCH,
        "Reproduced when every run meets the most accurate configuration.",
        ("types", "hardware-searches"),
        global_maximum,
    ),
    Claim(
        "R3.6",
        "TPE probabilistically conducts local searches",
        _SEARCH,
        "Reproduced when TPE's later proposals are significantly closer to the best design so far "
        "than those of random search.",
        ("types", "hardware-searches"),
        local_search,
    ),
    Claim(
        "R3.7",
        "the cost of brute force grows exponentially with the number of parameters",
        "jsc-three-linear, 18 formats for each dense layer",
        "Reproduced when each further layer multiplies the configurations by one factor above 1.",
        ("exact",),
        exponential_cost,
    ),
)
