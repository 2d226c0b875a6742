"""Report R1: TPE and brute force on 18 configurations, accuracy against average bitwidth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studies.lab_reports import rules
from studies.lab_reports.claims import Claim, ClaimVerdict, Judgment, Measured, Measurements
from studies.lab_reports.figures import stated, stated_list
from studies.lab_reports.outcomes import (
    ACCURACY,
    BITWIDTH,
    best_of_runs,
    highest_among_best,
    lowest_among_best,
    numbers_of_best,
    running_means,
    unique,
)
from studies.lab_reports.report import StatedRow, described

WIDEST = 0.25
"""A range of accuracies wider than this excludes hardly any trained network."""

MARGIN = 0.01
"""Close: within one point of accuracy."""

MOST_TRIALS = 8
"""A range of numbers of best trials wider than this excludes hardly anything."""

_SETTING = "jsc-tiny, 18 configurations, 512 jets, 20 trials, accuracy + average bitwidth"
_SPACE = "the 18 configurations of jsc-tiny that R2 and R3 search; the report states no space"
_AS_IT_WAS = f"{_SETTING}, scored as the report did; its training and jets are not stated"


def best_trials(sampler: str, figures: str, data: Measurements) -> Judgment:
    """Compare the highest accuracy among the best trials of a run with the report's two runs."""
    runs, types = data["reported-searches"], data["types"]
    shown = highest_among_best(runs[f"{sampler}.reported"], (ACCURACY, BITWIDTH))
    right = best_of_runs(types["accuracy"], runs[f"{sampler}.trials"], "max")
    said = stated_list(figures)
    measured = rules.range_of("best accuracy of a run, as reported", shown)
    actual = rules.range_of("best accuracy of its designs, rightly scored", right)
    return Judgment(
        rules.predicted(said, shown, WIDEST),
        (measured, actual),
        f"One further run of ours would report between {measured.low:.3f} and {measured.high:.3f}; "
        f"the report's two runs have {' and '.join(f'{figure:g}' for figure in said)}.",
    )


def tpe_best_trials(data: Measurements) -> Judgment:
    """See `best_trials`."""
    return best_trials("optuna-tpe", "R1.tpe.run_best", data)


def brute_force_best_trials(data: Measurements) -> Judgment:
    """See `best_trials`."""
    return best_trials("optuna-brute-force", "R1.brute_force.run_best", data)


def losses(sampler: str, figures: str, data: Measurements) -> Judgment:
    """Compare the lowest loss among the best trials of a run with the report's lowest."""
    runs, types = data["reported-searches"], data["types"]
    trials = runs[f"{sampler}.trials"]
    shown = lowest_among_best(
        runs[f"{sampler}.reported"],
        running_means(types["loss as searched"], trials),
        (ACCURACY, BITWIDTH),
    )
    said = stated_list(figures)
    measured = rules.range_of("lowest loss among the best trials, as reported", shown, "nats")
    right = best_of_runs(types["loss"], trials, "min")
    return Judgment(
        rules.predicted([min(said), max(said)], shown, WIDEST),
        (measured, rules.range_of("lowest loss of its designs, rightly scored", right, "nats")),
        f"One further run of ours would report a lowest loss between {measured.low:.3f} and "
        f"{measured.high:.3f}; the report lists {min(said):g} to {max(said):g}.",
    )


def tpe_losses(data: Measurements) -> Judgment:
    """See `losses`."""
    return losses("optuna-tpe", "R1.tpe.loss", data)


def brute_force_losses(data: Measurements) -> Judgment:
    """See `losses`."""
    return losses("optuna-brute-force", "R1.brute_force.loss", data)


def how_many_best(data: Measurements) -> Judgment:
    """Compare how many best trials a run has, and where in it, with the report's four tables."""
    runs = data["reported-searches"]
    numbers = [
        found
        for name in ("optuna-tpe", "optuna-brute-force")
        for found in numbers_of_best(runs[f"{name}.reported"], (ACCURACY, BITWIDTH))
    ]
    count = np.array([len(found) for found in numbers], dtype=float)
    place = np.array([found.mean() for found in numbers])
    said = (*stated_list("R1.tpe.best_trials"), *stated_list("R1.brute_force.best_trials"))
    where = stated_list("R1.trial_numbers")
    measured = rules.range_of("best trials of a run, as reported", count)
    mean = rules.range_of("mean number of a best trial, as reported", place)
    return Judgment(
        rules.predicted(said, count, MOST_TRIALS),
        (measured, mean),
        f"One further run would list {max(measured.low or 0, 1):.1f} to {measured.high:.1f} best "
        f"trials; the report's tables have {', '.join(f'{n:g}' for n in said)}. Their mean number "
        f"is {np.mean(where):.1f} there and {mean.value:.1f} here: metrics that are never reset "
        f"scatter most at the start.",
    )


