"""Report R1: TPE and brute force on 18 configurations, accuracy against average bitwidth."""

from __future__ import annotations

import numpy as np

from studies.lab_reports import rules
from studies.lab_reports.claims import Claim, Judgement, Measured, Measurements
from studies.lab_reports.figures import stated_list
from studies.lab_reports.outcomes import (
    ACCURACY,
    BITWIDTH,
    best_of_runs,
    highest_among_best,
    hypervolume_shares,
    stacked,
    unique,
)

WIDEST = 0.25
"""A range of accuracies wider than this excludes hardly any trained network."""

MARGIN = 0.05
"""Approached: within 5 % of the hypervolume."""

_SETTING = "jsc-tiny, 18 configurations, 512 jets, 20 trials, accuracy + average bitwidth"
_AS_IT_WAS = f"{_SETTING}, scored as the report did"


def best_trials(sampler: str, figures: str, data: Measurements) -> Judgement:
    """Compare the highest accuracy among the best trials of a run with the report's two runs."""
    runs, types = data["reported-searches"], data["types"]
    shown = highest_among_best(runs[f"{sampler}.reported"], (ACCURACY, BITWIDTH))
    right = best_of_runs(types["accuracy"], runs[f"{sampler}.trials"], "max")
    said = stated_list(figures)
    measured = rules.range_of("best accuracy of a run, as reported", shown)
    actual = rules.range_of("best accuracy of its designs, rightly scored", right)
    return Judgement(
        rules.predicted(said, shown, WIDEST),
        (measured, actual),
        f"One further run would report between {measured.low:.3f} and {measured.high:.3f}; the "
        f"report's two runs have {' and '.join(f'{figure:g}' for figure in said)}.",
    )


def tpe_best_trials(data: Measurements) -> Judgement:
    """See `best_trials`."""
    return best_trials("optuna-tpe", "R1.tpe.run_best", data)


def brute_force_best_trials(data: Measurements) -> Judgement:
    """See `best_trials`."""
    return best_trials("optuna-brute-force", "R1.brute_force.run_best", data)


def bitwidths(figures: str, data: Measurements) -> Judgement:
    """Ask whether the space has a configuration for every stated bitwidth."""
    attainable = data["exact"]["bitwidths"]
    said = np.array(stated_list(figures))
    outside = sorted({width for width in said if width not in attainable})
    known = ", ".join(f"{width:g}" for width in attainable)
    because = (
        f"The space has the average bitwidths {known}; "
        + (f"{', '.join(f'{w:g}' for w in outside)} lies outside: a run on another space."
           if outside else "all stated ones are among them.")
    )  # fmt: skip
    return Judgement(
        rules.exact(0, len(outside)),
        (Measured("stated bitwidths outside the space", len(outside)),),
        because,
    )


def tpe_bitwidths(data: Measurements) -> Judgement:
    """See `bitwidths`."""
    return bitwidths("R1.tpe.average_bitwidth", data)


def brute_force_bitwidths(data: Measurements) -> Judgement:
    """See `bitwidths`."""
    return bitwidths("R1.brute_force.average_bitwidth", data)


def memory_density(_: Measurements) -> Judgement:
    """Ask whether the stated densities are 32 over the stated bitwidths."""
    widths = stated_list("R1.tpe.average_bitwidth") + stated_list("R1.brute_force.average_bitwidth")
    densities = stated_list("R1.tpe.memory_density") + stated_list("R1.brute_force.memory_density")
    ratios = 32 / np.array(widths)
    agreeing = int((ratios == np.array(densities)).sum())
    return Judgement(
        rules.exact(densities, ratios),
        (Measured("stated densities equal to 32 / bitwidth", agreeing),),
        f"{agreeing} of {len(ratios)} stated densities equal 32 / average bitwidth.",
    )


def approached(data: Measurements) -> Judgement:
    """Ask whether TPE comes within 5 % of brute force, and whether random search does too."""
    types, runs = data["types"], data["pair-searches"]
    values = stacked(types["accuracy of 512"], types["average-bitwidth"])
    final = {
        name: hypervolume_shares(values, runs[f"{name}.trials"], (ACCURACY, BITWIDTH))[:, -1]
        for name in ("optuna-tpe", "optuna-brute-force", "optuna-random")
    }
    short = {name: final[name] - final["optuna-brute-force"] for name in final}
    different = {name: unique(runs[f"{name}.trials"]) for name in final}
    near = rules.within(short["optuna-tpe"], MARGIN)
    random_near = rules.within(short["optuna-random"], MARGIN)
    fewer = bool((different["optuna-tpe"] < different["optuna-brute-force"]).all())
    verdict = rules.unless_otherwise_explained(near, random_near is near)
    if not fewer:
        verdict = rules.exact(1, 0)
    measured = rules.mean_of("TPE minus brute force, hypervolume share", short["optuna-tpe"])
    by_chance = rules.mean_of("random minus brute force", short["optuna-random"])
    count = rules.mean_of("different configurations, TPE", different["optuna-tpe"])
    return Judgement(
        verdict,
        (
            measured,
            by_chance,
            count,
            rules.mean_of("random", different["optuna-random"]),
            rules.mean_of("brute force", different["optuna-brute-force"]),
        ),
        f"TPE ends {measured.value:+.3f} of the hypervolume from brute force with "
        f"{count.value:.1f} different configurations; random search {by_chance.value:+.3f}.",
    )


CLAIMS = (
    Claim(
        "R1.1",
        "TPE's best trials have accuracy 0.414 to 0.416 and 0.42 to 0.439",
        _AS_IT_WAS,
        "Reproduced when the best accuracy of both runs lies in the 95 % prediction interval of "
        "one further run, not wider than 0.25.",
        ("types", "reported-searches"),
        tpe_best_trials,
    ),
    Claim(
        "R1.2",
        "TPE's best trials have average bitwidths 2, 4 and 8",
        "jsc-tiny, 18 configurations",
        "Reproduced when the space has all stated bitwidths.",
        ("exact",),
        tpe_bitwidths,
    ),
    Claim(
        "R1.3",
        "brute force's best trials have accuracy 0.416 to 0.422 and 0.426 to 0.451",
        _AS_IT_WAS,
        "As R1.1.",
        ("types", "reported-searches"),
        brute_force_best_trials,
    ),
    Claim(
        "R1.4",
        "brute force's best trials have average bitwidths 2, 8 and 16",
        "jsc-tiny, 18 configurations",
        "Reproduced when the space has all stated bitwidths.",
        ("exact",),
        brute_force_bitwidths,
    ),
    Claim(
        "R1.5",
        "memory density is 32 over the average bitwidth",
        "the stated trials",
        "Reproduced when all stated densities are.",
        (),
        memory_density,
    ),
    Claim(
        "R1.6",
        "TPE approached brute force with fewer configuration evaluations",
        _SETTING,
        "Reproduced when TPE ends within 0.05 of brute force's hypervolume share with fewer "
        "configurations in every run; another reason when random search does so too.",
        ("types", "pair-searches"),
        approached,
    ),
)
