"""Formats that differ from layer to layer: decoded as their definition says, evaluated alike."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from moo_jsc.data import load_dataset
from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.classifier import initialized, predict
from moo_jsc.networks.family import network_spec
from moo_jsc.objectives import get_objectives
from moo_jsc.problems.layered_precision import layered
from moo_jsc.problems.network_problem import QuantizationProblem
from moo_jsc.problems.precision import PrecisionSpace, half_fraction
from moo_jsc.quantization.network import QuantizedNetwork

formats = st.lists(st.integers(2, 9), min_size=2, max_size=3, unique=True).map(
    lambda widths: half_fraction(*widths)
)
one = st.integers(2, 9).map(half_fraction)
shares = st.sampled_from([(0.0,), (0.5,), (0.0, 0.25), (0.25, 0.5, 0.75)])
spaces = st.builds(
    PrecisionSpace, formats, formats | one, one, pruned=shares, unsigned_after_relu=st.booleans()
)


@settings(deadline=None, max_examples=40)
@given(st.lists(spaces, min_size=3, max_size=3))
def test_every_configuration_is_the_product_of_the_layers_own_options(layers):
    spec = network_spec("jsc-three-linear")
    space = layered(layers)
    choices = space.search_space("layered", spec)
    expected = list(product(*(layer.layer_options() for layer in layers)))
    assert choices.size == len(expected)
    for index in np.unique(np.linspace(0, choices.size - 1, 20).astype(int)):
        (row,) = choices.configurations([int(index)])
        assert space.precision(row, 3) == expected[index]
    for number, layer in enumerate(layers):
        unsigned = space.layer_options(number, after_relu=True)
        assert unsigned == layer.layer_options(after_relu=True)


def test_equal_layers_are_the_plain_space():
    spec = network_spec("jsc-three-linear")
    plain = PrecisionSpace(half_fraction(4, 8), half_fraction(2, 4), per_layer=True)
    space = layered([plain] * 3)
    rows = plain.search_space("plain", spec).configurations(np.arange(64))
    assert space.choices(spec.linear_names) == plain.choices(spec.linear_names)
    assert np.array_equal(space.layer_indices(rows, 3), plain.layer_indices(rows, 3))


def test_a_design_has_the_pruned_shares_and_unsigned_inputs_of_its_layers():
    """Layers had once lost both on their way into the space."""
    plain = PrecisionSpace(half_fraction(4, 6), half_fraction(3))
    unsigned = replace(plain, unsigned_after_relu=True)
    space = layered([unsigned, unsigned, replace(plain, pruned=(0.0, 0.5))])
    network = initialized(network_spec("jsc-three-linear"), seed=0)
    rng = np.random.default_rng(0)
    columns = {"x": rng.normal(size=(60, 16)), "y": np.arange(60) % 5}
    data = load_dataset(columns, label="y")
    objectives = get_objectives(["accuracy", "size-sparse"])
    problem = QuantizationProblem("layered", network, space, objectives, data)
    assert [choice.name.split(".")[1] for choice in problem.space.choices] == [
        *["data"] * 3,
        "pruned",
    ]
    rows = problem.space.configurations(np.arange(16))
    for row, values in zip(rows, problem.evaluate(rows), strict=True):
        _, precision = problem.design(row)
        # The first layer comes after a batch norm's ReLU, the last one is not to be unsigned.
        assert [layer.data.signed for layer in precision] == [False, False, True]
        assert [layer.pruned for layer in precision] == [0.0, 0.0, (0.0, 0.5)[row[3]]]
        logits = QuantizedNetwork(network, precision)(torch.from_numpy(data.validation.features))
        right = predict(logits).numpy() == data.validation.labels
        assert values[0] == right.mean()
        assert values[1] == objectives[1].cost(network.spec, precision)


def test_another_number_of_layers_is_refused():
    with pytest.raises(InputError, match="formats of 2 layers: expected 1"):
        layered([PrecisionSpace(half_fraction(4), half_fraction(2, 4))] * 2).choices(("only",))
    with pytest.raises(InputError, match="no layer"):
        layered([])
    with pytest.raises(InputError, match="no weight, expected at least one"):
        PrecisionSpace(half_fraction(4), ())
