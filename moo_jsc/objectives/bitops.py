"""Bit operations of the dense layers for one sample, by three conventions."""

import math

from moo_jsc.networks.specification import Layer, Linear
from moo_jsc.objectives.objective import CostObjective, register
from moo_jsc.quantization.formats import LayerPrecision, pruned_count


class BitOps(CostObjective):
    """MACs x data width x weight width."""

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:
        """Return the bit operations of one layer."""
        if not isinstance(layer, Linear):
            return (0.0,)
        return (float(layer.macs * precision.data_width * precision.weight_width),)


class HardwareBops(CostObjective):
    """BOPs of a dense layer of n inputs and m outputs.

    ``n m ((1 - p) b_a b_w + b_a + b_w + log2 n)`` with activations of b_a and weights of b_w
    bits, a share p of them pruned: the products, and an accumulator as wide as their sum needs
    (Baskin et al., arXiv:1804.10969; for jet classifiers, with p, Hawks et al.,
    arXiv:2102.11289).
    """

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:
        """Return the bit operations of one layer."""
        if not isinstance(layer, Linear):
            return (0.0,)
        data, weight = precision.data_width, precision.weight_width
        kept = layer.macs - pruned_count(layer.macs, precision.pruned)
        overhead = data + weight + math.log2(layer.inputs)
        return (kept * data * weight + layer.macs * overhead,)


class ReportBitOps(CostObjective):
    """One report's count for a dense layer of n inputs and m outputs.

    ``m ((2 n - 1) b_a b_w + b_bias)``: n products and n - 1 additions for each output, all at
    data width x weight width, and the bias width once.
    """

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:
        """Return the bit operations of one layer."""
        if not isinstance(layer, Linear):
            return (0.0,)
        products_and_sums = layer.outputs * (2 * layer.inputs - 1)
        bits = products_and_sums * precision.data_width * precision.weight_width
        return (float(bits + layer.outputs * precision.bias_width),)


BITOPS = register(
    BitOps(
        name="bitops",
        unit="bit op",
        sense="min",
        definition="sum over dense layers: MACs x data x weight width",
        source="standard",
    )
)
BITOPS_BOPS = register(
    HardwareBops(
        name="bitops-bops",
        unit="bit op",
        sense="min",
        definition="sum over dense layers: n m (data x weight + data + weight + log2 n)",
        source="Baskin et al., arXiv:1804.10969; Hawks et al., arXiv:2102.11289",
    )
)
BITOPS_REPORT = register(
    ReportBitOps(
        name="bitops-report",
        unit="bit op",
        sense="min",
        definition="sum over dense layers: m ((2 n - 1) data x weight + bias width)",
        source="report R4",
    )
)
