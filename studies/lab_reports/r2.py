"""Report R2: a score with latency in it, brute force and repeats, channel multipliers."""

from __future__ import annotations

from importlib import resources

import numpy as np

from moo_jsc.objectives import OBJECTIVES
from studies.lab_reports import rules
from studies.lab_reports.claims import Claim, ClaimVerdict, Judgement, Measured, Measurements
from studies.lab_reports.figures import stated, stated_list
from studies.lab_reports.outcomes import lengths, unique
from studies.lab_reports.picks import RULE, judge_picks

_TYPES = "jsc-tiny, 18 configurations, 20 trials"
_LARGE = "jsc-three-linear, 1728 configurations, 512 jets, 20 trials, accuracy - loss"


def ends_with_the_space(data: Measurements) -> Judgement:
    """Compare the number of trials of brute force with the size of the space."""
    trials = lengths(data["pair-searches"]["optuna-brute-force.trials"])
    (size,) = data["exact"]["types size"]
    said = stated("R2.brute_force_trials")
    return Judgement(
        rules.exact(np.full(len(trials) + 1, said), [*trials, size]),
        (Measured("trials", float(trials.mean()), "trials"), Measured("size of the space", size)),
        f"{int((trials == said).sum())} of {len(trials)} runs end after {said:g} trials, as the "
        f"report states; the space has {size:g} configurations.",
    )


def repeats(data: Measurements) -> Judgement:
    """Count TPE's trials of configurations that it had tried before."""
    trials = data["pair-searches"]["optuna-tpe.trials"]
    repeated = lengths(trials) - unique(trials)
    measured = rules.mean_of("repeated trials of a run", repeated, "trials")
    return Judgement(
        rules.mean_above(repeated, 0),
        (measured, rules.mean_of("different configurations", unique(trials))),
        f"{measured.value:.1f} of {trials.shape[1]} trials repeat an earlier one.",
    )


def score_rewards_latency(_: Measurements) -> Judgement:
    """Compare the sign of each factor of the score with the sense of its metric."""
    wrong, shown = [], []
    for metric in ("latency", "accuracy", "loss"):
        factor = stated(f"R2.score.{metric}")
        wanted = 1 if OBJECTIVES[metric].sense == "max" else -1
        shown.append(Measured(f"factor of {metric}", factor))
        if np.sign(factor) != wanted:
            wrong.append(metric)
    verb = f"rewards a worse {' and '.join(wrong)}" if wrong else "rewards no worse metric"
    return Judgement(
        rules.exact(0, len(wrong)),
        tuple(shown),
        f"The score is maximised and {verb}: adding 1 ms to the latency changes it by "
        f"{stated('R2.score.latency'):+g}.",
    )


def faster(data: Measurements) -> Judgement:
    """Compare seconds to the end, and to the trial at which brute force ends."""
    seconds = data["search-seconds"]
    saved = seconds["optuna-tpe.seconds"] - seconds["optuna-brute-force.seconds"]
    common = int(lengths(seconds["optuna-brute-force.done"]).min()) - 1
    at_equal = seconds["optuna-tpe.done"][:, common] - seconds["optuna-brute-force.done"][:, common]
    measured = rules.mean_of("TPE minus brute force, whole search", saved, "s")
    equal = rules.mean_of(f"the same after {common + 1} trials of each", at_equal, "s")
    same_without = rules.larger(at_equal) is ClaimVerdict.REPRODUCED
    return Judgement(
        rules.unless_otherwise_explained(rules.larger(saved), same_without),
        (measured, equal),
        f"TPE takes {measured.value:.3f} s longer, after equally many trials {equal.value:.3f} s: "
        + ("its own work for each trial is the difference, not the size of the space."
           if same_without else "the trials that the space does not have are the difference."),
    )  # fmt: skip


def better_in_large_spaces(data: Measurements) -> Judgement:
    """Compare the best score of TPE with brute force cut off, and with random search."""
    found = {
        name: data["large-searches"][f"{name}.score"].max(axis=1)
        for name in ("optuna-tpe", "optuna-brute-force", "optuna-random")
    }
    lead = found["optuna-tpe"] - found["optuna-brute-force"]
    over_random = found["optuna-tpe"] - found["optuna-random"]
    by_chance = found["optuna-random"] - found["optuna-brute-force"]
    explained = (
        rules.larger(over_random) is not ClaimVerdict.REPRODUCED
        and rules.larger(by_chance) is ClaimVerdict.REPRODUCED
    )
    measured = rules.mean_of("TPE minus brute force, best score", lead)
    random = rules.mean_of("TPE minus random", over_random)
    return Judgement(
        rules.unless_otherwise_explained(rules.larger(lead), explained),
        (measured, random, rules.mean_of("random minus brute force", by_chance)),
        f"TPE's best score is {measured.value:+.3f} above that of brute force cut off at the same "
        f"number of trials, and {random.value:+.3f} above that of random search.",
    )


