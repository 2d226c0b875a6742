"""What a careful colleague would point out before believing a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis.foundation.words import counted
from analysis.front.reference import Reference, lattice_divisions
from analysis.trials.run import Run
from analysis.trials.table import Trials

if TYPE_CHECKING:
    import pandas as pd

MOST_REPEATS = 0.2
FEW_SEEDS = 10
ALMOST_ALL = 0.95
CEILING = 0.999
NEAR_A_STEP = 0.05
"""Share of the front's size by which a step of the reference point counts as near."""


def comparison_warnings(
    trials: Trials | pd.DataFrame,
    reference: Reference,
    *,
    finals: Mapping[str, np.ndarray] | None = None,
    baseline: str | None = None,
    space_size: int | None = None,
    populations: Mapping[str, int] | None = None,
) -> list[str]:
    """Return warnings about a comparison, one sentence each; none if nothing stands out.

    Parameters
    ----------
    trials
        Or a table of them (see `analysis.trials.table`).
    reference
        The true front and its scale.
    finals
        Final share of the true hypervolume of each run; to see whether the budget is too large
        to tell samplers apart.
    baseline
        Runs with the same trials as its runs are named.
    space_size
        Configurations in the space, if known.
    populations
        For each evolutionary sampler the size of its first generation.

    Returns
    -------
    list of str

    Raises
    ------
    InputError
        The table is unusable (see `analysis.trials.table`).

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.foundation.objectives import Objective
    >>> from analysis.front.reference import Reference
    >>> reference = Reference.from_values([[0, 1], [1, 0]],
    ...                                   [Objective(name="a"), Objective(name="b")])
    >>> trials = pd.DataFrame({"sampler": "nsga2", "seed": range(9), "trial": 0,
    ...                        "a": range(9), "b": 0})
    >>> comparison_warnings(trials, reference, populations={"nsga2": 50})[0]
    'nsga2 never left its first generation: its population of 50 is not smaller than the budget...'
    """
    measured = Trials.of(trials, reference)
    samplers = measured.runs
    return [
        *_failed(measured),
        *_first_generation(samplers, populations or {}),
        *_same_as_baseline(samplers, baseline),
        *_budget_above_space(samplers, space_size),
        *_repeats(samplers),
        *_seeds(samplers),
        *_constant(measured, reference),
        *_ceiling(finals or {}, reference),
        *_near_a_step(reference),
        *_lengths(samplers),
    ]


def _failed(trials: Trials) -> list[str]:
    if not trials.failed:
        return []
    verb = "has" if trials.failed == 1 else "have"
    return [
        f"{counted(trials.failed, 'trial')} {verb} no finite value (the first: "
        f"{trials.first_failed}): counted against the budget, with nothing found."
    ]


def _first_generation(
    samplers: Mapping[str, Sequence[Run]], populations: Mapping[str, int]
) -> list[str]:
    found = []
    for name, runs in samplers.items():
        longest = max(len(run) for run in runs)
        if name in populations and populations[name] >= longest:
            found.append(
                f"{name} never left its first generation: its population of {populations[name]} "
                f"is not smaller than the budget of {longest} trials, so nothing was evolved."
            )
    return found


def _same_as_baseline(samplers: Mapping[str, Sequence[Run]], baseline: str | None) -> list[str]:
    if baseline is None or baseline not in samplers:
        return []
    own = {
        run.seed: run.everything.values for run in samplers[baseline] if len(run.everything.values)
    }
    found = []
    for name, runs in samplers.items():
        if name == baseline:
            continue
        same = sum(
            run.seed in own and np.array_equal(run.everything.values, own[run.seed]) for run in runs
        )
        if same:
            found.append(
                f"{name} made exactly the trials of {baseline} in {same} of {len(runs)} runs: "
                "at this budget it is that sampler."
            )
    return found


def _budget_above_space(samplers: Mapping[str, Sequence[Run]], space_size: int | None) -> list[str]:
    budget = max(len(run) for runs in samplers.values() for run in runs)
    if space_size is None or budget < space_size:
        return []
    return [
        f"The budget of {budget} trials is not below the {space_size} configurations of the "
        "space: trying them all answers every question, and no sampler can do better."
    ]


def _repeats(samplers: Mapping[str, Sequence[Run]]) -> list[str]:
    found = []
    for name, runs in samplers.items():
        shares = [1.0 - run.new.mean() for run in runs if run.new is not None and len(run)]
        if shares and np.mean(shares) > MOST_REPEATS:
            found.append(
                f"{name} spent {np.mean(shares):.0%} of its trials on configurations that it had "
                "already evaluated."
            )
    return found


def _seeds(samplers: Mapping[str, Sequence[Run]]) -> list[str]:
    common = set.intersection(*({run.seed for run in runs} for runs in samplers.values()))
    found = []
    everything = {run.seed for runs in samplers.values() for run in runs}
    if len(common) < len(everything):
        found.append(
            f"Only {len(common)} of {len(everything)} seeds "
            f"{'is' if len(common) == 1 else 'are'} common to all samplers; tests use these alone."
        )
    if 1 < len(common) < FEW_SEEDS and len(samplers) > 1:
        found.append(
            f"With {counted(len(common), 'seed')} verdicts and intervals are rough: the "
            f"simulations behind them start at {FEW_SEEDS}."
        )
    return found


def _constant(trials: Trials, reference: Reference) -> list[str]:
    values = trials.values
    if len(values) == 0:
        return []
    found = []
    for column, objective in enumerate(reference.objectives):
        _, counts = np.unique(values[:, column], return_counts=True)
        share = counts.max() / len(values)
        if share == 1.0:
            found.append(
                f"Objective {objective.name} is constant over all trials: it measures nothing here."
            )
        elif reference.degenerate[column]:
            found.append(
                f"Objective {objective.name} is constant along the true front: no trade-off "
                "involves it."
            )
        elif share >= ALMOST_ALL:
            found.append(
                f"Objective {objective.name} is nearly constant: {share:.0%} of the trials have "
                "the same value."
            )
    return found


def _ceiling(finals: Mapping[str, np.ndarray], reference: Reference) -> list[str]:
    if not finals or not reference.complete:
        return []
    done = np.mean([np.mean(values >= CEILING) for values in finals.values()])
    if done <= 0.5:
        return []
    return [
        f"{done:.0%} of all runs found at least {CEILING:.1%} of the true hypervolume: the budget "
        "is too large to tell samplers apart by what they end with."
    ]


def _near_a_step(reference: Reference) -> list[str]:
    """Say where a slightly longer or shorter front would have another reference point."""
    size, objectives = len(reference.front), len(reference.objectives)
    if reference.coordinate is not None or objectives < 3:
        return []
    reach = max(1, round(NEAR_A_STEP * size))
    own = lattice_divisions(size, objectives)
    for other in (max(size - reach, 1), size + reach):
        divisions = lattice_divisions(other, objectives)
        if divisions != own:
            return [
                f"The reference point {1 + 1 / own:.4g} follows from the front's {size} points; "
                f"with {other} it would be {1 + 1 / divisions:.4g} (see the robustness table)."
            ]
    return []


def _lengths(samplers: Mapping[str, Sequence[Run]]) -> list[str]:
    budget = max(len(run) for runs in samplers.values() for run in runs)
    found = []
    for name, runs in samplers.items():
        short = sum(len(run) < budget for run in runs)
        if short:
            found.append(
                f"{name} ended before {budget} trials in {short} of {len(runs)} runs; its curves "
                "keep their last value."
            )
    return found
