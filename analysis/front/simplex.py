"""Weights drawn evenly from the simplex."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def sampled_weights(objectives: int, samples: int, seed: int = 0) -> NDArray[np.float64]:
    """Return weights (samples, m) drawn evenly from the simplex: Dirichlet(1, ..., 1).

    Examples
    --------
    >>> sampled_weights(3, 4).sum(axis=1)
    array([1., 1., 1., 1.])
    """
    return np.random.default_rng(seed).dirichlet(np.ones(objectives), size=samples)
