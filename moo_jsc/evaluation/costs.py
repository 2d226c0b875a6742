"""Analytic objectives of many configurations: sums of look-ups by layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from moo_jsc.networks.specification import Linear, NetworkSpec
from moo_jsc.objectives.objective import CostObjective
from moo_jsc.quantization.formats import LayerPrecision


def evaluate_costs(
    objectives: Sequence[CostObjective],
    spec: NetworkSpec,
    options: Sequence[Sequence[LayerPrecision]],
    choices: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the costs of many configurations of one network.

    Each layer's cost is looked up by the chosen option and added in the order of the layers,
    as `CostObjective.cost` does for one configuration, so that both give the same number to
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
    """
    values = np.empty((len(choices), len(objectives)))
    for column, objective in enumerate(objectives):
        totals = np.zeros(len(choices))
        dense = iter(range(len(options)))
        for layer in spec.layers:
            if isinstance(layer, Linear):
                position = next(dense)
                table = [objective.layer_cost(layer, option) for option in options[position]]
                totals += np.asarray(table, dtype=np.float64)[choices[:, position]]
            else:
                totals += objective.layer_cost(layer, None)
        distinct, where = np.unique(totals, return_inverse=True)
        finished = [objective.finish(float(total), spec) for total in distinct]
        values[:, column] = np.asarray(finished, dtype=np.float64)[where]
    return values
