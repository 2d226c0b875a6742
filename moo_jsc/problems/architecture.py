"""Architecture spaces: channel multipliers of the hidden layers of a network."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from moo_jsc.foundation.errors import InputError
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
    """

    values: tuple[int, ...] = (1, 2, 3, 4, 5)

    def __post_init__(self) -> None:
        for value in self.values:
            if not isinstance(value, int) or value < 1:
                raise InputError(f"channel multiplier {value!r}: expected a whole number >= 1")

    def choices(self, spec: NetworkSpec) -> tuple[Choice, ...]:
        """Return a choice for each hidden dense layer, named ``seq_blocks_2.channels``."""
        trends = improved_by_resources() if list(self.values) == sorted(self.values) else {}
        return tuple(
            Choice(f"{name}.channels", self.values, unit="channels", **trends)
            for name in spec.linear_names[:-1]
        )

    def combinations(self, hidden_layers: int) -> tuple[tuple[int, ...], ...]:
        """Return every tuple of multipliers, in the order of the flat index."""
        return tuple(product(self.values, repeat=hidden_layers))
