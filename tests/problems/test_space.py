import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moo_jsc.foundation.errors import InputError
from moo_jsc.problems.space import Choice, SearchSpace

VALUES = st.one_of(
    st.integers(-5, 40), st.text(max_size=3), st.tuples(st.integers(1, 9), st.integers(0, 9))
)


@st.composite
def spaces(draw, max_dimensions=5):
    lengths = draw(st.lists(st.integers(1, 6), min_size=1, max_size=max_dimensions))
    return SearchSpace(
        "random",
        tuple(
            Choice(f"c{i}", tuple(draw(st.lists(VALUES, min_size=n, max_size=n, unique=True))))
            for i, n in enumerate(lengths)
        ),
    )


@given(spaces())
def test_index_order_is_that_of_nested_loops(space):
    loops = list(itertools.product(*(range(radix) for radix in space.radices)))
    configurations = space.configurations(np.arange(space.size))
    assert configurations.tolist() == [list(row) for row in loops]
    assert space.indices(configurations).tolist() == list(range(space.size))


@given(spaces(), st.data())
def test_names_round_trip(space, data):
    index = data.draw(st.integers(0, space.size - 1))
    (row,) = space.configurations([index])
    assert space.configuration(space.named(row)).tolist() == row.tolist()


@given(spaces(), st.integers(0, 2**31))
def test_permutation_visits_every_configuration_once(space, seed):
    order = space.permuted(np.arange(space.size), seed)
    assert sorted(order.tolist()) == list(range(space.size))
    one_by_one = [int(space.permuted([i], seed)[0]) for i in range(min(space.size, 10))]
    assert one_by_one == order[:10].tolist()


def test_permutation_looks_uniform():
    space = SearchSpace("s", (Choice("a", tuple(range(100))),))
    firsts = np.array([space.permuted([0], seed)[0] for seed in range(4000)])
    counts = np.bincount(firsts // 10, minlength=10)
    chi_squared = ((counts - 400) ** 2 / 400).sum()
    assert chi_squared < 27.9  # 99.9 % of chi squared with 9 degrees of freedom


def test_huge_space_needs_no_memory():
    space = SearchSpace("huge", tuple(Choice(f"c{i}", tuple(range(49))) for i in range(10)))
    positions = np.array([0, space.size // 2, space.size - 1])
    order = space.permuted(positions, 7)
    assert len(set(order.tolist())) == 3
    assert space.indices(space.configurations(order)).tolist() == order.tolist()


@given(spaces(), st.integers(1, 7))
@settings(max_examples=30)
def test_blocks_cover_the_space(space, block_size):
    blocks = list(space.blocks(block_size))
    assert np.concatenate(blocks).tolist() == list(range(space.size))
    assert max(len(block) for block in blocks) <= block_size


SPACE = SearchSpace("s", (Choice("a", (1, 2)), Choice("b", ((8, 4), (4, 2)))))


@pytest.mark.parametrize(
    ("configurations", "words"),
    [
        ([[0, 2]], "choice 'b' has index 2, expected 0..1"),
        ([[0, -1]], "choice 'b' has index -1"),
        ([[0.5, 0]], "whole choice indices"),
        ([[0]], "expected (n, 2)"),
        ([0, 1], "expected (n, 2)"),
    ],
)
def test_wrong_configurations_are_named(configurations, words):
    with pytest.raises(InputError) as error:
        SPACE.validated(configurations)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("values", [{"a": 1}, {"a": 3, "b": (8, 4)}, {"a": 1, "b": (8, 4), "c": 1}])
def test_wrong_named_values(values):
    with pytest.raises(InputError):
        SPACE.configuration(values)


def test_json_lists_are_taken_as_tuples():
    assert SPACE.configuration({"a": 2, "b": [4, 2]}).tolist() == [1, 1]


@pytest.mark.parametrize(
    "build",
    [
        lambda: Choice("a", ()),
        lambda: Choice("a", (1, 1)),
        lambda: SearchSpace("s", ()),
        lambda: SearchSpace("s", (Choice("a", (1,)), Choice("a", (2,)))),
        lambda: SearchSpace("s", tuple(Choice(f"c{i}", tuple(range(50))) for i in range(12))),
    ],
)
def test_impossible_spaces(build):
    with pytest.raises(InputError):
        build()


def test_fingerprint_depends_on_values_not_on_the_name():
    other = SearchSpace("t", SPACE.choices)
    swapped = SearchSpace("s", SPACE.choices[::-1])
    assert other.fingerprint == SPACE.fingerprint
    assert swapped.fingerprint != SPACE.fingerprint
