"""ONNX files compute what the quantized network computes, run by the tools of others."""

import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from moo_jsc.foundation.errors import InputError
from moo_jsc.hardware import onnx_graph as graphs
from moo_jsc.hardware.hls import write_hls_config
from moo_jsc.hardware.onnx_nodes import INPUT, Nodes, package
from moo_jsc.networks.classifier import Classifier
from moo_jsc.networks.specification import Linear, NetworkSpec
from moo_jsc.quantization.exactness import exact_in_float32
from moo_jsc.quantization.fixed_point import quantize
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision, PowerOfTwo, Ternary

pytest.importorskip("onnx", reason="onnx is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("qonnx", reason="qonnx is not installed")

from moo_jsc.hardware.onnx_check import compare_logits, run_onnx

DIALECTS = tuple(graphs.ROUNDINGS)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["jsc-tiny", "jsc-toy", "jsc-three-linear"])
def test_no_logit_of_the_test_split_differs(
    name, dialect, jets, calibrated, random_precision, rng, tmp_path
):
    network, calibration = calibrated(name)
    for _ in range(3 if dialect == "plain" else 1):
        precision = random_precision(network, calibration, rng)
        model = graphs.onnx_graph(network, precision, dialect=dialect)
        graphs.write_onnx(tmp_path / "design.onnx", model)
        found = run_onnx(tmp_path / "design.onnx", jets.test.features, dialect)
        compared = compare_logits(network, precision, jets.test.features, found)
        assert compared.exact and compared.samples == len(jets.test)
        assert (compared.differing, compared.predictions, compared.first) == (0, 0, None)


def test_a_difference_is_counted_and_wrong_only_where_arithmetic_is_exact(jets, calibrated):
    network, _ = calibrated("jsc-tiny")
    narrow = LayerPrecision(FixedPoint(8, 4), FixedPoint(4, 3), FixedPoint(8, 4))
    wide = LayerPrecision(FixedPoint(16, 8), FixedPoint(16, 14), FixedPoint(8, 4))
    features = jets.test.features[:20]
    for layer, exact in ((narrow, True), (wide, False), (LayerPrecision(), False)):
        model = graphs.QuantizedNetwork(network, (layer,))
        found = model(torch.from_numpy(features)).numpy().copy()
        found[3, 0] += 64
        compared = compare_logits(network, (layer,), features, found)
        assert (compared.differing, compared.first, compared.predictions) == (1, 3, 1)
        assert (compared.exact, compared.wrong) == (exact, exact)
        assert "1 with another logit (by at most 64), 1 with another prediction" in str(compared)


FORMATS = st.builds(
    FixedPoint,
    st.integers(2, 12),
    st.integers(-4, 12),
    st.booleans(),
    st.sampled_from(["even", "up", "down"]),
)


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=40, deadline=None)
@given(FORMATS, st.integers(0, 2**16))
def test_numbers_are_rounded_as_the_reference_rounds_them(dialect, fmt, seed):
    rng = np.random.default_rng(seed)
    halves = rng.integers(-(2**13), 2**13, 40) / 2 * fmt.step
    near = np.nextafter(np.float32(halves), np.float32(np.inf))
    values = np.float32(np.concatenate([halves, near, rng.normal(size=40) * fmt.step * 2**6]))
    nodes = Nodes(len(values), 1)
    graphs.ROUNDINGS[dialect].data(nodes, "x", fmt)
    assert np.array_equal(
        run(nodes.model("rounding", {}), values[:, None], dialect)[:, 0],
        quantize(torch.from_numpy(values), fmt).numpy(),
    )


def run(model, values, dialect):
    if dialect == "plain":
        runtime = package("onnxruntime")
        return runtime.InferenceSession(model.SerializeToString()).run(None, {INPUT: values})[0]
    wrapper = package("qonnx.core.modelwrapper").ModelWrapper(model)
    return package("qonnx.core.onnx_exec").execute_onnx(wrapper, {INPUT: values})["logits"]


@pytest.mark.parametrize(
    ("fmt", "message"),
    [
        (FixedPoint(1, 0), "seq_blocks_2_data: a signed format of 1 bit has no QONNX form"),
        (Ternary(2, 0), "seq_blocks_2_data: expected data in plain fixed point"),
        (PowerOfTwo(3, 0), "seq_blocks_2_data: expected data in plain fixed point"),
        (FixedPoint(4), "the data fraction is open"),
    ],
)
def test_formats_without_a_node_get_one_line(fmt, message, calibrated):
    network, _ = calibrated("jsc-tiny")
    with pytest.raises(InputError, match=message):
        graphs.onnx_graph(network, (LayerPrecision(fmt, FixedPoint(4, 3), FixedPoint(8, 4)),))


def test_a_missing_package_gets_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "qonnx.core.modelwrapper", None)
    with pytest.raises(InputError, match=r"needs the package qonnx: pip install 'moo-jsc\[export"):
        package("qonnx.core.modelwrapper")


def test_a_rounding_that_hls4ml_lacks_gets_one_line(calibrated, tmp_path):
    network, _ = calibrated("jsc-tiny")
    data = FixedPoint(4, 2, rounding="up")
    layer = LayerPrecision(data, FixedPoint(4, 3), FixedPoint(8, 4))
    with pytest.raises(InputError, match="seq_blocks_2: data are rounded 'up', which hls4ml"):
        write_hls_config(tmp_path / "new", network, (layer,))
    assert not (tmp_path / "new").exists()


def two_inputs(weights, bias):
    network = Classifier(NetworkSpec("two", (Linear(2, 1),)))
    with torch.no_grad():
        network.blocks[0].weight.copy_(torch.tensor([weights]))
        network.blocks[0].bias.fill_(bias)
    return network


def test_sums_are_exact_up_to_the_last_unit_that_float32_has():
    layer = LayerPrecision(FixedPoint(17, 0, signed=False), FixedPoint(8, 0), FixedPoint(16, 0))
    weights = [100.0, 28.0]
    largest = 128 * (2**17 - 1)
    assert exact_in_float32(two_inputs(weights, 2.0**24 - largest), (layer,))
    assert not exact_in_float32(two_inputs(weights, 2.0**24 - largest + 1), (layer,))
    assert not exact_in_float32(
        two_inputs(weights, 1.0), (LayerPrecision(layer.data, layer.weight, None),)
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 16), st.integers(2, 16), st.integers(0, 2**16))
def test_exact_means_equal_to_float64_in_any_order(data, weight, seed):
    rng = np.random.default_rng(seed)
    layer = LayerPrecision(
        FixedPoint(data, data // 2), FixedPoint(weight, weight - 1), FixedPoint(8, 6)
    )
    network = two_inputs(rng.normal(size=2).tolist(), float(rng.normal()))
    if not exact_in_float32(network, (layer,)):
        return
    inputs = torch.from_numpy(rng.normal(size=(50, 2)).astype(np.float32) * 8)
    model = graphs.QuantizedNetwork(network, (layer,))
    rounded, block = quantize(inputs, layer.data), model.blocks[0]
    x, w, b = rounded.T, block.weight[0], block.bias[0]
    first, second = x[0] * w[0], x[1] * w[1]
    orders = [first + second + b, b + second + first, (b + first) + second]
    right = rounded.double() @ w.double() + b.double()
    for found in (*orders, model(inputs)[:, 0]):
        assert torch.equal(found.double(), right)
