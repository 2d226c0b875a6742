"""Precision spaces whose dense layers choose among different formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.problems.precision import TENSORS, Formats, PrecisionSpace
from moo_jsc.problems.space import Choice
from moo_jsc.quantization.formats import FixedPoint


@dataclass(frozen=True)
class LayeredPrecisionSpace(PrecisionSpace):
    """One `PrecisionSpace` for each dense layer, in their order; made by `layered`.

    `data`, `weight` and `bias` hold the formats of all layers together.
    """

    layers: tuple[PrecisionSpace, ...] = ()

    def choices(self, layer_names: Sequence[str]) -> tuple[Choice, ...]:
        """Return the choices for a network whose dense layers have these names."""
        if len(layer_names) != len(self.layers):
            raise InputError(
                f"formats of {len(self.layers)} layers: expected {len(layer_names)}, one for each "
                f"of {', '.join(layer_names)}"
            )
        return tuple(
            choice
            for name, layer in zip(layer_names, self.layers, strict=True)
            for choice in layer.choices((name,))
        )

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
        places = {option: place for place, option in enumerate(self.layer_options())}
        rows = np.zeros((len(configurations), layer_count), dtype=np.int64)
        first = 0
        for number, layer in enumerate(self.layers):
            columns = len(layer.choices(("layer",)))
            own = np.array([places[option] for option in layer.layer_options()])
            chosen = layer.layer_indices(configurations[:, first : first + columns], 1)[:, 0]
            rows[:, number] = own[chosen]
            first += columns
        return rows


def layered(layers: Sequence[PrecisionSpace]) -> LayeredPrecisionSpace:
    """Return the space in which each dense layer chooses among formats of its own.

    Parameters
    ----------
    layers
        One space for each dense layer.

    Examples
    --------
    >>> from moo_jsc.problems.precision import widths
    >>> first = PrecisionSpace(widths(4, 8), widths(2))
    >>> space = layered([first, PrecisionSpace(widths(8), widths(2, 4))])
    >>> [(choice.name, choice.values) for choice in space.choices(("first", "last"))]
    [('first.data', (4, 8)), ('last.weight', (2, 4))]
    """
    if not layers:
        raise InputError("formats of no layer: expected at least one")
    own = tuple(
        PrecisionSpace(layer.data, layer.weight, layer.bias, per_layer=True) for layer in layers
    )
    together = {tensor: _together([layer.formats(tensor) for layer in own]) for tensor in TENSORS}
    return LayeredPrecisionSpace(
        together["data"], together["weight"], together["bias"], per_layer=True, layers=own
    )


def _together(formats: Sequence[Formats]) -> tuple[FixedPoint, ...]:
    return tuple(dict.fromkeys(fmt for each in formats for fmt in each))
