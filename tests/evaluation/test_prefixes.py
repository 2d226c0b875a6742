import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from moo_jsc.evaluation.prefixes import PrefixTree, sorted_batches

configurations = hnp.arrays(
    np.int64,
    st.tuples(st.integers(1, 30), st.integers(1, 4)),
    elements=st.integers(0, 3),
)


@given(configurations)
def test_every_row_is_the_path_to_its_leaf(choices):
    tree = PrefixTree.of(choices)
    nodes = tree.leaf_of_row
    for depth in range(choices.shape[1] - 1, -1, -1):
        np.testing.assert_array_equal(tree.options[depth][nodes], choices[:, depth])
        if depth:
            nodes = tree.parents(depth)[nodes]


@given(configurations)
def test_every_distinct_prefix_is_one_node(choices):
    tree = PrefixTree.of(choices)
    for depth, options in enumerate(tree.options):
        assert len(options) == len(np.unique(choices[:, : depth + 1], axis=0))
    for depth, starts in enumerate(tree.first_child):
        assert starts[0] == 0
        assert starts[-1] == len(tree.options[depth + 1])
        assert (np.diff(starts) > 0).all()


@given(configurations, st.integers(1, 40))
def test_batches_cover_every_row_in_order(choices, batch):
    batches = list(sorted_batches(choices, batch))
    assert all(len(rows) <= batch for rows in batches)
    rows = np.concatenate(batches)
    assert sorted(rows) == list(range(len(choices)))
    assert [tuple(row) for row in choices[rows]] == sorted(tuple(row) for row in choices)
