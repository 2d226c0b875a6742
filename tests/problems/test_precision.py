import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.family import network_spec
from moo_jsc.problems.precision import (
    PRECISION_SPACES,
    TENSORS,
    PrecisionSpace,
    half_fraction,
    pairs,
    register_precision_space,
    widths,
)
from moo_jsc.problems.space import SearchSpace
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision, Ternary

THREE = ("seq_blocks_2", "seq_blocks_4", "seq_blocks_6")

FORMATS = st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True).map(
    lambda bits: widths(*bits)
)


@given(FORMATS, FORMATS, FORMATS, st.booleans(), st.data())
def test_batched_decoding_agrees_with_reading_the_names(data, weight, bias, per_layer, draw):
    precision = PrecisionSpace(data, weight, bias, per_layer)
    choices = precision.choices(THREE)
    if not choices:
        return
    space = SearchSpace("s", choices)
    index = draw.draw(st.integers(0, space.size - 1))
    (row,) = space.configurations([index])
    named = space.named(row)
    decoded = precision.precision(row, len(THREE))
    for name, layer in zip(THREE, decoded, strict=True):
        for tensor in TENSORS:
            key = f"{name}.{tensor}" if per_layer else tensor
            formats = precision.formats(tensor)
            expected = named[key] if len(formats) > 1 else formats[0].width
            assert getattr(layer, tensor).width == expected


def test_lab3_grid_is_the_reports_sixteen():
    space = PRECISION_SPACES["lab3-grid"]
    formats = [FixedPoint(*pair) for pair in ((16, 8), (8, 6), (8, 4), (4, 2))]
    expected = {(d, w, FixedPoint(8, 4)) for d, w in itertools.product(formats, formats)}
    assert {(o.data, o.weight, o.bias) for o in space.layer_options()} == expected
    assert SearchSpace("s", space.choices(THREE)).size == 16


def test_lab3_types_is_the_reports_eighteen():
    space = PRECISION_SPACES["lab3-types"]
    assert SearchSpace("s", space.choices(THREE)).size == 18
    assert all(
        tensor.fraction == tensor.width // 2
        for option in space.layer_options()
        for tensor in (option.data, option.weight, option.bias)
        if tensor
    )


@pytest.mark.parametrize(
    ("name", "layers", "size"),
    [
        ("mixed-precision", 3, 15_625),
        ("mixed-precision-coarse", 3, 1_728),
        ("mixed-precision-2to8", 3, 117_649),
        ("mixed-precision-2to8", 4, 5_764_801),
        ("mixed-precision-fractions", 3, 15_625),
    ],
)
def test_sizes(name, layers, size):
    names = [f"layer{i}" for i in range(layers)]
    assert SearchSpace("s", PRECISION_SPACES[name].choices(names)).size == size


def test_values_name_widths_where_that_is_enough():
    precision = PrecisionSpace(half_fraction(4, 8), pairs((8, 6), (8, 4)))
    data, weight = precision.choices(THREE)
    assert data.values == (4, 8)
    assert weight.values == ((8, 6), (8, 4))


def test_half_given_fractions_are_refused():
    mixed = (FixedPoint(8, 6), FixedPoint(4))
    with pytest.raises(InputError):
        PrecisionSpace(mixed, mixed).choices(THREE)


def test_a_name_is_registered_once():
    with pytest.raises(ValueError, match="twice"):
        register_precision_space("lab3-grid", PRECISION_SPACES["lab3-grid"])


def test_indices_are_positions_in_the_options():
    precision = PRECISION_SPACES["mixed-precision"]
    rows = precision.layer_indices(np.array([[0, 0, 1, 2, 4, 4]]), 3)
    assert rows.tolist() == [[0, 7, 24]]


def test_formats_that_hardware_likes_and_pruning_are_choices():
    space = PRECISION_SPACES["hardware-formats"]
    spec = network_spec("jsc-three-linear")
    choices = space.choices(spec.linear_names)
    assert [choice.name for choice in choices[:3]] == [
        f"seq_blocks_2.{part}" for part in ("data", "weight", "pruned")
    ]
    assert choices[1].values == ("ternary", "3", "4", "6")
    assert choices[2].trend("accuracy") == -1
    assert choices[0].trend("accuracy") == 1
    whole = space.search_space("hardware-formats", spec)
    assert whole.size == (4 * 4 * 2) ** 3
    options = space.layer_options()
    row = whole.configuration(
        dict(
            zip(
                (choice.name for choice in choices),
                (3, "ternary", 0.5, 8, "6", 0.0, 4, "3", 0.5),
                strict=True,
            )
        )
    )
    (indices,) = space.layer_indices(row[None], 3)
    assert [options[index] for index in indices] == [
        LayerPrecision(FixedPoint(3), Ternary(), FixedPoint(8), 0.5),
        LayerPrecision(FixedPoint(8), FixedPoint(6), FixedPoint(8)),
        LayerPrecision(FixedPoint(4), FixedPoint(3), FixedPoint(8), 0.5),
    ]
    unsigned = space.layer_options(after_relu=True)
    assert not any(option.data.signed for option in unsigned)
    assert [o.weight for o in unsigned] == [o.weight for o in options]


def test_roundings_are_named_where_they_differ():
    space = PrecisionSpace((FixedPoint(4), FixedPoint(4, rounding="down")), (FixedPoint(4),))
    assert space.choices(("seq_blocks_2",))[0].values == ("4 even", "4 down")
