"""The tree of shared prefixes: what many configurations of a network have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PrefixTree:
    """Distinct configurations as a tree: a node at depth l is one choice for layers 0..l.

    Nodes of a depth are numbered in lexicographic order, so that the children of a node, and
    the nodes that batches of configurations need, are contiguous ranges.

    Attributes
    ----------
    options
        For each depth l the chosen option of every node, shape (nodes_l,).
    first_child
        For each depth l but the last: children of node i at depth l + 1 are
        ``first_child[l][i]`` to ``first_child[l][i + 1]``, shape (nodes_l + 1,).
    leaf_of_row
        For every configuration given, its node at the last depth, shape (n,).

    Examples
    --------
    >>> tree = PrefixTree.of(np.array([[0, 1], [1, 0], [0, 0], [0, 1]]))
    >>> [options.tolist() for options in tree.options]
    [[0, 1], [0, 1, 0]]
    >>> tree.first_child[0].tolist(), tree.leaf_of_row.tolist()
    ([0, 2, 3], [1, 2, 0, 1])
    """

    options: tuple[Ints, ...]
    first_child: tuple[Ints, ...]
    leaf_of_row: Ints

    @classmethod
    def of(cls, choices: Ints) -> PrefixTree:
        """Build the tree of configurations (n, L), n >= 1; O(L n log n) time."""
        order = np.lexsort(choices.T[::-1])
        rows = choices[order]
        opens = np.ones(rows.shape, dtype=bool)
        opens[1:] = np.logical_or.accumulate(rows[1:] != rows[:-1], axis=1)
        nodes = np.cumsum(opens, axis=0) - 1
        leaf_of_row = np.empty(len(rows), dtype=np.int64)
        leaf_of_row[order] = nodes[:, -1]
        depths = range(rows.shape[1])
        return cls(
            options=tuple(rows[opens[:, depth], depth] for depth in depths),
            first_child=tuple(
                np.append(nodes[opens[:, depth], depth + 1], nodes[-1, depth + 1] + 1)
                for depth in depths[:-1]
            ),
            leaf_of_row=leaf_of_row,
        )

    def parents(self, depth: int) -> Ints:
        """Return the parent node (at depth - 1) of every node at `depth` >= 1."""
        starts = self.first_child[depth - 1]
        return np.repeat(np.arange(len(starts) - 1), np.diff(starts))


def sorted_batches(choices: Ints, batch: int) -> Iterator[Ints]:
    """Yield the row numbers of configurations in lexicographic order, `batch` at a time."""
    order = np.lexsort(choices.T[::-1])
    for start in range(0, len(order), batch):
        yield order[start : start + batch]
