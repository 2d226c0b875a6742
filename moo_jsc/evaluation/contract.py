"""What an evaluator is given and what it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moo_jsc.quantization.formats import LayerPrecision, NetworkPrecision

if TYPE_CHECKING:
    from moo_jsc.networks.classifier import Classifier


@dataclass(frozen=True)
class NetworkBatch:
    """Designs of one network.

    Attributes
    ----------
    number
        Of the network in its problem.
    network
        Trained in float32.
    options
        For each of its L dense layers the precisions to choose from, fractions explicit.
    choices
        Indices into `options`, shape (n, L).
    asked
        The same precisions as they stand in the space, where fractions may be open.
    """

    number: int
    network: Classifier
    options: tuple[tuple[LayerPrecision, ...], ...]
    choices: NDArray[np.int64]
    asked: tuple[tuple[LayerPrecision, ...], ...]

    def precisions(
        self, *, asked: bool = False
    ) -> tuple[list[NetworkPrecision], NDArray[np.int64]]:
        """Return the distinct formats among the designs, and each design's place there (n,).

        Fractions are explicit, or as they were asked for.
        """
        distinct, places = np.unique(self.choices, axis=0, return_inverse=True)
        options = self.asked if asked else self.options
        return [
            tuple(layer[index] for layer, index in zip(options, row, strict=True))
            for row in distinct
        ], places.reshape(-1)


class Evaluator(ABC):
    """Values of some objectives of one kind, for designs of any network of a problem."""

    @property
    def identity(self) -> tuple[str, ...]:
        """All that the values depend on besides objectives, networks and formats."""
        return ()

    @abstractmethod
    def evaluate(self, batch: NetworkBatch) -> NDArray[np.float64]:
        """Return the values (n, k) of the evaluator's objectives, natural units and senses."""
