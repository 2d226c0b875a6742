"""Formats that differ from layer to layer: decoded as their definition says, evaluated alike."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.family import network_spec
from moo_jsc.problems.layered_precision import layered
from moo_jsc.problems.precision import PrecisionSpace, half_fraction

formats = st.lists(st.integers(2, 9), min_size=2, max_size=3, unique=True).map(
    lambda widths: half_fraction(*widths)
)
one = st.integers(2, 9).map(half_fraction)
spaces = st.builds(PrecisionSpace, formats, formats | one, one)


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


def test_equal_layers_are_the_plain_space():
    spec = network_spec("jsc-three-linear")
    plain = PrecisionSpace(half_fraction(4, 8), half_fraction(2, 4), per_layer=True)
    space = layered([plain] * 3)
    rows = plain.search_space("plain", spec).configurations(np.arange(64))
    assert space.choices(spec.linear_names) == plain.choices(spec.linear_names)
    assert np.array_equal(space.layer_indices(rows, 3), plain.layer_indices(rows, 3))


def test_another_number_of_layers_is_refused():
    with pytest.raises(InputError, match="formats of 2 layers: expected 1"):
        layered([PrecisionSpace(half_fraction(4), half_fraction(2, 4))] * 2).choices(("only",))
    with pytest.raises(InputError, match="no layer"):
        layered([])
