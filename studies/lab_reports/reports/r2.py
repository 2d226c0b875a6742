"""Report R2: a score with latency in it, brute force and repeats, channel multipliers."""

from __future__ import annotations

import numpy as np

from moo_jsc.objectives import OBJECTIVES
from studies.lab_reports import rules
from studies.lab_reports.agreement import same_metric
from studies.lab_reports.claims import Claim, ClaimVerdict, Judgment, Measured, Measurements
from studies.lab_reports.command_line import SEARCH_FILE
from studies.lab_reports.crossover import REPORTED_COST, crossover
from studies.lab_reports.figures import stated, stated_list
from studies.lab_reports.mase.shipped import read_shipped
from studies.lab_reports.outcomes import lengths, unique
from studies.lab_reports.picks import RULE, judge_picks
from studies.lab_reports.report import described

HALF = 0.5
MOSTLY = 0.5

_TYPES = "jsc-tiny, 18 configurations, 20 trials"
_LARGE = "jsc-three-linear, 1728 configurations, 512 jets, 20 trials, accuracy - loss"


def ends_with_the_space(data: Measurements) -> Judgment:
    """Compare the number of trials of brute force with the size of the space."""
    trials = lengths(data["pair-searches"]["optuna-brute-force.trials"])
    (size,) = data["exact"]["types size"]
    said = stated("R2.brute_force_trials")
    return Judgment(
        rules.exact(np.full(len(trials) + 1, said), [*trials, size]),
        (Measured("trials", float(trials.mean()), "trials"), Measured("size of the space", size)),
        f"{int((trials == said).sum())} of {len(trials)} runs end after {said:g} trials, as the "
        f"report states; the space has {size:g} configurations.",
    )


def whole_space(data: Measurements) -> Judgment:
    """Count TPE's different configurations and its repeats."""
    trials = data["pair-searches"]["optuna-tpe.trials"]
    (size,) = data["exact"]["types size"]
    repeated, different = lengths(trials) - unique(trials), unique(trials)
    covered = different == size
    measured = rules.mean_of("different configurations of a run", different, bounds=rules.COUNT)
    again = rules.mean_of("repeated trials of a run", repeated, "trials", rules.COUNT)
    if (repeated > 0).all():
        verdict = ClaimVerdict.NOT_REPRODUCED if not covered.any() else rules.holds(covered.all())
    else:
        verdict = rules.mean_above(covered & (repeated > 0), MOSTLY)
    return Judgment(
        verdict,
        (measured, again, rules.mean_of("runs that visit the whole space", covered)),
        f"Of {trials.shape[1]} trials {again.value:.1f} repeat an earlier one, and "
        f"{measured.value:.1f} of {size:g} configurations are visited; "
        f"{np.count_nonzero(covered)} of {len(covered)} runs visit them all.",
    )


def score_rewards_latency(_: Measurements) -> Judgment:
    """Compare the sign of each factor of the score with the sense of its metric."""
    wrong, shown = [], []
    for metric in ("latency", "accuracy", "loss"):
        factor = stated(f"R2.score.{metric}")
        wanted = 1 if OBJECTIVES[metric].sense == "max" else -1
        shown.append(Measured(f"factor of {metric}", factor))
        if np.sign(factor) != wanted:
            wrong.append(metric)
    verb = f"rewards a worse {' and '.join(wrong)}" if wrong else "rewards no worse metric"
    return Judgment(
        rules.exact(0, len(wrong)),
        tuple(shown),
        f"The score is maximised and {verb}; with latency in seconds, as there, adding 1 ms "
        f"changes it by {1e-3 * stated('R2.score.latency'):+.4f}, which hardly counts.",
    )


def faster(data: Measurements) -> Judgment:
    """Split what brute force saves into TPE's own work and the trials that the space lacks."""
    costs = crossover(data["search-seconds"])
    here = float(costs.trial.mean())
    there = rules.mean_of(
        f"brute force saves, at {REPORTED_COST:g} s a trial", costs.saved_at(REPORTED_COST), "s"
    )
    share = costs.space_shares([REPORTED_COST, here])
    by_space = rules.mean_of("of it by the end of the space", share[:, 0])
    small = rules.mean_of(f"by the end of the space, at {1e3 * here:.1f} ms a trial", share[:, 1])
    crossing = rules.mean_of("cost at which both parts are equal", 1e3 * costs.crossing(), "ms")
    quicker = rules.larger(costs.saved_at(REPORTED_COST))
    verdict = quicker
    if quicker is ClaimVerdict.REPRODUCED:
        reason = rules.mean_above(share[:, 0], HALF)
        verdict = {
            ClaimVerdict.REPRODUCED: ClaimVerdict.REPRODUCED,
            ClaimVerdict.NOT_REPRODUCED: ClaimVerdict.ANOTHER_REASON,
        }.get(reason, ClaimVerdict.UNDECIDED)
    return Judgment(
        verdict,
        (by_space, there, small, crossing),
        f"At the reports' {REPORTED_COST:g} s a trial brute force saves {there.value:.2f} s, "
        f"{by_space.value:.0%} of it by the trials that the space does not have; at "
        f"{1e3 * here:.1f} ms a trial it would be {small.value:.0%}. {costs.sentence()}",
    )


