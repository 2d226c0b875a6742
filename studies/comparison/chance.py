"""How much of a problem's front is the chance of the jets, or of the trainings, behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.front.chance import FrontChance
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.enumeration.benchmark import Benchmark
    from moo_jsc.problems.network_problem import NetworkProblem

NOISY = ("accuracy", "loss")
"""Objectives that are means over jets."""

MOST_CANDIDATES = 600
"""Designs whose results jet by jet are computed, one after the other."""


def chance_of(problem: Benchmark | NetworkProblem, table: ObjectiveTable) -> FrontChance | None:
    """Draw again what the front owes to chance: the trainings where they are known, else the jets.

    Parameters
    ----------
    problem
        A finished table of trainings, or networks that are rounded after training.
    table
        Of all its designs.

    Returns
    -------
    FrontChance or None
        None where no objective is a mean over jets, or what could be drawn again is not known.
    """
    from moo_jsc.enumeration.benchmark import Benchmark

    noisy = [o.name for o in table.objectives if o.name in NOISY]
    if not noisy:
        return None
    if isinstance(problem, Benchmark):
        if problem.training == "qat":
            return chance_of_trainings(problem, noisy)
        from moo_jsc.problems.catalog import build_problem

        problem = build_problem(
            problem.name,
            objectives=[*noisy, "size"],
            split=problem.split,
            training="ptq",
        )
    if problem.scoring.training == "qat":
        return None
    return chance_of_jets(problem, table, noisy)


def chance_of_trainings(benchmark: Benchmark, noisy: Sequence[str]) -> FrontChance | None:
    """Draw the trainings of every design again.

    The standard error of a design's value is that of a mean over its trainings, with the scatter
    that the designs that count have in common (root mean square).
    """
    from analysis.front.chance import MARGIN, front_candidates, front_chance_of_errors
    from moo_jsc.enumeration.benchmark import PREDICTED, scatter

    counting, table = benchmark.table.inside, benchmark.table
    trained = benchmark.trainings[counting]
    if trained.max() < 2:
        return None
    scores = benchmark.single_trainings()[counting]
    errors = {}
    for name in noisy:
        found = scatter(scores[:, :, PREDICTED.index(name)])
        errors[name] = float(np.sqrt(np.nanmean(found**2) / trained.max()))
    margins = {name: MARGIN * error for name, error in errors.items()}
    values = table.counting_values
    rows = front_candidates(values, table.objectives, margins)
    return front_chance_of_errors(values[rows], table.objectives, errors, drawn="trainings")


def chance_of_jets(
    problem: NetworkProblem, table: ObjectiveTable, noisy: Sequence[str]
) -> FrontChance:
    """Resample the jets of the split that the search sees."""
    from analysis.front.chance import MARGIN, front_candidates, front_chance

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
