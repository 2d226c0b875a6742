"""Bounds against one design after another, and what a bad bound says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives import Bounds, get_objectives
from moo_jsc.objectives.scales import check_scales, parse_scales

OBJECTIVES = get_objectives(["accuracy", "size"])
LEVELS = st.integers(-3, 3).map(float)
LIMITS = st.dictionaries(st.sampled_from(["accuracy", "size"]), LEVELS)


@given(st.lists(st.tuples(LEVELS, LEVELS), min_size=1), LIMITS, LIMITS)
def test_designs_that_count_are_those_that_keep_every_bound(rows, least, most):
    most = {name: max(value, least.get(name, value)) for name, value in most.items()}
    bounds = Bounds(least, most)
    expected = []
    for accuracy, size in rows:
        named = {"accuracy": accuracy, "size": size}
        above = all(named[name] >= value for name, value in least.items())
        expected.append(above and all(named[name] <= value for name, value in most.items()))
    assert bounds.kept(rows, OBJECTIVES).tolist() == expected
    missed = bounds.violations(rows, OBJECTIVES)
    assert missed.shape == (len(rows), len(least) + len(most))


def test_violations_are_shares_of_the_bound():
    bounds = Bounds({"accuracy": 0.5}, {"size": 100.0})
    missed = bounds.violations([[0.4, 150.0], [0.6, 50.0]], OBJECTIVES)
    np.testing.assert_allclose(missed, [[0.2, 0.5], [-0.2, -0.5]])


def test_equal_bounds_are_equal_in_any_order():
    one = Bounds({"size": 1.0, "accuracy": 0.5})
    assert one == Bounds({"accuracy": 0.5, "size": 1.0})
    assert str(one) == "accuracy at least 0.5, size at least 1"


@pytest.mark.parametrize(
    ("least", "most", "message"),
    [
        (["accuracy"], [], "at least 'accuracy': expected for instance accuracy=0.7"),
        (["accuracy=high"], [], "at least 'accuracy=high': expected for instance accuracy=0.7"),
        (["accuracy=nan"], [], "accuracy at least nan: expected a finite number"),
        (["size=1,size=2"], [], "at least 'size=2': size is bounded twice"),
        (["size=3"], ["size=2"], "size at least 3 and at most 2: no value is both"),
    ],
)
def test_bad_bounds(least, most, message):
    with pytest.raises(InputError) as caught:
        Bounds.parsed(least, most)
    assert str(caught.value) == message


def test_bound_on_something_else():
    with pytest.raises(InputError, match=r"bound on objective 'sizes': .* did you mean 'size'\?"):
        Bounds({"sizes": 1.0}).check(OBJECTIVES)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (["size"], "scale 'size': expected for instance size=logarithmic"),
        (["size=log"], "scale 'size=log': expected for instance size=logarithmic"),
        (["size=linear,size=linear"], "scale 'size=linear': size is named twice"),
    ],
)
def test_bad_scales(entries, message):
    with pytest.raises(InputError) as caught:
        parse_scales(entries)
    assert str(caught.value) == message


def test_scale_of_something_else():
    with pytest.raises(InputError, match="scale of objective 'flops'"):
        check_scales({"flops": "logarithmic"}, OBJECTIVES)
