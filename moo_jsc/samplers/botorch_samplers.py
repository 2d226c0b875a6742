"""BoTorch's noisy expected hypervolume improvement, with and without known costs.

Needs the extra ``botorch``; nothing else in the package does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.region import Region
from moo_jsc.samplers.sampler import Evaluate, InformedSampler, Known, ScaledSampler

if TYPE_CHECKING:
    import torch

_RANDOM_TRIALS = 10
_CANDIDATES = 2000
_DRAWS = 64


def search(
    space: SearchSpace,
    objectives: tuple[Objective, ...],
    evaluate: Evaluate,
    known: Known | None,
    seed: int,
    region: Region,
) -> None:
    """Try 10 random designs, then the best of 2,000 random untried ones by qLogNEHVI each time.

    Every black-box objective gets a `SingleTaskGP` on the choices' indices, scaled to 0..1;
    known ones enter as what they are. Bounds are constraints on what the processes predict, and
    leave out of the 2,000 what known values already rule out.
    """
    import torch

    generator = np.random.default_rng(seed)
    tried: list[int] = []
    found = np.empty((0, len(objectives)))
    while len(tried) < space.size:
        drawn = np.arange(min(space.size, _CANDIDATES + len(tried)))
        picks = space.permuted(drawn, seed + len(tried))
        untried = np.setdiff1d(picks, tried)
        if known is not None:
            counting = region.counts(region.measured(known(space.configurations(untried))))
            untried = untried[counting] if counting.any() else untried
        chosen = int(generator.choice(untried))
        if len(tried) >= _RANDOM_TRIALS:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                gains = _gains(space, tried, found, untried, known, region)
            chosen = int(untried[int(gains.argmax())])
        (values,) = evaluate(space.configurations([chosen]))
        tried.append(chosen)
        found = np.vstack([found, values])


def _gains(
    space: SearchSpace,
    tried: list[int],
    natural: NDArray[np.float64],
    untried: NDArray[np.int64],
    known: Known | None,
    region: Region,
) -> NDArray[np.float64]:
    """Return the acquisition function of the untried designs; all objectives are maximized."""
    import torch
    from botorch.acquisition.multi_objective.logei import (
        qLogNoisyExpectedHypervolumeImprovement,
    )
    from botorch.acquisition.multi_objective.objective import GenericMCMultiOutputObjective
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import ModelListGP, SingleTaskGP
    from botorch.sampling.normal import SobolQMCNormalSampler
    from botorch.utils.multi_objective.hypervolume import infer_reference_point
    from gpytorch.mlls import ExactMarginalLogLikelihood

    largest = np.maximum(np.array(space.radices) - 1, 1)
    found = -region.measured(natural)
    low, span = found.min(axis=0), np.ptp(found, axis=0)
    span = np.where(span > 0, span, 1.0)
    black = np.ones(found.shape[1], dtype=bool)
    if known is not None:
        black = np.isnan(known(space.configurations(tried[:1]))[0])

    def scaled(indices: NDArray[np.int64] | list[int]) -> torch.Tensor:
        return torch.from_numpy(space.configurations(indices) / largest)

    def with_costs(samples: torch.Tensor, X: torch.Tensor | None = None) -> torch.Tensor:
        if known is None or X is None or black.all():
            return samples
        rows = np.rint(X.numpy().reshape(-1, space.dimensions) * largest).astype(np.int64)
        costs = ((-region.measured(known(rows)) - low) / span)[:, ~black]
        shaped = torch.from_numpy(costs).reshape(*X.shape[:-1], costs.shape[1])
        return torch.cat([samples, shaped.expand(*samples.shape[:-1], -1)], dim=-1)

    x = scaled(tried)
    order = np.argsort(~black, kind="stable")
    y = torch.from_numpy((found - low) / span)[:, order]
    ends = ((-np.stack([region.high, region.low]) - low) / span)[:, order]
    kept = torch.from_numpy(region.counts(-found))
    models = []
    for column in range(black.sum()):
        model = SingleTaskGP(x, y[:, column : column + 1])
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        models.append(model)
    acquisition = qLogNoisyExpectedHypervolumeImprovement(
        ModelListGP(*models),
        ref_point=infer_reference_point(_front(y[kept] if kept.any() else y)),
        X_baseline=x,
        sampler=SobolQMCNormalSampler(torch.Size([_DRAWS]), seed=0),
        objective=GenericMCMultiOutputObjective(with_costs),
        constraints=_constraints(*ends[:, : black.sum()]) or None,
        prune_baseline=False,
    )
    with torch.no_grad():
        blocks = scaled(untried).unsqueeze(1).split(256)
        return np.concatenate([acquisition(block).numpy() for block in blocks])


def _front(points: torch.Tensor) -> torch.Tensor:
    from botorch.utils.multi_objective.pareto import is_non_dominated

    return points[is_non_dominated(points)]


def _constraints(
    least: NDArray[np.float64], most: NDArray[np.float64]
) -> list[Callable[[torch.Tensor], torch.Tensor]]:
    """Return what BoTorch takes for bounds on the model's outcomes: negative where kept."""
    return [
        partial(_missed, column=int(column), sign=sign, end=float(ends[column]))
        for sign, ends in ((1.0, least), (-1.0, most))
        for column in np.flatnonzero(np.isfinite(ends))
    ]


def _missed(samples: torch.Tensor, *, column: int, sign: float, end: float) -> torch.Tensor:
    return sign * (end - samples[..., column])


def require_botorch() -> None:
    """Import BoTorch.

    Raises
    ------
    InputError
        It is not installed.
    """
    try:
        import botorch  # noqa: F401
    except ImportError:
        raise InputError(
            "sampler botorch: needs BoTorch, install it with pip install moo-jsc[botorch]"
        ) from None


@dataclass(frozen=True)
class BoTorch(ScaledSampler):
    """BoTorch's qLogNEHVI on Gaussian processes of all objectives; 10 random trials first."""

    name = "botorch"

    def load(self) -> None:
        """Import BoTorch."""
        require_botorch()

    def run(
        self,
        space: SearchSpace,
        objectives: tuple[Objective, ...],
        evaluate: Evaluate,
        *,
        seed: int,
        budget: int,  # noqa: ARG002
    ) -> None:
        """See `Sampler.run`."""
        search(
            space, objectives, evaluate, None, seed, Region(objectives, self.bounds, self.scales)
        )


@dataclass(frozen=True)
class BoTorchKnownCosts(InformedSampler, ScaledSampler):
    """The same with known costs as they are; only black boxes get Gaussian processes."""

    name = "botorch-known-costs"

    def load(self) -> None:
        """Import BoTorch."""
        require_botorch()

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
        """See `InformedSampler.run`."""
        search(
            space, objectives, evaluate, known, seed, Region(objectives, self.bounds, self.scales)
        )
