"""Which networks are worth stacking: little padding, and activations that stay in the cache."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from moo_jsc.networks.specification import Linear, NetworkSpec

CHANNEL_COST = 40
"""Cost of one activation channel in MACs: elementwise work, forward and backward."""

GROUP_COST = 8000
"""Cost of one more group in MACs of one network: the dispatch of its operations."""

MOST_CHANNELS = 1024
"""Widest layer of a group, over its networks: 2 MB of activations at 512 samples."""


def grouped(specs: Sequence[NetworkSpec]) -> tuple[tuple[int, ...], ...]:
    """Split networks into groups to be stacked, each network in exactly one.

    Equal shapes come first together; then the two groups whose union saves most are joined
    until none does. A group costs one dispatch plus its padded multiplications and channels.
    Takes O(s^3) time for s different shapes.

    Parameters
    ----------
    specs
        The networks, of any structures; only equal structures are joined.

    Returns
    -------
    tuple of tuple of int
        Positions in `specs`, ascending in each group, the costliest group first.

    Examples
    --------
    >>> from moo_jsc.networks.family import network_spec, widened
    >>> base = network_spec("jsc-three-linear")
    >>> grouped([widened(base, m) for m in ((1, 1), (5, 5), (1, 1), (5, 4))])
    ((1, 3), (0, 2))
    """
    shapes: dict[tuple[object, ...], list[int]] = {}
    for position, spec in enumerate(specs):
        shapes.setdefault(spec.layers, []).append(position)
    groups = [list(members) for members in shapes.values()]
    while True:
        best, pair = 0.0, None
        for first, second in itertools.combinations(range(len(groups)), 2):
            joint = groups[first] + groups[second]
            if not _alike(specs, joint):
                continue
            saving = (
                _cost(specs, groups[first]) + _cost(specs, groups[second]) - _cost(specs, joint)
            )
            if saving > best:
                best, pair = saving, (first, second)
        if pair is None:
            break
        groups[pair[0]] += groups.pop(pair[1])
    parts = [part for group in groups for part in _parts(specs, sorted(group))]
    parts.sort(key=lambda part: -_cost(specs, part))
    return tuple(tuple(part) for part in parts)


def _alike(specs: Sequence[NetworkSpec], members: Sequence[int]) -> bool:
    return len({tuple(type(layer) for layer in specs[m].layers) for m in members}) == 1


def _widths(specs: Sequence[NetworkSpec], members: Sequence[int]) -> list[tuple[int, int]]:
    """Return inputs and outputs of each layer of a group, padded to the widest."""
    sizes = []
    for layers in zip(*(specs[member].layers for member in members), strict=True):
        ends = [
            (layer.inputs, layer.outputs)
            if isinstance(layer, Linear)
            else (layer.features, layer.features)
            for layer in layers
        ]
        sizes.append((max(i for i, _ in ends), max(o for _, o in ends)))
    return sizes


def _cost(specs: Sequence[NetworkSpec], members: Sequence[int]) -> float:
    kinds = specs[members[0]].layers
    each = 0
    for layer, (inputs, outputs) in zip(kinds, _widths(specs, members), strict=True):
        each += CHANNEL_COST * outputs
        if isinstance(layer, Linear):
            each += inputs * outputs
    return GROUP_COST + len(members) * each


def _parts(specs: Sequence[NetworkSpec], members: list[int]) -> list[list[int]]:
    """Cut a group so that no layer is wider than `MOST_CHANNELS`, into parts of equal size."""
    widest = max(outputs for _, outputs in _widths(specs, members))
    count = -(-len(members) * widest // MOST_CHANNELS)
    return [members[start::count] for start in range(min(count, len(members)))]
