import itertools
import math

import numpy as np
import pytest

from moo_jsc.data.jets import FEATURES
from moo_jsc.data.jets.grooming import rapidity_and_azimuth, squared_distances
from moo_jsc.data.jets.observables import correlators, jet_features


def random_jet(count: int, seed: int) -> np.ndarray:
    """Massless particles within 0.2 of a central axis, shares of the softest well above z_cut."""
    generator = np.random.default_rng(seed)
    transverse = generator.uniform(5.0, 50.0, count)
    rapidity = generator.uniform(-0.2, 0.2, count)
    azimuth = generator.uniform(-0.2, 0.2, count)
    return np.stack(
        [
            transverse * np.cosh(rapidity),
            transverse * np.cos(azimuth),
            transverse * np.sin(azimuth),
            transverse * np.sinh(rapidity),
        ],
        axis=1,
    )


def brute_force(z: np.ndarray, theta: np.ndarray, beta: int) -> dict[str, float]:
    indices = range(len(z))
    e2 = sum(z[i] * z[j] * theta[i, j] ** beta for i, j in itertools.combinations(indices, 2))
    e3 = smallest = two_smallest = 0.0
    for i, j, k in itertools.combinations(indices, 3):
        weight = z[i] * z[j] * z[k]
        angles = sorted([theta[i, j], theta[i, k], theta[j, k]])
        e3 += weight * (angles[0] * angles[1] * angles[2]) ** beta
        smallest += weight * angles[0] ** beta
        two_smallest += weight * (angles[0] * angles[1]) ** beta
    return {"e2": e2, "e3": e3, "smallest": smallest, "two_smallest": two_smallest}


@pytest.mark.parametrize("count", [1, 2, 3, 4, 17])
@pytest.mark.parametrize("beta", [1, 2])
def test_correlators_agree_with_loops_over_pairs_and_triplets(count: int, beta: int) -> None:
    jet = random_jet(count, seed=count)
    z = np.hypot(jet[:, 1], jet[:, 2])
    z /= z.sum()
    theta = np.sqrt(squared_distances(*rapidity_and_azimuth(jet)))
    expected = brute_force(z, theta, beta)
    found = correlators(z, theta)
    assert found.e2[beta] == pytest.approx(expected["e2"], abs=1e-15)
    assert found.e2[0] == pytest.approx(brute_force(z, theta, 0)["e2"], abs=1e-15)
    assert found.e3[beta - 1] == pytest.approx(expected["e3"], abs=1e-15)
    assert found.e3_smallest[beta - 1] == pytest.approx(expected["smallest"], abs=1e-15)
    assert found.e3_two_smallest[beta - 1] == pytest.approx(expected["two_smallest"], abs=1e-15)


def test_correlators_with_equal_angles() -> None:
    z, theta = np.full(5, 0.2), 0.3 * (1 - np.eye(5))
    found = correlators(z, theta)
    assert found.e3[0] == pytest.approx(10 * 0.008 * 0.027)
    assert found.e3_smallest[0] == pytest.approx(10 * 0.008 * 0.3)
    assert found.e3_two_smallest[1] == pytest.approx(10 * 0.008 * 0.3**4)


def test_features_follow_their_definitions() -> None:
    jet = random_jet(12, seed=5)
    z = np.hypot(jet[:, 1], jet[:, 2])
    z /= z.sum()
    theta = np.sqrt(squared_distances(*rapidity_and_azimuth(jet)))
    first, second = brute_force(z, theta, 1), brute_force(z, theta, 2)
    shares = jet[:, 0] / jet[:, 0].sum()
    total = jet.sum(axis=0)
    expected = {
        "zlogz": sum(share * math.log(share) for share in shares),
        "c1_b0_mmdt": brute_force(z, theta, 0)["e2"],
        "c1_b1_mmdt": first["e2"],
        "c1_b2_mmdt": second["e2"],
        "c2_b1_mmdt": first["e3"] / first["e2"] ** 2,
        "c2_b2_mmdt": second["e3"] / second["e2"] ** 2,
        "d2_b1_mmdt": first["e3"] / first["e2"] ** 3,
        "d2_b2_mmdt": second["e3"] / second["e2"] ** 3,
        "d2_a1_b1_mmdt": first["e3"] / first["e2"] ** 3,
        "d2_a1_b2_mmdt": first["e3"] / second["e2"] ** 1.5,
        "m2_b1_mmdt": first["smallest"] / first["e2"],
        "m2_b2_mmdt": second["smallest"] / second["e2"],
        "n2_b1_mmdt": first["two_smallest"] / first["e2"] ** 2,
        "n2_b2_mmdt": second["two_smallest"] / second["e2"] ** 2,
        "mass_mmdt": math.sqrt(total[0] ** 2 - total[1] ** 2 - total[2] ** 2 - total[3] ** 2),
        "multiplicity": 12.0,
    }
    assert list(expected) == list(FEATURES)
    found = jet_features(jet, z_cut=0.0)
    assert dict(zip(FEATURES, found, strict=True)) == pytest.approx(expected, rel=1e-9)


def test_grooming_leaves_zlogz_and_multiplicity_alone() -> None:
    jet = np.array([[50.0, 50, 0, 0], [50.0, 49.0, 9.9499, 0], [5.0, 4.0, -3.0, 0]])
    groomed = dict(zip(FEATURES, jet_features(jet), strict=True))
    ungroomed = dict(zip(FEATURES, jet_features(jet, z_cut=0.0), strict=True))
    assert groomed["multiplicity"] == ungroomed["multiplicity"] == 3
    assert groomed["zlogz"] == ungroomed["zlogz"]
    assert groomed["mass_mmdt"] < ungroomed["mass_mmdt"]
    assert groomed["c2_b1_mmdt"] == 0


def test_a_jet_of_one_particle_has_finite_features() -> None:
    found = jet_features(np.array([[5.0, 3.0, 4.0, 0.0]]))
    assert np.isfinite(found).all()
    assert found[FEATURES.index("multiplicity")] == 1


def test_features_do_not_depend_on_scale_rotation_or_boost_along_the_beam() -> None:
    jet = random_jet(20, seed=8)
    angle, boost = 2.9, 0.7
    moved = 3.0 * np.stack(
        [
            np.cosh(boost) * jet[:, 0] + np.sinh(boost) * jet[:, 3],
            np.cos(angle) * jet[:, 1] - np.sin(angle) * jet[:, 2],
            np.sin(angle) * jet[:, 1] + np.cos(angle) * jet[:, 2],
            np.sinh(boost) * jet[:, 0] + np.cosh(boost) * jet[:, 3],
        ],
        axis=1,
    )
    before, after = jet_features(jet), jet_features(moved)
    after[FEATURES.index("mass_mmdt")] /= 3.0
    assert after[1:] == pytest.approx(before[1:], rel=1e-6)