def in_tandem(data: Measurements) -> Judgment:
    """Ask whether accuracy rises where loss falls."""
    types = data["types"]
    tau = rules.rank_correlations(types["accuracy"], -types["loss"])
    measured = rules.mean_of("Kendall's tau of accuracy and falling loss", tau, bounds=rules.TAU)
    return Judgment(
        rules.mean_above(tau, 0),
        (measured,),
        f"Over the 18 configurations accuracy rises where loss falls with tau = "
        f"{measured.value:.2f}: in tandem often, not always.",
    )


def bitwidths(figures: str, data: Measurements) -> Judgment:
    """Ask whether the other reports' space has a configuration for every stated bitwidth."""
    attainable = data["exact"]["bitwidths"]
    said = np.array(stated_list(figures))
    outside = sorted({width for width in said if width not in attainable})
    known = ", ".join(f"{width:g}" for width in attainable)
    return Judgment(
        ClaimVerdict.UNDECIDED if outside else ClaimVerdict.REPRODUCED,
        (Measured("stated bitwidths outside the 18 configurations", len(outside)),),
        f"The 18 configurations have the average bitwidths {known}; "
        + (f"{', '.join(f'{w:g}' for w in outside)} is not among them. The report does not state "
           "its space, so this is no contradiction: that run searched another one."
           if outside else "all stated ones are among them."),
    )  # fmt: skip


def tpe_bitwidths(data: Measurements) -> Judgment:
    """See `bitwidths`."""
    return bitwidths("R1.tpe.average_bitwidth", data)


def brute_force_bitwidths(data: Measurements) -> Judgment:
    """See `bitwidths`."""
    return bitwidths("R1.brute_force.average_bitwidth", data)


def memory_density(_: Measurements) -> Judgment:
    """Ask whether the stated densities are 32 over the stated bitwidths."""
    widths = stated_list("R1.tpe.average_bitwidth") + stated_list("R1.brute_force.average_bitwidth")
    densities = stated_list("R1.tpe.memory_density") + stated_list("R1.brute_force.memory_density")
    ratios = 32 / np.array(widths)
    agreeing = int((ratios == np.array(densities)).sum())
    return Judgment(
        rules.exact(densities, ratios),
        (Measured("stated densities equal to 32 / bitwidth", agreeing),),
        f"{agreeing} of {len(ratios)} stated densities equal 32 / average bitwidth.",
    )


def brute_force_better(data: Measurements) -> Judgment:
    """Compare the best accuracy of paired runs."""
    best = _best_accuracies(data)
    lead = best["optuna-brute-force"] - best["optuna-tpe"]
    said = stated("R1.brute_force.first_best") - stated("R1.tpe.first_best")
    measured = rules.mean_of("brute force minus TPE, best accuracy", lead)
    ahead = rules.mean_of("pairs of runs in which it is higher", lead > 0)
    return Judgment(
        rules.larger(lead),
        (measured, ahead),
        f"Brute force, which has seen all 18 configurations, finds {measured.value:+.4f} of "
        f"accuracy more than TPE, and more at all in {ahead.value:.0%} of the pairs of runs; the "
        f"report's difference is {said:+.3f}.",
    )


def approached(data: Measurements) -> Judgment:
    """Ask whether TPE comes close to brute force's accuracy, and whether random search does."""
    runs, best = data["pair-searches"], _best_accuracies(data)
    short = {name: best[name] - best["optuna-brute-force"] for name in best}
    different = {name: unique(runs[f"{name}.trials"]) for name in best}
    near = rules.within(short["optuna-tpe"], MARGIN)
    random_near = rules.within(short["optuna-random"], MARGIN)
    fewer = bool((different["optuna-tpe"] < different["optuna-brute-force"]).all())
    verdict = rules.unless_otherwise_explained(near, random_near is near)
    measured = rules.mean_of("TPE minus brute force, best accuracy", short["optuna-tpe"])
    by_chance = rules.mean_of("random minus brute force", short["optuna-random"])
    count = rules.mean_of(
        "different configurations, TPE", different["optuna-tpe"], bounds=rules.COUNT
    )
    return Judgment(
        verdict if fewer else ClaimVerdict.NOT_REPRODUCED,
        (
            measured,
            by_chance,
            count,
            rules.mean_of("random", different["optuna-random"]),
            rules.mean_of("brute force", different["optuna-brute-force"]),
        ),
        f"TPE ends {measured.value:+.4f} of accuracy from brute force with {count.value:.1f} "
        f"different configurations; random search {by_chance.value:+.4f}.",
    )


