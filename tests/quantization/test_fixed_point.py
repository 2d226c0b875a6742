from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from moo_jsc.foundation.errors import InputError
from moo_jsc.quantization.fixed_point import FormatBatch, quantize
from moo_jsc.quantization.formats import MAX_FRACTION, FixedPoint, LayerPrecision, half_fraction


def exact(value: float, fmt: FixedPoint) -> float:
    """Round in exact arithmetic (ties to even), clamp, and round the result to float32."""
    code = round(Fraction(value) * Fraction(2) ** fmt.fraction)
    code = max(fmt.lowest_code, min(fmt.highest_code, code))
    with np.errstate(over="ignore"):
        return float(np.float32(_to_float(Fraction(code) / Fraction(2) ** fmt.fraction)))


def _to_float(value: Fraction) -> float:
    return value.numerator / value.denominator


formats = st.builds(
    FixedPoint, st.integers(1, 32), st.integers(-MAX_FRACTION, MAX_FRACTION), st.booleans()
)
usual_formats = st.builds(FixedPoint, st.integers(1, 12), st.integers(-4, 16), st.booleans())
float32s = st.floats(width=32, allow_nan=False, allow_infinity=False)
halves = st.integers(-4000, 4000).map(lambda k: k / 32)


@given(st.lists(float32s, min_size=1, max_size=8), formats)
def test_any_float_in_any_format_is_exact(values, fmt):
    result = quantize(torch.tensor(values, dtype=torch.float32), fmt)
    assert result.dtype == torch.float32
    assert result.tolist() == [exact(value, fmt) for value in values]


@given(st.lists(halves, min_size=1, max_size=32), usual_formats)
def test_ties_go_to_even(values, fmt):
    result = quantize(torch.tensor(values, dtype=torch.float32), fmt)
    assert result.tolist() == [exact(value, fmt) for value in values]


@given(st.lists(float32s, min_size=1, max_size=8), usual_formats)
def test_rounding_twice_changes_nothing(values, fmt):
    once = quantize(torch.tensor(values, dtype=torch.float32), fmt)
    assert torch.equal(quantize(once, fmt), once)


@given(st.data(), st.lists(usual_formats | st.none(), min_size=1, max_size=6))
def test_a_batch_of_formats_equals_one_at_a_time(data, chosen):
    rows = data.draw(
        st.lists(
            st.lists(halves, min_size=3, max_size=3),
            min_size=len(chosen),
            max_size=len(chosen),
        )
    )
    x = torch.tensor(rows, dtype=torch.float32).reshape(len(chosen), 1, 3)
    together = FormatBatch.of(chosen).quantize(x)
    alone = torch.stack([quantize(row, fmt) for row, fmt in zip(x, chosen, strict=True)])
    assert torch.equal(together, alone)


def test_gradients_pass_straight_through_inside_and_outside_the_range():
    x = torch.tensor([-100.0, -0.3, 0.2, 100.0], requires_grad=True)
    factors = torch.tensor([1.0, 2.0, 3.0, 4.0])
    (quantize(x, FixedPoint(4, 2)) * factors).sum().backward()
    assert torch.equal(x.grad, factors)


def test_a_batch_of_formats_has_the_same_gradients():
    x = torch.tensor([[-100.0, -0.3], [0.2, 100.0]], requires_grad=True)
    factors = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    batch = FormatBatch.of([FixedPoint(4, 2), None])
    (batch.quantize(x) * factors).sum().backward()
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


def test_unquantised_tensors_have_32_bits():
    layer = LayerPrecision(data=FixedPoint(4))
    assert (layer.data_width, layer.weight_width, layer.bias_width) == (4, 32, 32)
