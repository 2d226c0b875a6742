"""Costs of many configurations against `CostObjective.cost`, one at a time."""

import itertools

import numpy as np

from moo_jsc.evaluation.costs import evaluate_costs
from moo_jsc.networks.family import network_spec
from moo_jsc.networks.specification import BatchNorm, Linear
from moo_jsc.objectives.objective import CostObjective
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision


class Awkward(CostObjective):
    """Thirds and a ratio of two sums, so that the order of summation shows."""

    def layer_terms(self, layer, precision):
        if isinstance(layer, Linear):
            return (layer.macs * precision.weight_width / 3 + precision.data_width / 7, 0.1)
        return (layer.features / 11 if isinstance(layer, BatchNorm) else 0.1, 0.3)

    def finish(self, totals, spec):
        return totals[..., 0] / totals[..., 1]


class Plain(CostObjective):
    def layer_terms(self, layer, precision):
        return (float(precision.bias_width),)


def test_equal_to_the_last_bit():
    spec = network_spec("jsc-toy")
    options = [
        [LayerPrecision(FixedPoint(d, 1), FixedPoint(w, 1)) for d in (2, 5) for w in widths]
        for widths in ((2, 3), (4,), (8, 9, 10))
    ]
    objectives = [
        Awkward(name="awkward", unit="1", sense="min"),
        Plain(name="plain", unit="bits", sense="min"),
    ]
    choices = np.array(list(itertools.product(*(range(len(layer)) for layer in options))))
    values = evaluate_costs(objectives, spec, options, choices)
    assert values.shape == (len(choices), 2)
    for row, costs in zip(choices, values, strict=True):
        precision = tuple(layer[index] for layer, index in zip(options, row, strict=True))
        assert costs.tolist() == [o.cost(spec, precision) for o in objectives]


def test_no_configuration():
    spec = network_spec("jsc-tiny")
    objective = Plain(name="plain", unit="bits", sense="min")
    values = evaluate_costs(
        [objective], spec, [[LayerPrecision()]], np.empty((0, 1), dtype=np.int64)
    )
    assert values.shape == (0, 1)
