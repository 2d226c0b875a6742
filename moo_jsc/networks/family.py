"""The JSC family of networks by name, and widening by channel multipliers."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.specification import BatchNorm, Layer, Linear, NetworkSpec, ReLU

FEATURES = 16
"""Input features of a jet."""

CLASSES = 5
"""Jet classes: g, q, t, w, z."""

FINAL_RELU_SUFFIX = "-final-relu"
"""Ends the name of a network in the form of the reports, with a ReLU on its logits."""

NETWORKS: dict[str, NetworkSpec] = {
    spec.name: spec
    for spec in (
        NetworkSpec("jsc-tiny", (BatchNorm(16), ReLU(16), Linear(16, 5))),
        NetworkSpec(
            "jsc-toy",
            (
                *(BatchNorm(16), ReLU(16)),
                *(Linear(16, 8), BatchNorm(8), ReLU(8)),
                *(Linear(8, 8), BatchNorm(8), ReLU(8)),
                *(Linear(8, 5), BatchNorm(5)),
            ),
        ),
        NetworkSpec(
            "jsc-s",
            (
                *(BatchNorm(16), ReLU(16)),
                *(Linear(16, 64), BatchNorm(64), ReLU(64)),
                *(Linear(64, 32), ReLU(32)),
                *(Linear(32, 32), ReLU(32)),
                *(Linear(32, 32), ReLU(32)),
                *(Linear(32, 5), BatchNorm(5)),
            ),
        ),
        NetworkSpec(
            "jsc-three-linear",
            (
                *(BatchNorm(16), ReLU(16)),
                *(Linear(16, 16), ReLU(16)),
                *(Linear(16, 16), ReLU(16)),
                Linear(16, 5),
            ),
        ),
        NetworkSpec(
            "jsc-two-hidden",
            (
                *(Linear(16, 4), ReLU(4)),
                *(Linear(4, 4), ReLU(4)),
                Linear(4, 5),
            ),
        ),
        NetworkSpec(
            "hls4ml-3layer",
            (
                *(Linear(16, 64), ReLU(64)),
                *(Linear(64, 32), ReLU(32)),
                *(Linear(32, 32), ReLU(32)),
                Linear(32, 5),
            ),
        ),
    )
}
"""The family by name, each network ending in plain logits.

