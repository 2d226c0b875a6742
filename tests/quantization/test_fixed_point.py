import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from moo_jsc.foundation.errors import InputError
from moo_jsc.quantization.fixed_point import quantize
from moo_jsc.quantization.formats import (
    MAX_FRACTION,
    FixedPoint,
    LayerPrecision,
    PowerOfTwo,
    Ternary,
    half_fraction,
    unsigned_data,
)


def exact(value: float, fmt: FixedPoint) -> float:
    """Round in exact arithmetic, clamp, and round the result to float32."""
    code = exact_code(Fraction(value) * Fraction(2) ** fmt.fraction, fmt.code_rounding)
    code = max(fmt.lowest_code, min(fmt.highest_code, code))
    with np.errstate(over="ignore"):
        return float(np.float32(_to_float(Fraction(code) / Fraction(2) ** fmt.fraction)))


def exact_code(scaled: Fraction, rounding: str) -> int:
    if rounding == "even":
        return round(scaled)
    if rounding == "down":
        return math.floor(scaled)
    if rounding == "up":
        return math.floor(scaled + Fraction(1, 2))
    powers = [0] + [2**k for k in range(max(math.ceil(abs(scaled)), 1).bit_length() + 1)]
    nearest = min(powers, key=lambda power: (abs(abs(scaled) - power), -power))
    return nearest if scaled > 0 else -nearest


def _to_float(value: Fraction) -> float:
    return value.numerator / value.denominator


roundings = st.sampled_from(["even", "up", "down"])
fractions = st.integers(-MAX_FRACTION, MAX_FRACTION)
weight_formats = st.builds(Ternary, fraction=fractions) | st.builds(
    PowerOfTwo, st.integers(3, 6), fractions
)
formats = (
    st.builds(FixedPoint, st.integers(1, 32), fractions, st.booleans(), roundings) | weight_formats
)
usual_formats = (
    st.builds(FixedPoint, st.integers(1, 12), st.integers(-4, 16), st.booleans(), roundings)
    | st.builds(Ternary, fraction=st.integers(-4, 16))
    | st.builds(PowerOfTwo, st.integers(3, 6), st.integers(-4, 16))
)
float32s = st.floats(width=32, allow_nan=False, allow_infinity=False)
halves = st.integers(-4000, 4000).map(lambda k: k / 32)


@given(st.lists(float32s, min_size=1, max_size=8), formats)
def test_any_float_in_any_format_is_exact(values, fmt):
    result = quantize(torch.tensor(values, dtype=torch.float32), fmt)
    assert result.dtype == torch.float32
    assert result.tolist() == [exact(value, fmt) for value in values]


@given(st.lists(halves, min_size=1, max_size=32), usual_formats)
def test_ties_go_where_the_format_says(values, fmt):
    result = quantize(torch.tensor(values, dtype=torch.float32), fmt)
    assert result.tolist() == [exact(value, fmt) for value in values]


@given(st.lists(float32s, min_size=1, max_size=8), usual_formats)
def test_rounding_twice_changes_nothing(values, fmt):
    once = quantize(torch.tensor(values, dtype=torch.float32), fmt)
    assert torch.equal(quantize(once, fmt), once)


def test_gradients_pass_straight_through_inside_and_outside_the_range():
    x = torch.tensor([-100.0, -0.3, 0.2, 100.0], requires_grad=True)
    factors = torch.tensor([1.0, 2.0, 3.0, 4.0])
    (quantize(x, FixedPoint(4, 2)) * factors).sum().backward()
    assert torch.equal(x.grad, factors)


def test_no_format_leaves_the_tensor_alone():
    x = torch.randn(3)
    assert quantize(x, None) is x


def test_the_input_is_not_changed():
    x = torch.tensor([0.3, 0.6])
    quantize(x, FixedPoint(2, 0))
    assert x.tolist() == pytest.approx([0.3, 0.6])


def test_bounds():
    assert (FixedPoint(8, 4).lowest, FixedPoint(8, 4).highest) == (-8.0, 7.9375)
    unsigned = FixedPoint(8, 4, signed=False)
    assert (unsigned.lowest, unsigned.highest) == (0.0, 15.9375)
    assert FixedPoint(2, -3).highest == 8.0
    assert FixedPoint(2, 5).lowest == -(2.0**-4)


@pytest.mark.parametrize("width", [0, 33, -1, 2.5, True, "8"])
def test_wrong_widths(width):
    with pytest.raises(InputError, match="width = "):
        FixedPoint(width, 0)


@pytest.mark.parametrize("fraction", [0.5, 127, -127, "4"])
def test_wrong_fractions(fraction):
    with pytest.raises(InputError, match="fraction = "):
        FixedPoint(8, fraction)


def test_an_open_fraction_cannot_be_used():
    with pytest.raises(ValueError, match="not calibrated"):
        quantize(torch.zeros(1), FixedPoint(8))


def test_rule_of_the_reports():
    assert [half_fraction(width) for width in (2, 4, 5, 8, 16)] == [1, 2, 2, 4, 8]


def test_unquantized_tensors_have_32_bits():
    layer = LayerPrecision(data=FixedPoint(4))
    assert (layer.data_width, layer.weight_width, layer.bias_width) == (4, 32, 32)


def test_unknown_rounding():
    with pytest.raises(InputError, match="rounding = 'nearest': expected one of even, up, down"):
        FixedPoint(8, 4, rounding="nearest")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Ternary(3, 1),
        lambda: Ternary(fraction=1, signed=False),
        lambda: PowerOfTwo(2, 1),
        lambda: PowerOfTwo(7, 1),
        lambda: LayerPrecision(pruned=1.0),
        lambda: LayerPrecision(pruned=-0.1),
    ],
)
def test_impossible_weight_formats(make):
    with pytest.raises(InputError, match="expected a"):
        make()


def test_values_of_weight_formats():
    numbers = torch.linspace(-4, 4, 4001)
    assert quantize(numbers, Ternary(fraction=1)).unique().tolist() == [-0.5, 0.0, 0.5]
    assert quantize(numbers, PowerOfTwo(3, 2)).unique().tolist() == [
        -1,
        -0.5,
        -0.25,
        0,
        0.25,
        0.5,
        1,
    ]


def test_unsigned_data_keeps_width_and_leaves_the_rest():
    layer = LayerPrecision(FixedPoint(4, rounding="up"), FixedPoint(3), None, 0.5)
    assert unsigned_data(layer) == LayerPrecision(
        FixedPoint(4, signed=False, rounding="up"), FixedPoint(3), None, 0.5
    )
    assert unsigned_data(LayerPrecision()) == LayerPrecision()
