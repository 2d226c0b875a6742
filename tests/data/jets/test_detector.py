import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from moo_jsc.data.jets.detector import EFFECTIVE, PERFECT, PION_MASS, Detector, Kind, merged
from moo_jsc.foundation.errors import InputError

KINDS = st.sampled_from(list(Kind))


def particles(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Made-up particles of a narrow jet: four-momenta and kinds."""
    generator = np.random.default_rng(seed)
    transverse = generator.exponential(20.0, count) + 0.1
    pseudorapidity, azimuth = generator.normal(0.0, 0.005, (2, count))
    along = transverse * np.sinh(pseudorapidity)
    energy = np.sqrt(transverse**2 + along**2 + 0.25)
    momenta = [energy, transverse * np.cos(azimuth), transverse * np.sin(azimuth), along]
    return np.column_stack(momenta), generator.integers(0, 3, count)


def squared_mass(momenta: np.ndarray) -> np.ndarray:
    return momenta[:, 0] ** 2 - (momenta[:, 1:] ** 2).sum(axis=1)


def merged_slowly(momenta: np.ndarray, kinds: np.ndarray, cell: float) -> list[list[float]]:
    """The reference: one particle at a time into a dictionary of cells."""
    cells: dict[tuple[object, ...], np.ndarray] = {}
    for place, (momentum, kind) in enumerate(zip(momenta, kinds, strict=True)):
        _, px, py, pz = momentum
        key: tuple[object, ...] = (place,)
        if kind != Kind.CHARGED:
            pseudorapidity = np.arcsinh(pz / np.hypot(px, py))
            key = (kind, np.floor(pseudorapidity / cell), np.floor(np.arctan2(py, px) / cell))
        cells[key] = cells.get(key, np.zeros(4)) + momentum
    return sorted(total.tolist() for total in cells.values())


@pytest.mark.parametrize("cell", [0.001, 0.003, 0.05])
@pytest.mark.parametrize("seed", range(5))
def test_merging_against_the_slow_reference(cell: float, seed: int) -> None:
    momenta, kinds = particles(60, seed)
    found = merged(momenta, kinds, cell)
    assert sorted(found.tolist()) == merged_slowly(momenta, kinds, cell)
    assert found.sum(axis=0) == pytest.approx(momenta.sum(axis=0))


def test_only_neutral_particles_are_merged() -> None:
    momenta, _ = particles(20)
    wide = 10.0  # four cells at most, whatever the signs of the angles are
    assert len(merged(momenta, np.full(20, Kind.CHARGED), wide)) == 20
    assert len(merged(momenta, np.full(20, Kind.PHOTON), wide)) <= 4


@given(arrays(np.int64, 30, elements=KINDS), st.integers(0, 100))
def test_nothing_smeared_is_nothing_changed(kinds: np.ndarray, seed: int) -> None:
    momenta, _ = particles(30, seed)
    assert PERFECT.measure(momenta, kinds, np.random.default_rng(seed)) == pytest.approx(momenta)


def test_mass_of_every_particle() -> None:
    momenta, kinds = particles(30)
    seen = Detector(mass=PION_MASS).measure(momenta, kinds, np.random.default_rng(0))
    assert seen[:, 1:] == pytest.approx(momenta[:, 1:])
    assert np.sqrt(squared_mass(seen)) == pytest.approx(np.full(30, PION_MASS), rel=1e-4)


def test_resolutions_are_as_stated() -> None:
    momentum = np.array([[50.0, 30.0, 0.0, 40.0]])
    momenta, kinds = np.repeat(momentum, 40_000, axis=0), np.zeros(40_000, dtype=int)
    detector = Detector(direction=0.002, momentum=0.04)
    _, px, py, pz = detector.measure(momenta, kinds, np.random.default_rng(1)).T
    transverse = np.hypot(px, py)
    assert transverse.mean() == pytest.approx(30.0, rel=1e-3)
    assert transverse.std() == pytest.approx(1.2, rel=0.02)
    assert np.arctan2(py, px).std() == pytest.approx(0.002, rel=0.02)
    assert np.arcsinh(pz / transverse).std() == pytest.approx(0.002, rel=0.02)


def test_the_same_generator_gives_the_same_jet() -> None:
    momenta, kinds = particles(30)
    first, second = (EFFECTIVE.measure(momenta, kinds, np.random.default_rng(3)) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    other = EFFECTIVE.measure(momenta, kinds, np.random.default_rng(4))
    assert first.tobytes() != other.tobytes()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("cell", -1.0, "at least 0"),
        ("direction", float("nan"), "at least 0"),
        ("momentum", 0.3, "0 to 0.2"),
        ("mass", -0.1, "at least 0, or None"),
    ],
)
def test_values_out_of_range(name: str, value: float, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        Detector(**{name: value})
    assert str(caught.value) == f"{name} = {value}: expected {expected}"
