from fractions import Fraction

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.classifier import Classifier, initialized
from moo_jsc.networks.family import NETWORKS, network_spec
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision
from moo_jsc.quantization.network import QuantizedNetwork, normalization_affine


def round_exactly(value: Fraction, fmt: FixedPoint) -> Fraction:
    code = round(value * Fraction(2) ** fmt.fraction)
    code = max(fmt.lowest_code, min(fmt.highest_code, code))
    return Fraction(code) / Fraction(2) ** fmt.fraction


def slow_logits(network: Classifier, precision, row: list[float]) -> list[Fraction]:
    """Run one jet through dense layers and ReLUs in exact arithmetic."""
    values = [Fraction(value) for value in row]
    formats = iter(precision)
    for block in network.blocks:
        if isinstance(block, nn.Linear):
            layer = next(formats)
            data = [round_exactly(value, layer.data) for value in values]
            values = []
            for weights, bias in zip(block.weight.tolist(), block.bias.tolist(), strict=True):
                products = (
                    round_exactly(Fraction(weight), layer.weight) * x
                    for weight, x in zip(weights, data, strict=True)
                )
                values.append(round_exactly(Fraction(bias), layer.bias) + sum(products))
        elif isinstance(block, nn.ReLU):
            values = [max(value, Fraction(0)) for value in values]
        else:
            raise AssertionError("exact arithmetic has no square root")
    return values


def trained_looking(name: str, seed: int) -> Classifier:
    """Return a network whose batch norms are no identity."""
    network = initialized(network_spec(name), seed).eval()
    generator = torch.Generator().manual_seed(seed)
    for block in network.blocks:
        if isinstance(block, nn.BatchNorm1d):
            block.running_mean.normal_(generator=generator)
            block.running_var.uniform_(0.5, 2, generator=generator)
            with torch.no_grad():
                block.weight.normal_(1, 0.2, generator=generator)
                block.bias.normal_(0, 0.2, generator=generator)
    return network


narrow = st.builds(FixedPoint, st.integers(1, 6), st.integers(-1, 6))
precisions = st.builds(LayerPrecision, narrow, narrow, narrow)


@settings(max_examples=12, deadline=None)
@given(st.lists(precisions, min_size=4, max_size=4), st.integers(0, 100))
def test_logits_equal_exact_arithmetic(precision, seed):
    network = initialized(network_spec("hls4ml-3layer"), seed).eval()
    features = torch.randn(2, 16, generator=torch.Generator().manual_seed(seed)) * 2
    logits = QuantizedNetwork(network, tuple(precision))(features)
    for row, expected in zip(features.tolist(), logits.tolist(), strict=True):
        assert [float(value) for value in slow_logits(network, precision, row)] == expected


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_without_formats_it_is_the_float_network(name):
    network = trained_looking(name, 1)
    features = torch.randn(64, 16, generator=torch.Generator().manual_seed(1))
    open_precision = (LayerPrecision(),) * len(network.spec.linear_layers)
    quantized = QuantizedNetwork(network, open_precision)
    torch.testing.assert_close(quantized(features), network(features), rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_wide_formats_approach_the_float_network():
    network = trained_looking("jsc-toy", 2)
    features = torch.randn(64, 16, generator=torch.Generator().manual_seed(2))
    fine = FixedPoint(24, 18)
    errors = [
        float(
            (QuantizedNetwork(network, (precision,) * 3)(features) - network(features)).abs().max()
        )
        for precision in (
            LayerPrecision(fine, fine, fine),
            LayerPrecision(FixedPoint(8, 4), FixedPoint(8, 4), FixedPoint(8, 4)),
        )
    ]
    assert errors[0] < 1e-4 < errors[1]


def test_batch_norm_is_independent_of_the_batch_and_of_the_mode():
    network = trained_looking("jsc-toy", 3)
    layer = LayerPrecision(FixedPoint(6, 3), FixedPoint(6, 4), FixedPoint(6, 4))
    quantized = QuantizedNetwork(network, (layer,) * 3).train()
    features = torch.randn(33, 16, generator=torch.Generator().manual_seed(3))
    whole = quantized(features)
    rows = torch.cat([quantized(row[None]) for row in features])
    assert torch.equal(whole, rows)
    assert torch.equal(whole, quantized.eval()(features))


def test_affine_is_two_separate_roundings():
    norm = trained_looking("jsc-tiny", 4).blocks[0]
    scale, shift = normalization_affine(norm)
    x = torch.randn(50, 16, generator=torch.Generator().manual_seed(4))
    product = (x.numpy() * scale.numpy()) + shift.numpy()
    network = trained_looking("jsc-tiny", 4)
    block = QuantizedNetwork(network, (LayerPrecision(),)).blocks[0]
    assert torch.equal(block(x), torch.from_numpy(product))
    torch.testing.assert_close(block(x), norm(x), rtol=1e-5, atol=1e-6)


def test_the_network_given_is_left_alone():
    network = initialized(network_spec("jsc-tiny"), 0).eval()
    before = network.blocks[2].weight.clone()
    quantized = QuantizedNetwork(network, (LayerPrecision(weight=FixedPoint(2, 1)),))
    with torch.no_grad():
        network.blocks[2].bias.zero_()
    assert torch.equal(network.blocks[2].weight, before)
    assert not torch.equal(quantized.blocks[2].bias, network.blocks[2].bias)


def test_one_precision_for_each_dense_layer():
    network = initialized(network_spec("jsc-three-linear"), 0)
    with pytest.raises(InputError, match="precision of 2 layers: expected 3"):
        QuantizedNetwork(network, (LayerPrecision(),) * 2)


def test_open_fractions_are_refused():
    network = initialized(network_spec("jsc-tiny"), 0)
    with pytest.raises(InputError, match="weight fraction is open"):
        QuantizedNetwork(network, (LayerPrecision(weight=FixedPoint(4)),))
