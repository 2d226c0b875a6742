"""The circuit is the network: emulator, batched evaluator and simulators agree bit by bit."""

import numpy as np
import pytest
import torch

from moo_jsc.evaluation.evaluator import BatchedEvaluator
from moo_jsc.foundation.errors import InputError
from moo_jsc.hardware.dense import DenseForm
from moo_jsc.hardware.emulation import Design, compare
from moo_jsc.hardware.rtl import write_bench, write_verilog
from moo_jsc.hardware.tools import installed, simulate, synthesize
from moo_jsc.hardware.tracing import trace_layer
from moo_jsc.objectives import get_objectives
from moo_jsc.quantization.fixed_point import quantize
from moo_jsc.quantization.formats import FixedPoint
from studies.circuits.designs import uniform_precision

NETWORKS = ("jsc-tiny", "jsc-toy", "jsc-three-linear")


@pytest.mark.parametrize("name", NETWORKS)
def test_emulator_equals_the_quantized_network(name, jets, calibrated, random_precision, rng):
    network, calibration = calibrated(name)
    features = jets.test.features[:2000]
    for _ in range(5):
        design = Design.of(network, random_precision(network, calibration, rng))
        found = compare(design, features)
        assert found.equal, f"{design.precision}: jet {found.first} differs"


@pytest.mark.parametrize("width", [4, 8])
@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("rounding", ["even", "up", "down"])
@pytest.mark.parametrize(("scale", "bias"), [(0.5, 11), (0.5, -5), (0.0, 3), (0.0625, 1), (1.0, 8)])
def test_values_that_are_always_half_way_are_rounded(scale, bias, rounding, signed, width):
    fmt = FixedPoint(width, 3, signed, rounding)
    layer = DenseForm(
        FixedPoint(3, 0), False, np.array([[scale]]), np.array([bias / 16]), (), np.array([[1]])
    )
    (circuit,) = trace_layer(layer, [fmt])
    codes = np.arange(-4.0, 4.0)[:, None]
    exact = torch.from_numpy(codes * scale + bias / 16)
    np.testing.assert_array_equal(circuit.logits(codes), quantize(exact, fmt).numpy())


def test_what_is_scored_is_what_is_built(jets, calibrated, random_precision, rng):
    network, calibration = calibrated("jsc-three-linear")
    precisions = [random_precision(network, calibration, rng) for _ in range(4)]
    options = [list(layer) for layer in zip(*precisions, strict=True)]
    features = jets.test.features[:1000]
    evaluator = BatchedEvaluator(
        network, options, features, jets.test.labels[:1000], get_objectives(["accuracy"])
    )
    choices = np.repeat(np.arange(4)[:, None], 3, axis=1)
    for precision, logits in zip(precisions, evaluator.logits(choices), strict=True):
        emulated = Design.of(network, precision).emulated(features)
        assert torch.equal(logits.double(), torch.from_numpy(emulated))


def test_a_wrong_circuit_is_found(jets, calibrated, random_precision, rng):
    network, calibration = calibrated("jsc-tiny")
    design = Design.of(network, random_precision(network, calibration, rng))
    other = Design.of(network, random_precision(network, calibration, rng))
    wrong = Design(design.network, design.precision, design.forms, other.circuit)
    found = compare(wrong, jets.test.features[:200])
    assert found.differing > 0
    assert found.first is not None


@pytest.fixture(scope="module")
def built(jets, calibrated, tmp_path_factory):
    network, calibration = calibrated("jsc-tiny")
    design = Design.of(network, uniform_precision(network, calibration, data=3, weight=3))
    rtl = write_verilog(design.circuit, tmp_path_factory.mktemp("rtl"))
    return design, rtl, jets.test.features[:64]


@pytest.mark.skipif(not installed("iverilog"), reason="iverilog is not installed")
def test_simulated_verilog_equals_the_network(built):
    design, rtl, features = built
    write_bench(rtl, design.circuit, design.inputs(features), design.reference(features))
    found = simulate(rtl, "iverilog")
    assert (found.jets, found.first_differing) == (64, None)


@pytest.mark.skipif(not installed("iverilog"), reason="iverilog is not installed")
def test_simulation_names_the_first_jet_that_differs(built):
    design, rtl, features = built
    expected = design.reference(features)
    step = 2.0 ** -design.circuit.logic.out_kifs[2]
    expected[[9, 30]] += step
    write_bench(rtl, design.circuit, design.inputs(features), expected)
    assert simulate(rtl, "iverilog").first_differing == 9


@pytest.mark.skipif(not installed("yosys"), reason="yosys is not installed")
def test_synthesis_uses_no_multiplier_blocks(built):
    design, rtl, _ = built
    found = synthesize(rtl)
    assert found.dsp == 0
    assert found.ff <= rtl.registers
    assert 0.5 < found.lut / design.circuit.terms["lut"] < 2.0


def test_a_missing_tool_gets_one_line(built, monkeypatch):
    _, rtl, _ = built
    monkeypatch.setattr("moo_jsc.hardware.tools.shutil.which", lambda _: None)
    with pytest.raises(InputError, match=r"yosys: not installed \(apt-get install yosys\)"):
        synthesize(rtl)
