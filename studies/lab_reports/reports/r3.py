"""Report R3: hardware metrics, weights by opinion, brute force, TPE, and the cost of search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studies.lab_reports import rules
from studies.lab_reports.claims import (
    Arrays,
    Claim,
    ClaimVerdict,
    Judgment,
    Measured,
    Measurements,
)
from studies.lab_reports.figures import stated, stated_list
from studies.lab_reports.outcomes import best_of_runs, ends_in_local_maxima, steps_from_best
from studies.lab_reports.report import described

MAIN = 0.5
HALF = 0.5
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


def ptflops(data: Measurements) -> Judgment:
    """Compare the counts with those that ptflops prints."""
    measured = data["exact"]["ptflops"]
    names = ("jsc-tiny", "jsc-three-linear")
    return Judgment(
        rules.exact(stated_list("R3.ptflops"), measured),
        tuple(Measured(name, value, "FLOP") for name, value in zip(names, measured, strict=True)),
        "The counts at batch 1 are " + " and ".join(f"{value:g}" for value in measured) + ".",
    )


def main_objective(data: Measurements) -> Judgment:
    """Ask how much of the weighted score's variance over the space is accuracy's."""
    raw = _variance_shares(data, scaled=False)
    scaled = _variance_shares(data, scaled=True)
    measured = rules.mean_of("share of the score's variance, raw units", raw)
    by_range = rules.mean_of("the same, each metric over its range", scaled)
    different = len(np.unique(data["types"]["flops-ptflops"]))
    return Judgment(
        rules.mean_above(raw, MAIN),
        (measured, by_range, Measured("different FLOPs among the configurations", different)),
        f"In the units of the report accuracy makes {measured.value:.1e} of the score's variance; "
        f"with every metric divided by its range it would make {by_range.value:.0%}. FLOPs have "
        f"{different} value{'' if different == 1 else 's'} in the space, so that their weight "
        f"{'changes' if different == 1 else 'can change'} {'nothing' if different == 1 else 'it'}.",
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


def computational_complexity(data: Measurements) -> Judgment:
    """See `_captured`."""
    return _captured(data, "bitops-bops", "BOPs of the hardware literature")


def memory(data: Measurements) -> Judgment:
    """See `_captured`."""
    return _captured(data, "size", "size in bytes")


def _captured(data: Measurements, target: str, name: str) -> Judgment:
    """Ask how much of a cost the report's two metrics explain over the space."""
    types = data["types"]
    cost = types[target]
    metrics = [types[key] for key in ("bitops-report", "average-bitwidth")]
    design = np.column_stack([*metrics, np.ones_like(cost)])
    fitted = design @ np.linalg.lstsq(design, cost, rcond=None)[0]
    explained = 1 - ((cost - fitted) ** 2).sum() / ((cost - cost.mean()) ** 2).sum()
    alone = {
        key: rules.rank_correlation(types[key], cost)
        for key in ("average-bitwidth", "bitops-report")
    }
    return Judgment(
        rules.holds(explained > MOST),
        (
            Measured(f"R^2 of the {name} on both", float(explained)),
            Measured("tau with BitOPs alone", alone["bitops-report"]),
            Measured("tau with the average bitwidth alone", alone["average-bitwidth"]),
        ),
        f"Together they explain {explained:.1%} of the variance of the {name}; BitOPs alone order "
        f"the configurations with tau = {alone['bitops-report']:.2f}, the average bitwidth with "
        f"{alone['average-bitwidth']:.2f}. Formulas against a formula.",
    )


def weighted_scores(data: Measurements) -> NDArray[np.float64]:
    """Return the report's score of every configuration (n, 18): costs count against it."""
    types = data["types"]
    score = np.zeros_like(types["accuracy of 512"])
    for name, key in WEIGHTED.items():
        values = types["accuracy of 512"] if name == "accuracy" else types[name]
        score = score + (1 if name == "accuracy" else -1) * stated(key) * values
    return score


def global_maximum(data: Measurements) -> Judgment:
    """Count the runs of brute force that met the configuration with the best score."""
    reached = _reached(weighted_scores(data), data["hardware-searches"])
    measured = rules.mean_of("runs of brute force that reach it", reached["optuna-brute-force"])
    return Judgment(
        rules.exact(1, reached["optuna-brute-force"].min()),
        (measured, rules.mean_of("runs of TPE", reached["optuna-tpe"])),
        f"Brute force meets the configuration with the best score in {measured.value:.0%} of its "
        f"runs, TPE in {reached['optuna-tpe'].mean():.0%}.",
    )


