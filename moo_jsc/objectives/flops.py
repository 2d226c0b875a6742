"""Floating-point operations of a forward pass, by four conventions.

Each counts a forward pass of `batch` samples at once; the registered objectives count one
sample, ``FLOPS_MASE.at_batch(8)`` counts eight.
"""

from dataclasses import dataclass, replace
from typing import Self

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.specification import BatchNorm, Layer, Linear
from moo_jsc.objectives.objective import CostObjective, register
from moo_jsc.quantization.formats import LayerPrecision


@dataclass(frozen=True, kw_only=True)
class FlopCount(CostObjective):
    """A count of operations for a batch of samples.

    Raises
    ------
    InputError
        `batch` is below 1.
    """

    batch: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.batch < 1:
            raise InputError(f"batch = {self.batch}: expected a whole number of at least 1")

    def at_batch(self, batch: int) -> Self:
        """Return the same convention for a batch of this many samples.

        Examples
        --------
        >>> from moo_jsc.networks.family import network_spec
        >>> from moo_jsc.quantization.formats import LayerPrecision
        >>> float32 = (LayerPrecision(),)
        >>> FLOPS_MASE.at_batch(8).cost(network_spec("jsc-tiny"), float32)
        1280.0
        >>> FLOPS_MASE.at_batch(8).cost(network_spec("jsc-tiny", final_relu=True), float32)
        1320.0
        """
        return replace(self, batch=batch)


class Flops(FlopCount):
    """Multiply and add counted apart.

    Linear: 2 in out (for each output, in multiplications, in - 1 additions and the bias);
    batch norm: 2 an element (folded scale and shift); ReLU: 1 an element.
    """

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:  # noqa: ARG002
        """Return the operations of one layer."""
        if isinstance(layer, Linear):
            return (2.0 * self.batch * layer.macs,)
        per_element = 2 if isinstance(layer, BatchNorm) else 1
        return (float(self.batch * per_element * layer.features),)


class MaseFlops(FlopCount):
    """MASE's count. Linear: in out (its MACs); ReLU: 1 an element.

    MASE has no rule for one-dimensional batch norms; report R0 adds 4 an element.
    """

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:  # noqa: ARG002
        """Return the operations of one layer."""
        if isinstance(layer, Linear):
            return (float(self.batch * layer.macs),)
        per_element = 4 if isinstance(layer, BatchNorm) else 1
        return (float(self.batch * per_element * layer.features),)


class PtflopsFlops(FlopCount):
    """What ptflops 0.7 prints with its default backend.

    Linear: in out + out (MACs and one for each bias); batch norm: 2 an element; ReLU: 2 an
    element, because the count of the module and that of the function it calls add up.
    """

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:  # noqa: ARG002
        """Return the operations of one layer."""
        if isinstance(layer, Linear):
            return (float(self.batch * layer.parameters),)
        return (2.0 * self.batch * layer.features,)


class RuntimeNormFlops(FlopCount):
    """Report R4's count, with batch norms that compute their statistics at run time.

    Linear: in out (its MACs, once each); ReLU: 1 an element; batch norm: 8 n + 1 with n = batch x
    channels elements.
    """

    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:  # noqa: ARG002
        """Return the operations of one layer.

        Examples
        --------
        >>> from moo_jsc.networks.family import network_spec
        >>> from moo_jsc.quantization.formats import LayerPrecision
        >>> tiny = network_spec("jsc-tiny", final_relu=True)
        >>> [FLOPS_RUNTIME_NORM.at_batch(n).cost(tiny, (LayerPrecision(),)) for n in (1, 8)]
        [230.0, 1833.0]
        """
        if isinstance(layer, Linear):
            return (float(self.batch * layer.macs),)
        elements = self.batch * layer.features
        return (float(8 * elements + 1 if isinstance(layer, BatchNorm) else elements),)


FLOPS = register(
    Flops(
        name="flops",
        unit="FLOP",
        sense="min",
        definition="2 a MAC, 2 an element of a batch norm, 1 an element of a ReLU, for one sample",
        source="standard",
    )
)
FLOPS_MASE = register(
    MaseFlops(
        name="flops-mase",
        unit="FLOP",
        sense="min",
        definition="1 a MAC, 4 an element of a batch norm, 1 an element of a ReLU, for one sample",
        source="MASE; batch norm: report R0",
    )
)
FLOPS_PTFLOPS = register(
    PtflopsFlops(
        name="flops-ptflops",
        unit="FLOP",
        sense="min",
        definition="1 a MAC, 1 a bias, 2 an element of a batch norm or ReLU, for one sample",
        source="ptflops 0.7, PyTorch backend; report R3",
    )
)
FLOPS_RUNTIME_NORM = register(
    RuntimeNormFlops(
        name="flops-runtime-norm",
        unit="FLOP",
        sense="min",
        definition="2 a MAC, 1 an element of a ReLU, "
        "batch norm statistics at run time, for one sample",
        source="report R4",
    )
)
