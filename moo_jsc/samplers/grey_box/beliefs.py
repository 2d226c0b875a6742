"""What is believed of a black-box objective: Gaussians on a scale where effects add up.

Damage to a network multiplies (each coarse layer keeps a share of what reaches it), so positive
objectives are modeled by their logarithm; others as they are, relative to the range seen so far.
On the model's scale more is better.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from moo_jsc.samplers.grey_box.mixture import Mixture

_RANGE = 0.4
"""Range that values without a logarithm are given on the model's scale."""

_SMALLEST = 1e-9
"""Least standard deviation on the model's scale."""


@dataclass(frozen=True)
class Scale:
    """The map between minimized values z and the model's scale g.

    ``"gain"``: z = -exp(g), as for a positive objective that is maximised. ``"loss"``:
    z = exp(-g), as for a positive one that is minimized. ``"plain"``: z = -unit g.
    """

    kind: str
    unit: float = 1.0

    @classmethod
    def of(cls, smaller: NDArray[np.float64]) -> Scale:
        """Choose by the minimized values (n,) seen so far.

        Before any is seen, only ratios count, and the first scale does.

        Examples
        --------
        >>> [Scale.of(np.array(z)).kind for z in ([-0.5, -0.7], [0.3], [-1.0, 2.0])]
        ['gain', 'loss', 'plain']
        """
        if (smaller < 0).all():
            return cls("gain")
        if (smaller > 0).all():
            return cls("loss")
        span = float(np.ptp(smaller)) or 1.0
        return cls("plain", span / _RANGE)

    def modeled(self, smaller: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return g of minimized values z."""
        if self.kind == "plain":
            return -smaller / self.unit
        return np.log(-smaller) if self.kind == "gain" else -np.log(smaller)

    def stretch(self, smaller: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return |dg/dz| (n,) at minimized values z (n,): the factor of their errors."""
        if self.kind == "plain":
            return np.full(len(smaller), 1.0 / self.unit)
        return 1.0 / np.abs(smaller)

    def minimized(self, modeled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return z of modeled values g."""
        if self.kind == "plain":
            return -self.unit * modeled
        return -np.exp(modeled) if self.kind == "gain" else np.exp(-modeled)


@dataclass(frozen=True)
class Belief:
    """Independent mixtures of Gaussians on the model's scale, one for each of n designs.

    Attributes
    ----------
    mixture
        On the model's scale.
    scale
        Leads back to values.
    roughness
        The part of the deviation in which each design differs from all others.

    Examples
    --------
    >>> belief = Belief(Mixture.single(np.array([0.0]), np.array([1e-12])), Scale("plain"))
    >>> belief.shortfall(2.0)
    array([2.])
    """

    mixture: Mixture
    scale: Scale
    roughness: float = 0.0

    def of(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Belief:
        """Return the beliefs about some of the designs."""
        return replace(self, mixture=self.mixture.of(rows))

    @property
    def median(self) -> NDArray[np.float64]:
        """Minimised value z at the mean of each mixture, shape (n,)."""
        return self.scale.minimized(self.mixture.mean)

    def rough(self, generator: np.random.Generator) -> NDArray[np.float64]:
        """Return minimized values z (n,) as uneven as real ones: the means, and one draw each."""
        mean = self.mixture.mean
        return self.scale.minimized(mean + self.roughness * generator.standard_normal(len(mean)))

    def chance(self, level: float) -> NDArray[np.float64]:
        """Return P(z <= level), shape (n,).

        Examples
        --------
        >>> mixture = Mixture.single(np.array([np.log(0.7)]), np.array([0.1]))
        >>> Belief(mixture, Scale("gain")).chance(-0.7)
        array([0.5])
        """
        from scipy.special import ndtr

        ones = np.ones(self.mixture.means.shape[1])
        if np.isinf(level):
            return ones * float(level > 0)
        if self.scale.kind == "gain" and level >= 0:
            return ones
        if self.scale.kind == "loss" and level <= 0:
            return 0.0 * ones
        (threshold,) = self.scale.modeled(np.array([level]))
        distance = (self.mixture.means - threshold) / self._deviations
        return self.mixture.weights @ ndtr(distance)

    def range(self, spreads: float) -> float:
        """Return the difference in z between so many deviations below and above the best mean."""
        mean, deviation = self.mixture.mean, self.mixture.deviation
        best = int(np.argmax(mean))
        worse, better = self.scale.minimized(
            mean[best] + np.array([-spreads, spreads]) * deviation[best]
        )
        return float(worse - better)

    def shortfall(self, level: float) -> NDArray[np.float64]:
        """Return E[max(level - z, 0)], shape (n,): the weighted mean over the Gaussians."""
        if level == -np.inf:
            return np.zeros(self.mixture.means.shape[1])
        return self.mixture.weights @ self._shortfalls(level)

    @property
    def _deviations(self) -> NDArray[np.float64]:
        return np.maximum(self.mixture.deviations, _SMALLEST)

    def _shortfalls(self, level: float) -> NDArray[np.float64]:
        """Return E[max(level - z, 0)] of every Gaussian, shape (h, n).

        The Bachelier formula on a plain scale, that of Black and Scholes (a call for gains, a put
        for losses) on a logarithmic one.
        """
        from scipy.special import ndtr

        mean, deviation = self.mixture.means, self._deviations
        if self.scale.kind == "plain":
            unit = self.scale.unit
            distance = (mean + level / unit) / deviation
            density = np.exp(-0.5 * distance**2) / np.sqrt(2 * np.pi)
            return unit * deviation * (distance * ndtr(distance) + density)
        if self.scale.kind == "gain":
            average = np.exp(mean + 0.5 * deviation**2)
            if level >= 0:
                return average + level
            strike = -level
            far = (mean - np.log(strike)) / deviation
            return np.maximum(average * ndtr(far + deviation) - strike * ndtr(far), 0.0)
        if level <= 0:
            return np.zeros_like(mean)
        average = np.exp(-mean + 0.5 * deviation**2)
        far = (np.log(level) + mean) / deviation
        return np.maximum(level * ndtr(far) - average * ndtr(far - deviation), 0.0)
