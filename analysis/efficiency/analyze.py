"""Everything that a comparison of samplers shows, as tables and sentences; no drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.efficiency import sentences
from analysis.efficiency.by_hand import unbeaten_rule
from analysis.efficiency.optimism import selection_optimism
from analysis.efficiency.robustness import Robustness, robustness
from analysis.efficiency.summary import summarize, summary_table
from analysis.efficiency.warnings import comparison_warnings
from analysis.foundation.errors import InputError
from analysis.foundation.words import counted
from analysis.indicators.attainment import Attainment, attainment
from analysis.indicators.curves import (
    Curves,
    epsilon_curves,
    hypervolume_curves,
    igd_plus_curves,
    on_unique_evaluations,
)
from analysis.indicators.targets import TARGETS, target_profile, target_table
from analysis.report.rendering import part
from analysis.statistics.comparison import against_baseline, all_pairs, best_in_resamples
from analysis.statistics.power import detectable_difference, detection_power, seeds_needed
from analysis.statistics.ties import TOLERANCE
from analysis.trials.table import Trials

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.chance import FrontChance
    from analysis.front.reference import Reference
    from analysis.report.tables import Table

POWER = 0.8
POWER_COLUMNS = (
    "detectable",
    "power_at_half",
    "seeds_needed",
    "seeds_needed_low",
    "seeds_needed_high",
)
PROFILE = tuple(np.linspace(0.5, 1.0, 51))


@dataclass(frozen=True)
class Questions:
    """What is asked of the trials, with the levels of the answers.

    Parameters
    ----------
    baseline
        Whom all samplers are compared with. None: the first one of the table.
    target
        Share of the front's hypervolume for the summary's trials to target.
    targets
        Shares for the table of trials to target.
    epsilon
        How near a front point counts as attained (see `analysis.indicators.attainment`).
    alpha
        Family-wise error rate; intervals have level 1 - alpha.
    margin
        Difference of shares of the hypervolume that does not matter: samplers within it of the
        baseline are called equivalent. None: that is not asked.
    splits
        What the data that the search saw, and those of the retest, are called.
    space_size
        Configurations in the space, if known.
    populations
        For each evolutionary sampler the size of its first generation, if known.
    rules
        Names of samplers that do what is done by hand: the first answer names those that were not
        shown to find more.
    """

    baseline: str | None = None
    target: float = 0.9
    targets: tuple[float, ...] = TARGETS
    epsilon: float = 0.02
    alpha: float = 0.05
    margin: float | None = None
    splits: tuple[str, str] = ("the data searched on", "the other data")
    space_size: int | None = None
    populations: Mapping[str, int] | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class EfficiencyFindings:
    """What was found. Tests are None with one sampler, or fewer than two common seeds.

    Attributes
    ----------
    questions, reference, trials
        What was asked, on which scale, of what (`questions.baseline` is set; trials outside the
        reference's bounds have no values).
    hypervolume, unique, igd_plus, epsilon
        Curves; `unique` on unique evaluations, None where the table does not tell.
    attainment, profile
        Front points attained; share of targets reached so far.
    summary, targets
        Tables by sampler, and by (sampler, target).
    comparison, pairs, best, robustness
        Tests and their robustness.
    optimism
        Table by sampler, None without values on another split.
    answers
        Sentences, the answer to the question first.
    warnings
        See `analysis.efficiency.warnings`.
    """

    questions: Questions
    reference: Reference
    trials: Trials
    hypervolume: Curves
    unique: Curves | None
    igd_plus: Curves
    epsilon: Curves
    attainment: Attainment
    profile: Curves
    summary: pd.DataFrame
    targets: pd.DataFrame
    comparison: pd.DataFrame | None
    pairs: pd.DataFrame | None
    best: dict[str, float] | None
    robustness: Robustness | None
    optimism: pd.DataFrame | None
    answers: tuple[str, ...]
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        return f"EfficiencyFindings({self.answers[0]})"

    def _repr_html_(self) -> str:
        return part("lead", self.answers[0]) + part("table", self.summary_table())

    def summary_table(self) -> Table:
        """Return the summary as it is shown."""
        return summary_table(self.summary, target=self.questions.target, kind=self.reference.kind)


def analyze_efficiency(
    trials: Trials | pd.DataFrame,
    reference: Reference,
    questions: Questions | None = None,
    *,
    retested: pd.DataFrame | None = None,
    retested_reference: Reference | None = None,
    chance: FrontChance | None = None,
    workers: int = 1,
) -> EfficiencyFindings:
    """Analyse a comparison of samplers on one problem.

    Parameters
    ----------
    trials
        Or a table of them (see `analysis.trials.table`).
    reference
        The true front and its scale.
    questions
        What to ask; None: the defaults.
    retested, retested_reference
        Values of the configurations on a split that the search has not seen (see
        `analysis.efficiency.optimism`).
    chance
        How much of the front is the chance of its sample (see `analysis.front.chance`).
    workers
        Threads.

    Returns
    -------
    EfficiencyFindings

    Raises
    ------
    InputError
        A table is unusable, or the baseline is not in it.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> from analysis.front.reference import Reference
    >>> reference = Reference.from_values([[0, 1], [1, 0]],
    ...                                   [Objective(name="a"), Objective(name="b")])
    >>> rows = [(name, seed, float(name == "worse"), 1.0) for name in ("random", "worse")
    ...         for seed in range(6)]
    >>> trials = pd.DataFrame(rows, columns=["sampler", "seed", "a", "b"]).assign(trial=0)
    >>> analyze_efficiency(trials, reference).answers[0]
    "After 1 trial, no sampler found more of the true front's hypervolume than random; one sampler \
found less: worse by 33.3 [33.3, 33.3] percentage points."
    """
    asked = questions or Questions()
    measured = Trials.of(trials, reference)
    reference.require_complete(measured.values)
    baseline = measured.samplers[0] if asked.baseline is None else asked.baseline
    if baseline not in measured.runs:
        raise InputError(f"baseline {baseline!r}: expected one of {', '.join(measured.samplers)}")
    asked = replace(asked, baseline=baseline)
    curves = hypervolume_curves(measured, reference, workers=workers)
    summary = summarize(measured, reference, curves, target=asked.target, level=1 - asked.alpha)
    common = measured.common_seeds
    testable = len(measured.runs) > 1 and len(common) > 1
    comparison = pairs = best = found = None
    if testable:
        scores = curves.paired().final()
        compared = {"alpha": asked.alpha, "bounds": curves.bounds, "margin": asked.margin}
        comparison = _with_power(against_baseline(scores, baseline, **compared), scores, asked)  # type: ignore[arg-type]
        pairs = all_pairs(scores, **compared)  # type: ignore[arg-type]
        best = best_in_resamples(scores)
        found = robustness(
            measured,
            reference,
            alpha=asked.alpha,
            retested=retested,
            retested_reference=retested_reference,
            other=asked.splits[1],
        )
    optimism = None
    if retested is not None:
        optimism = selection_optimism(measured, reference, retested, retested_reference)
    return EfficiencyFindings(
        questions=asked,
        reference=reference,
        trials=measured,
        hypervolume=curves,
        unique=on_unique_evaluations(curves, measured) if measured.tells_new else None,
        igd_plus=igd_plus_curves(measured, reference, workers=workers),
        epsilon=epsilon_curves(measured, reference, workers=workers),
        attainment=attainment(measured, reference, epsilon=asked.epsilon),
        profile=target_profile(curves, PROFILE),
        summary=summary,
        targets=target_table(curves, asked.targets, level=1 - asked.alpha),
        comparison=comparison,
        pairs=pairs,
        best=best,
        robustness=found,
        optimism=optimism,
        answers=tuple(
            _answers(
                asked,
                reference.kind,
                curves,
                summary,
                comparison,
                pairs,
                best,
                found,
                optimism,
                len(common),
            )
            + ([] if chance is None else list(chance.sentences()))
        ),
        warnings=tuple(
            comparison_warnings(
                measured,
                reference,
                finals=curves.final(),
                baseline=baseline,
                space_size=asked.space_size,
                populations=asked.populations,
            )
        ),
    )


def _with_power(
    comparison: pd.DataFrame, scores: Mapping[str, np.ndarray], asked: Questions
) -> pd.DataFrame:
    """Add what could have been detected, and the seeds that undecided differences would take."""
    import pandas as pd

    rows = []
    for name, row in comparison.iterrows():
        spread = scores[str(name)] - scores[str(asked.baseline)]
        critical = row["critical"]
        if not np.isfinite(critical) or np.ptp(spread) <= TOLERANCE:
            rows.append(dict.fromkeys(POWER_COLUMNS, float("nan")))
            continue
        least = detectable_difference(spread, critical, power=POWER)
        ends = [row["difference_low"], row["difference_high"]]
        near = 0.0 if ends[0] <= 0 <= ends[1] else min(map(abs, ends))
        far = max(map(abs, ends))
        open_ = row["verdict"] == "undecided"
        needed = [
            seeds_needed(spread, critical, size, power=POWER) if open_ else float("nan")
            for size in (row["difference"], far, near)
        ]
        half = detection_power(spread, critical, least / 2)
        rows.append(dict(zip(POWER_COLUMNS, (least, half, *needed), strict=True)))
    added = pd.DataFrame(rows, index=comparison.index, columns=list(POWER_COLUMNS))
    return comparison.join(added)


def _answers(
    asked: Questions,
    kind: str,
    curves: Curves,
    summary: pd.DataFrame,
    comparison: pd.DataFrame | None,
    pairs: pd.DataFrame | None,
    best: Mapping[str, float] | None,
    found: Robustness | None,
    optimism: pd.DataFrame | None,
    seeds: int,
) -> list[str]:
    baseline = str(asked.baseline)
    answers: list[str] = []
    if pairs is not None:
        shares = {str(name): float(share) for name, share in summary["hypervolume"].items()}
        behind = unbeaten_rule(pairs, shares, asked.rules, kind)
        answers += [behind] if behind else []
    if comparison is None:
        first = summary.iloc[0]
        answers.append(
            f"After {counted(curves.budget, 'trial')}, {summary.index[0]} found "
            f"{100 * first['hypervolume']:.1f} % of the {kind} front's hypervolume; with "
            f"{counted(len(summary), 'sampler')} and "
            f"{counted(seeds, 'common seed')} nothing can be compared."
        )
    else:
        answers.append(sentences.answer(comparison, baseline, curves.budget, kind))
        answers.append(sentences.method(seeds, len(comparison), asked.alpha, asked.margin))
        answers.extend(sentences.identical(comparison, baseline))
        answers.extend(sentences.disagreements(comparison, baseline))
        answers.extend(sentences.detectability(comparison, seeds, POWER))
    if best is not None:
        answers.append(sentences.best_in_resamples(best))
    answers.append(sentences.to_target(summary, asked.target, kind))
    if found is not None:
        answers.extend(sentences.sensitivity(found))
    if optimism is not None:
        answers.append(sentences.optimism(optimism, *asked.splits))
    return answers
