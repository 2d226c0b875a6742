"""The grey box: known costs, a monotone model of the rest, expected hypervolume improvement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from moo_jsc.foundation.names import unknown_name
from moo_jsc.objectives.noise import Scatter
from moo_jsc.objectives.objective import Objective
from moo_jsc.objectives.scales import check_scales
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.grey_box.pool import Pool
from moo_jsc.samplers.grey_box.search import Search
from moo_jsc.samplers.grey_box.settings import Settings
from moo_jsc.samplers.sampler import Evaluate, InformedSampler, Known, ScaledSampler


@dataclass(frozen=True)
class GreyBox(Settings, InformedSampler, ScaledSampler):
    """Evaluates only what cannot be known, where it is expected to gain most.

    Each objective that is not known beforehand gets a Gaussian process (`Surrogate`) whose mean
    rises with the choices that are said to improve it. The next design has the largest expected
    improvement of the hypervolume, in closed form, over the whole space (`Pool` says what becomes
    of spaces beyond 10^6 designs). The reference point follows the front that the model predicts,
    with an unevenness that the seed draws. With trends there are no random trials. No
    configuration is proposed twice.

    Parameters
    ----------
    monotone, noise, bounds, scales, constants
        See `Settings`.
    """

    @property
    def name(self) -> str:  # type: ignore[override]
        """``grey-box`` or ``grey-box-plain``."""
        return "grey-box" if self.monotone else "grey-box-plain"

    def check(self, objectives: tuple[Objective, ...]) -> None:
        """Raise an InputError if a bound, a scale or a noise names none of the objectives."""
        self.bounds.check(objectives)
        check_scales(self.scales, objectives)
        names = [objective.name for objective in objectives]
        for name in self.noise:
            if name not in names:
                raise unknown_name("noise of objective", name, names)

    def expecting(self, noise: Scatter) -> Self:
        """Return a copy that is told how values scatter, itself where a user has said it."""
        return self if self.noise else replace(self, noise=dict(noise))

    def load(self) -> None:
        """Import scipy and moocore."""
        import moocore  # noqa: F401
        import scipy.linalg
        import scipy.special  # noqa: F401

    def run(
        self,
        space: SearchSpace,
        objectives: tuple[Objective, ...],
        evaluate: Evaluate,
        *,
        seed: int,
        budget: int,  # noqa: ARG002
        known: Known | None = None,
    ) -> None:
        """See `InformedSampler.run`.

        Raises
        ------
        InputError
            A bound names no objective, or no design meets the bounds on known costs.
        """
        self.check(objectives)
        pool = Pool(space, known, len(objectives), seed=seed)
        search = Search(space, objectives, pool, self, seed=seed)
        while (index := search.proposal()) is not None:
            (values,) = evaluate(space.configurations([index]))
            search.learn(index, values)
