"""The model of one black-box objective: a monotone linear mean and a Matern process around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from moo_jsc.samplers.grey_box.constants import Constants
from moo_jsc.samplers.grey_box.coordinates import Coordinates

_NEGLIGIBLE = 0.02
"""Weight below which a hypothesis is left out of the average."""

_BLOCK = 100_000
"""Designs that are predicted at once."""


@dataclass(frozen=True)
class Hypothesis:
    """One setting of the model (see `Constants`) and the logarithm of its prior weight."""

    slope: float
    share: float
    rate: float
    interaction: float
    roughness: float
    monotone: bool
    log_prior: float


def hypotheses(
    constants: Constants, *, monotone: bool, shares: tuple[float, ...] = (1.0,)
) -> list[Hypothesis]:
    """Return all settings: with trends, if they may be used, and without."""
    found = []
    middle = min(constants.rates, key=lambda rate: abs(rate - constants.expected_rate))
    for trends in (True, False) if monotone else (False,):
        for slope, share, rate, interaction, roughness in product(
            constants.slopes,
            shares if trends else (1.0,),
            constants.rates if trends else (middle,),
            constants.interactions if trends else (1.0,),
            constants.roughness,
        ):
            prior = -0.5 * (np.log(slope / constants.expected_slope) / constants.slope_spread) ** 2
            prior -= 0.5 * ((rate - constants.expected_rate) / constants.rate_spread) ** 2
            if not trends:
                prior += np.log(constants.trendless)
            found.append(
                Hypothesis(slope, share, rate, interaction, roughness, trends, float(prior))
            )
    return found


class Surrogate:
    """A Gaussian process g(x) = level - slope sum_j a_j(x) + linear and Matern parts + roughness.

    The a_j are the damages of `Coordinates`. The coefficients of the linear part have mean zero:
    they are the differences between choices, and are integrated out. The hypotheses are weighted
    by their likelihood and averaged; nothing is optimised, so nothing can fail to converge.

    Parameters
    ----------
    coordinates
        Of the space, for this objective.
    constants
        Of the prior.
    monotone
        Take hypotheses with trends, too.
    """

    def __init__(
        self, coordinates: Coordinates, constants: Constants, *, monotone: bool = True
    ) -> None:
        self.coordinates = coordinates
        self.constants = constants
        mixed = coordinates.other.any()
        self.hypotheses = hypotheses(
            constants, monotone=monotone, shares=constants.shares if mixed else (1.0,)
        )

    def predicted(
        self,
        rows: NDArray[np.int64],
        tried: NDArray[np.int64],
        values: NDArray[np.float64],
        noise: NDArray[np.float64],
        *,
        bound: float | None = None,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        """Return mean and deviation (n,) of designs and the roughness, on the model's scale.

        Parameters
        ----------
        rows
            Configurations (n, d) to predict.
        tried, values
            Configurations (k, d) and what was found for them (k,), on the model's scale; k may
            be 0: then it is the prior.
        noise
            Variance (k,) of each of the values around the design's own.
        bound
            What a design must reach to count, if anything. Before the first trial the level of
            the whole is unknown; that the best design is somewhat above the bound is all that
            can be said of it, and is taken as certain.

        Notes
        -----
        O(h k^3 + n k^2) for h hypotheses.
        """
        fits = self._fits(tried, values, noise)
        mean, deviation = np.empty(len(rows)), np.empty(len(rows))
        for start in range(0, len(rows), _BLOCK):
            part = slice(start, start + _BLOCK)
            mean[part], deviation[part] = self._averaged(rows[part], tried, fits)
        if bound is not None and not len(values):
            mean += bound + self.constants.above_bound
            deviation = np.sqrt(deviation**2 - self.constants.level**2)
        rough = sum(fit.weight * fit.hypothesis.roughness**2 for fit in fits)
        return mean, deviation, float(np.sqrt(rough))

    def _fits(
        self,
        tried: NDArray[np.int64],
        values: NDArray[np.float64],
        noise: NDArray[np.float64],
    ) -> list[_Fit]:
        """Return the likeliest hypotheses, conditioned on the values."""
        highest, average = (values.max(), values.mean()) if len(values) else (0.0, 0.0)
        covariances, deviations, centers = [], [], []
        for hypothesis, parts in self._with_parts(self.hypotheses, tried, tried):
            covariance = parts.covariance(hypothesis, self.constants)
            covariance[np.diag_indices(len(tried))] += hypothesis.roughness**2 + noise
            covariances.append(covariance)
            center = float(highest if hypothesis.monotone else average)
            centers.append(center)
            deviations.append(values - center - parts.trend(hypothesis))
        factors = np.linalg.cholesky(np.stack(covariances))
        residuals = np.linalg.solve(factors, np.stack(deviations)[..., None])[..., 0]
        scores = np.array([hypothesis.log_prior for hypothesis in self.hypotheses])
        scores -= 0.5 * (residuals**2).sum(axis=1)
        scores -= np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
        order = np.argsort(-scores, kind="stable")[: self.constants.kept]
        weights = np.exp(scores[order] - scores[order[0]])
        weights = np.where(weights < _NEGLIGIBLE * weights.sum(), 0.0, weights)
        weights /= weights.sum()
        return [
            _Fit(self.hypotheses[i], float(weight), factors[i], residuals[i], centers[i])
            for i, weight in zip(order, weights, strict=True)
            if weight
        ]

    def _averaged(
        self, rows: NDArray[np.int64], tried: NDArray[np.int64], fits: list[_Fit]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the mean and standard deviation of the mixture of the fits."""
        from scipy.linalg import solve_triangular

        means, squares = np.zeros(len(rows)), np.zeros(len(rows))
        by_hypothesis = {fit.hypothesis: fit for fit in fits}
        for hypothesis, parts in self._with_parts(list(by_hypothesis), rows, tried):
            fit = by_hypothesis[hypothesis]
            cross = parts.covariance(hypothesis, self.constants)
            whitened = solve_triangular(fit.factor, cross.T, lower=True, check_finite=False)
            mean = fit.center + parts.trend(hypothesis) + fit.residual @ whitened
            variance = parts.variance(hypothesis, self.constants) - (whitened**2).sum(axis=0)
            variance = np.maximum(variance, 0.0) + hypothesis.roughness**2
            means += fit.weight * mean
            squares += fit.weight * (variance + mean**2)
        return means, np.sqrt(np.maximum(squares - means**2, 1e-12))

    def _with_parts(
        self, chosen: list[Hypothesis], rows: NDArray[np.int64], others: NDArray[np.int64]
    ) -> Iterator[tuple[Hypothesis, _Parts]]:
        """Yield the hypotheses with what they share, computed once for those that share it."""
        shared: dict[tuple[float, float, bool], _Parts] = {}
        for hypothesis in chosen:
            key = hypothesis.rate, hypothesis.share, hypothesis.monotone
            if key not in shared:
                stretch = np.where(self.coordinates.other, hypothesis.share, 1.0)
                one = self.coordinates.of(rows, hypothesis.rate) * stretch
                other = self.coordinates.of(others, hypothesis.rate) * stretch
                damaging = self.coordinates.damaging & hypothesis.monotone
                scatter = np.where(damaging, self.constants.slope_scatter, 1.0)
                shared[key] = _Parts.between(one, other, damaging, scatter, self.constants.length)
            yield hypothesis, shared[key]


