"""The model of one black-box objective: a monotone linear mean and a Matern process around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from moo_jsc.samplers.grey_box.constants import Constants
from moo_jsc.samplers.grey_box.coordinates import Coordinates
from moo_jsc.samplers.grey_box.mixture import Mixture

_NEGLIGIBLE = 0.02
"""Weight below which a hypothesis is left out of the average."""

Factor = float | NDArray[np.float64]

_BLOCK = 4096
"""Designs that are predicted at once: few enough for a processor's cache."""


@dataclass(frozen=True)
class Hypothesis:
    """One setting of the model (see `Constants`) and the logarithm of its prior weight."""

    slope: float
    share: float
    power: float
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
        for slope, share, power, rate, interaction, roughness in product(
            constants.slopes,
            shares if trends else (1.0,),
            constants.powers if trends and len(shares) > 1 else (1.0,),
            constants.rates if trends else (middle,),
            constants.interactions if trends else (1.0,),
            constants.roughness,
        ):
            prior = -0.5 * (np.log(slope / constants.expected_slope) / constants.slope_spread) ** 2
            prior -= 0.5 * ((rate - constants.expected_rate) / constants.rate_spread) ** 2
            if not trends:
                prior += np.log(constants.trendless)
            found.append(
                Hypothesis(slope, share, power, rate, interaction, roughness, trends, float(prior))
            )
    return found


class Surrogate:
    """A Gaussian process g(x) = level - slope sum_j a_j(x) + linear and Matern parts + roughness.

    The a_j are the damages of `Coordinates`. The coefficients of the linear part have mean zero:
    they are the differences between choices, and are integrated out. The hypotheses are weighted
    by their likelihood and mixed; nothing is optimised, so nothing can fail to converge.

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
    ) -> tuple[Mixture, float]:
        """Return what is predicted of n designs, and the roughness, on the model's scale.

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
        means, deviations = np.empty((2, len(fits), len(rows)))
        for start in range(0, len(rows), _BLOCK):
            part = slice(start, start + _BLOCK)
            means[:, part], deviations[:, part] = self._by_fit(rows[part], tried, fits)
        if bound is not None and not len(values):
            means += bound + self.constants.above_bound
            deviations = np.sqrt(deviations**2 - self.constants.level**2)
        weights = np.array([fit.weight for fit in fits])
        roughness = np.array([fit.hypothesis.roughness for fit in fits])
        return Mixture(weights, means, deviations), float(np.sqrt(weights @ roughness**2))

    def _fits(
        self,
        tried: NDArray[np.int64],
        values: NDArray[np.float64],
        noise: NDArray[np.float64],
    ) -> list[_Fit]:
        """Return the likeliest hypotheses, conditioned on the values."""
        highest, average = (values.max(), values.mean()) if len(values) else (0.0, 0.0)
        trends = np.array([hypothesis.monotone for hypothesis in self.hypotheses])
        centers = np.where(trends, highest, average)
        covariances = np.empty((len(centers), len(tried), len(tried)))
        deviations = np.empty((len(centers), len(tried)))
        for places, parts in self._with_parts(self.hypotheses, tried, tried):
            chosen = [self.hypotheses[place] for place in places]
            slope, interaction, roughness = np.array(
                [(h.slope, h.interaction, h.roughness) for h in chosen]
            ).T[..., None, None]
            covariances[places] = parts.covariance(slope, interaction, self.constants.level)
            covariances[places] += roughness**2 * np.eye(len(tried)) + np.diag(noise)
            deviations[places] = values - centers[places, None] + slope[:, 0] * parts.damage
        factors = np.linalg.cholesky(covariances)
        residuals = np.linalg.solve(factors, deviations[..., None])[..., 0]
        scores = np.array([hypothesis.log_prior for hypothesis in self.hypotheses])
        scores -= 0.5 * (residuals**2).sum(axis=1)
        scores -= np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
        order = np.argsort(-scores, kind="stable")[: self.constants.kept]
        weights = np.exp(scores[order] - scores[order[0]])
        weights = np.where(weights < _NEGLIGIBLE * weights.sum(), 0.0, weights)
        weights /= weights.sum()
        return [
            _Fit(
                self.hypotheses[i],
                float(weight),
                np.linalg.inv(factors[i]).T,
                residuals[i],
                float(centers[i]),
            )
            for i, weight in zip(order, weights, strict=True)
            if weight
        ]

    def _by_fit(
        self, rows: NDArray[np.int64], tried: NDArray[np.int64], fits: list[_Fit]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the mean and standard deviation (fits, n) of each fit."""
        means, variances = np.empty((2, len(fits), len(rows)))
        for places, parts in self._with_parts([fit.hypothesis for fit in fits], rows, tried):
            for place in places:
                fit = fits[place]
                hypothesis = fit.hypothesis
                covariance = parts.covariance(
                    hypothesis.slope, hypothesis.interaction, self.constants.level
                )
                whitened = covariance @ fit.whitening
                means[place] = fit.center + parts.trend(hypothesis) + whitened @ fit.residual
                variances[place] = parts.variance(hypothesis, self.constants)
                variances[place] -= np.einsum("ij,ij->i", whitened, whitened)
                variances[place] = np.maximum(variances[place], 0.0) + hypothesis.roughness**2
        return means, np.sqrt(variances)

    def _with_parts(
        self, chosen: list[Hypothesis], rows: NDArray[np.int64], others: NDArray[np.int64]
    ) -> Iterator[tuple[list[int], _Parts]]:
        """Yield the places of the hypotheses that share their coordinates, and what they share."""
        sharing: dict[tuple[float, float, float, bool], list[int]] = {}
        for place, h in enumerate(chosen):
            sharing.setdefault((h.rate, h.share, h.power, h.monotone), []).append(place)
        for (rate, share, power, monotone), places in sharing.items():
            stretch = np.where(self.coordinates.other, share, 1.0)
            one = self.coordinates.of(rows, rate, power) * stretch
            other = self.coordinates.of(others, rate, power) * stretch
            damaging = self.coordinates.damaging & monotone
            scatter = np.where(damaging, self.constants.slope_scatter, 1.0)
            parts = _Parts.between(one, other, damaging, scatter, self.constants.length)
            yield places, parts


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

    def covariance(self, slope: Factor, interaction: Factor, level: float) -> NDArray[np.float64]:
        """Return the covariance (n, k) of the process between designs, roughness apart.

        Of several hypotheses, given as arrays (h, 1, 1), at once: (h, n, k).
        """
        return level**2 + slope**2 * (self.linear + interaction**2 * self.matern)

    def variance(self, hypothesis: Hypothesis, constants: Constants) -> NDArray[np.float64]:
        """Return the variance (n,) of the same."""
        return constants.level**2 + hypothesis.slope**2 * (self.spread + hypothesis.interaction**2)


@dataclass(frozen=True)
class _Fit:
    """A hypothesis conditioned on the tried designs.

    Attributes
    ----------
    hypothesis, weight
        Which, and its share of the average.
    whitening
        Transposed inverse of the Cholesky factor of the tried designs' covariance, shape (k, k).
    residual
        What was found, less the mean, whitened, shape (k,).
    center
        Level that the mean starts from.
    """

    hypothesis: Hypothesis
    weight: float
    whitening: NDArray[np.float64]
    residual: NDArray[np.float64]
    center: float
