import numpy as np
import pytest

from moo_jsc.data.jets import load_jets
from studies.circuits import designs


@pytest.fixture(scope="session")
def jets():
    return load_jets("sample")


@pytest.fixture(scope="session")
def calibrated():
    """Network in hardware form and its calibration, by name."""
    return designs.calibrated


@pytest.fixture(scope="session")
def random_precision():
    """Formats of every kind for a network, as drawn by a random generator."""
    return designs.random_precision


@pytest.fixture
def rng():
    return np.random.default_rng(2)
