"""One pass down the prefix tree with one chunk of samples, depth first.

Every prefix's activations are computed once, from its parent's, and forgotten when its last
descendant is done: memory holds one block of siblings for each layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from moo_jsc.evaluation.prefixes import PrefixTree
from moo_jsc.evaluation.samples import Chunk
from moo_jsc.evaluation.scratch import Scratch
from moo_jsc.evaluation.stages import Pipeline

Sink = Callable[[Tensor, Chunk, int], None]
"""Takes logits (groups, classes, slots, samples), their chunk, and the number of the first
group. A group is a prefix with a data format of the last layer, ``prefix * formats + format``."""

_HIDDEN_SIBLINGS = 8


class Walk:
    """Computes the logits of prefixes (nodes of the last hidden layer) and hands them on.

    The shapes of all matrix products depend on the pipeline and the chunk alone, never on
    which configurations are asked for together, so that neither do their values.

    Parameters
    ----------
    pipeline
        The network in stages.
    tree
        The configurations.
    siblings
        How many prefixes may go into one product.
    scratch
        Memory to work in.
    """

    def __init__(
        self, pipeline: Pipeline, tree: PrefixTree, siblings: int, scratch: Scratch
    ) -> None:
        self._pipeline = pipeline
        self._siblings = siblings
        self._scratch = scratch
        self._block = max(siblings, _HIDDEN_SIBLINGS)
        self._first_child = [starts.tolist() for starts in tree.first_child]
        self._options = [options.tolist() for options in tree.options[:-1]]
        self._weights = [stage.weights.unbind(0) for stage in pipeline.hidden]
        self._formats = [stage.format_of_option.tolist() for stage in pipeline.hidden]
        readout = pipeline.readout
        self._readout_weights = readout.weights.repeat(siblings, 1, 1)
        self._wanted = _formats_by_prefix(
            readout.slot_of_option[tree.options[-1]] // readout.slots,
            tree.first_child[-1] if tree.first_child else np.array([0, len(tree.options[-1])]),
            readout.formats,
        )

    @property
    def prefixes(self) -> int:
        """Number of nodes of the last hidden layer; 1 in a network without one."""
        return len(self._wanted)

    def run(self, chunk: Chunk, sink: Sink, start: int = 0, stop: int | None = None) -> None:
        """Send the logits of prefixes start..stop - 1 on one chunk of samples to `sink`."""
        self._chunk, self._sink = chunk, sink
        self._ranges = self._ancestors(start, self.prefixes if stop is None else stop)
        self._prepare(chunk.features.shape[1])
        inputs = self._scratch.get("features", tuple(chunk.features.shape))
        inputs.copy_(chunk.features)
        for step in self._pipeline.before:
            step(inputs)
        if self._pipeline.hidden:
            self._expand(0, inputs, *self._ranges[0])
        else:
            self._read(inputs[None], 0)

    def _ancestors(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Return for each hidden layer the range of nodes above prefixes start..stop - 1."""
        ranges = [(start, stop)]
        for starts in reversed(self._first_child[:-1]):
            low, high = ranges[0]
            edges = np.asarray(starts)
            first = int(np.searchsorted(edges, low, side="right")) - 1
            ranges.insert(0, (first, int(np.searchsorted(edges, high, side="left"))))
        return ranges

    def _prepare(self, samples: int) -> None:
        """Lay out memory for chunks of this many samples; inputs end with a row of ones."""
        scratch, readout = self._scratch, self._pipeline.readout
        self._codes, self._outputs = [], []
        for level, stage in enumerate(self._pipeline.hidden):
            formats = len(stage.rounding.formats)
            codes = scratch.get(f"codes {level}", (formats, stage.inputs + 1, samples))
            codes[:, -1] = 1.0
            outputs = scratch.get(f"outputs {level}", (self._block, stage.outputs, samples))
            self._codes.append((codes[:, :-1], codes.unbind(0)))
            self._outputs.append((outputs, outputs.unbind(0)))
        self._leaf_codes = scratch.get(
            "codes", (self._siblings, readout.formats, readout.inputs + 1, samples)
        )
        self._leaf_codes[:, :, -1] = 1.0
        self._logits = scratch.get(
            "logits",
            (self._siblings * readout.formats, readout.classes, readout.slots, samples),
        )
        self._products: dict[tuple[int, int, int], _Product] = {}

    def _expand(self, level: int, inputs: Tensor, low: int, high: int) -> None:
        """Compute nodes low..high - 1 of a hidden layer from their parent's activations."""
        stage = self._pipeline.hidden[level]
        options = self._options[level][low:high]
        formats = [self._formats[level][option] for option in options]
        first, last = min(formats), max(formats) + 1
        rows, codes = self._codes[level]
        stage.rounding.write(inputs, rows[first:last], first, last)
        weights = self._weights[level]
        outputs, each = self._outputs[level]
        for offset in range(0, high - low, self._block):
            block = min(self._block, high - low - offset)
            for place in range(block):
                torch.mm(
                    weights[options[offset + place]],
                    codes[formats[offset + place]],
                    out=each[place],
                )
            done = outputs[:block]
            for step in stage.after:
                step(done)
            if level + 1 == len(self._pipeline.hidden):
                for place in range(0, block, self._siblings):
                    self._read(done[place : place + self._siblings], low + offset + place)
                continue
            floor, ceiling = self._ranges[level + 1]
            children = self._first_child[level]
            for place in range(block):
                node = low + offset + place
                self._expand(
                    level + 1,
                    each[place],
                    max(children[node], floor),
                    min(children[node + 1], ceiling),
                )

    def _read(self, inputs: Tensor, node: int) -> None:
        """Compute the last layer's options for prefixes that begin with `node`.

        `inputs` has shape (prefixes, channels, samples).
        """
        count, readout = len(inputs), self._pipeline.readout
        if all(self._wanted[node + place] is None for place in range(count)):
            self._multiply(inputs[:, None], node, 0, readout.formats)
            return
        for place in range(count):
            wanted = self._wanted[node + place]
            for fmt in range(readout.formats) if wanted is None else wanted:
                self._multiply(inputs[place : place + 1, None], node + place, fmt, fmt + 1)

    def _multiply(self, inputs: Tensor, node: int, first: int, last: int) -> None:
        key = (len(inputs), first, last)
        if key not in self._products:
            self._products[key] = self._product(*key)
        product = self._products[key]
        self._pipeline.readout.rounding.write(inputs, product.rows, first, last)
        torch.bmm(product.weights, product.codes, out=product.flat_logits)
        for step in self._pipeline.readout.after:
            step(product.logits)
        self._sink(product.logits, self._chunk, node * self._pipeline.readout.formats + first)

    def _product(self, count: int, first: int, last: int) -> _Product:
        products = count * (last - first)
        codes = self._leaf_codes[:count, first:last]
        logits = self._logits[:products]
        # More than one prefix comes with all formats, so that weights repeat as laid out.
        return _Product(
            rows=codes[:, :, :-1],
            codes=codes.flatten(0, 1),
            weights=self._readout_weights[first : first + products],
            logits=logits,
            flat_logits=logits.flatten(1, 2),
        )


@dataclass(frozen=True)
class _Product:
    """Views for the last layer of some prefixes in some data formats."""

    rows: Tensor
    codes: Tensor
    weights: Tensor
    logits: Tensor
    flat_logits: Tensor


def _formats_by_prefix(
    formats: NDArray[np.int64], first_leaf: NDArray[np.int64], available: int
) -> list[tuple[int, ...] | None]:
    """Return the data formats that the leaves of each prefix need; None for all of them."""
    needed = np.zeros((len(first_leaf) - 1, available), dtype=bool)
    needed[np.repeat(np.arange(len(needed)), np.diff(first_leaf)), formats] = True
    return [None if row.all() else tuple(np.flatnonzero(row).tolist()) for row in needed]
