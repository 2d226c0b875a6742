import itertools

import pytest
import torch

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.classifier import Classifier, initialized, predict
from moo_jsc.networks.family import (
    NETWORKS,
    count_independent_shapes,
    network_spec,
    shape_conflict,
    uniform,
    widened,
    widened_family,
)
from moo_jsc.networks.specification import BatchNorm, Linear, NetworkSpec, ReLU

PARAMETERS = {
    "jsc-tiny": 117,
    "jsc-toy": 327,
    "jsc-s": 5615,
    "jsc-three-linear": 661,
    "jsc-two-hidden": 16 * 4 + 4 + 4 * 4 + 4 + 4 * 5 + 5,
    "hls4ml-3layer": 16 * 64 + 64 + 64 * 32 + 32 + 32 * 32 + 32 + 32 * 5 + 5,
}


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_parameters(name):
    spec = network_spec(name)
    assert spec.parameters == PARAMETERS[name]
    network = Classifier(spec)
    assert sum(p.numel() for p in network.parameters()) == spec.parameters
    assert len(network.blocks) == len(spec.layers)
    assert network.eval()(torch.zeros(2, 16)).shape == (2, 5)


@pytest.mark.parametrize("name", ["jsc-tiny", "jsc-toy", "jsc-s", "jsc-three-linear"])
def test_final_relu_is_the_only_difference(name):
    plain, report = network_spec(name), network_spec(name, final_relu=True)
    assert report.layers == (*plain.layers, ReLU(5))
    assert report.parameters == plain.parameters
    assert report.name != plain.name


def test_dense_layers_are_named_as_in_the_reports():
    names = network_spec("jsc-three-linear").linear_names
    assert names == ("seq_blocks_2", "seq_blocks_4", "seq_blocks_6")


@pytest.mark.parametrize(("name", "final_relu"), [("jsc-huge", False), ("hls4ml-3layer", True)])
def test_networks_that_do_not_exist(name, final_relu):
    with pytest.raises(InputError, match=name):
        network_spec(name, final_relu=final_relu)


@pytest.mark.parametrize(
    ("multipliers", "parameters"), [((1, 1), 661), ((2, 2), 1797), ((2, 4), 3013), ((5, 5), 8277)]
)
def test_widened_parameters(multipliers, parameters):
    spec = widened(network_spec("jsc-three-linear"), multipliers)
    assert spec.parameters == parameters
    assert spec.layers[0] == BatchNorm(16)
    assert spec.layers[-1].outputs == 5


def test_norms_and_relus_adapt():
    spec = widened(network_spec("jsc-toy"), (3, 2))
    assert spec.name == "jsc-toy-x3x2"
    assert spec.layers[2:8] == (
        *(Linear(16, 24), BatchNorm(24), ReLU(24)),
        *(Linear(24, 16), BatchNorm(16), ReLU(16)),
    )
    assert initialized(spec, 0).eval()(torch.zeros(2, 16)).shape == (2, 5)


def test_uniform_multipliers():
    assert uniform(network_spec("hls4ml-3layer"), 3) == (3, 3, 3)
    assert widened(network_spec("jsc-tiny"), ()) == network_spec("jsc-tiny")


@pytest.mark.parametrize("multipliers", [(2,), (2, 2, 2), (0, 1), (1, -1)])
def test_wrong_multipliers(multipliers):
    with pytest.raises(InputError, match="multipliers"):
        widened(network_spec("jsc-three-linear"), multipliers)


def test_independent_multipliers_make_networks_only_when_they_agree():
    spec = network_spec("jsc-three-linear")
    for a, b, c, d in itertools.product((1, 2, 5), repeat=4):
        assert (shape_conflict(spec, (a, b, c, d)) is None) == (a == b and c == d)
    counted = count_independent_shapes(spec)
    assert (counted.total, counted.valid, counted.invalid) == (625, 25, 600)
    assert len(widened_family(spec)) == 25
    with pytest.raises(InputError, match="expected 4"):
        shape_conflict(spec, (1, 1))


def test_shapes_must_fit():
    with pytest.raises(ValueError, match="layer 1 takes 5 channels, gets 4"):
        NetworkSpec("broken", (Linear(16, 4), Linear(5, 5)))


def test_initialization_depends_on_the_seed_alone():
    torch.manual_seed(1)
    spec = network_spec("jsc-toy")
    state = torch.get_rng_state()
    first = initialized(spec, 7).state_dict()
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(2)
    again, other = initialized(spec, 7).state_dict(), initialized(spec, 8).state_dict()
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first["blocks.2.weight"], other["blocks.2.weight"])


def test_predictions_take_the_first_of_the_largest():
    logits = torch.randint(0, 3, (500, 5), generator=torch.Generator().manual_seed(0)).float()
    expected = [row.index(max(row)) for row in logits.tolist()]
    assert predict(logits).tolist() == expected
