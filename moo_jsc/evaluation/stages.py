"""Dense layers of a network, each with all its quantised forms side by side.

Activations are laid out as (channels, samples): reductions over channels or classes then run
over a leading axis, and every operation streams through contiguous samples.

Rounding follows `moo_jsc.quantization.fixed_point.quantize` operation for operation, except
that the closing multiplication by the step 2^-f moves into the weights. Powers of two scale
exactly, so products are the same numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from moo_jsc.networks.classifier import Classifier
from moo_jsc.quantization.fixed_point import quantize, round_codes_
from moo_jsc.quantization.formats import CodeRounding, FixedPoint, LayerPrecision
from moo_jsc.quantization.network import normalization_affine
from moo_jsc.quantization.pruning import quantized_weight

InPlace = Callable[[Tensor], object]


@dataclass(frozen=True)
class InputRounding:
    """The distinct data formats of a dense layer, as one tensor operation for all of them.

    Attributes
    ----------
    formats
        Explicit formats, those of one rounding side by side, then None if some option leaves
        inputs in float32.
    scale, lowest, highest
        2^f and the bounds of the codes, shape (formats, 1, 1).
    step
        2^-f, where it is not part of the weights; None where it is.
    roundings
        Which rounding the formats first..last - 1 have, as (rounding, first, last).
    nonnegative
        Inputs come from a ReLU, so that no code can be too low.
    """

    formats: tuple[FixedPoint | None, ...]
    scale: Tensor
    lowest: Tensor
    highest: Tensor
    step: Tensor | None
    roundings: tuple[tuple[CodeRounding, int, int], ...]
    nonnegative: bool

    def write(self, inputs: Tensor, out: Tensor, first: int, last: int) -> None:
        """Write the codes of `inputs`, or their values where `step` is given.

        In formats first..last - 1.

        Parameters
        ----------
        inputs
            Shape (..., channels, samples), with a leading axis of 1 or nothing for formats.
        out
            Shape (..., last - first, channels, samples).
        """
        torch.mul(inputs, self.scale[first:last], out=out)
        for rounding, begin, end in self.roundings:
            start, stop = max(begin, first), min(end, last)
            if start >= stop:
                continue
            codes = round_codes_(out[..., start - first : stop - first, :, :], rounding)
            if not self.nonnegative:
                torch.maximum(codes, self.lowest[start:stop], out=codes)
            torch.minimum(codes, self.highest[start:stop], out=codes)
            if self.step is not None:
                codes.mul_(self.step[start:stop])


@dataclass(frozen=True)
class DenseStage:
    """A dense layer in all its options.

    Attributes
    ----------
    rounding
        Of its inputs.
    format_of_option
        Index into ``rounding.formats``, shape (options,).
    weights
        For each option the rounded weight, times the step of its data format, and the bias as
        the last column: shape (options, outputs, inputs + 1).
    after
        The layers up to the next dense one, in place, on activations (..., outputs, samples).
    """

    rounding: InputRounding
    format_of_option: NDArray[np.int64]
    weights: Tensor
    after: tuple[InPlace, ...]

    @property
    def inputs(self) -> int:
        """Number of input channels."""
        return self.weights.shape[2] - 1

    @property
    def outputs(self) -> int:
        """Number of output channels."""
        return self.weights.shape[1]


@dataclass(frozen=True)
class Readout:
    """The last dense layer, for all options at once.

    Options share a product for each data format. Rows of the product are ordered by class
    first, so that the logits of one class are contiguous.

    Attributes
    ----------
    rounding
        Of its inputs.
    weights
        Shape (formats, classes * slots, inputs + 1); slots are the options of one data format.
    slots
        Options of the data format that has most of them; the others are padded.
    slot_of_option
        ``format * slots + slot`` of each option, shape (options,).
    after
        Batch norms and ReLUs that follow, in place, on logits (..., classes, slots, samples).
    final_relu
        A ReLU ends the network. It is not in `after`: what reads the logits applies it.
    """

    rounding: InputRounding
    weights: Tensor
    slots: int
    slot_of_option: NDArray[np.int64]
    after: tuple[InPlace, ...]
    final_relu: bool

    @property
    def inputs(self) -> int:
        """Number of input channels."""
        return self.weights.shape[2] - 1

    @property
    def classes(self) -> int:
        """Number of classes."""
        return self.weights.shape[1] // self.slots

    @property
    def formats(self) -> int:
        """Number of data formats."""
        return len(self.rounding.formats)


@dataclass(frozen=True)
class Pipeline:
    """A network in stages: `before` the first dense layer, `hidden` layers, `readout`."""

    before: tuple[InPlace, ...]
    hidden: tuple[DenseStage, ...]
    readout: Readout

    @classmethod
    def of(
        cls,
        network: Classifier,
        options: Sequence[Sequence[LayerPrecision]],
        device: str | torch.device = "cpu",
    ) -> Pipeline:
        """Round the weights of every option of every dense layer of a network."""
        positions = network.spec.linear_positions
        blocks = list(network.blocks)
        bounds = (*positions, len(blocks))
        *inner, last = (
            _dense(blocks[position], layer_options, _follows_relu(blocks, position), device)
            for position, layer_options in zip(positions, options, strict=True)
        )
        gaps = [blocks[low + 1 : high] for low, high in itertools.pairwise(bounds)]
        tail = gaps[-1]
        final_relu = bool(tail) and isinstance(tail[-1], nn.ReLU)
        return cls(
            before=_steps(blocks[: positions[0]], 1, device),
            hidden=tuple(
                DenseStage(*stage, _steps(gap, 1, device))
                for stage, gap in zip(inner, gaps[:-1], strict=True)
            ),
            readout=_readout(
                *last, _steps(tail[:-1] if final_relu else tail, 2, device), final_relu
            ),
        )


def _follows_relu(blocks: Sequence[nn.Module], position: int) -> bool:
    return position > 0 and isinstance(blocks[position - 1], nn.ReLU)


def _steps(
    blocks: Sequence[nn.Module], trailing: int, device: str | torch.device
) -> tuple[InPlace, ...]:
    """Turn batch norms and ReLUs into in-place functions; `trailing` axes follow channels."""
    steps: list[InPlace] = []
    for block in blocks:
        if isinstance(block, nn.BatchNorm1d):
            scale, shift = (
                values.to(device).view(-1, *(1,) * trailing)
                for values in normalization_affine(block)
            )
            steps += [scale_by(scale), shift_by(shift)]
        else:
            steps.append(torch.relu_)
    return tuple(steps)


def scale_by(factors: Tensor) -> InPlace:
    """Return a function that multiplies its argument in place."""
    return lambda x: x.mul_(factors)


def shift_by(terms: Tensor) -> InPlace:
    """Return a function that adds to its argument in place."""
    return lambda x: x.add_(terms)


def _dense(
    block: nn.Module,
    options: Sequence[LayerPrecision],
    nonnegative: bool,
    device: str | torch.device,
) -> tuple[InputRounding, NDArray[np.int64], Tensor]:
    assert isinstance(block, nn.Linear)
    explicit = sorted(
        {option.data for option in options if option.data is not None},
        key=lambda fmt: (fmt.code_rounding, fmt),
    )
    formats = (*explicit, *((None,) if any(o.data is None for o in options) else ()))
    format_of_option = np.array([formats.index(option.data) for option in options])
    columns = [
        (1 / fmt.step, fmt.lowest_code, fmt.highest_code, fmt.step) if fmt else (1.0, 0, 0, 1.0)
        for fmt in formats
    ]
    scale, lowest, highest, step = torch.tensor(columns, dtype=torch.float32, device=device).T
    weight = block.weight.detach().to(device)
    bias = block.bias.detach().to(device)
    plain = torch.stack([quantized_weight(weight, option) for option in options])
    steps = step[torch.from_numpy(format_of_option).to(device)].view(-1, 1, 1)
    scaled = plain * steps
    exact = bool((scaled.isfinite() & (scaled / steps == plain)).all())
    biases = torch.stack([quantize(bias, option.bias) for option in options])
    rounding = InputRounding(
        formats,
        scale=scale.view(-1, 1, 1),
        lowest=lowest.view(-1, 1, 1),
        highest=highest.view(-1, 1, 1),
        step=None if exact else step.view(-1, 1, 1),
        roundings=_runs([fmt.code_rounding for fmt in explicit]),
        nonnegative=nonnegative,
    )
    joined = torch.cat([scaled if exact else plain, biases[:, :, None]], dim=2)
    return rounding, format_of_option, joined


def _runs(roundings: Sequence[CodeRounding]) -> tuple[tuple[CodeRounding, int, int], ...]:
    """Return (rounding, first, last) of each run of equal neighbours."""
    runs = []
    start = 0
    for rounding, members in itertools.groupby(roundings):
        stop = start + len(list(members))
        runs.append((rounding, start, stop))
        start = stop
    return tuple(runs)


def _readout(
    rounding: InputRounding,
    format_of_option: NDArray[np.int64],
    weights: Tensor,
    after: tuple[InPlace, ...],
    final_relu: bool,
) -> Readout:
    formats = len(rounding.formats)
    slots = int(np.bincount(format_of_option).max())
    members = np.empty((formats, slots), dtype=np.int64)
    slot_of_option = np.empty(len(format_of_option), dtype=np.int64)
    for fmt in range(formats):
        own = np.flatnonzero(format_of_option == fmt)
        members[fmt] = np.resize(own, slots)
        slot_of_option[own] = fmt * slots + np.arange(len(own))
    stacked = weights[torch.from_numpy(members).to(weights.device)]
    by_class = stacked.transpose(1, 2).reshape(formats, -1, weights.shape[2])
    return Readout(rounding, by_class, slots, slot_of_option, after, final_relu)
