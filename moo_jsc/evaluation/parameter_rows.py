"""The learned values of many copies of one network as the rows of one matrix.

A dense layer takes its weights, (outputs, inputs), and then its biases; a batch norm its scales
and its shifts, (2, channels). A row is padded to whole vectors of the processor,
so that what is computed for one copy never depends, in any bit, on how many there are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from moo_jsc.networks.classifier import Classifier
from moo_jsc.networks.specification import BatchNorm, Linear, NetworkSpec

_VECTOR = 64
"""Values: a whole number of what one turn of an elementwise loop works on."""


@dataclass(frozen=True)
class Slot:
    """Where the values of one layer are in a row."""

    start: int
    shape: tuple[int, int]
    biases: int = 0

    @property
    def middle(self) -> int:
        """One past the last weight, or the last of a norm's values."""
        return self.start + math.prod(self.shape)

    @property
    def stop(self) -> int:
        """One past the last."""
        return self.middle + self.biases


class ParameterRows:
    """Which part of a row belongs to which layer.

    Parameters
    ----------
    spec
        Of the network.

    Attributes
    ----------
    size
        Values in a row, padding included.
    dense
        Positions of the dense layers among ``spec.layers``.
    producers
        For each dense layer the position of the layer that computes its inputs, ReLUs passed
        over; None where these are the features.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> network = initialized(network_spec("jsc-tiny"), seed=0)
    >>> rows = ParameterRows(network.spec)
    >>> values = rows.of(network).expand(3, -1)
    >>> rows.view(values, 2).shape, rows.producers
    (torch.Size([3, 5, 16]), (0,))
    """

    def __init__(self, spec: NetworkSpec) -> None:
        self.spec = spec
        self.slots: dict[int, Slot] = {}
        start = 0
        for position, layer in enumerate(spec.layers):
            if isinstance(layer, Linear):
                slot = Slot(start, (layer.outputs, layer.inputs), layer.outputs)
            elif isinstance(layer, BatchNorm):
                slot = Slot(start, (2, layer.features))
            else:
                continue
            self.slots[position] = slot
            start = slot.stop
        self.size = -(-start // _VECTOR) * _VECTOR
        self.dense = tuple(p for p, layer in enumerate(spec.layers) if isinstance(layer, Linear))
        self.producers = tuple(
            max((p for p in self.slots if p < position), default=None) for position in self.dense
        )

    def view(self, rows: Tensor, position: int) -> Tensor:
        """Return weights (E, outputs, inputs) or a norm's values (E, 2, channels), not copied."""
        slot = self.slots[position]
        return rows[:, slot.start : slot.middle].view(len(rows), *slot.shape)

    def biases(self, rows: Tensor, position: int) -> Tensor:
        """Return the biases (E, outputs) of a dense layer, without copying."""
        slot = self.slots[position]
        return rows[:, slot.middle : slot.stop]

    @cached_property
    def tensors(self) -> Tensor:
        """Which tensor each value belongs to, int64, shape (size,).

        2k and 2k + 1 are weight and bias of dense layer k; then come the batch norms, one number
        each, and last the padding.
        """
        tensors = torch.full((1, self.size), 2 * len(self.dense) + len(self.norms))
        for number, position in enumerate(self.dense):
            self.view(tensors, position)[:] = 2 * number
            self.biases(tensors, position)[:] = 2 * number + 1
        for number, position in enumerate(self.norms):
            self.view(tensors, position)[:] = 2 * len(self.dense) + number
        return tensors[0]

    @property
    def norms(self) -> tuple[int, ...]:
        """Positions of the batch norms."""
        return tuple(position for position in self.slots if position not in self.dense)

    def spread(self, columns: Tensor) -> Tensor:
        """Return rows (E, size) from one value for each tensor (E, tensors)."""
        return columns.index_select(1, self.tensors.to(columns.device))

    def of(self, network: Classifier) -> Tensor:
        """Return the row (size,) of a network."""
        row = torch.zeros(1, self.size)
        for position in self.slots:
            block: Any = network.blocks[position]
            values = self.view(row, position)[0]
            if position in self.dense:
                values[:] = block.weight.detach()
                self.biases(row, position)[0] = block.bias.detach()
            else:
                values[0], values[1] = block.weight.detach(), block.bias.detach()
        return row[0]

    def network(
        self,
        row: Tensor,
        statistics: Mapping[int, tuple[Tensor, Tensor]],
        eps: Mapping[int, float],
    ) -> Classifier:
        """Return the network of a row (size,), in evaluation mode.

        Parameters
        ----------
        row
            On the CPU.
        statistics
            Mean and variance (channels,) of each batch norm, by position.
        eps
            What is added to each of these variances.
        """
        network = Classifier(self.spec)
        with torch.no_grad():
            for position in self.slots:
                block: Any = network.blocks[position]
                values = self.view(row[None], position)[0]
                if position in self.dense:
                    block.weight.copy_(values)
                    block.bias.copy_(self.biases(row[None], position)[0])
                else:
                    block.weight.copy_(values[0])
                    block.bias.copy_(values[1])
                    block.running_mean.copy_(statistics[position][0])
                    block.running_var.copy_(statistics[position][1])
                    block.eps = eps[position]
        return network.eval()


def column(values: Sequence[Sequence[float]], device: torch.device | str) -> Tensor:
    """Return a float32 tensor (E, k) of rows of numbers, k = 0 included."""
    return torch.tensor(values, dtype=torch.float32, device=device).view(len(values), -1)


def power_of_two(exponents: Tensor) -> Tensor:
    """Return 2^exponent, exactly, for whole numbers in -126..127."""
    return ((exponents.to(torch.int32) + 127) << 23).view(torch.float32)