def local_maximum(data: Measurements) -> Judgment:
    """Ask where TPE's runs end: at the best score, at a local maximum, or at neither."""
    searches = data["hardware-searches"]
    score, accuracy = weighted_scores(data), data["types"]["accuracy of 512"]
    reached = _reached(score, searches)["optuna-tpe"]
    by_accuracy = _reached(accuracy, searches)["optuna-tpe"]
    missed = ~reached
    ends = ends_in_local_maxima(score, searches["optuna-tpe.trials"], TYPE_RADICES)
    local = ends & missed
    if not missed.any():
        verdict = ClaimVerdict.NOT_REPRODUCED
    else:
        verdict = rules.mean_above(ends[missed], HALF)
    measured = rules.mean_of("runs of TPE that reach the best score", reached)
    return Judgment(
        verdict,
        (
            measured,
            rules.mean_of("runs that end in another local maximum", local),
            rules.mean_of("runs that reach the best accuracy", by_accuracy),
        ),
        f"TPE reaches the best score in {measured.value:.0%} of its runs; of the "
        f"{np.count_nonzero(missed)} others {np.count_nonzero(local)} end in a local maximum, "
        f"where no single choice improves the score. By accuracy alone "
        f"{by_accuracy.mean():.0%} reach the best.",
    )


def _reached(scores: NDArray[np.float64], runs: Arrays) -> dict[str, NDArray[np.bool_]]:
    """Say which runs met the best of their table, by sampler."""
    return {
        name: best_of_runs(scores, runs[f"{name}.trials"], "max") == scores.max(axis=1)
        for name in ("optuna-brute-force", "optuna-tpe")
    }


def local_search(data: Measurements) -> Judgment:
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
    return Judgment(
        rules.larger(closer),
        (measured, rules.mean_of("TPE", steps["optuna-tpe"])),
        f"After the first {start} trials, TPE's proposals differ from the most accurate design so "
        f"far in {steps['optuna-tpe'].mean():.2f} of 3 choices, those of random search in "
        f"{steps['optuna-random'].mean():.2f}.",
    )


def exponential_cost(data: Measurements) -> Judgment:
    """Ask whether each further layer multiplies the number of configurations by the same factor."""
    sizes, choices = data["exact"]["sizes by layers"], data["exact"]["choices by layers"]
    factors = sizes[1:] / sizes[:-1]
    steady = bool((factors == factors[0]).all() and factors[0] > 1)
    growth = ", ".join(f"{s:g} ({c:g})" for s, c in zip(sizes, choices, strict=True))
    return Judgment(
        rules.holds(steady),
        (Measured("factor of each further layer", float(factors[0])),),
        f"Configurations (and choices) for 1, 2, 3 layers: {growth}. This is the cost of trying "
        f"all of them; it grows with the choices, not with the weights of the network.",
    )


CLAIMS = (
    Claim(
        "R3.1",
        "parts 1, 2",
        "FLOPs by ptflops are a hardware metric",
        "jsc-tiny and jsc-three-linear, batch 1; a formula against what ptflops prints",
        "Reproduced when the counts equal those that ptflops prints (159 and 767).",
        ("exact",),
        ptflops,
    ),
    Claim(
        "R3.2",
        "parts 1, 2",
        "weights 1.0, 0.2, 0.1, 0.2: accuracy highest, as a model without it is useless",
        f"{_SETTING}, weighted sum in natural units",
        "Reproduced when accuracy makes more than half of the score's variance over the space.",
        ("types",),
        main_objective,
    ),
    Claim(
        "R3.3",
        "parts 1, 2",
        "BitOPs and average bitwidth capture most of the computational complexity",
        f"{_SETTING}, against the BOPs of arXiv:1804.10969",
        "Reproduced when both explain more than 90 % of the BOPs' variance.",
        ("types",),
        computational_complexity,
    ),
    Claim(
        "R3.4",
        "parts 1, 2",
        "BitOPs and average bitwidth capture most of the memory, too",
        f"{_SETTING}, against the size at the formats' widths",
        "Reproduced when both explain more than 90 % of the size's variance.",
        ("types",),
        memory,
    ),
    Claim(
        "R3.5",
        "part 4",
        "brute force reaches the global maximum of the score",
        _SEARCH,
        "Reproduced when every run meets the configuration with the best score.",
        ("types", "hardware-searches"),
        global_maximum,
    ),
    Claim(
        "R3.6",
        "part 4",
        "TPE arrives at a local maximum of the score, which may not be the global one",
        _SEARCH,
        "Reproduced when more than half of the runs that miss the best score end in a local "
        "maximum (no single choice improves it), not when less than half do or none misses it.",
        ("types", "hardware-searches"),
        local_maximum,
    ),
    Claim(
        "R3.7",
        "part 4",
        "TPE can only search locally, by chance",
        _SEARCH,
        "Reproduced when TPE's later proposals are significantly closer to the best design so far "
        "than those of random search.",
        ("types", "hardware-searches"),
        local_search,
    ),
    Claim(
        "R3.8",
        "part 4",
        "the cost of brute force grows exponentially with the number of parameters searched",
        "jsc-three-linear, 18 formats for each dense layer",
        "Reproduced when each further layer multiplies the configurations by one factor above 1.",
        ("exact",),
        exponential_cost,
    ),
)

REPORT = described("R3", CLAIMS)
