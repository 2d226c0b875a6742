"""The sixteen features of a jet: energy correlators and their ratios, mass, shape, multiplicity."""

from typing import NamedTuple

import numpy as np

from moo_jsc.data.jets.grooming import (
    Z_CUT,
    FloatArray,
    mmdt,
    rapidity_and_azimuth,
    squared_distances,
)


class Correlators(NamedTuple):
    """Energy correlation functions of one jet, normalised to its transverse momentum."""

    #: e2 at beta = 0, 1, 2: sum over pairs of z_i z_j theta^beta.
    e2: tuple[float, float, float]
    #: e3 at beta = 1, 2: sum over triplets of z_i z_j z_k times all three angles^beta.
    e3: tuple[float, float]
    #: 1e3 at beta = 1, 2: the same with the smallest of the three angles alone.
    e3_smallest: tuple[float, float]
    #: 2e3 at beta = 1, 2: the same with the product of the two smallest angles.
    e3_two_smallest: tuple[float, float]


def correlators(fractions: FloatArray, angles: FloatArray) -> Correlators:
    """Compute the energy correlation functions of one jet.

    Parameters
    ----------
    fractions
        Transverse momentum shares z_i = pT_i / pT, shape (n,).
    angles
        Pairwise distances theta_ij = Delta R_ij, shape (n, n), symmetric, zero diagonal.

    Returns
    -------
    Correlators
        Dimensionless. Triplets need n >= 3 and pairs n >= 2; otherwise the sums are 0.

    Notes
    -----
    Definitions: Larkoski, Salam, Thaler, arXiv:1305.0007 (e2, e3) and Moult, Necib, Thaler,
    arXiv:1609.07483 (1e3, 2e3). e3 is a trace, sum_ijk (zA)_ij (zA)_jk (zA)_ki / 6 with
    A = theta^beta. The sums with ordered angles go through the triplets one first member at a
    time. O(n^2) memory, O(n^3) time.

    Examples
    --------
    Three equal particles on an equilateral triangle of side 2:

    >>> z, theta = np.full(3, 1 / 3), 2.0 * (1 - np.eye(3))
    >>> found = correlators(z, theta)
    >>> [round(value * 27, 6) for value in found.e3]
    [8.0, 64.0]
    >>> [round(value * 27, 6) for value in found.e3_two_smallest]
    [4.0, 16.0]
    """
    z = np.asarray(fractions, dtype=np.float64)
    theta = np.asarray(angles, dtype=np.float64)
    squared = theta * theta
    pairs_at_zero = 0.5 * (z.sum() ** 2 - z @ z)
    e2 = (float(pairs_at_zero), float(0.5 * (z @ theta @ z)), float(0.5 * (z @ squared @ z)))
    e3 = (_triplet_trace(z, theta), _triplet_trace(z, squared))
    smallest, smallest_squared, pair, pair_squared = 0.0, 0.0, 0.0, 0.0
    for first in range(len(z) - 2):
        rest = slice(first + 1, None)
        row, block, weight = theta[first, rest], theta[rest, rest], z[rest]
        low = np.minimum(row[:, None], row)
        high = np.maximum(row[:, None], row)
        shortest = np.minimum(low, block)
        product = shortest * np.maximum(low, np.minimum(high, block))
        np.fill_diagonal(shortest, 0.0)
        np.fill_diagonal(product, 0.0)
        half = 0.5 * z[first]
        smallest += half * (weight @ shortest @ weight)
        pair += half * (weight @ product @ weight)
        np.square(shortest, out=shortest)
        np.square(product, out=product)
        smallest_squared += half * (weight @ shortest @ weight)
        pair_squared += half * (weight @ product @ weight)
    return Correlators(
        e2,
        e3,
        (float(smallest), float(smallest_squared)),
        (float(pair), float(pair_squared)),
    )


def jet_features(momenta: FloatArray, z_cut: float = Z_CUT) -> FloatArray:
    """Compute the sixteen features of one jet, in the order of `moo_jsc.data.jets.FEATURES`.

    `zlogz` and `multiplicity` describe the jet as it is; all others the jet groomed by the
    modified mass-drop tagger.

    Parameters
    ----------
    momenta
        Constituents (E, px, py, pz) in GeV, shape (n, 4), n >= 1.
    z_cut
        Threshold of the groomer.

    Returns
    -------
    ndarray, shape (16,)
        Dimensionless, apart from `mass_mmdt` (GeV) and `multiplicity` (a count). Ratios whose
        denominator is 0 (a jet groomed to one constituent) are 0.

    Notes
    -----
    zlogz = sum_i (E_i/E) ln(E_i/E); C1_b = e2(b); C2_b = e3(b)/e2(b)^2; D2_b = e3(b)/e2(b)^3;
    D2(a1,b1) = D2_b1; D2(a1,b2) = e3(1)/e2(2)^1.5; M2_b = 1e3(b)/e2(b); N2_b = 2e3(b)/e2(b)^2
    (arXiv:1305.0007, arXiv:1409.6298, arXiv:1609.07483).

    Examples
    --------
    >>> from moo_jsc.data.jets import FEATURES
    >>> jet = np.array([[50.0, 50, 0, 0], [50.0, 49.0, 9.9499, 0], [5.0, 4.0, -3.0, 0]])
    >>> features = dict(zip(FEATURES, jet_features(jet), strict=True))
    >>> float(features["multiplicity"]), round(float(features["mass_mmdt"]), 3)
    (3.0, 10.0)
    """
    momenta = np.asarray(momenta, dtype=np.float64)
    shares = momenta[:, 0] / momenta[:, 0].sum()
    zlogz = float(shares @ np.log(shares))
    groomed = mmdt(momenta, z_cut)
    energy, px, py, pz = groomed.sum(axis=0)
    mass = np.sqrt(max(energy**2 - px**2 - py**2 - pz**2, 0.0))
    transverse = np.hypot(groomed[:, 1], groomed[:, 2])
    fractions = transverse / transverse.sum()
    angles = np.sqrt(squared_distances(*rapidity_and_azimuth(groomed)))
    found = correlators(fractions, angles)
    (e2_0, e2_1, e2_2), (e3_1, e3_2) = found.e2, found.e3
    d2_1 = _ratio(e3_1, e2_1**3)
    return np.array(
        [
            zlogz,
            e2_0,
            e2_1,
            e2_2,
            _ratio(e3_1, e2_1**2),
            _ratio(e3_2, e2_2**2),
            d2_1,
            _ratio(e3_2, e2_2**3),
            d2_1,
            _ratio(e3_1, e2_2**1.5),
            _ratio(found.e3_smallest[0], e2_1),
            _ratio(found.e3_smallest[1], e2_2),
            _ratio(found.e3_two_smallest[0], e2_1**2),
            _ratio(found.e3_two_smallest[1], e2_2**2),
            mass,
            float(len(momenta)),
        ]
    )


def _triplet_trace(z: FloatArray, weights: FloatArray) -> float:
    """Sum over i < j < k of z_i z_j z_k w_ij w_jk w_ki, for a symmetric w with a zero diagonal."""
    weighted = z[:, None] * weights
    return float(np.sum((weighted @ weighted) * weighted.T) / 6.0)


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0.0 else 0.0
