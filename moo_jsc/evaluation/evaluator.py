"""One network, many quantised configurations, evaluated together.

Configurations that make the same choices for the first layers share those layers' activations
(see `moo_jsc.evaluation.prefixes`); all options of the last layer are one batched matrix
product (`moo_jsc.evaluation.stages`); samples come in chunks of one class that fit the cache,
so that a correct prediction is a comparison of maxima (`moo_jsc.evaluation.tallies`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from moo_jsc.evaluation.prefixes import PrefixTree, sorted_batches
from moo_jsc.evaluation.samples import Chunk, GroupedSamples
from moo_jsc.evaluation.scratch import Scratch
from moo_jsc.evaluation.stages import Pipeline
from moo_jsc.evaluation.tallies import CorrectTally, CrossEntropyTally, Tally
from moo_jsc.evaluation.walk import Walk
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.threads import one_thread
from moo_jsc.networks.classifier import Classifier
from moo_jsc.objectives.objective import PredictionObjective
from moo_jsc.quantization.formats import LayerPrecision

TALLIES: dict[str, type[Tally]] = {"accuracy": CorrectTally, "loss": CrossEntropyTally}
"""Objectives that are a mean over samples, by name; any other one gets whole logits."""

_CPU_CACHE = 4 * 1024**2
_CUDA_MEMORY = 512 * 1024**2
_SUM_ENTRIES = 2**22
_LOGITS_BYTES = 64 * 1024**2


class BatchedEvaluator:
    """Scores of many quantised configurations of one network.

    The value of a configuration depends on nothing but the arguments given here: it is the
    same alone and in any batch, on one worker or many (on the CPU; CUDA libraries may choose
    another order of summation for another batch).

    Parameters
    ----------
    network
        Trained.
    options
        For each dense layer the precisions to choose from, fractions explicit.
    features
        float32, shape (n, channels).
    labels
        int64, shape (n,).
    objectives
        ``accuracy`` and ``loss`` are summed on the fly; any other one is given whole logits.
    device
        ``"cpu"`` or ``"cuda"``.
    working_set
        Bytes that one chunk's activations may take. The default fits a core's cache on the
        CPU and keeps a GPU busy.
    siblings
        Prefixes whose last layers go into one product. The default is 1 on the CPU, where the
        cache decides, and 16 on a GPU, where the number of kernels does.

    Raises
    ------
    InputError
        No options for a layer, an open fraction, samples that do not fit the network.

    Examples
    --------
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.networks.family import network_spec
    >>> from moo_jsc.objectives import get_objectives
    >>> from moo_jsc.quantization.formats import FixedPoint
    >>> rng = np.random.default_rng(0)
    >>> layer = [LayerPrecision(FixedPoint(w, 3), FixedPoint(w, 2), FixedPoint(8, 4))
    ...          for w in (2, 4, 8)]
    >>> evaluator = BatchedEvaluator(
    ...     initialized(network_spec("jsc-three-linear"), seed=0), [layer] * 3,
    ...     rng.normal(size=(500, 16)).astype("float32"), rng.integers(0, 5, 500),
    ...     get_objectives(["accuracy"]))
    >>> evaluator.evaluate(np.array([[0, 0, 0], [2, 2, 2], [2, 2, 1]])).shape
    (3, 1)
    """

    def __init__(
        self,
        network: Classifier,
        options: Sequence[Sequence[LayerPrecision]],
        features: NDArray[np.float32],
        labels: NDArray[np.int64],
        objectives: Sequence[PredictionObjective],
        *,
        device: str = "cpu",
        working_set: int | None = None,
        siblings: int | None = None,
    ) -> None:
        _check_options(options, len(network.spec.linear_layers))
        on_gpu = torch.device(device).type != "cpu"
        self.objectives = tuple(objectives)
        self.device = device
        self.option_counts = tuple(len(layer) for layer in options)
        with _one_thread(device), torch.inference_mode():
            self.pipeline = Pipeline.of(network, options, device)
            self.siblings = siblings or (16 if on_gpu else 1)
            self.samples = GroupedSamples.of(
                features,
                labels,
                self._chunk_length(working_set or (_CUDA_MEMORY if on_gpu else _CPU_CACHE)),
                device,
            )
        first = self.pipeline.hidden[0] if self.pipeline.hidden else self.pipeline.readout
        if features.shape[1] != first.inputs:
            raise InputError(f"features {features.shape}: expected {first.inputs} columns")
        if labels.max() >= self.pipeline.readout.classes:
            raise InputError(
                f"label {labels.max()}: expected less than {self.pipeline.readout.classes}"
            )

    def evaluate(self, choices: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the objectives of configurations.

        Parameters
        ----------
        choices
            For each configuration and dense layer an index into that layer's options,
            shape (n, layers). Repeats cost nothing.

        Returns
        -------
        numpy.ndarray
            float64, shape (n, objectives), natural units.

        Raises
        ------
        InputError
            Wrong shape, or an index that is no option's.
        """
        self._check_choices(choices)
        values = np.empty((len(choices), len(self.objectives)))
        batch = max(
            _SUM_ENTRIES // (self.pipeline.readout.formats * self.pipeline.readout.slots), 1
        )
        fast = [i for i, o in enumerate(self.objectives) if o.name in TALLIES]
        slow = [i for i, o in enumerate(self.objectives) if o.name not in TALLIES]
        with _one_thread(self.device), torch.inference_mode():
            for rows in sorted_batches(choices, batch):
                tree = PrefixTree.of(choices[rows])
                if fast:
                    values[rows[:, None], fast] = self._mean_scores(tree, fast)
                for column in slow:
                    values[rows, column] = self._whole_scores(tree, self.objectives[column])
        return values

    def logits(self, choices: NDArray[np.int64]) -> Tensor:
        """Return the logits of a few configurations, shape (n, samples, classes).

        In the order of the samples given. Held in memory at once: for checks and plots.
        """
        self._check_choices(choices)
        with _one_thread(self.device), torch.inference_mode():
            tree = PrefixTree.of(choices)
            nodes, slots = self._places(tree)
            walk = Walk(self.pipeline, tree, self.siblings, Scratch(self.device))
            recorded = self._recorded(walk, 0, walk.prefixes)
            return recorded[nodes, slots][tree.leaf_of_row].transpose(1, 2)

    def _check_choices(self, choices: NDArray[np.int64]) -> None:
        if choices.ndim != 2 or choices.shape[1] != len(self.option_counts):
            raise InputError(
                f"choices of shape {choices.shape}: expected (n, {len(self.option_counts)})"
            )
        wrong = (choices < 0) | (choices >= np.asarray(self.option_counts))
        if wrong.any():
            row, layer = np.argwhere(wrong)[0]
            raise InputError(
                f"choice {choices[row, layer]} for dense layer {layer}: expected "
                f"0..{self.option_counts[layer] - 1}"
            )

    @property
    def _depth(self) -> int:
        return len(self.pipeline.hidden)

    def _chunk_length(self, working_set: int) -> int:
        readout = self.pipeline.readout
        rows = readout.formats * (
            readout.inputs + 1 + readout.slots * (readout.classes + 2)
        ) * self.siblings + sum(
            len(stage.rounding.formats) * (stage.inputs + 1) for stage in self.pipeline.hidden
        )
        return max(working_set // (4 * rows) // 16 * 16, 64)

    def _places(self, tree: PrefixTree) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the prefix (a node of the last hidden layer) and the slot of every leaf."""
        slots = self.pipeline.readout.slot_of_option[tree.options[-1]]
        nodes = tree.parents(self._depth) if self._depth else np.zeros(len(slots), dtype=np.int64)
        return nodes, slots

    def _mean_scores(self, tree: PrefixTree, columns: Sequence[int]) -> NDArray[np.float64]:
        readout = self.pipeline.readout
        tallies = [TALLIES[self.objectives[i].name](readout.final_relu) for i in columns]
        nodes, slots = self._places(tree)
        scratch = Scratch(self.device)
        walk = Walk(self.pipeline, tree, self.siblings, scratch)
        shape = (walk.prefixes * readout.formats, readout.slots)
        parts = [torch.zeros(shape, dtype=tally.dtype, device=self.device) for tally in tallies]
        sums = [torch.zeros(shape, dtype=torch.float64, device=self.device) for _ in tallies]

        def sink(logits: Tensor, chunk: Chunk, group: int) -> None:
            for tally, part in zip(tallies, parts, strict=True):
                tally.write(logits, chunk.label, scratch, part[group : group + len(logits)])

        for chunk in self.samples.chunks:
            walk.run(chunk, sink)
            for total, part in zip(sums, parts, strict=True):
                total.add_(part)
        means = torch.stack(sums, dim=-1).view(walk.prefixes, -1, len(tallies)).cpu().numpy()
        return (means[nodes, slots] / len(self.samples.labels))[tree.leaf_of_row]

    def _whole_scores(
        self, tree: PrefixTree, objective: PredictionObjective
    ) -> NDArray[np.float64]:
        nodes, slots = self._places(tree)
        readout = self.pipeline.readout
        row_bytes = 4 * readout.weights[..., 0].numel() * len(self.samples.labels)
        step = max(_LOGITS_BYTES // row_bytes, 1)
        scores = np.empty(len(nodes))
        walk = Walk(self.pipeline, tree, self.siblings, Scratch(self.device))
        for start in range(0, walk.prefixes, step):
            low, high = np.searchsorted(nodes, (start, start + step))
            recorded = self._recorded(walk, start, min(start + step, walk.prefixes))
            for leaf in range(low, high):
                logits = recorded[nodes[leaf] - start, slots[leaf]]
                scores[leaf] = objective.score(logits.T, self.samples.labels)
        return scores[tree.leaf_of_row]

    def _recorded(self, walk: Walk, start: int, stop: int) -> Tensor:
        """Return the logits of prefixes, shape (prefixes, slots, classes, samples)."""
        readout = self.pipeline.readout
        first, groups = start * readout.formats, (stop - start) * readout.formats
        samples = len(self.samples.order)
        store = torch.empty((groups, readout.slots, readout.classes, samples), device=self.device)

        def sink(logits: Tensor, chunk: Chunk, group: int) -> None:
            part = store[group - first : group - first + len(logits)]
            logits = torch.relu(logits) if readout.final_relu else logits
            part[..., chunk.start : chunk.stop] = logits.transpose(1, 2)

        for chunk in self.samples.chunks:
            walk.run(chunk, sink, start, stop)
        original = torch.empty_like(store)
        original[..., self.samples.order] = store
        return original.view(stop - start, -1, readout.classes, samples)


def _check_options(options: Sequence[Sequence[LayerPrecision]], layers: int) -> None:
    if len(options) != layers:
        raise InputError(f"options of {len(options)} dense layers: expected {layers}")
    for layer, precisions in enumerate(options):
        if not precisions:
            raise InputError(f"dense layer {layer}: expected at least one precision")
        for precision in precisions:
            for tensor in (precision.data, precision.weight, precision.bias):
                if tensor is not None and tensor.fraction is None:
                    raise InputError(
                        f"dense layer {layer}: {precision} has an open fraction, calibrate it first"
                    )


def _one_thread(device: str) -> AbstractContextManager[None]:
    """Keep CPU kernels on the calling thread: chunks are too small to share.

    Parallel evaluation means several processes (see `moo_jsc.enumeration`).
    """
    return one_thread() if torch.device(device).type == "cpu" else nullcontext()
