"""What several settings of a model say of each design, each with its weight."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_LEAST_VARIANCE = 1e-12


@dataclass(frozen=True)
class Mixture:
    """A mixture of h Gaussians for each of n designs, the same weights for all of them.

    Attributes
    ----------
    weights
        Shape (h,), summing to 1.
    means, deviations
        Shape (h, n).

    Examples
    --------
    >>> found = Mixture(np.array([0.5, 0.5]), np.array([[-1.0], [1.0]]), np.zeros((2, 1)))
    >>> found.mean, found.deviation
    (array([0.]), array([1.]))
    """

    weights: NDArray[np.float64]
    means: NDArray[np.float64]
    deviations: NDArray[np.float64]

    @classmethod
    def single(cls, mean: NDArray[np.float64], deviation: NDArray[np.float64]) -> Mixture:
        """Return one Gaussian for each design, from arrays (n,)."""
        return cls(np.ones(1), mean[None], deviation[None])

    def of(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Mixture:
        """Return the mixtures of some of the designs."""
        return Mixture(self.weights, self.means[:, rows], self.deviations[:, rows])

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        """Mean of each mixture, shape (n,)."""
        return self.weights @ self.means

    @cached_property
    def deviation(self) -> NDArray[np.float64]:
        """Standard deviation of each mixture, shape (n,)."""
        square = self.weights @ (self.deviations**2 + self.means**2)
        return np.sqrt(np.maximum(square - self.mean**2, _LEAST_VARIANCE))
