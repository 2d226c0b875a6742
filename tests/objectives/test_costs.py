import itertools
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.family import NETWORKS, network_spec
from moo_jsc.networks.specification import BatchNorm, ReLU
from moo_jsc.objectives import OBJECTIVES, get_objectives
from moo_jsc.objectives.bitops import BITOPS, BITOPS_BOPS, BITOPS_REPORT
from moo_jsc.objectives.bitwidth import (
    AVERAGE_BITWIDTH,
    AVERAGE_BITWIDTH_MASE,
    MEMORY_DENSITY,
    MEMORY_DENSITY_MASE,
)
from moo_jsc.objectives.flops import FLOPS, FLOPS_MASE, FLOPS_PTFLOPS, FLOPS_RUNTIME_NORM
from moo_jsc.objectives.objective import CostObjective, dense_owners
from moo_jsc.objectives.size import FLOAT32_SIZE, REPORT_SIZE, SIZE
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision

TINY = network_spec("jsc-tiny")
THREE = network_spec("jsc-three-linear")
COSTS = [objective for objective in OBJECTIVES.values() if isinstance(objective, CostObjective)]


def widths(data: int, weight: int, bias: int) -> LayerPrecision:
    return LayerPrecision(FixedPoint(data), FixedPoint(weight), FixedPoint(bias))


def float32(spec) -> tuple[LayerPrecision, ...]:
    return (LayerPrecision(),) * len(spec.linear_layers)


def test_names():
    assert set(OBJECTIVES) == {
        *("accuracy", "accuracy-macro", "loss", "latency"),
        *("size", "size-sparse", "size-float32", "size-report"),
        *("flops", "flops-mase", "flops-ptflops", "flops-runtime-norm"),
        *("bitops", "bitops-bops", "bitops-report"),
        *("average-bitwidth", "average-bitwidth-mase"),
        *("memory-density", "memory-density-mase"),
        *("lut", "ff", "latency-cycles", "latency-ns", "adder-depth", "ebops"),
    }


def test_only_accuracies_and_density_are_maximized():
    maximized = {objective.name for objective in OBJECTIVES.values() if objective.sense == "max"}
    assert maximized == {"accuracy", "accuracy-macro", "memory-density", "memory-density-mase"}


def test_float32_size_of_the_reports():
    spec = network_spec("jsc-tiny", final_relu=True)
    assert FLOAT32_SIZE.cost(spec, float32(spec)) == 468


@pytest.mark.parametrize(
    ("formats", "expected"), [(widths(8, 8, 8), 134.0), (widths(4, 2, 2), 37.75)]
)
def test_report_size(formats, expected):
    assert REPORT_SIZE.cost(TINY, (formats,)) == expected


def test_size_keeps_the_batch_norm_in_float32():
    assert SIZE.cost(TINY, (widths(8, 4, 8),)) == (80 * 4 + 5 * 8 + 32 * 32) / 8
    assert SIZE.cost(TINY, float32(TINY)) == 468


@pytest.mark.parametrize(("final_relu", "expected"), [(False, 1280), (True, 1320)])
def test_mase_flops_at_batch_8(final_relu, expected):
    spec = network_spec("jsc-tiny", final_relu=final_relu)
    assert FLOPS_MASE.at_batch(8).cost(spec, float32(spec)) == expected
    assert FLOPS_MASE.cost(spec, float32(spec)) == expected / 8


@pytest.mark.parametrize(("name", "expected"), [("jsc-tiny", 159), ("jsc-three-linear", 767)])
def test_ptflops(name, expected):
    spec = network_spec(name, final_relu=True)
    assert FLOPS_PTFLOPS.cost(spec, float32(spec)) == expected


def test_flops_counts_multiply_and_add_apart():
    assert FLOPS.cost(TINY, float32(TINY)) == 2 * 80 + 2 * 16 + 16


@pytest.mark.parametrize(("batch", "expected"), [(1, 230), (8, 1833)])
def test_runtime_norm_is_the_count_of_report_four(batch, expected):
    spec = network_spec("jsc-tiny", final_relu=True)
    assert FLOPS_RUNTIME_NORM.at_batch(batch).cost(spec, float32(spec)) == expected


def test_a_batch_of_no_samples_is_refused():
    with pytest.raises(InputError, match="batch = 0"):
        FLOPS.at_batch(0)


@pytest.mark.parametrize(
    ("formats", "expected"), [(widths(8, 8, 8), 9960), (widths(4, 2, 2), 1250)]
)
def test_report_bitops(formats, expected):
    assert BITOPS_REPORT.cost(TINY, (formats,)) == expected


def test_bitops():
    assert BITOPS.cost(TINY, (widths(8, 4, 2),)) == 80 * 32
    assert BITOPS.cost(TINY, float32(TINY)) == 80 * 1024


def test_hardware_bops_of_a_dense_layer():
    assert BITOPS_BOPS.cost(TINY, (widths(8, 4, 8),)) == 16 * 5 * (32 + 8 + 4 + 4)


def test_average_bitwidth_and_density():
    formats = tuple(widths(8, weight, 8) for weight in (8, 4, 2))
    assert AVERAGE_BITWIDTH.cost(THREE, formats) == pytest.approx(5.459459, abs=5e-7)
    assert AVERAGE_BITWIDTH_MASE.cost(THREE, formats) == AVERAGE_BITWIDTH.cost(THREE, formats)
    assert MEMORY_DENSITY.cost(THREE, formats) == pytest.approx(5.861386, abs=5e-7)


