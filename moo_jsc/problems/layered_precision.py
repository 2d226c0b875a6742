"""Precision spaces whose dense layers choose among different formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.problems.precision import TENSORS, Formats, PrecisionSpace
from moo_jsc.problems.space import Choice
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision


@dataclass(frozen=True)
class LayeredPrecisionSpace(PrecisionSpace):
    """One `PrecisionSpace` for each dense layer, in their order; made by `layered`.

    `data`, `weight`, `bias` and `pruned` hold those of all layers together; whether inputs after
    a ReLU are unsigned is up to each layer.
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

    def layer_options(
        self, layer: int = 0, *, after_relu: bool = False
    ) -> tuple[LayerPrecision, ...]:
        """Return every precision that a dense layer may take, in the order of its own space.

        Parameters
        ----------
        layer
            Number of the dense layer.
        after_relu
            The layer's inputs come from a ReLU.
        """
        return self.layers[layer].layer_options(after_relu=after_relu)

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
        rows = np.zeros((len(configurations), layer_count), dtype=np.int64)
        first = 0
        for number, layer in enumerate(self.layers):
            stop = first + len(layer.choices(("layer",)))
            rows[:, number] = layer.layer_indices(configurations[:, first:stop], 1)[:, 0]
            first = stop
        return rows


def layered(layers: Sequence[PrecisionSpace]) -> LayeredPrecisionSpace:
    """Return the space in which each dense layer chooses among formats of its own.

    Pruned shares, and unsigned inputs after a ReLU, are each layer's own too.

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
    own = tuple(replace(layer, per_layer=True) for layer in layers)
    together = {tensor: _together([layer.formats(tensor) for layer in own]) for tensor in TENSORS}
    return LayeredPrecisionSpace(
        together["data"],
        together["weight"],
        together["bias"],
        per_layer=True,
        pruned=tuple(dict.fromkeys(share for layer in own for share in layer.pruned)),
        unsigned_after_relu=any(layer.unsigned_after_relu for layer in own),
        layers=own,
    )


def _together(formats: Sequence[Formats]) -> tuple[FixedPoint, ...]:
    return tuple(dict.fromkeys(fmt for each in formats for fmt in each))
