"""The model of one black-box objective: a monotone linear mean and a Matern process around it."""

from __future__ import annotations

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
    rate: float
    interaction: float
    roughness: float
    monotone: bool
    log_prior: float


def hypotheses(constants: Constants, *, monotone: bool) -> list[Hypothesis]:
    """Return all settings: with trends, if they may be used, and without."""
    found = []
    middle = min(constants.rates, key=lambda rate: abs(rate - constants.expected_rate))
    for trends in (True, False) if monotone else (False,):
        for slope, rate, interaction, roughness in product(
            constants.slopes,
            constants.rates if trends else (middle,),
            constants.interactions if trends else (1.0,),
            constants.roughness,
        ):
            prior = -0.5 * (np.log(slope / constants.expected_slope) / constants.slope_spread) ** 2
            prior -= 0.5 * ((rate - constants.expected_rate) / constants.rate_spread) ** 2
            if not trends:
                prior += np.log(constants.trendless)
            found.append(Hypothesis(slope, rate, interaction, roughness, trends, float(prior)))
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
        self.hypotheses = hypotheses(constants, monotone=monotone)

    def predicted(
        self,
        rows: NDArray[np.int64],
        tried: NDArray[np.int64],
        values: NDArray[np.float64],
        noise: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and standard deviation (n,) of designs, on the model's scale.

        Parameters
        ----------
        rows
            Configurations (n, d) to predict.
        tried, values
            Configurations (k, d) and what was found for them (k,), on the model's scale; k may
            be 0: then it is the prior.
        noise
            Variance (k,) of each of the values around the design's own.

        Notes
        -----
        O(h k^3 + n k^2) for h hypotheses.
        """
        fits = self._fits(tried, values, noise)
        mean, deviation = np.empty(len(rows)), np.empty(len(rows))
        for start in range(0, len(rows), _BLOCK):
            part = slice(start, start + _BLOCK)
            mean[part], deviation[part] = self._averaged(rows[part], tried, fits)
        return mean, deviation

    def _fits(
        self,
        tried: NDArray[np.int64],
        values: NDArray[np.float64],
        noise: NDArray[np.float64],
    ) -> list[_Fit]:
        """Return the likeliest hypotheses, conditioned on the values."""
        highest, average = (
            (float(values.max()), float(values.mean())) if len(values) else (0.0, 0.0)
        )
        factors, residuals, centres, scores = [], [], [], []
        for hypothesis in self.hypotheses:
            at = self.coordinates.of(tried, hypothesis.rate)
            covariance = self._covariance(at, at, hypothesis)
            covariance[np.diag_indices(len(at))] += hypothesis.roughness**2 + noise
            factor = np.linalg.cholesky(covariance)
            centre = float(highest if hypothesis.monotone else average)
            residual = np.linalg.solve(factor, values - centre - self._trend(at, hypothesis))
            centres.append(centre)
            factors.append(factor)
            residuals.append(residual)
            scores.append(
                hypothesis.log_prior - 0.5 * residual @ residual - np.log(np.diagonal(factor)).sum()
            )
        order = np.argsort(-np.array(scores), kind="stable")[: self.constants.kept]
        weights = np.exp(np.array(scores)[order] - scores[order[0]])
        weights = np.where(weights < _NEGLIGIBLE * weights.sum(), 0.0, weights)
        weights /= weights.sum()
        return [
            _Fit(self.hypotheses[i], float(weight), factors[i], residuals[i], centres[i])
            for i, weight in zip(order, weights, strict=True)
            if weight
        ]

    def _averaged(
        self, rows: NDArray[np.int64], tried: NDArray[np.int64], fits: list[_Fit]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the mean and standard deviation of the mixture of the fits."""
        from scipy.linalg import solve_triangular

        means, squares = np.zeros(len(rows)), np.zeros(len(rows))
        for fit in fits:
            at = self.coordinates.of(rows, fit.hypothesis.rate)
            cross = self._covariance(
                self.coordinates.of(tried, fit.hypothesis.rate), at, fit.hypothesis
            )
            whitened = solve_triangular(fit.factor, cross, lower=True, check_finite=False)
            mean = fit.centre + self._trend(at, fit.hypothesis) + fit.residual @ whitened
            variance = self._variance(at, fit.hypothesis) - (whitened**2).sum(axis=0)
            variance = np.maximum(variance, 0.0) + fit.hypothesis.roughness**2
            means += fit.weight * mean
            squares += fit.weight * (variance + mean**2)
        return means, np.sqrt(np.maximum(squares - means**2, 1e-12))

    def _trend(self, at: NDArray[np.float64], hypothesis: Hypothesis) -> NDArray[np.float64]:
        if not hypothesis.monotone:
            return np.zeros(len(at))
        return -hypothesis.slope * at[:, self.coordinates.damaging].sum(axis=1)

    def _weights(self, hypothesis: Hypothesis) -> NDArray[np.float64]:
        """Return the prior variance (k,) of each coefficient of the linear part."""
        known = self.coordinates.damaging & hypothesis.monotone
        return (hypothesis.slope * np.where(known, self.constants.slope_scatter, 1.0)) ** 2

    def _covariance(
        self, one: NDArray[np.float64], other: NDArray[np.float64], hypothesis: Hypothesis
    ) -> NDArray[np.float64]:
        """Return the covariance (n, k) of the process between designs, roughness apart."""
        squared = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * one @ other.T
        distance = np.sqrt(np.maximum(squared, 0.0) * 5.0) / self.constants.length
        matern = (1.0 + distance + distance**2 / 3.0) * np.exp(-distance)
        linear = (one * self._weights(hypothesis)) @ other.T
        scale = (hypothesis.interaction * hypothesis.slope) ** 2
        return self.constants.level**2 + linear + scale * matern

    def _variance(self, at: NDArray[np.float64], hypothesis: Hypothesis) -> NDArray[np.float64]:
        """Return the diagonal of the same."""
        scale = (hypothesis.interaction * hypothesis.slope) ** 2
        return self.constants.level**2 + at**2 @ self._weights(hypothesis) + scale


@dataclass(frozen=True)
class _Fit:
    """A hypothesis conditioned on the tried designs: Cholesky factor and whitened residual."""

    hypothesis: Hypothesis
    weight: float
    factor: NDArray[np.float64]
    residual: NDArray[np.float64]
    centre: float