def _best_accuracies(data: Measurements) -> dict[str, NDArray[np.float64]]:
    """Return the best accuracy that each run met, rightly scored on its own 512 jets."""
    runs, accuracy = data["pair-searches"], data["types"]["accuracy of 512"]
    return {
        name: best_of_runs(accuracy, runs[f"{name}.trials"], "max")
        for name in ("optuna-tpe", "optuna-brute-force", "optuna-random")
    }


def accuracies(data: Measurements) -> tuple[StatedRow, ...]:
    """Return the accuracies that the report states, beside ours."""
    runs, accuracy = data["reported-searches"], data["types"]["accuracy"]
    rows = []
    for label, sampler, key in (
        ("R1, TPE, best of a run", "optuna-tpe", "R1.tpe.run_best"),
        ("R1, brute force, best of a run", "optuna-brute-force", "R1.brute_force.run_best"),
    ):
        shown = highest_among_best(runs[f"{sampler}.reported"], (ACCURACY, BITWIDTH))
        right = best_of_runs(accuracy, runs[f"{sampler}.trials"], "max")
        rows.append(
            StatedRow(
                label,
                stated_list(key),
                rules.range_of("as reported", shown),
                rules.range_of("right", right),
            )
        )
    return tuple(rows)


CLAIMS = (
    Claim(
        "R1.1",
        "Q4",
        "TPE's best trials have accuracy 0.414 to 0.416 and 0.42 to 0.439 (two runs)",
        _AS_IT_WAS,
        "Reproduced when the best accuracy of both runs lies in the 95 % prediction interval of "
        "one further run, not wider than 0.25.",
        ("types", "reported-searches"),
        tpe_best_trials,
    ),
    Claim(
        "R1.2",
        "Q4",
        "TPE's best trials have average bitwidths 2, 4 and 8",
        _SPACE,
        "Reproduced when the 18 configurations have all stated bitwidths; cannot be told apart "
        "when they do not, for the report does not state its space.",
        ("exact",),
        tpe_bitwidths,
    ),
    Claim(
        "R1.3",
        "Q4",
        "brute force's best trials have accuracy 0.416 to 0.422 and 0.426 to 0.451 (two runs)",
        _AS_IT_WAS,
        "As R1.1.",
        ("types", "reported-searches"),
        brute_force_best_trials,
    ),
    Claim(
        "R1.4",
        "Q4",
        "brute force's best trials have average bitwidths 2, 8 and 16",
        _SPACE,
        "As R1.2.",
        ("exact",),
        brute_force_bitwidths,
    ),
    Claim(
        "R1.5",
        "Q4",
        "memory density is 32 over the average bitwidth, in every listed trial",
        "the stated trials",
        "Reproduced when all stated densities are.",
        (),
        memory_density,
    ),
    Claim(
        "R1.6",
        "Q4",
        "brute force is better: its best accuracy is 0.422, TPE's 0.416",
        _SETTING,
        "Reproduced when brute force's best accuracy is significantly higher (paired over seeds).",
        ("types", "pair-searches"),
        brute_force_better,
    ),
    Claim(
        "R1.7",
        "Q4",
        "TPE came close to brute force's accuracy with fewer evaluated configurations",
        _SETTING,
        "Reproduced when TPE's best accuracy is within one point of brute force's, with fewer "
        "configurations in every run; another reason when random search's is, too.",
        ("types", "pair-searches"),
        approached,
    ),
    Claim(
        "R1.8",
        "Q4",
        "TPE's best trials have losses 1.457 to 1.484",
        _AS_IT_WAS,
        "As R1.1, for the lowest loss among a run's best trials.",
        ("types", "reported-searches"),
        tpe_losses,
    ),
    Claim(
        "R1.9",
        "Q4",
        "brute force's best trials have losses 1.44 to 1.496",
        _AS_IT_WAS,
        "As R1.8.",
        ("types", "reported-searches"),
        brute_force_losses,
    ),
    Claim(
        "R1.10",
        "Q4",
        "the best-trials tables list 2 and 3 trials of TPE, 2 and 2 of brute force, mostly early",
        _AS_IT_WAS,
        "Reproduced when these numbers lie in the 95 % prediction interval of one further run.",
        ("reported-searches",),
        how_many_best,
    ),
    Claim(
        "R1.11",
        "Q1, Q2",
        "accuracy and loss often move in tandem",
        "jsc-tiny, 18 configurations, all validation jets",
        "Reproduced when the mean tau of accuracy and falling loss is above 0.",
        ("types",),
        in_tandem,
    ),
)

REPORT = described(
    "R1", CLAIMS, accuracies=accuracies, accuracies_need=("types", "reported-searches")
)
