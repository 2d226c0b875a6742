"""Report R0: size and FLOPs of `jsc-tiny`, latency, accuracy and loss, brute force and TPE."""

from __future__ import annotations

import numpy as np

from studies.lab_reports import rules
from studies.lab_reports.agreement import same_metric
from studies.lab_reports.claims import Claim, ClaimVerdict, Judgment, Measured, Measurements
from studies.lab_reports.crossover import REPORTED_COST, crossover
from studies.lab_reports.figures import stated
from studies.lab_reports.mase.shipped import read_shipped
from studies.lab_reports.outcomes import (
    ACCURACY,
    BITWIDTH,
    LOSS,
    best_of_runs,
    best_reported,
    hypervolume_shares,
    stacked,
)
from studies.lab_reports.protocols import LOOP_BATCH, LOOP_BATCHES
from studies.lab_reports.report import described

REPEATABLE = 0.7
"""Rank correlation from which two measurements order alike."""

UNORDERED = 0.3
"""Rank correlation below which they do not."""
BY_CHANCE = 0.05

_SEARCH = "jsc-tiny, 18 configurations, 512 jets, 20 trials, accuracy + loss + average bitwidth"


def size(data: Measurements) -> Judgment:
    """Compare the size with the stated one."""
    (measured,) = data["exact"]["size"]
    return Judgment(
        rules.exact(stated("R0.size"), measured),
        (Measured("size", measured, "bytes"),),
        f"117 parameters x 4 bytes are {measured:g}; the report states {stated('R0.size'):g}.",
    )


def flops(data: Measurements) -> Judgment:
    """Compare the FLOPs with the stated ones."""
    measured, with_last_relu = data["exact"]["flops"]
    return Judgment(
        rules.exact(stated("R0.flops"), measured),
        (
            Measured("FLOPs at batch 8", measured, "FLOP"),
            Measured("with the last ReLU", with_last_relu, "FLOP"),
        ),
        f"The count without the last ReLU is {measured:g}, with it {with_last_relu:g}; "
        f"the report states {stated('R0.flops'):g}.",
    )


def summed_latency(data: Measurements) -> Judgment:
    """Ask whether a second measurement orders the configurations as the first did."""
    milliseconds = data["summed-latency"]["milliseconds"]
    tau = rules.rank_correlations(milliseconds[:, 0], milliseconds[:, 1])
    spread = milliseconds.std(axis=(1, 2), ddof=1) / milliseconds.mean(axis=(1, 2))
    measured = rules.mean_of("Kendall's tau of two measurements", tau, bounds=rules.TAU)
    varied = rules.mean_of("coefficient of variation", spread)
    return Judgment(
        rules.mean_outside(tau, UNORDERED, REPEATABLE),
        (measured, varied, rules.mean_of("latency", milliseconds.mean(axis=(1, 2)), "ms")),
        f"Two measurements of the same 18 configurations agree with tau = {measured.value:.2f}; "
        f"their values vary by {varied.value:.0%}, though all are one architecture.",
    )


def slower(data: Measurements) -> Judgment:
    """Compare the seconds of whole searches, here and at the report's cost of a trial."""
    seconds = data["search-seconds"]
    costs = crossover(seconds)
    relative = -costs.saved / seconds["optuna-tpe.seconds"]
    there = -costs.saved_at(REPORTED_COST) / costs.tpe_at(REPORTED_COST)
    measured = rules.mean_of("brute force minus TPE, share of TPE's time, at its cost", there)
    here = rules.mean_of(f"the same at {1e3 * costs.trial.mean():.1f} ms a trial, here", relative)
    said = stated("R0.brute_force_extra_seconds") / stated("R0.search_seconds")
    never = bool((costs.own_lead > 0).all() and (costs.trials_saved > 0).all())
    return Judgment(
        rules.larger(there),
        (measured, here),
        f"At the report's {REPORTED_COST:g} s a trial brute force takes {abs(measured.value):.0%} "
        f"{'more' if measured.value > 0 else 'less'} time than TPE; the report saw about "
        f"{said:.0%} more. "
        + ("Here it is faster at every cost of a trial: it makes fewer trials, and works less for "
           "each; in a space of 20 or more only its own work would differ." if never
           else f"{costs.sentence()}"),
    )  # fmt: skip


def sample_efficiency(data: Measurements) -> Judgment:
    """Compare the mean share of the true hypervolume over the trials."""
    types, runs = data["types"], data["loss-searches"]
    values = stacked(types["accuracy of 512"], types["loss of 512"], types["average-bitwidth"])
    area = {
        name: hypervolume_shares(values, runs[f"{name}.trials"], (ACCURACY, LOSS, BITWIDTH)).mean(
            axis=1
        )
        for name in ("optuna-tpe", "optuna-brute-force", "optuna-random")
    }
    lead = area["optuna-tpe"] - area["optuna-brute-force"]
    measured = rules.mean_of("TPE minus brute force, mean hypervolume share", lead)
    return Judgment(
        rules.larger(lead),
        (
            measured,
            rules.mean_of("brute force", area["optuna-brute-force"]),
            rules.mean_of("TPE", area["optuna-tpe"]),
            rules.mean_of("random", area["optuna-random"]),
        ),
        f"Averaged over the trials, TPE holds {abs(measured.value):.3f} of the true hypervolume "
        f"{'more' if measured.value > 0 else 'less'} than brute force.",
    )


