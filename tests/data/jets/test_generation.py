import sys

import numpy as np
import pytest

from moo_jsc.data.jets import CLASSES, FEATURES
from moo_jsc.data.jets.generation import generate_class
from moo_jsc.foundation.errors import InputError


@pytest.mark.parametrize(
    ("label", "count", "seed", "message"),
    [
        ("h", 5, 1, "class 'h': expected one of g, q, t, w, z"),
        ("g", 0, 1, "jets a class = 0: expected at least 1"),
        ("g", 5, 0, "seed = 0: expected 1 to 900000000"),
    ],
)
def test_wrong_arguments(label: str, count: int, seed: int, message: str) -> None:
    with pytest.raises(InputError) as caught:
        generate_class(label, count, seed)
    assert str(caught.value) == message


def test_without_pythia(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pythia8mc", None)
    with pytest.raises(InputError, match=r"needs pythia8mc: pip install 'moo-jsc\[generate\]'$"):
        generate_class("g", 1, 1)


@pytest.mark.parametrize("label", CLASSES)
def test_generated_jets_are_plausible_and_reproducible(label: str) -> None:
    pytest.importorskip("pythia8mc")
    counts: list[int] = []
    first = generate_class(label, 20, 5, on_jet=counts.append)
    assert first.features.shape == (20, 16)
    assert first.features.dtype == np.float32
    assert np.isfinite(first.features).all()
    assert first.events >= 20
    assert counts == list(range(1, 21))
    multiplicity = first.features[:, FEATURES.index("multiplicity")]
    assert 15 < multiplicity.mean() < 120
    assert generate_class(label, 20, 5).features.tobytes() == first.features.tobytes()
    assert generate_class(label, 20, 6).features.tobytes() != first.features.tobytes()
