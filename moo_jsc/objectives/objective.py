"""What an objective is: its name, unit and sense, and how its value comes about.

Four kinds exist, by what the value depends on:

- `CostObjective`: shapes and formats alone, sums over layers (size, FLOPs, BitOPs, bit widths);
- `PredictionObjective`: the network's outputs on labelled samples (accuracy, loss);
- `MeasuredObjective`: a measurement of the architecture on this machine (latency);
- `moo_jsc.objectives.design_function.DesignFunction`: any function of a trained network and its
  formats.

Costs and latency are known for every design before any network is scored (`known`).

A new metric is one instance or subclass of one of them, registered in `OBJECTIVES`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.functions import instance_hash
from moo_jsc.foundation.names import listed_names, unknown_name
from moo_jsc.networks.specification import Layer, NetworkSpec
from moo_jsc.quantization.formats import LayerPrecision, NetworkPrecision

if TYPE_CHECKING:
    import torch

Sense = Literal["min", "max"]
SENSES: tuple[Sense, ...] = get_args(Sense)
T = TypeVar("T", bound="Objective")


@dataclass(frozen=True, kw_only=True)
class Objective:
    """One number that a candidate is judged by, in natural units and sense.

    Fields are given by name, so that none can be taken for another.

    Parameters
    ----------
    name
        Short and unique, as used in tables and on command lines.
    unit
        For axes and table heads; ``"1"`` for a pure number.
    sense
        ``"min"`` or ``"max"``.
    definition
        One line.
    source
        Paper, library or report that the definition comes from.
    known
        Whether a problem can tell the value before it evaluates a design
        (`moo_jsc.problems.problem.Problem.known_values`); False for what has to be tried.

    Raises
    ------
    InputError
        The name is empty, or the sense is neither ``"min"`` nor ``"max"``.

    Examples
    --------
    >>> Objective(name="depth", unit="layers", sense="min").sense
    'min'
    """

    name: str
    unit: str
    sense: Sense
    definition: str = ""
    source: str = ""
    known: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise InputError(f"objective {self.name!r}: expected a name")
        if self.sense not in SENSES:
            raise unknown_name(f"sense of objective {self.name!r}", self.sense, SENSES)

    @property
    def identity(self) -> str:
        """What its values depend on that neither its name nor this package's code tells.

        Nothing for the objectives of this package; a hash of the file, and of the fields, for
        those of others, so that a change there is not taken for the values from before.
        """
        module = type(self).__module__
        return "" if module.startswith("moo_jsc.") else instance_hash(self)


@dataclass(frozen=True, kw_only=True)
class CostObjective(Objective, ABC):
    """A cost known from shapes and formats: sums over layers, then a closing step.

    Every layer counts with the formats of the dense layer that it belongs to
    (`dense_owners`), so a network's cost is a sum of one look-up for each dense layer; that is
    what lets a whole space be computed at once. Most costs are one sum; a ratio of two sums
    (an average) takes two.
    """

    known: bool = True

    @abstractmethod
    def layer_terms(self, layer: Layer, precision: LayerPrecision) -> tuple[float, ...]:
        """Return the share of one layer in each of the objective's k sums.

        `precision` is that of the dense layer which `layer` is or belongs to.
        """

    def finish(self, totals: NDArray[np.float64], spec: NetworkSpec) -> NDArray[np.float64]:  # noqa: ARG002
        """Turn sums (..., k) into values (...); by default the first sum is the value."""
        return totals[..., 0]

    def group_terms(
        self, spec: NetworkSpec, dense: int, precision: LayerPrecision
    ) -> NDArray[np.float64]:
        """Return the sums (k,) over dense layer number `dense` and all that belongs to it."""
        return np.sum(
            [
                self.layer_terms(layer, precision)
                for layer, owner in zip(spec.layers, dense_owners(spec), strict=True)
                if owner == dense
            ],
            axis=0,
            dtype=np.float64,
        )

    def cost(self, spec: NetworkSpec, precision: NetworkPrecision) -> float:
        """Return the objective's value for a network and the formats of its dense layers."""
        groups = [self.group_terms(spec, dense, layer) for dense, layer in enumerate(precision)]
        return float(self.finish(sum(groups[1:], start=groups[0]), spec))


def dense_owners(spec: NetworkSpec) -> tuple[int, ...]:
    """Return, for each layer of a network, the number of the dense layer that it belongs to.

    That is the dense layer itself or the next one after it; what follows the last dense layer
    belongs to that.

    Examples
    --------
    >>> from moo_jsc.networks.family import network_spec
    >>> dense_owners(network_spec("jsc-three-linear", final_relu=True))
    (0, 0, 0, 1, 1, 2, 2, 2)
    """
    positions = spec.linear_positions
    last = len(positions) - 1
    return tuple(
        min(sum(dense < position for dense in positions), last)
        for position in range(len(spec.layers))
    )


class PredictionObjective(Objective, ABC):
    """A quality known from the network's outputs on labelled samples."""

    @abstractmethod
    def score(self, logits: torch.Tensor, labels: torch.Tensor) -> float:
        """Return the value from logits (n, classes) and labels (n,)."""


@dataclass(frozen=True, kw_only=True)
class MeasuredObjective(Objective, ABC):
    """A property of the architecture that this machine is asked for before any search."""

    known: bool = True


OBJECTIVES: dict[str, Objective] = {}
"""Every registered objective by name."""


def register(objective: T) -> T:
    """Add an objective to `OBJECTIVES` and return it."""
    if objective.name in OBJECTIVES:
        raise ValueError(f"objective {objective.name!r} is registered twice")
    OBJECTIVES[objective.name] = objective
    return objective


def get_objectives(names: Sequence[str]) -> tuple[Objective, ...]:
    """Look objectives up by name.

    Raises
    ------
    InputError
        A name is unknown, repeated, or there is none; `names` is one string.
    """
    return tuple(OBJECTIVES[name] for name in listed_names("objective", names, OBJECTIVES))