@dataclass(frozen=True)
class _Parts:
    """What the covariance between n and k designs is made of, at a slope of 1.

    Attributes
    ----------
    damage
        Sum of the damages with a trend, shape (n,).
    linear, matern
        Covariances (n, k) of the two parts.
    spread
        Variance of the linear part, shape (n,).
    """

    damage: NDArray[np.float64]
    linear: NDArray[np.float64]
    matern: NDArray[np.float64]
    spread: NDArray[np.float64]

    @classmethod
    def between(
        cls,
        one: NDArray[np.float64],
        other: NDArray[np.float64],
        damaging: NDArray[np.bool_],
        scatter: NDArray[np.float64],
        length: float,
    ) -> _Parts:
        """Compute them from coordinates (n, d) and (k, d) and the scatter (d,) of the slopes."""
        squared = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * one @ other.T
        distance = np.sqrt(np.maximum(squared, 0.0) * 5.0) / length
        return cls(
            one[:, damaging].sum(axis=1),
            (one * scatter**2) @ other.T,
            (1.0 + distance + distance**2 / 3.0) * np.exp(-distance),
            one**2 @ scatter**2,
        )

    def trend(self, hypothesis: Hypothesis) -> NDArray[np.float64]:
        """Return the mean (n,) relative to the centre."""
        return -hypothesis.slope * self.damage

    def covariance(self, hypothesis: Hypothesis, constants: Constants) -> NDArray[np.float64]:
        """Return the covariance (n, k) of the process between designs, roughness apart."""
        varying = self.linear + hypothesis.interaction**2 * self.matern
        return constants.level**2 + hypothesis.slope**2 * varying

    def variance(self, hypothesis: Hypothesis, constants: Constants) -> NDArray[np.float64]:
        """Return the variance (n,) of the same."""
        return constants.level**2 + hypothesis.slope**2 * (self.spread + hypothesis.interaction**2)


@dataclass(frozen=True)
class _Fit:
    """A hypothesis conditioned on the tried designs: Cholesky factor and whitened residual."""

    hypothesis: Hypothesis
    weight: float
    factor: NDArray[np.float64]
    residual: NDArray[np.float64]
    center: float
