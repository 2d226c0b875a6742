import numpy as np
import pytest
import torch
from torch import nn

from moo_jsc.foundation.errors import InputError
from moo_jsc.hardware.dense import effective_bits, significant_bits
from moo_jsc.hardware.form import dense_forms, hardware_form
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec
from moo_jsc.networks.specification import BatchNorm, Linear, NetworkSpec, ReLU
from moo_jsc.networks.weights import load_network
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision
from moo_jsc.quantization.network import normalization_affine

LAYER = LayerPrecision(FixedPoint(4, 2), FixedPoint(3, 2), FixedPoint(6, 3))


def test_inner_norms_are_rounded_and_leading_ones_left():
    network = load_network("jsc-toy")
    rounded = hardware_form(network, width=5)
    norms = [
        (before, after)
        for before, after in zip(network.blocks, rounded.blocks, strict=True)
        if isinstance(before, nn.BatchNorm1d)
    ]
    (first, kept), *inner = norms
    assert all(
        torch.equal(*pair)
        for pair in zip(normalization_affine(first), normalization_affine(kept), strict=True)
    )
    for before, after in inner:
        for plain, fixed in zip(
            normalization_affine(before), normalization_affine(after), strict=True
        ):
            assert significant_bits(fixed.double().numpy()) <= 5
            assert float((plain - fixed).abs().max()) <= float(plain.abs().max()) / 8
    assert hardware_form(rounded, width=5).blocks[3].weight.equal(rounded.blocks[3].weight)


def test_a_network_without_inner_norms_is_its_own_hardware_form():
    network = load_network("jsc-three-linear")
    assert hardware_form(network) is network


@pytest.mark.parametrize("width", [1, 17, 2.0])
def test_impossible_widths_of_norms(width):
    with pytest.raises(InputError, match="normalisation width = "):
        hardware_form(load_network("jsc-toy"), width)


def test_a_norm_after_a_dense_layer_is_in_its_constants():
    network = hardware_form(load_network("jsc-toy"), width=6)
    form, *_ = dense_forms(network, (LAYER,) * 3)
    scale, shift = (values.double().numpy() for values in normalization_affine(network.blocks[3]))
    plain = network.blocks[2]
    codes = np.clip(np.rint(plain.weight.detach().double().numpy() * 4), -4, 3)
    bias = np.clip(np.rint(plain.bias.detach().double().numpy() * 8), -32, 31) / 8
    np.testing.assert_array_equal(form.weight_codes, codes)
    np.testing.assert_array_equal(form.weight, scale[:, None] * codes / 4)
    np.testing.assert_array_equal(form.bias, scale * bias + shift)
    assert form.after == (None,)
    assert form.nonnegative
    assert form.bits_per_input == 3


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (LayerPrecision(None, FixedPoint(3, 2), FixedPoint(3, 2)), "the data is float32"),
        (LayerPrecision(FixedPoint(3, 2), None, FixedPoint(3, 2)), "the weight is float32"),
        (LayerPrecision(FixedPoint(3, 2), FixedPoint(3, 2)), "the bias is float32"),
        (LayerPrecision(FixedPoint(17, 2), FixedPoint(3, 2), FixedPoint(3, 2)), "17 bits"),
        (LayerPrecision(FixedPoint(3), FixedPoint(3, 2), FixedPoint(3, 2)), "fraction is open"),
    ],
)
def test_what_has_no_hardware_form(layer, message):
    with pytest.raises(InputError, match=message):
        dense_forms(load_network("jsc-tiny"), (layer,))


def test_float_norms_have_no_hardware_form():
    with pytest.raises(InputError, match="batch norm 3: scale and shift are float32"):
        dense_forms(load_network("jsc-toy"), (LAYER,) * 3)


def test_norms_elsewhere_stay_apart():
    spec = NetworkSpec("own", (Linear(3, 2), ReLU(2), BatchNorm(2), Linear(2, 2)))
    network = hardware_form(initialized(spec, seed=0).eval())
    first, last = dense_forms(network, (LAYER, LAYER))
    assert first.after[0] is None
    assert first.after[1].scale.tolist() == normalization_affine(network.blocks[2])[0].tolist()
    assert not first.nonnegative
    assert not last.nonnegative


def test_effective_bits_are_those_between_the_outer_set_bits():
    codes = np.arange(-300, 300)
    slow = [len(f"{abs(code):b}".strip("0")) for code in codes]
    assert effective_bits(codes).tolist() == slow


def test_formats_are_needed_for_every_layer():
    with pytest.raises(InputError, match="precision of 1 layers: expected 3"):
        dense_forms(load_network("jsc-three-linear"), (LAYER,))


def test_spec_is_kept():
    assert hardware_form(load_network("jsc-toy")).spec == network_spec("jsc-toy")
