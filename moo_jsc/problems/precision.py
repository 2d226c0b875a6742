"""Precision spaces: which fixed-point formats each tensor of each dense layer may take.

A new space is one `PrecisionSpace` registered under its name in `PRECISION_SPACES`; it is then
a problem of that name too (see `moo_jsc.problems.catalog`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.networks.specification import NetworkSpec
from moo_jsc.problems.space import Choice, SearchSpace, Value
from moo_jsc.problems.trends import improved_by_resources
from moo_jsc.quantization.formats import (
    FixedPoint,
    LayerPrecision,
    NetworkPrecision,
    PowerOfTwo,
    Ternary,
    unsigned_data,
)

Tensor = Literal["data", "weight", "bias"]
Formats = tuple[FixedPoint, ...]
TENSORS: tuple[Tensor, ...] = ("data", "weight", "bias")

PRUNED: Literal["pruned"] = "pruned"

CALIBRATED_BIAS: Formats = (FixedPoint(8),)


@dataclass(frozen=True)
class PrecisionSpace:
    """Formats of inputs, weights and biases, shared by all dense layers or chosen per layer.

    A tensor with one format only is fixed and adds no choice.

    Parameters
    ----------
    data, weight, bias
        The formats to choose from. A format without a fraction gets the calibrated one
        (smallest squared error, for each layer and width).
    per_layer
        One choice for each dense layer (named ``seq_blocks_2.data``), or one for all
        (named ``data``).
    pruned
        Shares of the weights to set to zero, to choose from.
    unsigned_after_relu
        Inputs that come from a ReLU take the unsigned format of the same width.

    Raises
    ------
    InputError
        There is no format of a tensor, or no share.

    Examples
    --------
    >>> space = PrecisionSpace(widths(4, 8), widths(2, 4, 8), widths(8))
    >>> [(choice.name, choice.values) for choice in space.choices(("seq_blocks_2",))]
    [('data', (4, 8)), ('weight', (2, 4, 8))]
    """

    data: Formats
    weight: Formats
    bias: Formats = CALIBRATED_BIAS
    per_layer: bool = False
    pruned: tuple[float, ...] = (0.0,)
    unsigned_after_relu: bool = False

    def __post_init__(self) -> None:
        for part, count in self._parts.items():
            if not count:
                raise InputError(f"formats of layers: no {part}, expected at least one")

    def formats(self, tensor: Tensor) -> Formats:
        """Return the formats of one kind of tensor."""
        return {"data": self.data, "weight": self.weight, "bias": self.bias}[tensor]

    @property
    def _parts(self) -> dict[str, int]:
        """How many values each part of a layer may take, in the order of `layer_options`."""
        return {t: len(self.formats(t)) for t in TENSORS} | {PRUNED: len(self.pruned)}

    def choices(self, layer_names: Sequence[str]) -> tuple[Choice, ...]:
        """Return the choices for a network whose dense layers have these names."""
        prefixes = [f"{name}." for name in layer_names] if self.per_layer else [""]
        return tuple(
            _pruning_choice(f"{prefix}{part}", self.pruned)
            if part == PRUNED
            else _choice(f"{prefix}{part}", _values(self.formats(part)))
            for prefix in prefixes
            for part in (*TENSORS, PRUNED)
            if self._parts[part] > 1
        )

    def layer_options(
        self,
        layer: int = 0,  # noqa: ARG002
        *,
        after_relu: bool = False,
    ) -> tuple[LayerPrecision, ...]:
        """Return every precision that a dense layer may take.

        Data varies slowest, then weight, bias and the pruned share.

        Parameters
        ----------
        layer
            Number of the dense layer; here all may take the same ones.
        after_relu
            The layer's inputs come from a ReLU.
        """
        options = tuple(
            LayerPrecision(data, weight, bias, share)
            for data, weight, bias, share in product(self.data, self.weight, self.bias, self.pruned)
        )
        if after_relu and self.unsigned_after_relu:
            return tuple(unsigned_data(option) for option in options)
        return options

    def layer_indices(
        self, configurations: NDArray[np.int64], layer_count: int
    ) -> NDArray[np.int64]:
        """Return, for each configuration and dense layer, its index in `layer_options`.

        Parameters
        ----------
        configurations
            Columns of this space's choices, shape (n, d).
        layer_count
            Number of dense layers, L.

        Returns
        -------
        numpy.ndarray
            Shape (n, L).
        """
        chosen = [part for part, count in self._parts.items() if count > 1]
        rows = np.zeros((len(configurations), layer_count), dtype=np.int64)
        for layer in range(layer_count):
            first = layer * len(chosen) if self.per_layer else 0
            columns = {part: first + offset for offset, part in enumerate(chosen)}
            for part, count in self._parts.items():
                rows[:, layer] *= count
                if part in columns:
                    rows[:, layer] += configurations[:, columns[part]]
        return rows

    def precision(self, configuration: NDArray[np.int64], layer_count: int) -> NetworkPrecision:
        """Return the formats of every dense layer for one configuration, shape (d,)."""
        (row,) = self.layer_indices(configuration[None], layer_count)
        return tuple(self.layer_options(layer)[index] for layer, index in enumerate(row))

    def search_space(self, name: str, spec: NetworkSpec) -> SearchSpace:
        """Return the space of a network's precisions."""
        return SearchSpace(name, self.choices(spec.linear_names))


