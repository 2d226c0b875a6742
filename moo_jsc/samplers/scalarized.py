"""Single-objective search on a weighted sum of the objectives, as a sampler like any other."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.objective import Objective, Sense
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.optuna_samplers import OptunaTPE
from moo_jsc.samplers.sampler import Evaluate, Sampler

Normalization = Literal["raw", "corners"]


class Weighting(ABC):
    """Where the weights of a run come from."""

    @abstractmethod
    def weights(self, objectives: Sequence[Objective], seed: int) -> NDArray[np.float64]:
        """Return one weight (m,) for each objective."""


@dataclass(frozen=True)
class FixedWeights(Weighting):
    """Weights by the objective's name; an objective without one counts nothing.

    Raises
    ------
    InputError
        There is no weight, one is not finite, or all are 0; on use, a name is not among the
        problem's objectives.
    """

    by_name: Mapping[str, float]

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", dict(sorted(self.by_name.items())))
        for name, weight in self.by_name.items():
            if not math.isfinite(weight):
                raise InputError(f"weight of {name!r} = {weight}: expected a finite number")
        if not any(self.by_name.values()):
            raise InputError(f"weights {dict(self.by_name)}: expected one that is not 0")

    def weights(self, objectives: Sequence[Objective], seed: int) -> NDArray[np.float64]:  # noqa: ARG002
        """Return the weights in the order of the objectives."""
        names = [objective.name for objective in objectives]
        for name in self.by_name:
            if name not in names:
                raise InputError(f"weight of {name!r}: expected one of {', '.join(names)}")
        return np.array([self.by_name.get(name, 0.0) for name in names])


@dataclass(frozen=True)
class WeightsBySense(Weighting):
    """The same weight for all qualities (maximized), and another for all costs (minimized)."""

    maximized: float = 1.0
    minimized: float = 0.2

    def weights(self, objectives: Sequence[Objective], seed: int) -> NDArray[np.float64]:  # noqa: ARG002
        """Return the weights by sense."""
        return np.array(
            [self.maximized if o.sense == "max" else self.minimized for o in objectives]
        )


@dataclass(frozen=True)
class RandomWeights(Weighting):
    """Weights drawn uniformly from the simplex by the run's seed: another search in each run."""

    def weights(self, objectives: Sequence[Objective], seed: int) -> NDArray[np.float64]:
        """Return a draw from the flat Dirichlet distribution."""
        generator = np.random.default_rng(np.random.SeedSequence([seed, len(objectives)]))
        return generator.dirichlet(np.ones(len(objectives)))


@dataclass(frozen=True)
class ScalarizedSampler(Sampler):
    """Any sampler, searching for one number: a weighted sum of the objectives.

    The score of a configuration with values v is sum_i w_i s_i v_i / u_i, where s_i is +1 for
    a maximized and -1 for a minimized objective and u_i its scale; it is maximized. Only the
    score is seen by the inner sampler, while all objectives are recorded.

    Parameters
    ----------
    name
        Of this sampler.
    weighting
        Where the weights w come from.
    inner
        Searches for the score; TPE unless told otherwise.
    normalisation
        ``"raw"`` sums natural units over `scales` (the largest numbers decide: BitOPs in the
        thousands leave no say to an accuracy below 1). ``"corners"`` spends the first two
        trials on the two corners of the space (every choice at its first value, then at its
        last) and takes as scale u_i the larger magnitude there, so that each weight counts
        relative to the costliest network and its accuracy.
    scales
        Known scales u by the objective's name, 1 where it has none; for ``"raw"`` only.
    direction
        None respects the senses, with weights of at least 0. ``"max"`` or ``"min"`` is MASE's
        `sum_scaled_metrics`: all scaled metrics are summed with the signs of their weights alone
        (s_i = 1), and the sum goes in this one direction, so that a cost with a positive weight
        is rewarded under ``"max"``.

    Raises
    ------
    InputError
        A scale is not positive and finite, names no objective, or stands beside ``"corners"``;
        a weight is negative although the senses are respected, or bad as `FixedWeights` says.

    Examples
    --------
    >>> reports = scalarized_tpe({"accuracy": 1.0, "average-bitwidth": 0.2}, name="report-1")
    >>> reports.name, reports.inner
    ('report-1', OptunaTPE(multivariate=False))
    """

    name: str
    weighting: Weighting
    inner: Sampler = field(default_factory=OptunaTPE)
    normalization: Normalization = "raw"
    scales: Mapping[str, float] = field(default_factory=dict)
    direction: Sense | None = None

    def __post_init__(self) -> None:
        for name, scale in self.scales.items():
            if not (math.isfinite(scale) and scale > 0):
                raise InputError(f"scale of {name!r} = {scale}: expected a positive number")
        if self.scales and self.normalization != "raw":
            raise InputError(f"scales {dict(self.scales)}: expected none beside 'corners'")
        if self.direction is None and isinstance(self.weighting, FixedWeights):
            for name, weight in self.weighting.by_name.items():
                if weight < 0:
                    raise InputError(f"weight of {name!r} = {weight}: expected at least 0")

    def check(self, objectives: tuple[Objective, ...]) -> None:
        """Raise an InputError if a weight or scale names none of the objectives."""
        self.signed_weights(objectives)

    def load(self) -> None:
        """Import what the inner sampler needs."""
        self.inner.load()

    def run(
        self,
        space: SearchSpace,
        objectives: tuple[Objective, ...],
        evaluate: Evaluate,
        *,
        seed: int,
        budget: int,
    ) -> None:
        """See `Sampler.run`."""
        weights = self.signed_weights(objectives, seed)
        spent = 0
        if self.normalization == "corners":
            corners = space.configurations(sorted({0, space.size - 1}))
            spent = len(corners)
            magnitudes = np.abs(evaluate(corners)).max(axis=0)
            weights = weights / np.where(magnitudes > 0, magnitudes, 1.0)
        score = Objective(
            name="score",
            unit="1",
            sense=self.direction or "max",
            definition="weighted sum",
            source=self.name,
        )
        if spent < budget:
            self.inner.run(
                space,
                (score,),
                lambda configurations: evaluate(configurations) @ weights[:, None],
                seed=seed,
                budget=budget - spent,
            )

    def signed_weights(self, objectives: Sequence[Objective], seed: int = 0) -> NDArray[np.float64]:
        """Return the factor (m,) of each objective's natural value in the score.

        Without the corners' scales, which only a run can know.
        """
        weights = self.weighting.weights(objectives, seed)
        names = [objective.name for objective in objectives]
        for name in self.scales:
            if name not in names:
                raise InputError(f"scale of {name!r}: expected one of {', '.join(names)}")
        weights = weights / np.array([self.scales.get(name, 1.0) for name in names])
        if not weights.any():
            raise InputError(f"weights of {', '.join(names)}: expected one that is not 0")
        if self.direction is None:
            weights = weights * np.array([1.0 if o.sense == "max" else -1.0 for o in objectives])
        return weights


def scalarized_tpe(
    weights: Mapping[str, float],
    name: str,
    *,
    normalization: Normalization = "raw",
    scales: Mapping[str, float] | None = None,
    direction: Sense | None = None,
) -> ScalarizedSampler:
    """Return single-objective TPE on the sum of weight x value (see `ScalarizedSampler`)."""
    return ScalarizedSampler(
        name,
        FixedWeights(weights),
        normalization=normalization,
        scales=scales or {},
        direction=direction,
    )
