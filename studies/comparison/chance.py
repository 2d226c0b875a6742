"""How much of a problem's front is the chance of the jets it was measured on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.front.chance import FrontChance
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.problems.network_problem import NetworkProblem

NOISY = ("accuracy", "loss")
"""Objectives that are means over jets."""

MOST_CANDIDATES = 600
"""Designs whose results jet by jet are computed, one after the other."""


def chance_of(problem: NetworkProblem, table: ObjectiveTable) -> FrontChance | None:
    """Resample the jets of the split that the search sees.

    Parameters
    ----------
    problem
        Whose networks are rounded after training.
    table
        Of all its designs.

    Returns
    -------
    FrontChance or None
        None where no objective is a mean over jets, or every design is fine-tuned.
    """
    from analysis.front.chance import MARGIN, front_candidates, front_chance

    names = [objective.name for objective in table.objectives]
    noisy = [name for name in NOISY if name in names]
    if not noisy or problem.scoring.training == "qat":
        return None
    part = problem.data.part(problem.scoring.split)
    # Two designs disagree about a tenth of the jets at most, as far as they are near the front.
    error = {name: (0.1 / len(part)) ** 0.5 for name in noisy}
    factor = MARGIN
    while True:
        margins = {name: factor * error[name] for name in noisy}
        rows = front_candidates(table.values, table.objectives, margins)
        if len(rows) <= MOST_CANDIDATES or factor < 1e-3:
            break
        factor /= 2
    found = [jet_by_jet(problem, row) for row in problem.space.configurations(rows)]
    contributions = {name: np.stack([each[name] for each in found]) for name in noisy}
    return front_chance(table.values[rows], table.objectives, contributions)


def jet_by_jet(
    problem: NetworkProblem, configuration: NDArray[np.int64]
) -> dict[str, NDArray[np.bool_] | NDArray[np.float32]]:
    """Return whether each jet is classified correctly, and its cross-entropy in nats."""
    import torch

    from moo_jsc.quantization.network import QuantizedNetwork

    part = problem.data.part(problem.scoring.split)
    labels = torch.from_numpy(part.labels)
    with torch.inference_mode():
        logits = QuantizedNetwork(*problem.design(configuration))(torch.from_numpy(part.features))
        losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
        correct = logits.argmax(dim=1) == labels
    return {"accuracy": correct.numpy(), "loss": losses.numpy()}