def test_only_mase_leaves_float_layers_out():
    formats = (widths(8, 8, 8), LayerPrecision(), widths(8, 8, 8))
    assert AVERAGE_BITWIDTH_MASE.cost(THREE, formats) == 8
    assert AVERAGE_BITWIDTH.cost(THREE, formats) == (336 * 8 + 256 * 32) / 592
    assert AVERAGE_BITWIDTH_MASE.cost(THREE, float32(THREE)) == 32
    quarter = (widths(8, 4, 8), LayerPrecision(), widths(8, 4, 8))
    assert MEMORY_DENSITY_MASE.cost(THREE, quarter) == 8
    assert MEMORY_DENSITY.cost(THREE, quarter) < 2.1
    assert MEMORY_DENSITY_MASE.cost(THREE, float32(THREE)) == 1
    assert AVERAGE_BITWIDTH.cost(THREE, float32(THREE)) == 32


def test_other_layers_belong_to_the_next_dense_layer():
    spec = network_spec("jsc-toy")
    assert dense_owners(spec) == (0, 0, 0, 1, 1, 1, 2, 2, 2, 2)


def definitions(spec, formats) -> dict[str, float]:
    """Return every convention once more, from its definition in words."""
    dense = [
        (layer.inputs, layer.outputs, f.data_width, f.weight_width, f.bias_width)
        for layer, f in zip(spec.linear_layers, formats, strict=True)
    ]
    norms = [layer.features for layer in spec.layers if isinstance(layer, BatchNorm)]
    channels = sum(layer.features for layer in spec.layers if isinstance(layer, BatchNorm))
    relus = sum(layer.features for layer in spec.layers if isinstance(layer, ReLU))
    macs = sum(n * m for n, m, *_ in dense)
    biases = sum(m for _, m, *_ in dense)
    weight_bits = sum(n * m * weight for n, m, _, weight, _ in dense)
    bias_bits = sum(m * bias for _, m, _, _, bias in dense)
    return {
        "size": (weight_bits + bias_bits + 64 * channels) / 8,
        "size-float32": 4 * spec.parameters,
        "flops": 2 * macs + 2 * channels + relus,
        "flops-mase": macs + 4 * channels + relus,
        "flops-ptflops": macs + biases + 2 * channels + 2 * relus,
        "flops-runtime-norm": macs + sum(8 * n + 1 for n in norms) + relus,
        "bitops": sum(n * m * data * weight for n, m, data, weight, _ in dense),
        "bitops-bops": sum(
            n * m * (data * weight + data + weight + np.log2(n)) for n, m, data, weight, _ in dense
        ),
        "bitops-report": sum(
            m * ((2 * n - 1) * data * weight + bias) for n, m, data, weight, bias in dense
        ),
        "average-bitwidth": weight_bits / macs,
        "memory-density": 32 * macs / weight_bits,
    }


optional_format = st.none() | st.integers(1, 16).map(FixedPoint)
precisions = st.builds(LayerPrecision, optional_format, optional_format, optional_format)


@given(st.data(), st.sampled_from(sorted(NETWORKS)))
def test_every_cost_against_its_definition(data, network):
    spec = NETWORKS[network]
    layers = len(spec.linear_layers)
    formats = tuple(data.draw(st.lists(precisions, min_size=layers, max_size=layers)))
    for name, expected in definitions(spec, formats).items():
        assert OBJECTIVES[name].cost(spec, formats) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("objective", COSTS, ids=lambda objective: objective.name)
def test_wider_weights_never_cost_less(objective):
    values = [objective.cost(THREE, (widths(8, weight, 8),) * 3) for weight in (2, 3, 5, 8, 16)]
    sign = 1 if objective.sense == "min" else -1
    assert all(sign * (b - a) >= 0 for a, b in itertools.pairwise(values))


def test_group_terms_cover_every_layer_once():
    spec = network_spec("jsc-s")
    for objective in COSTS:
        whole = sum(
            np.asarray(objective.layer_terms(layer, LayerPrecision())) for layer in spec.layers
        )
        parts = sum(
            objective.group_terms(spec, dense, LayerPrecision())
            for dense in range(len(spec.linear_layers))
        )
        np.testing.assert_allclose(parts, whole, rtol=1e-14)


@pytest.mark.parametrize(
    ("names", "message"),
    [([], "at least one"), (["speed"], "'speed'"), (["loss", "loss"], "each name once")],
)
def test_wrong_names(names, message):
    with pytest.raises(InputError, match=message):
        get_objectives(names)


def test_importing_objectives_stays_light():
    code = (
        "import sys, moo_jsc.objectives; "
        "assert not {'torch', 'torchmetrics', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_pruned_weights_in_size_and_bops():
    spec = network_spec("jsc-tiny")
    (layer,) = spec.linear_layers
    whole = LayerPrecision(FixedPoint(8, 4), FixedPoint(4, 3), FixedPoint(8, 4))
    half = replace(whole, pruned=0.5)
    size, sparse = OBJECTIVES["size"], OBJECTIVES["size-sparse"]
    assert size.cost(spec, (half,)) == size.cost(spec, (whole,))
    assert sparse.cost(spec, (whole,)) == size.cost(spec, (whole,)) + layer.macs / 8
    assert sparse.cost(spec, (half,)) == size.cost(spec, (whole,)) + (80 - 40 * 4) / 8
    bops = OBJECTIVES["bitops-bops"]
    assert bops.cost(spec, (whole,)) - bops.cost(spec, (half,)) == 40 * 8 * 4
    assert OBJECTIVES["bitops"].cost(spec, (half,)) == OBJECTIVES["bitops"].cost(spec, (whole,))
