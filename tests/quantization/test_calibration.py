from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec
from moo_jsc.quantization.calibration import Calibration, best_fraction, squared_error
from moo_jsc.quantization.fixed_point import quantize
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision, PowerOfTwo, Ternary


def slow_best_fraction(values: np.ndarray, fmt: FixedPoint) -> int:
    """Try every fraction at which the largest value is at least half a step."""
    largest = np.abs(values).max()
    if largest == 0:
        return 0
    errors = {
        fraction: squared_error(values, replace(fmt, fraction=fraction))
        for fraction in range(-40, 60)
        if largest * 2.0**fraction >= 0.5
    }
    return min(errors, key=lambda fraction: (errors[fraction], fraction))


# Multiples of 1/64, so that errors are exact in float64 and ties are true ties.
grid_values = st.lists(st.integers(-2000, 2000).map(lambda k: k / 64), min_size=1, max_size=30)


@settings(deadline=None)
@given(
    grid_values,
    st.builds(
        FixedPoint,
        st.integers(1, 12),
        signed=st.booleans(),
        rounding=st.sampled_from(["even", "up"]),
    )
    | st.just(Ternary())
    | st.builds(PowerOfTwo, st.integers(3, 5)),
)
def test_search_equals_trying_every_fraction(values, fmt):
    given_values = np.array(values)
    assert best_fraction(given_values, fmt) == slow_best_fraction(given_values, fmt)


@settings(deadline=None)
@given(grid_values, st.integers(1, 12), st.booleans())
def test_search_finds_the_smallest_error_when_rounding_down(values, width, signed):
    fmt = FixedPoint(width, signed=signed, rounding="down")
    given_values = np.array(values)
    found, expected = best_fraction(given_values, fmt), slow_best_fraction(given_values, fmt)
    errors = [squared_error(given_values, replace(fmt, fraction=f)) for f in (found, expected)]
    assert errors[0] <= errors[1]


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(1, 10), st.floats(1e-6, 1e6))
def test_search_on_heavy_tails(seed, width, size):
    values = np.random.default_rng(seed).standard_t(2, 200) * size
    assert best_fraction(values, FixedPoint(width)) == slow_best_fraction(values, FixedPoint(width))


@pytest.mark.parametrize(
    ("values", "width", "expected"),
    [([0.0, 0.0], 4, 0), ([1.0], 4, 0), ([0.75, -0.75], 4, 2), ([-1.0, 0.0], 1, 0)],
)
def test_ties_take_the_smaller_fraction(values, width, expected):
    assert best_fraction(np.array(values), FixedPoint(width)) == expected


@pytest.mark.parametrize("size", [1e-38, 3e38])
def test_extreme_values_stay_within_the_allowed_fractions(size):
    assert abs(best_fraction(np.array([size, -size / 3]), FixedPoint(8))) <= 126


def test_squared_error_is_that_of_quantize():
    values = torch.randn(500, generator=torch.Generator().manual_seed(0))
    fmt = FixedPoint(4, 2)
    expected = float((quantize(values, fmt).double() - values.double()).square().mean())
    assert squared_error(values.double().numpy(), fmt) == pytest.approx(expected, rel=1e-12)


def test_each_tensor_gets_its_own_fraction():
    network = initialized(network_spec("jsc-three-linear"), 0).eval()
    features = torch.randn(300, 16, generator=torch.Generator().manual_seed(0)) * 3
    calibration = Calibration(network, features)
    layer = LayerPrecision(FixedPoint(4), FixedPoint(3), FixedPoint(5))
    resolved = calibration.resolve((layer,) * 3)
    inputs = []
    values = features
    for block in network.blocks:
        if isinstance(block, nn.Linear):
            inputs.append(values)
        values = block(values).detach()
    for position, (chosen, block) in enumerate(
        zip(resolved, [b for b in network.blocks if isinstance(b, nn.Linear)], strict=True)
    ):
        data = inputs[position].double().numpy().ravel()
        assert chosen.data.fraction == best_fraction(data, FixedPoint(4))
        weight = block.weight.detach().double().numpy().ravel()
        assert chosen.weight.fraction == best_fraction(weight, FixedPoint(3))
        bias = block.bias.detach().double().numpy().ravel()
        assert chosen.bias.fraction == best_fraction(bias, FixedPoint(5))
        assert calibration.resolve_layer(position, layer) == chosen


def test_given_fractions_and_float_tensors_stay():
    calibration = Calibration(initialized(network_spec("jsc-tiny"), 0), torch.randn(10, 16))
    layer = LayerPrecision(FixedPoint(4, 1), None, FixedPoint(8, 7))
    assert calibration.resolve((layer,)) == (layer,)


def test_calibration_runs_batch_norms_in_evaluation_mode_and_leaves_the_network_alone():
    network = initialized(network_spec("jsc-toy"), 0).train()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    Calibration(network, torch.randn(20, 16) + 5)
    after = network.state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert network.training


def test_it_is_computed_on_one_thread_and_the_callers_come_back(monkeypatch):
    seen = []

    def watched(values, fmt):
        seen.append(torch.get_num_threads())
        return best_fraction(values, fmt)

    monkeypatch.setattr("moo_jsc.quantization.calibration.best_fraction", watched)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        features = torch.linspace(-1, 1, 160).reshape(10, 16)
        calibration = Calibration(initialized(network_spec("jsc-tiny"), seed=0), features)
        calibration.resolve((LayerPrecision(FixedPoint(8), FixedPoint(4)),))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert set(seen) == {1}
