"""Scores of many quantised copies of one network on labelled samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from moo_jsc.evaluation.evaluator import TALLIES
from moo_jsc.evaluation.quantized_stack import QuantizedStack
from moo_jsc.evaluation.samples import GroupedSamples
from moo_jsc.evaluation.scratch import Scratch
from moo_jsc.objectives.objective import PredictionObjective


def stack_scores(
    stack: QuantizedStack, samples: GroupedSamples, objectives: Sequence[PredictionObjective]
) -> NDArray[np.float64]:
    """Return the scores of every copy of a stack as it is, quantised.

    Takes time and memory in proportion to copies x samples; objectives without a tally
    (`moo_jsc.evaluation.tallies`) need the logits of all samples at once.

    Parameters
    ----------
    stack
        E copies of a network.
    samples
        Features and labels.
    objectives
        For instance accuracy and loss.

    Returns
    -------
    numpy.ndarray
        Shape (E, objectives), float64, natural units.
    """
    fast = {
        i: TALLIES[o.name](rectify=False) for i, o in enumerate(objectives) if o.name in TALLIES
    }
    slow = [i for i in range(len(objectives)) if i not in fast]
    count, device = len(samples.labels), samples.labels.device
    sums = torch.zeros(len(stack), len(objectives), dtype=torch.float64, device=device)
    parts = {i: torch.zeros(len(stack), 1, dtype=t.dtype, device=device) for i, t in fast.items()}
    whole: list[torch.Tensor] = []
    scratch = Scratch(device)
    stack.settle()
    for chunk in samples.chunks:
        logits = stack.logits(chunk.features)
        for column, tally in fast.items():
            tally.write(logits[:, :, None], chunk.label, scratch, parts[column])
            sums[:, column] += parts[column][:, 0]
        if slow:
            whole.append(logits.clone())
    scores = (sums / count).cpu().numpy()
    if slow:
        gathered = torch.cat(whole, dim=2).transpose(1, 2).cpu()
        labels = samples.labels[samples.order].cpu()
        for column in slow:
            scores[:, column] = [objectives[column].score(member, labels) for member in gathered]
    return scores
