import numpy as np
import pytest

from moo_jsc.data.jets import load_jets
from moo_jsc.hardware.form import hardware_form
from moo_jsc.networks.weights import load_network
from moo_jsc.quantization.calibration import Calibration
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision, PowerOfTwo, Ternary


@pytest.fixture(scope="session")
def jets():
    return load_jets("sample")


@pytest.fixture(scope="session")
def calibrated(jets):
    """Network in hardware form and its calibration, by name; made once each."""
    kept = {}

    def get(name):
        if name not in kept:
            network = hardware_form(load_network(name))
            kept[name] = network, Calibration(network, jets.train.features[:1024])
        return kept[name]

    return get


@pytest.fixture(scope="session")
def random_precision():
    """Formats of every kind for a network, as drawn by a random generator."""

    def draw(network, calibration, rng):
        layers = []
        for position, layer in enumerate(network.spec.linear_positions):
            roundings = rng.choice(["even", "up", "down"], 3).tolist()
            signed = bool(rng.random() < 0.5) or layer == 0
            weight = [
                FixedPoint(int(rng.integers(1, 9)), rounding=roundings[1]),
                Ternary(rounding=roundings[1]),
                PowerOfTwo(int(rng.integers(3, 5)), rounding=roundings[1]),
            ][rng.integers(3)]
            option = LayerPrecision(
                FixedPoint(int(rng.integers(2, 9)), None, signed, roundings[0]),
                weight,
                FixedPoint(int(rng.integers(3, 9)), rounding=roundings[2]),
                float(rng.choice([0.0, 0.25, 0.5, 0.75])),
            )
            layers.append(calibration.resolve_layer(position, option))
        return tuple(layers)

    return draw


@pytest.fixture
def rng():
    return np.random.default_rng(2)
