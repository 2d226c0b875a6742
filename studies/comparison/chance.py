"""How much of a problem's front is the chance of the jets it was measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.front.chance import FrontChance
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.quantization.formats import NetworkPrecision

NOISY = ("accuracy", "loss")
"""Objectives that are means over jets."""

MOST_CANDIDATES = 600
"""Designs whose results jet by jet are computed, one after the other."""


def chance_of(problem: NetworkProblem, table: ObjectiveTable) -> FrontChance | None:
    """Resample the jets of the split that the search sees.

    Parameters
    ----------
    problem
        What was searched. Fine-tuned candidates are trained again, as they were.
    table
        Of all its designs.

    Returns
    -------
    FrontChance or None
        None where no objective is a mean over jets.
    """
    from analysis.front.chance import MARGIN, front_candidates, front_chance

    names = [objective.name for objective in table.objectives]
    noisy = [name for name in NOISY if name in names]
    if not noisy:
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
    found = jet_by_jet(problem, problem.space.configurations(rows))
    contributions = {name: found[name] for name in noisy}
    return front_chance(table.values[rows], table.objectives, contributions)


def jet_by_jet(
    problem: NetworkProblem, configurations: NDArray[np.int64]
) -> dict[str, NDArray[np.bool_] | NDArray[np.float32]]:
    """Return whether each jet is classified correctly, and its cross-entropy in nats.

    Parameters
    ----------
    problem
        How configurations are scored.
    configurations
        Shape (c, d).

    Returns
    -------
    dict
        ``"accuracy"`` and ``"loss"``, each (c, jets); means where a design has several trainings.
    """
    scoring = problem.scoring
    if scoring.training == "ptq":
        return _scored(problem, [problem.design(row) for row in configurations])
    first = scoring.fine_tuning.seed
    trainings = [
        _scored(
            problem,
            problem.tuned(configurations, replace(scoring.fine_tuning, seed=first + number)),
        )
        for number in range(scoring.seeds)
    ]
    if len(trainings) == 1:
        return trainings[0]
    return {
        name: np.asarray(np.mean([one[name] for one in trainings], axis=0), dtype=np.float32)
        for name in trainings[0]
    }


def _scored(
    problem: NetworkProblem, designs: Sequence[tuple[Classifier, NetworkPrecision]]
) -> dict[str, NDArray[np.bool_] | NDArray[np.float32]]:
    import torch

    from moo_jsc.quantization.network import QuantizedNetwork

    part = problem.data.part(problem.scoring.split)
    labels, features = torch.from_numpy(part.labels), torch.from_numpy(part.features)
    correct, losses = [], []
    with torch.inference_mode():
        for design in designs:
            logits = QuantizedNetwork(*design)(features)
            loss = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
            losses.append(loss.numpy())
            correct.append((logits.argmax(dim=1) == labels).numpy())
    return {"accuracy": np.stack(correct), "loss": np.stack(losses)}
