"""Training a stack of quantised copies of a network by the recipe of fine-tuning."""

from __future__ import annotations

import torch
from torch import Tensor

from moo_jsc.evaluation.quantized_stack import QuantizedStack
from moo_jsc.evaluation.recipe import FineTuning
from moo_jsc.evaluation.step_learning import StepLearning
from moo_jsc.evaluation.training_batches import TrainingBatches

ESTIMATION_BATCH = 2048
"""Samples over which statistics of batch norms are taken at a time at the end."""


@torch.no_grad()
def train_stack(
    stack: QuantizedStack, batches: TrainingBatches, settings: FineTuning, learned: Tensor
) -> None:
    """Train a stack to the end of its schedule, average its weights, re-estimate its norms.

    Parameters
    ----------
    stack
        As it starts; changed.
    batches
        Of the settings, and of the features as the stack standardizes them.
    settings
        The recipe.
    learned
        Which data fractions are learned, bool (E, dense layers).
    """
    values = torch.nn.Parameter(stack.latent.view(-1))
    values.grad = stack.gradients.view(-1)
    optimizer = torch.optim.Adam([values], lr=settings.learning_rate, fused=True)
    steps = StepLearning(stack, learned)
    mean, averaged = torch.zeros_like(stack.latent), 0
    for step, (features, targets) in enumerate(batches):
        stack.differentiate(features, targets)
        rate = settings.rate_of_steps(step)
        if rate:
            steps.step(rate)
        for group in optimizer.param_groups:
            group["lr"] = settings.rate(step)
        optimizer.step()
        if step >= settings.averaged_from:
            averaged += 1
            mean.lerp_(stack.latent, 1.0 / averaged)
    if averaged:
        stack.latent.copy_(mean)
    stack.estimate_norms(batches.features, ESTIMATION_BATCH)
