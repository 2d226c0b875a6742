"""Average width of the weights, and memory density."""

import numpy as np
from numpy.typing import NDArray

from moo_jsc.networks.specification import Layer, Linear, NetworkSpec
from moo_jsc.objectives.objective import CostObjective, register
from moo_jsc.quantization.formats import LayerPrecision

FLOAT_BITS = 32


class AverageBitwidth(CostObjective):
    """Mean width of the dense layers' weights; layers in float32 count 32."""

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:
        """Return the weights' bits of one layer."""
        return (float(layer.macs * precision.weight_width) if isinstance(layer, Linear) else 0.0,)

    def finish(self, totals: NDArray[np.float64], spec: NetworkSpec) -> NDArray[np.float64]:
        """Divide by the number of weights."""
        return totals[..., 0] / spec.macs


class MaseAverageBitwidth(CostObjective):
    """As MASE computes it: layers in float32 are left out of both sums.

    A network with no quantised layer has 32 bits.
    """

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:
        """Return the bits and the number of quantised weights of one layer."""
        if not isinstance(layer, Linear) or precision.weight is None:
            return (0.0, 0.0)
        return (float(layer.macs * precision.weight_width), float(layer.macs))

    def finish(self, totals: NDArray[np.float64], spec: NetworkSpec) -> NDArray[np.float64]:  # noqa: ARG002
        """Divide the bits by the number of quantised weights."""
        bits, weights = totals[..., 0], totals[..., 1]
        return np.where(weights > 0, bits / np.maximum(weights, 1), FLOAT_BITS)


class MemoryDensity(AverageBitwidth):
    """How many times smaller the weights are than in float32: 32 / average width."""

    def finish(self, totals: NDArray[np.float64], spec: NetworkSpec) -> NDArray[np.float64]:
        """Return 32 over the average width."""
        return FLOAT_BITS / super().finish(totals, spec)


class MaseMemoryDensity(MaseAverageBitwidth):
    """As MASE computes it: 32 / average width, layers in float32 left out."""

    def finish(self, totals: NDArray[np.float64], spec: NetworkSpec) -> NDArray[np.float64]:
        """Return 32 over the average width of the quantised weights."""
        return FLOAT_BITS / super().finish(totals, spec)


AVERAGE_BITWIDTH = register(
    AverageBitwidth(
        name="average-bitwidth",
        unit="bits",
        sense="min",
        definition="mean width of the dense layers' weights, float32 layers counted at 32",
        source="standard",
    )
)
AVERAGE_BITWIDTH_MASE = register(
    MaseAverageBitwidth(
        name="average-bitwidth-mase",
        unit="bits",
        sense="min",
        definition="mean width of the quantised dense layers' weights, float32 layers left out",
        source="MASE; reports R1, R3",
    )
)
MEMORY_DENSITY = register(
    MemoryDensity(
        name="memory-density",
        unit="1",
        sense="max",
        definition="32 / average width of the weights",
        source="standard",
    )
)
MEMORY_DENSITY_MASE = register(
    MaseMemoryDensity(
        name="memory-density-mase",
        unit="1",
        sense="max",
        definition="32 / average width of the quantised weights, float32 layers left out",
        source="MASE; report R1",
    )
)
