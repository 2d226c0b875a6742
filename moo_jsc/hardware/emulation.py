"""The circuit bit by bit against the quantized network: no logit may differ.

The circuit computes in whole codes and is exact. The plain reference computes in floating point:
in float64 it is exact too, in float32 it is as long as no sum has more than 24 significant bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from moo_jsc.hardware.dense import DenseForm
from moo_jsc.hardware.form import dense_forms
from moo_jsc.hardware.tracing import Circuit, trace_network
from moo_jsc.networks.classifier import Classifier
from moo_jsc.quantization.fixed_point import quantize
from moo_jsc.quantization.formats import NetworkPrecision
from moo_jsc.quantization.network import QuantizedNetwork


@dataclass(frozen=True)
class Design:
    """A network with its formats, and the circuit of it.

    Attributes
    ----------
    network
        In hardware form.
    precision
        Explicit formats of every tensor.
    forms
        Its dense layers as hardware sees them.
    circuit
        All of them as one circuit.
    """

    network: Classifier
    precision: NetworkPrecision
    forms: tuple[DenseForm, ...]
    circuit: Circuit

    @classmethod
    def of(cls, network: Classifier, precision: NetworkPrecision) -> Design:
        """Trace the circuit of a network in hardware form.

        Raises
        ------
        InputError
            A tensor or a batch norm has no hardware form, or the tracer is not installed.
        """
        forms = dense_forms(network, precision)
        return cls(network, precision, forms, trace_network(forms))

    def inputs(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what arrives at the circuit: leading layers applied, rounded; (n, inputs).

        Parameters
        ----------
        features
            Standardised features, shape (n, channels).
        """
        return circuit_inputs(self.network, self.precision, features)

    def reference(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the quantized network's exact logits, computed in float64; (n, classes)."""
        network = QuantizedNetwork(self.network, self.precision).double()
        values = torch.from_numpy(self.inputs(features))
        with torch.inference_mode():
            for block in network.blocks[self.network.spec.linear_positions[0] :]:
                values = block(values)
        return values.numpy()

    def emulated(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the circuit's logits, bit by bit; (n, classes)."""
        return self.circuit.logits(self.inputs(features))


def circuit_inputs(
    network: Classifier, precision: NetworkPrecision, features: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return what arrives at a design's first dense layer, rounded into its format; (n, inputs).

    Parameters
    ----------
    network, precision
        The network, and explicit formats.
    features
        Standardised features, shape (n, channels).
    """
    quantized = QuantizedNetwork(network, precision)
    values = torch.from_numpy(np.ascontiguousarray(features))
    with torch.inference_mode():
        for block in quantized.blocks[: network.spec.linear_positions[0]]:
            values = block(values)
        return quantize(values, precision[0].data).double().numpy()


@dataclass(frozen=True)
class Comparison:
    """Logits of a circuit against those of the quantized network.

    Attributes
    ----------
    jets
        How many were compared.
    differing
        How many have a logit that is not the same number.
    first
        The first of them, None if there is none.
    float32_differing
        Jets on which the reference in float32, which is what is scored, has another logit than
        the one in float64.
    """

    jets: int
    differing: int
    first: int | None
    float32_differing: int

    @property
    def equal(self) -> bool:
        """No jet differs."""
        return self.differing == 0


def compare(design: Design, features: NDArray[np.float32]) -> Comparison:
    """Compare the emulated circuit with the quantized network on every jet given.

    Parameters
    ----------
    design
        Network, formats and circuit.
    features
        Standardised features, shape (n, channels).
    """
    exact = design.reference(features)
    differs = (design.emulated(features) != exact).any(axis=1)
    scored = QuantizedNetwork(design.network, design.precision)(
        torch.from_numpy(np.ascontiguousarray(features))
    )
    rounded = (scored.double().numpy() != exact).any(axis=1)
    return Comparison(
        jets=len(features),
        differing=int(differs.sum()),
        first=int(np.argmax(differs)) if differs.any() else None,
        float32_differing=int(rounded.sum()),
    )
