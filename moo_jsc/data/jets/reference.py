"""How far a sample's features are from those of OpenML 42468, by its published quantiles."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data.jets.columns import FEATURES

_REFERENCE_PATH = Path(__file__).parent / "data" / "openml_42468_features.json"


@dataclass(frozen=True)
class FeatureReference:
    """One feature of OpenML 42468 in raw units.

    Attributes
    ----------
    mean, std
        Mean and standard deviation.
    probabilities, quantiles
        float64, shape (20,): the values below which these shares of the jets lie.
    """

    mean: float
    std: float
    probabilities: NDArray[np.float64]
    quantiles: NDArray[np.float64]


@cache
def openml_reference() -> dict[str, FeatureReference]:
    """Give the 16 features of OpenML 42468 (an 80 % training split), by name.

    Examples
    --------
    >>> round(openml_reference()["multiplicity"].mean, 1)
    51.9
    """
    record = json.loads(_REFERENCE_PATH.read_text(encoding="utf-8"))
    probabilities = np.array(record["probabilities"])
    return {
        name: FeatureReference(
            mean=record["features"][name]["mean"],
            std=record["features"][name]["std"],
            probabilities=probabilities,
            quantiles=np.array(record["features"][name]["quantiles"]),
        )
        for name in FEATURES
    }


def kolmogorov_distance(values: NDArray[np.floating], reference: FeatureReference) -> float:
    """Largest gap between a sample's distribution function and the reference's quantiles.

    Parameters
    ----------
    values
        One feature in raw units, shape (n,).
    reference
        The reference's quantiles q_k at the probabilities p_k.

    Returns
    -------
    float
        max over k of the distance of p_k from the interval [F(q_k-), F(q_k)], within 0 to 1,
        F being the share of `values` below, and up to, q_k. The interval keeps the steps of a
        counted feature from being mistaken for a difference. A lower bound of the two-sample
        Kolmogorov distance, close to it where the quantiles are dense.

    Examples
    --------
    >>> reference = FeatureReference(2.5, 1.1, np.array([0.25, 0.75]), np.array([1.0, 3.0]))
    >>> kolmogorov_distance(np.array([1.0, 2.0, 3.0, 4.0]), reference)
    0.0
    >>> kolmogorov_distance(np.array([3.5, 3.5, 4.0, 4.0]), reference)
    0.75
    """
    ordered = np.sort(values)
    below = np.searchsorted(ordered, reference.quantiles, side="left") / len(ordered)
    up_to = np.searchsorted(ordered, reference.quantiles, side="right") / len(ordered)
    gaps = np.maximum(below - reference.probabilities, reference.probabilities - up_to)
    return float(np.maximum(gaps, 0.0).max())
