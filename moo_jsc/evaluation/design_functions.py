"""Objectives that are functions of a network and its formats, for many designs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moo_jsc.evaluation.contract import Evaluator, NetworkBatch
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of
from moo_jsc.foundation.functions import what_failed, where_failed
from moo_jsc.foundation.store import Store
from moo_jsc.objectives.design_function import DesignFunction
from moo_jsc.objectives.latency_protocol import machine_description

if TYPE_CHECKING:
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.quantization.formats import NetworkPrecision

SHELF = "measurements"


@dataclass
class DesignFunctionEvaluator(Evaluator):
    """Calls each function once for each distinct design; measurements are kept in the store."""

    objectives: Sequence[DesignFunction]
    _weights: dict[int, str] = field(default_factory=dict, repr=False)

    @property
    def identity(self) -> tuple[str, ...]:
        """The machine, for what is measured on it."""
        measured = any(not objective.known for objective in self.objectives)
        return (machine_description(),) if measured else ()

    def evaluate(self, batch: NetworkBatch) -> NDArray[np.float64]:
        """Return the values (n, k).

        Raises
        ------
        InputError
            A function raises an exception, or returns anything but a finite number.
        """
        precisions, places = batch.precisions()
        values = np.array(
            [
                [self._value(objective, batch, precision) for objective in self.objectives]
                for precision in precisions
            ]
        )
        return values.reshape(len(precisions), len(self.objectives))[places]

    def _value(
        self, objective: DesignFunction, batch: NetworkBatch, precision: NetworkPrecision
    ) -> float:
        if objective.known:
            return called(objective, batch.network, precision)
        if batch.number not in self._weights:
            from moo_jsc.networks.classifier import content

            self._weights[batch.number] = sha256_of(*content(batch.network))
        key = sha256_of(
            objective.identity,
            machine_description(),
            self._weights[batch.number],
            repr(precision),
        )
        kept = Store.at().made(
            SHELF,
            objective.name,
            key,
            lambda: {"value": np.array([called(objective, batch.network, precision)])},
        )
        return float(kept["value"][0])


def called(objective: DesignFunction, network: Classifier, precision: NetworkPrecision) -> float:
    """Return what an objective's function says of a design.

    Raises
    ------
    InputError
        It raises an exception, or returns anything but a finite number.
    """
    try:
        value = objective.function(network, precision)
    except Exception as error:  # Whatever a user's function raises.
        raise InputError(
            f"objective {objective.name!r}: {what_failed(error)} ({where_failed(error)})"
        ) from None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"objective {objective.name!r}: {value!r}, expected a finite number")
    return number
