"""Networks with other widths of their hidden layers."""

from __future__ import annotations

from collections.abc import Sequence

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.specification import Layer, Linear, NetworkSpec


def resized(spec: NetworkSpec, widths: Sequence[int]) -> NetworkSpec:
    """Return a network with these widths of its hidden dense layers.

    The next dense layer's input follows; batch norms and ReLUs between them adapt. Features
    and classes stay.

    Parameters
    ----------
    spec
        The network.
    widths
        Channels of each hidden dense layer (all but the last).

    Raises
    ------
    InputError
        Wrong number of widths, or one below 1.

    Examples
    --------
    >>> from moo_jsc.networks.family import network_spec
    >>> narrow = resized(network_spec("jsc-three-linear"), (4, 8))
    >>> narrow.name, narrow.linear_layers[1]
    ('jsc-three-linear-4-8', Linear(inputs=4, outputs=8))
    """
    hidden = len(spec.linear_layers) - 1
    if len(widths) != hidden or any(width < 1 for width in widths):
        raise InputError(
            f"widths {tuple(widths)} of {spec.name}: expected {hidden} whole numbers of at least "
            "1, one a hidden layer"
        )
    outgoing = iter((*widths, spec.linear_layers[-1].outputs))
    current = spec.features
    layers: list[Layer] = []
    for layer in spec.layers:
        if isinstance(layer, Linear):
            before, current = current, next(outgoing)
            layers.append(Linear(before, current))
        else:
            layers.append(type(layer)(current))
    name = "-".join([spec.name, *(str(width) for width in widths)])
    return NetworkSpec(name, tuple(layers), spec.names)
