"""Made-up problems on which the assumptions of the grey box hold, or do not."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import Choice, SearchSpace

if TYPE_CHECKING:
    import pandas as pd

    from analysis.front.reference import Reference
    from moo_jsc.samplers import Sampler

WIDTHS = (2, 3, 4, 5, 6, 8)
TENSORS = 4
OBJECTIVES = (
    Objective(name="accuracy", unit="1", sense="max"),
    Objective(name="size", unit="bits", sense="min", known=True),
    Objective(name="operations", unit="1", sense="min", known=True),
)
SPACE = SearchSpace(
    "made-up",
    tuple(Choice(f"bits{i}", WIDTHS, rises=("accuracy",), unit="bits") for i in range(TENSORS)),
)
CASES = {
    "as-assumed": "accuracy rises with every width",
    "shuffled": "what each width means is shuffled, for each tensor",
    "hump": "accuracy is best at a middle width of each tensor",
    "falling": "accuracy falls with every width, and so do the costs' trade-offs",
    "noisy": "scores on 500 jets and 1 point of training scatter, the sampler is told",
    "noise-untold": "the same, the sampler is not told",
}
"""Kinds of problems and what they are."""

RANDOM = "without-repeats(optuna-random)"
JETS, SCATTER = 500, 0.01


@dataclass(frozen=True)
class MadeUp:
    """One problem: true values of all designs, and scores as a trial returns them."""

    case: str
    seed: int

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """True values (designs, 3)."""
        generator = np.random.default_rng(self.seed)
        rows = SPACE.configurations(np.arange(SPACE.size))
        bits = np.array(WIDTHS, dtype=float)[rows]
        harm = generator.uniform(0.05, 0.25, TENSORS)
        weights = generator.uniform(50, 300, (2, TENSORS))
        rough = 0.004 * np.sin(rows @ generator.uniform(1, 9, TENSORS))
        meant = rows
        if self.case == "shuffled":
            order = np.array([generator.permutation(len(WIDTHS)) for _ in range(TENSORS)])
            meant = np.take_along_axis(order, rows.T, axis=1).T
        elif self.case == "hump":
            best = generator.integers(1, len(WIDTHS) - 1, TENSORS)
            meant = len(WIDTHS) - 1 - np.abs(rows - best)
        elif self.case == "falling":
            meant = len(WIDTHS) - 1 - rows
        damage = np.exp(-1.1 * (np.array(WIDTHS, dtype=float)[meant] - 2)) @ harm
        accuracy = 0.75 * np.exp(-damage) + rough
        return np.column_stack([accuracy, bits @ weights[0], bits**2 @ weights[1]])

    def scores(
        self, jets: int | None, scatter: float
    ) -> Callable[[NDArray[np.int64]], NDArray[np.float64]]:
        """Return what a trial returns: counted on so many jets (None: on all), and scattered."""
        generator = np.random.default_rng([self.seed, 1])

        def evaluate(rows: NDArray[np.int64]) -> NDArray[np.float64]:
            found = self.values[SPACE.indices(rows)].copy()
            found[:, 0] += scatter * generator.standard_normal(len(found))
            if jets is not None:
                found[:, 0] = generator.binomial(jets, found[:, 0].clip(0, 1)) / jets
            return found

        return evaluate

    def known(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the costs."""
        found = self.values[SPACE.indices(rows)].copy()
        found[:, 0] = np.nan
        return found

    @cached_property
    def reference(self) -> Reference:
        """The true front and its scale."""
        from analysis.front.reference import Reference

        return Reference.from_values(self.values, OBJECTIVES)

    def share(self, indices: Sequence[int]) -> float:
        """Return the share of the true hypervolume of some designs, at their true values."""
        from analysis.front.hypervolume import hypervolume

        points = self.reference.normalized(self.values[list(indices)])
        return hypervolume(points, self.reference.reference_point) / self.reference.hypervolume


def tried(
    problem: MadeUp, sampler: Sampler, budget: int, jets: int | None, scatter: float
) -> list[int]:
    """Return the flat indices of the designs that a sampler tries."""
    from moo_jsc.runs.ledger import Ledger
    from moo_jsc.samplers import BudgetExhausted, run_sampler

    sampler.load()
    ledger = Ledger(SPACE, len(OBJECTIVES), problem.scores(jets, scatter), budget=budget)
    with contextlib.suppress(BudgetExhausted):
        run_sampler(
            sampler,
            SPACE,
            OBJECTIVES,
            ledger,
            seed=problem.seed,
            budget=budget,
            known=problem.known,
        )
    return SPACE.indices([trial.configuration for trial in ledger.trials]).tolist()


def by_case(cases: Sequence[str], *, seeds: int, budget: int) -> pd.DataFrame:
    """Return the share of each sampler at the end, a row for each case, sampler and seed."""
    import pandas as pd

    from moo_jsc.samplers import get_samplers
    from moo_jsc.samplers.grey_box import GreyBox, Noise

    (random,) = get_samplers([RANDOM])
    rows = []
    for case in cases:
        noisy = case in ("noisy", "noise-untold")
        jets, scatter = (JETS, SCATTER) if noisy else (None, 0.0)
        noise = {"accuracy": Noise(JETS, SCATTER)} if case == "noisy" else {}
        samplers = (GreyBox(noise=noise), GreyBox(monotone=False, noise=noise), random)
        for seed in range(seeds):
            problem = MadeUp(case, seed)
            for sampler in samplers:
                share = problem.share(tried(problem, sampler, budget, jets, scatter))
                rows.append({"case": case, "sampler": sampler.name, "seed": seed, "share": share})
    return pd.DataFrame(rows)


def by_jets(jets: Sequence[int], totals: Sequence[int], *, seeds: int) -> pd.DataFrame:
    """Return the grey box's share after so many jets, scored so many a trial, with scatter."""
    import pandas as pd

    from moo_jsc.samplers.grey_box import GreyBox, Noise

    rows = []
    for count in jets:
        sampler = GreyBox(noise={"accuracy": Noise(count, SCATTER)})
        for seed in range(seeds):
            problem = MadeUp("as-assumed", seed)
            budget = min(max(totals) // count, SPACE.size)
            designs = tried(problem, sampler, budget, count, SCATTER)
            for total in totals:
                share = problem.share(designs[: total // count]) if total >= count else 0.0
                rows.append({"jets a trial": count, "jets": total, "seed": seed, "share": share})
    return pd.DataFrame(rows)
