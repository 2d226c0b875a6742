"""Architecture spaces: channel multipliers, or widths, of the hidden layers of a network."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.family import widened
from moo_jsc.networks.resizing import resized
from moo_jsc.networks.specification import NetworkSpec
from moo_jsc.problems.space import Choice
from moo_jsc.problems.trends import improved_by_resources


@dataclass(frozen=True)
class ChannelMultipliers:
    """One multiplier for each hidden dense layer; the next layer's input follows.

    Examples
    --------
    >>> ChannelMultipliers((1, 2)).combinations(hidden_layers=2)
    ((1, 1), (1, 2), (2, 1), (2, 2))
    >>> ChannelMultipliers(by_layer=((1, 2), (4,))).combinations(hidden_layers=2)
    ((1, 4), (2, 4))

    Parameters
    ----------
    values
        Of every hidden dense layer.
    by_layer
        Instead, the values of each hidden dense layer.
    """

    values: tuple[int, ...] = (1, 2, 3, 4, 5)
    by_layer: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        for value in (*self.values, *(value for values in self.by_layer for value in values)):
            if not isinstance(value, int) or value < 1:
                raise InputError(f"channel multiplier {value!r}: expected a whole number >= 1")

    def of_layers(self, hidden_layers: int) -> tuple[tuple[int, ...], ...]:
        """Return the values of each hidden dense layer.

        Raises
        ------
        InputError
            There are values for another number of layers.
        """
        if not self.by_layer:
            return (self.values,) * hidden_layers
        if len(self.by_layer) != hidden_layers:
            raise InputError(
                f"channel multipliers of {len(self.by_layer)} layers: expected {hidden_layers}"
            )
        return self.by_layer

    def choices(self, spec: NetworkSpec) -> tuple[Choice, ...]:
        """Return a choice for each hidden dense layer, named ``seq_blocks_2.channels``."""
        names = spec.linear_names[:-1]
        return tuple(
            Choice(
                f"{name}.channels",
                values,
                unit="channels",
                **(improved_by_resources() if list(values) == sorted(values) else {}),
            )
            for name, values in zip(names, self.of_layers(len(names)), strict=True)
        )

    def combinations(self, hidden_layers: int) -> tuple[tuple[int, ...], ...]:
        """Return every tuple of multipliers, in the order of the flat index."""
        return tuple(product(*self.of_layers(hidden_layers)))

    def forms(self, spec: NetworkSpec) -> tuple[NetworkSpec, ...]:
        """Return every widened form of a network, in the order of the flat index."""
        hidden = len(spec.linear_layers) - 1
        return tuple(widened(spec, multipliers) for multipliers in self.combinations(hidden))


@dataclass(frozen=True)
class HiddenWidths:
    """Channels of each hidden dense layer, wider or narrower than a given network's.

    Examples
    --------
    >>> from moo_jsc.networks.family import network_spec
    >>> space = HiddenWidths((4, 8))
    >>> [form.name for form in space.forms(network_spec("jsc-three-linear"))][:2]
    ['jsc-three-linear-4-4', 'jsc-three-linear-4-8']

    Parameters
    ----------
    values
        Of every hidden dense layer.

    Raises
    ------
    InputError
        No width, a repeated one, or one that is no whole number of at least 1.
    """

    values: tuple[int, ...]

    def __post_init__(self) -> None:
        for value in self.values:
            if type(value) is not int or value < 1:
                raise InputError(f"width {value!r}: expected a whole number >= 1")
        if not self.values or len(set(self.values)) != len(self.values):
            raise InputError(f"widths {self.values}: expected at least one, each once")

    def choices(self, spec: NetworkSpec) -> tuple[Choice, ...]:
        """Return a choice for each hidden dense layer, named ``seq_blocks_2.channels``."""
        trend = improved_by_resources() if list(self.values) == sorted(self.values) else {}
        return tuple(
            Choice(f"{name}.channels", self.values, unit="channels", **trend)
            for name in spec.linear_names[:-1]
        )

    def forms(self, spec: NetworkSpec) -> tuple[NetworkSpec, ...]:
        """Return every form of a network, in the order of the flat index."""
        hidden = len(spec.linear_layers) - 1
        return tuple(resized(spec, widths) for widths in product(self.values, repeat=hidden))


Widening = ChannelMultipliers | HiddenWidths
"""What a problem may choose of an architecture."""