def better_in_large_spaces(data: Measurements) -> Judgment:
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
    return Judgment(
        rules.unless_otherwise_explained(rules.larger(lead), explained),
        (measured, random, rules.mean_of("random minus brute force", by_chance)),
        f"TPE's best score is {measured.value:+.3f} above that of brute force cut off at the same "
        f"number of trials, and {random.value:+.3f} above that of random search.",
    )


def propagate(data: Measurements) -> Judgment:
    """Compare the widened layers with what the multipliers ask for."""
    exact = data["exact"]
    outputs, inputs = exact["widened outputs"], exact["widened inputs"]
    asked = exact["asked outputs"]
    before, after = exact["activations"]
    expected = [*asked, *asked[:-1], before]
    return Judgment(
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


def trained_search(data: Measurements) -> Judgment:
    """Ask how often two trainings pick the same multipliers."""
    return judge_picks(data["trained-search"])


def command_line_search(data: Measurements) -> Judgment:
    """Run the search from the command line and ask whether it went through its space."""
    found = data["command-line-search"]
    (code,), (configurations,), (best,) = (
        found[key] for key in ("exit code", "configurations", "best")
    )
    study = read_shipped(SEARCH_FILE)
    assert study.multipliers is not None and study.schedule is not None
    combinations = study.multipliers.combinations(2)
    chosen = " x ".join(str(multiplier) for multiplier in combinations[int(best)])
    return Judgment(
        rules.holds(code == 0 and configurations == len(combinations)),
        (
            Measured("networks trained and evaluated", configurations),
            Measured("combinations in the file", len(combinations)),
        ),
        f"compare_samplers --mase-config {SEARCH_FILE} trains {configurations:g} networks for "
        f"{study.schedule.epochs} epochs each and finds {chosen} most accurate.",
    )


CLAIMS = (
    Claim(
        "R2.1",
        "Lab3, part 4",
        "brute force ends after 18 trials because the space ends",
        _TYPES,
        "Reproduced when all runs and the size of the space equal the stated figure.",
        ("exact", "pair-searches"),
        ends_with_the_space,
    ),
    Claim(
        "R2.2",
        "Lab3, part 4",
        "TPE goes through the whole search space, with repeated trials",
        _TYPES,
        "Reproduced when every run has repeats and visits every configuration; not reproduced when "
        "no run visits them all.",
        ("exact", "pair-searches"),
        whole_space,
    ),
    Claim(
        "R2.3",
        "Lab3, part 4, commented out",
        "accuracy - loss + 0.1 x latency (in seconds) scores a design's quality",
        "the stated formula, maximised; it stands in a part of the page that is commented out",
        "Reproduced when every factor has the sign of its metric's sense.",
        (),
        score_rewards_latency,
    ),
    Claim(
        "R2.4",
        "Lab3, part 4",
        "brute force is faster because the space is small",
        f"jsc-tiny, 512 jets, 20 trials, at the reports' {REPORTED_COST:g} s a trial",
        "Reproduced when brute force would take significantly less time at the reports' cost of a "
        "trial and more than half of it is saved by trials that the space does not have; another "
        "reason when less than half is.",
        ("search-seconds",),
        faster,
    ),
    Claim(
        "R2.5",
        "Lab3, part 4",
        "TPE can find better results than brute force where there are many choices",
        _LARGE,
        "Reproduced when TPE's best score is significantly larger; another reason when random "
        "search beats brute force, too, and TPE does not beat random search.",
        ("large-searches",),
        better_in_large_spaces,
    ),
    Claim(
        "R2.6",
        "Lab4, part 1",
        "multipliers 2, 4, 1: outputs are multiplied, the next inputs follow, ReLU fits any size",
        "jsc-three-linear",
        "Reproduced when all shapes are as asked and the number of ReLUs stays.",
        ("exact",),
        propagate,
    ),
    Claim(
        "R2.7",
        "Lab4, parts 2-4",
        "a grid search over multipliers, different by layer, with training inside, finds the best",
        "jsc-three-linear, multipliers 1, 2, 4, 8 for both hidden layers, 3 epochs, Adam 0.001",
        RULE,
        ("trained-search",),
        trained_search,
    ),
    Claim(
        "R2.8",
        "Lab4, parts 2-4",
        "the channel search with training inside runs from the command line with a TOML file",
        f"{SEARCH_FILE}: brute force over multipliers 1, 2, 4, 8 by layer, 3 epochs each",
        "Reproduced when the command ends without an error and has trained and evaluated every "
        "combination of the file.",
        ("command-line-search",),
        command_line_search,
    ),
    Claim(
        "R2.9",
        "Lab3, part 2",
        "accuracy and loss evaluate the same thing",
        "jsc-tiny, 18 configurations, all validation jets",
        "As R0.4.",
        ("types",),
        same_metric,
    ),
)

REPORT = described("R2", CLAIMS)
