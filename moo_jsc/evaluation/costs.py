"""Analytic objectives of many configurations: one look-up for each dense layer, added up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from moo_jsc.networks.specification import NetworkSpec
from moo_jsc.objectives.objective import CostObjective
from moo_jsc.quantization.formats import LayerPrecision


def evaluate_costs(
    objectives: Sequence[CostObjective],
    spec: NetworkSpec,
    options: Sequence[Sequence[LayerPrecision]],
    choices: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the costs of many configurations of one network.

    Sums are formed in the order of `CostObjective.cost`, so that both give the same number to
    the last bit. Takes O(n L) time for each objective.

    Parameters
    ----------
    objectives
        The k costs.
    spec
        The network, with L dense layers.
    options
        For each dense layer the precisions to choose from.
    choices
        Indices into `options`, shape (n, L).

    Returns
    -------
    numpy.ndarray
        float64, shape (n, k), natural units.

    Examples
    --------
    >>> from moo_jsc.networks.family import network_spec
    >>> from moo_jsc.objectives import get_objectives
    >>> from moo_jsc.quantization.formats import FixedPoint
    >>> layer = [LayerPrecision(weight=FixedPoint(width, 1)) for width in (2, 4)]
    >>> evaluate_costs(
    ...     get_objectives(["average-bitwidth"]), network_spec("jsc-tiny"), [layer],
    ...     np.array([[1], [0]]))
    array([[4.],
           [2.]])
    """
    values = np.empty((len(choices), len(objectives)))
    for column, objective in enumerate(objectives):
        tables = [
            np.stack([objective.group_terms(spec, dense, option) for option in layer])
            for dense, layer in enumerate(options)
        ]
        totals = tables[0][choices[:, 0]]
        for dense, table in enumerate(tables[1:], start=1):
            totals += table[choices[:, dense]]
        values[:, column] = objective.finish(totals, spec)
    return values