def _choice(name: str, values: tuple[Value, ...]) -> Choice:
    """Return a choice of widths, which predictions improve with, or of pairs in no such order."""
    plain = Choice(name, values)
    if not plain.ordered:
        return plain
    return Choice(name, values, unit="bits", **improved_by_resources())


def _pruning_choice(name: str, shares: tuple[float, ...]) -> Choice:
    """Return a choice of pruned shares, with which predictions get worse."""
    plain = Choice(name, shares)
    if not plain.ordered:
        return plain
    better = improved_by_resources()
    return Choice(name, shares, rises=better["falls"], falls=better["rises"])


PRECISION_SPACES: dict[str, PrecisionSpace] = {}
"""Registered spaces by name."""


def register_precision_space(name: str, space: PrecisionSpace) -> PrecisionSpace:
    """Add a space to `PRECISION_SPACES` and return it."""
    if name in PRECISION_SPACES:
        raise ValueError(f"precision space {name!r} is registered twice")
    PRECISION_SPACES[name] = space
    return space


def widths(*bits: int) -> Formats:
    """Return formats of these widths with calibrated fractions."""
    return tuple(FixedPoint(width) for width in bits)


def half_fraction(*bits: int) -> Formats:
    """Return formats of these widths with fraction ``width // 2``, the reports' rule."""
    return tuple(FixedPoint(width, width // 2) for width in bits)


def pairs(*formats: tuple[int, int]) -> Formats:
    """Return formats from explicit (width, fraction) pairs."""
    return tuple(FixedPoint(width, fraction) for width, fraction in formats)


def _values(formats: Formats) -> tuple[Value, ...]:
    """Name formats by width where that is enough, else by (width, fraction), or in words."""
    if any(type(f) is not FixedPoint for f in formats) or len({f.rounding for f in formats}) > 1:
        return tuple(_in_words(f, formats) for f in formats)
    if all(f.fraction is None or f.fraction == f.width // 2 for f in formats):
        return tuple(f.width for f in formats)
    if any(f.fraction is None for f in formats):
        raise InputError("formats of one tensor: expected all or none with a fraction")
    return tuple((f.width, f.fraction or 0) for f in formats)


def _in_words(fmt: FixedPoint, formats: Formats) -> Value:
    """Name a format among others of several kinds or roundings.

    Examples
    --------
    >>> formats = (Ternary(), PowerOfTwo(3), FixedPoint(4))
    >>> [_in_words(fmt, formats) for fmt in formats]
    ['ternary', 'power-of-two 3', '4']
    """
    if isinstance(fmt, Ternary):
        name = "ternary"
    elif isinstance(fmt, PowerOfTwo):
        name = f"power-of-two {fmt.width}"
    else:
        name = f"{fmt.width}" if fmt.fraction is None else f"{fmt.width}, {fmt.fraction}"
    several = len({other.rounding for other in formats}) > 1
    return f"{name} {fmt.rounding}" if several else name


_LAB3_GRID = pairs((16, 8), (8, 6), (8, 4), (4, 2))

register_precision_space("lab3-grid", PrecisionSpace(_LAB3_GRID, _LAB3_GRID, pairs((8, 4))))
register_precision_space(
    "lab3-types",
    PrecisionSpace(half_fraction(4, 8), half_fraction(2, 4, 8), half_fraction(2, 4, 8)),
)
register_precision_space(
    "mixed-precision",
    PrecisionSpace(widths(2, 3, 4, 6, 8), widths(2, 3, 4, 6, 8), per_layer=True),
)
register_precision_space(
    "mixed-precision-2to8",
    PrecisionSpace(widths(*range(2, 9)), widths(*range(2, 9)), per_layer=True),
)
register_precision_space(
    "mixed-precision-low",
    PrecisionSpace(
        widths(3, 4, 6, 8), widths(2, 3, 4, 6), per_layer=True, unsigned_after_relu=True
    ),
)
register_precision_space(
    "mixed-precision-coarse",
    PrecisionSpace(widths(4, 6, 8), widths(2, 4, 6, 8), per_layer=True),
)
register_precision_space(
    "mixed-precision-fractions",
    PrecisionSpace(
        pairs((4, 1), (4, 2), (6, 3), (8, 4), (8, 5)),
        pairs((2, 1), (4, 2), (4, 3), (6, 5), (8, 6)),
        per_layer=True,
    ),
)
register_precision_space(
    "hardware-formats",
    PrecisionSpace(
        widths(3, 4, 6, 8),
        (Ternary(), *widths(3, 4, 6)),
        per_layer=True,
        pruned=(0.0, 0.5),
        unsigned_after_relu=True,
    ),
)