def better_result(data: Measurements) -> Judgment:
    """Count the pairs of runs in which TPE shows a higher accuracy and a lower loss."""
    types, right, faulty = data["types"], data["loss-searches"], data["never-reset-searches"]
    tpe, brute = "optuna-tpe", "optuna-brute-force"
    accuracy = {
        name: best_of_runs(types["accuracy of 512"], right[f"{name}.trials"], "max")
        for name in (tpe, brute)
    }
    loss = {
        name: best_of_runs(types["loss of 512"], right[f"{name}.trials"], "min")
        for name in (tpe, brute)
    }
    wins = (accuracy[tpe] > accuracy[brute]) & (loss[tpe] < loss[brute])
    shown = {name: best_reported(faulty[f"{name}.reported"], 0, "max") for name in (tpe, brute)}
    shown_loss = {
        name: best_reported(faulty[f"{name}.reported"], 1, "min") for name in (tpe, brute)
    }
    shown_wins = (shown[tpe] > shown[brute]) & (shown_loss[tpe] < shown_loss[brute])
    higher = accuracy[tpe] - accuracy[brute]
    correct = (
        ClaimVerdict.NOT_REPRODUCED
        if rules.never_larger(higher)
        else rules.mean_above(wins, BY_CHANCE)
    )
    verdict = rules.by_protocol(correct, rules.mean_above(shown_wins, BY_CHANCE))
    lead = rules.mean_of("TPE minus brute force, best accuracy", higher)
    measured = rules.mean_of("pairs of runs in which TPE is better", wins)
    apparent = rules.mean_of("the same where metrics are never reset", shown_wins)
    return Judgment(
        verdict,
        (measured, apparent, lead),
        f"Rightly scored, TPE is better in both in {np.count_nonzero(wins)} of {len(wins)} pairs "
        f"of runs (brute force has seen all 18 configurations); with metrics that are never reset "
        f"it looks so in {apparent.value:.0%} of them.",
    )


def brute_force_file(_: Measurements) -> Judgment:
    """Read the search from a file with the report's settings."""
    study = read_shipped("lab3_brute_force.toml")
    read = (study.sampler.name, study.problem, len(study.objectives) > 1)
    return Judgment(
        rules.holds(read == ("optuna-brute-force", "lab3-types", True)),
        (
            Measured("trials asked for", study.budget, "trials"),
            Measured("objectives", len(study.objectives)),
        ),
        f"The file asks for {study.sampler.name} on {study.problem} with {len(study.objectives)} "
        f"objectives and {study.budget} trials; the run ends with the space.",
    )


CLAIMS = (
    Claim(
        "R0.1",
        "part 1",
        "size of jsc-tiny is elements x element size: 468 bytes",
        "parameters x element size",
        "Reproduced when the count equals the stated figure.",
        ("exact",),
        size,
    ),
    Claim(
        "R0.2",
        "part 1",
        "FLOPs of jsc-tiny are 1280 by the tool's rules (batch norm: 4 x elements)",
        "batch 8, MASE's rules and 4 per element for batch norm; a formula against a formula",
        "Reproduced when the count equals the stated figure.",
        ("exact",),
        flops,
    ),
    Claim(
        "R0.3",
        "part 2",
        "latency is measured by time.time around the forward call, added up over batches",
        f"jsc-tiny, 18 configurations, {LOOP_BATCHES} batches of {LOOP_BATCH}, measured twice",
        "Reproduced when two measurements order the configurations alike: the interval of the mean "
        "tau lies above 0.7; not reproduced when it lies below 0.3.",
        ("summed-latency",),
        summed_latency,
    ),
    Claim(
        "R0.4",
        "part 2",
        "accuracy and loss are the same metric, because both come from the one-hot label",
        "jsc-tiny, 18 configurations, all validation jets",
        "Reproduced when they order the configurations alike: mean tau above 0.9.",
        ("types",),
        same_metric,
    ),
    Claim(
        "R0.5",
        "part 4",
        'brute force is "much slower" than TPE, and yet only one second longer (of 13)',
        f"jsc-tiny, 512 jets, 20 trials, at the report's {REPORTED_COST:g} s a trial",
        "Reproduced when brute force would take significantly longer at the report's cost of a "
        "trial (paired over seeds).",
        ("search-seconds",),
        slower,
    ),
    Claim(
        "R0.6",
        "part 4",
        "the sample efficiency of brute force is much lower, as it evaluates every combination",
        _SEARCH,
        "Reproduced when TPE's mean hypervolume share over the trials is significantly larger.",
        ("types", "loss-searches"),
        sample_efficiency,
    ),
    Claim(
        "R0.7",
        "part 4",
        "TPE can reach a higher accuracy and a lower loss than brute force",
        _SEARCH,
        "Reproduced when TPE is better in both in more than 5 % of pairs of runs, not when its "
        "accuracy is never higher; another reason when that is so only with metrics that are "
        "never reset.",
        ("types", "loss-searches", "never-reset-searches"),
        better_result,
    ),
    Claim(
        "R0.8",
        "part 3",
        "brute force is one of the tool's samplers, asked for in the TOML file",
        "a file with the report's settings",
        "Reproduced when the file is read as a brute-force search of several objectives.",
        (),
        brute_force_file,
    ),
)

REPORT = described("R0", CLAIMS)
