"""What follows from shapes and formats alone, exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from moo_jsc.networks.family import count_independent_shapes, network_spec, widened
from moo_jsc.networks.specification import NetworkSpec, ReLU
from moo_jsc.objectives import bitops, flops, size
from moo_jsc.problems.precision import PRECISION_SPACES
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision, half_fraction
from studies.lab_reports.claims import Arrays
from studies.lab_reports.figures import stated_list
from studies.lab_reports.spaces import GRID, TYPES
from studies.lab_reports.workshop import Workshop

FLOAT = (LayerPrecision(),)


def exact_numbers(_: Workshop) -> Arrays:
    """Count parameters, operations, shapes and configurations."""
    tiny = network_spec("jsc-tiny")
    tiny_relu = network_spec("jsc-tiny", final_relu=True)
    three = network_spec("jsc-three-linear", final_relu=True)
    eight, narrow = (uniform(8, 8, 8),), (uniform(4, 2, 2),)
    at_eight = flops.FLOPS_MASE.at_batch(8)
    types, grid = PRECISION_SPACES[TYPES], PRECISION_SPACES[GRID]
    by_layer = replace(types, per_layer=True)
    layers = range(1, len(three.linear_layers) + 1)
    first, second, last = (int(m) for m in stated_list("R2.multipliers"))
    wide = widened(three, (first, second))
    asked = zip((first, second, last), three.linear_layers, strict=True)
    shapes = count_independent_shapes(three, [int(m) for m in stated_list("R4.multiplier_choices")])
    numbers = {
        "size": [size.FLOAT32_SIZE.cost(tiny, FLOAT)],
        "flops": [at_eight.cost(tiny, FLOAT), at_eight.cost(tiny_relu, FLOAT)],
        "flops at run time": [
            flops.FLOPS_RUNTIME_NORM.at_batch(batch).cost(tiny_relu, FLOAT) for batch in (1, 8)
        ],
        "ptflops": [
            flops.FLOPS_PTFLOPS.cost(tiny_relu, FLOAT),
            flops.FLOPS_PTFLOPS.cost(three, FLOAT * 3),
        ],
        "quantised size": [size.REPORT_SIZE.cost(tiny, formats) for formats in (eight, narrow)],
        "bitops": [bitops.BITOPS_REPORT.cost(tiny, formats) for formats in (eight, narrow)],
        "types size": [types.search_space(TYPES, tiny).size],
        "grid size": [grid.search_space(GRID, tiny).size],
        "bitwidths": sorted(fmt.width for fmt in types.weight),
        "choices by layers": [len(by_layer.choices(three.linear_names[:n])) for n in layers],
        "sizes by layers": [
            np.prod([len(c.values) for c in by_layer.choices(three.linear_names[:n])])
            for n in layers
        ],
        "widened outputs": [layer.outputs for layer in wide.linear_layers],
        "asked outputs": [multiplier * layer.outputs for multiplier, layer in asked],
        "widened inputs": [layer.inputs for layer in wide.linear_layers],
        "doubled outputs": [
            [2 * layer.outputs for layer in three.linear_layers[:-1]],
            [layer.outputs for layer in widened(three, (2, 2)).linear_layers[:-1]],
        ],
        "activations": [_activations(three), _activations(wide)],
        "parameters": [spec.parameters for spec in (three, widened(three, (2, 2)), wide)],
        "independent shapes": [shapes.valid, shapes.total],
    }
    return {name: np.array(values, dtype=np.float64) for name, values in numbers.items()}


def uniform(data: int, weight: int, bias: int) -> LayerPrecision:
    """Return formats of these widths with half of the bits after the point."""
    formats = [FixedPoint(width, half_fraction(width)) for width in (data, weight, bias)]
    return LayerPrecision(formats[0], formats[1], formats[2])


def _activations(spec: NetworkSpec) -> int:
    return sum(isinstance(layer, ReLU) for layer in spec.layers)
