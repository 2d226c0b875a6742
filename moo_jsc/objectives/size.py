"""Model size in bytes, by three conventions."""

from moo_jsc.networks.specification import BatchNorm, Layer, Linear
from moo_jsc.objectives.objective import CostObjective, register
from moo_jsc.quantization.formats import LayerPrecision, pruned_count

FLOAT_BITS = 32


class Size(CostObjective):
    """Stored parameters at their widths; a batch norm as its folded scale and shift.

    ``sum(weights * weight width + biases * bias width + 2 * channels * 32) / 8``. In inference a
    batch norm is one scale and one shift a channel, kept in float32.
    """

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:
        """Return the bytes of one layer."""
        if isinstance(layer, Linear):
            return (_linear_bits(layer, precision) / 8,)
        return (layer.parameters * FLOAT_BITS / 8,)


class SparseSize(Size):
    """The same with pruned weights left out, and one bit for each weight that says which.

    ``sum(kept weights * weight width + weights + biases * bias width + 2 * channels * 32) / 8``:
    a bitmap before the values; `Size` stores pruned weights like any others.
    """

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:
        """Return the bytes of one layer."""
        (stored,) = super().layer_terms(layer, precision)
        if not isinstance(layer, Linear):
            return (stored,)
        pruned = pruned_count(layer.macs, precision.pruned)
        return (stored + (layer.macs - pruned * precision.weight_width) / 8,)


class Float32Size(CostObjective):
    """Learned parameters x 4 bytes, whatever their format."""

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:  # noqa: ARG002
        """Return the bytes of one layer."""
        return (layer.parameters * FLOAT_BITS / 8,)


class ReportSize(CostObjective):
    """One report's size: a batch norm is quantised with the dense layer that it belongs to.

    A batch norm's gamma counts as weights, its beta as biases, and one statistic for each
    channel plus its batch counter (C + 1 words) at the data width: 17 words for 16 channels.
    """

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:
        """Return the bytes of one layer."""
        if isinstance(layer, Linear):
            return (_linear_bits(layer, precision) / 8,)
        if isinstance(layer, BatchNorm):
            learned = layer.features * (precision.weight_width + precision.bias_width)
            return ((learned + (layer.features + 1) * precision.data_width) / 8,)
        return (0.0,)


def _linear_bits(layer: Linear, precision: LayerPrecision) -> int:
    return layer.macs * precision.weight_width + layer.outputs * precision.bias_width


SIZE = register(
    Size(
        name="size",
        unit="bytes",
        sense="min",
        definition="weights and biases at their widths, "
        "batch norm as scale and shift of 32 bits, / 8",
        source="standard",
    )
)
SPARSE_SIZE = register(
    SparseSize(
        name="size-sparse",
        unit="bytes",
        sense="min",
        definition="as size, without pruned weights but with one bit a weight that marks them",
        source="bitmap format",
    )
)
FLOAT32_SIZE = register(
    Float32Size(
        name="size-float32",
        unit="bytes",
        sense="min",
        definition="learned parameters x 4 bytes",
        source="report R0",
    )
)
REPORT_SIZE = register(
    ReportSize(
        name="size-report",
        unit="bytes",
        sense="min",
        definition="weights and biases, batch norm included, at their widths, "
        "plus channels + 1 data-width words for each batch norm, / 8",
        source="report R4",
    )
)