def propagate(data: Measurements) -> Judgement:
    """Compare the widened layers with what the multipliers ask for."""
    exact = data["exact"]
    outputs, inputs = exact["widened outputs"], exact["widened inputs"]
    asked = exact["asked outputs"]
    before, after = exact["activations"]
    expected = [*asked, *asked[:-1], before]
    return Judgement(
        rules.exact(expected, [*outputs, *inputs[1:], after]),
        (
            Measured("outputs of seq_blocks_2", outputs[0]),
            Measured("inputs of seq_blocks_4", inputs[1]),
            Measured("outputs of seq_blocks_4", outputs[1]),
            Measured("inputs of seq_blocks_6", inputs[2]),
            Measured("ReLUs", after),
        ),
        f"With the multipliers {', '.join(f'{m:g}' for m in stated_list('R2.multipliers'))} each "
        f"layer takes what the one before gives, and the network keeps its {after:g} ReLUs.",
    )


def trained_search(data: Measurements) -> Judgement:
    """Ask how often two trainings pick the same multipliers."""
    return judge_picks(data["trained-search"])


def toml_file(_: Measurements) -> Judgement:
    """Read the search from a file of the report's form."""
    from studies.lab_reports.mase_config import read_mase_config

    study = read_mase_config(resources.files("studies.lab_reports") / "data" / "lab3_search.toml")  # type: ignore[arg-type]
    read = (study.problem, study.network, study.budget)
    return Judgement(
        rules.holds(read == ("lab3-types", "jsc-tiny", 20)),
        (Measured("trials asked for", study.budget, "trials"),
         Measured("remarks on what cannot be honoured", len(study.remarks))),
        f"The file asks for {study.budget} trials of {study.sampler.name} on {study.problem} with "
        f"{study.network}; {len(study.remarks)} keys cannot be honoured.",
    )  # fmt: skip


CLAIMS = (
    Claim(
        "R2.1",
        "brute force ends after 18 trials, the size of the space",
        _TYPES,
        "Reproduced when all runs and the size of the space equal the stated figure.",
        ("exact", "pair-searches"),
        ends_with_the_space,
    ),
    Claim(
        "R2.2",
        "TPE goes on with repeats",
        _TYPES,
        "Reproduced when the mean number of repeats is above 0.",
        ("pair-searches",),
        repeats,
    ),
    Claim(
        "R2.3",
        "accuracy - loss + 0.1 x latency scores a design's quality",
        "the stated formula, maximised",
        "Reproduced when every factor has the sign of its metric's sense.",
        (),
        score_rewards_latency,
    ),
    Claim(
        "R2.4",
        "brute force is faster because the space is small",
        "jsc-tiny, 512 jets, 20 trials, one after another in one process",
        "Reproduced when TPE takes significantly longer; another reason when it does so after "
        "equally many trials, too.",
        ("search-seconds",),
        faster,
    ),
    Claim(
        "R2.5",
        "TPE finds better results than brute force where the choices are many",
        _LARGE,
        "Reproduced when TPE's best score is significantly larger; another reason when random "
        "search beats brute force, too, and TPE does not beat random search.",
        ("large-searches",),
        better_in_large_spaces,
    ),
    Claim(
        "R2.6",
        "channel multipliers 2, 4, 1 propagate to the next layer, ReLU unchanged",
        "jsc-three-linear",
        "Reproduced when all shapes are as asked and the number of ReLUs stays.",
        ("exact",),
        propagate,
    ),
    Claim(
        "R2.7",
        "a search with training inside finds the best multipliers",
        "jsc-three-linear, multipliers 1, 2, 4, 8 for both hidden layers, 3 epochs, Adam 0.001",
        RULE,
        ("trained-search",),
        trained_search,
    ),
    Claim(
        "R2.8",
        "the search runs from the command line with a TOML file",
        "a file of the report's form",
        "Reproduced when the file is read as the report's search.",
        (),
        toml_file,
    ),
)