``jsc-tiny``, ``jsc-toy``, ``jsc-s`` and ``jsc-three-linear`` are named as in MASE;
``hls4ml-3layer`` is the network of Duarte et al., arXiv:1804.06913; ``jsc-two-hidden`` is the
smallest of those that are widened to every size from 4 to 64 (`WIDENINGS`).
"""

WIDENINGS: dict[str, tuple[int, ...]] = {
    "jsc-three-linear": (1, 2, 3, 4, 5),
    "jsc-two-hidden": (1, 2, 4, 8, 16),
}
"""Channel multipliers of each hidden layer for which trained forms are shipped, by network."""

WITHOUT_FINAL_RELU = frozenset({"hls4ml-3layer", "jsc-two-hidden"})
"""Networks that never had a ReLU on their logits."""


def network_spec(name: str, *, final_relu: bool = False) -> NetworkSpec:
    """Return a network of the family by name.

    Parameters
    ----------
    name
        A key of `NETWORKS`.
    final_relu
        End with a ReLU on the logits, as the networks of the reports do. It costs accuracy
        (a class whose logit is negative cannot be told from another one) and can saturate.

    Raises
    ------
    InputError
        The name is unknown, or a final ReLU is asked of a network that never had one.

    Examples
    --------
    >>> network_spec("jsc-three-linear").parameters
    661
    >>> network_spec("jsc-tiny", final_relu=True).layers[-1]
    ReLU(features=5)
    """
    if name not in NETWORKS:
        raise InputError(f"network {name!r}: expected one of {', '.join(NETWORKS)}")
    spec = NETWORKS[name]
    if not final_relu:
        return spec
    if name in WITHOUT_FINAL_RELU:
        raise InputError(f"network {name!r}: has no form with a final ReLU")
    return NetworkSpec(spec.name + FINAL_RELU_SUFFIX, (*spec.layers, ReLU(CLASSES)))


def uniform(spec: NetworkSpec, multiplier: int) -> tuple[int, ...]:
    """Return the same multiplier for every hidden dense layer of a network.

    Examples
    --------
    >>> uniform(network_spec("jsc-three-linear"), 2)
    (2, 2)
    """
    return (multiplier,) * (len(spec.linear_layers) - 1)


def widened(spec: NetworkSpec, multipliers: tuple[int, ...]) -> NetworkSpec:
    """Return a network with its hidden dense layers widened.

    The next dense layer's input follows; batch norms and ReLUs between them adapt. Features
    and classes stay.

    Parameters
    ----------
    spec
        The network at multiplier 1.
    multipliers
        One whole number of at least 1 for each hidden dense layer (all but the last).

    Raises
    ------
    InputError
        Wrong number of multipliers, or one below 1.

    Examples
    --------
    >>> wide = widened(network_spec("jsc-three-linear"), (2, 4))
    >>> wide.name, wide.parameters
    ('jsc-three-linear-x2x4', 3013)
    >>> wide.linear_layers
    (Linear(inputs=16, outputs=32), Linear(inputs=32, outputs=64), Linear(inputs=64, outputs=5))
    """
    hidden = len(spec.linear_layers) - 1
    if len(multipliers) != hidden:
        raise InputError(
            f"multipliers {multipliers} of {spec.name}: expected {hidden}, one a hidden layer"
        )
    if any(multiplier < 1 for multiplier in multipliers):
        raise InputError(f"multipliers {multipliers} of {spec.name}: expected each at least 1")
    outgoing = iter((*multipliers, 1))
    factor = 1
    layers: list[Layer] = []
    for layer in spec.layers:
        if isinstance(layer, Linear):
            before, factor = factor, next(outgoing)
            layers.append(Linear(layer.inputs * before, layer.outputs * factor))
        else:
            layers.append(type(layer)(layer.features * factor))
    suffix = "".join(f"x{multiplier}" for multiplier in multipliers)
    name = f"{spec.name}-{suffix}" if suffix else spec.name
    return NetworkSpec(name, tuple(layers), spec.names)


def widened_family(
    spec: NetworkSpec, choices: Iterable[int] = (1, 2, 3, 4, 5)
) -> dict[tuple[int, ...], NetworkSpec]:
    """Return every widened form of a network, by its multipliers, in lexicographic order.

    Examples
    --------
    >>> len(widened_family(network_spec("jsc-three-linear")))
    25
    """
    hidden = len(spec.linear_layers) - 1
    return {
        multipliers: widened(spec, multipliers)
        for multipliers in itertools.product(tuple(choices), repeat=hidden)
    }


def shape_conflict(spec: NetworkSpec, multipliers: tuple[int, ...]) -> str | None:
    """Say why independent multipliers of outputs and inputs do not make a network.

    One report widens every dense layer's outputs and the next layer's inputs independently:
    (a, b, c, d) for three dense layers, where a and c widen the outputs of the first and second,
    b and d the inputs of the second and third. Shapes fit only where a = b and c = d.

    Parameters
    ----------
    spec
        The network at multiplier 1.
    multipliers
        Alternately for the outputs of a hidden dense layer and the inputs of the next.

    Returns
    -------
    str or None
        The first conflict in words; None when the network exists.

    Examples
    --------
    >>> print(shape_conflict(network_spec("jsc-three-linear"), (2, 1, 3, 3)))
    seq_blocks_2 gives 32 channels, seq_blocks_4 takes 16
    >>> shape_conflict(network_spec("jsc-three-linear"), (2, 2, 3, 3)) is None
    True
    """
    joints = list(itertools.pairwise(zip(spec.linear_names, spec.linear_layers, strict=True)))
    if len(multipliers) != 2 * len(joints):
        raise InputError(
            f"independent multipliers {multipliers} of {spec.name}: expected {2 * len(joints)}"
        )
    pairs = zip(multipliers[::2], multipliers[1::2], strict=True)
    for ((name, layer), (next_name, next_layer)), (out, into) in zip(joints, pairs, strict=True):
        if out != into:
            return (
                f"{name} gives {layer.outputs * out} channels, "
                f"{next_name} takes {next_layer.inputs * into}"
            )
    return None


@dataclass(frozen=True)
class IndependentShapes:
    """How many points of a space of independent multipliers are networks at all."""

    total: int
    valid: int

    @property
    def invalid(self) -> int:
        """Points whose shapes do not fit."""
        return self.total - self.valid

    @property
    def explanation(self) -> str:
        """One sentence for tables and reports."""
        return (
            f"{self.valid} of {self.total} points exist: a layer's outputs and the next layer's "
            f"inputs must be widened alike; the other {self.invalid} have shapes that do not fit"
        )


def count_independent_shapes(
    spec: NetworkSpec, choices: Iterable[int] = (1, 2, 3, 4, 5)
) -> IndependentShapes:
    """Count the networks among all independent multipliers (see `shape_conflict`).

    Examples
    --------
    >>> print(count_independent_shapes(network_spec("jsc-three-linear")).explanation)
    25 of 625 points exist: a layer's outputs and the next layer's inputs must be widened alike;
    the other 600 have shapes that do not fit
    """
    values = tuple(choices)
    hidden = len(spec.linear_layers) - 1
    return IndependentShapes(
        total=len(values) ** (2 * hidden),
        valid=sum(
            shape_conflict(spec, point) is None
            for point in itertools.product(values, repeat=2 * hidden)
        ),
    )
