"""What an objective is: its name, unit and sense, and how its value comes about.

Three kinds exist, by what the value depends on:

- `CostObjective`: shapes and formats alone, a sum over layers (size, FLOPs, BitOPs, bit widths);
- `PredictionObjective`: the network's outputs on labelled samples (accuracy, loss);
- `MeasuredObjective`: a measurement of the architecture on this machine (latency).

A new metric is one instance or subclass of one of them, registered in `OBJECTIVES`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from moo_jsc.errors import InputError
from moo_jsc.networks.specification import Layer, NetworkSpec
from moo_jsc.quantization.formats import LayerPrecision

if TYPE_CHECKING:
    import torch

Sense = Literal["min", "max"]
T = TypeVar("T", bound="Objective")


@dataclass(frozen=True)
class Objective:
    """One number that a candidate is judged by, in natural units and sense.

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
    """

    name: str
    unit: str
    sense: Sense
    definition: str
    source: str


class CostObjective(Objective, ABC):
    """A cost known from shapes and formats: a sum over layers, then a closing step."""

    @abstractmethod
    def layer_cost(self, layer: Layer, precision: LayerPrecision | None) -> float:
        """Return the share of one layer; `precision` is None for layers that are not dense."""

    def finish(self, total: float, spec: NetworkSpec) -> float:  # noqa: ARG002
        """Turn the sum over layers into the objective (a scale or a ratio)."""
        return total

    def cost(self, spec: NetworkSpec, precision: tuple[LayerPrecision, ...]) -> float:
        """Return the objective's value for a network and the formats of its dense layers."""
        formats = iter(precision)
        dense = set(spec.linear_positions)
        total = sum(
            self.layer_cost(layer, next(formats) if position in dense else None)
            for position, layer in enumerate(spec.layers)
        )
        return self.finish(total, spec)


class PredictionObjective(Objective, ABC):
    """A quality known from the network's outputs on labelled samples."""

    @abstractmethod
    def score(self, logits: torch.Tensor, labels: torch.Tensor) -> float:
        """Return the value from logits (n, classes) and labels (n,)."""


class MeasuredObjective(Objective, ABC):
    """A property of the architecture that this machine must be asked for."""


OBJECTIVES: dict[str, Objective] = {}
"""Every registered objective by name."""


def register(objective: T) -> T:
    """Add an objective to `OBJECTIVES` and return it."""
    if objective.name in OBJECTIVES:
        raise ValueError(f"objective {objective.name!r} is registered twice")
    OBJECTIVES[objective.name] = objective
    return objective


def get_objectives(names: tuple[str, ...] | list[str]) -> tuple[Objective, ...]:
    """Look objectives up by name.

    Raises
    ------
    InputError
        A name is unknown, repeated, or there is none.
    """
    if not names:
        raise InputError("objectives: expected at least one name")
    for name in names:
        if name not in OBJECTIVES:
            raise InputError(f"objective {name!r}: expected one of {', '.join(OBJECTIVES)}")
    if len(set(names)) != len(names):
        raise InputError(f"objectives {', '.join(names)}: expected each name once")
    return tuple(OBJECTIVES[name] for name in names)
