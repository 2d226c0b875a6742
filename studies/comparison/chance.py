"""How much of a problem's front is the chance of the jets, or of the trainings, behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.front.chance import FrontChance
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.enumeration.benchmark import Benchmark
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.problems.problem import Problem
    from moo_jsc.quantization.formats import NetworkPrecision

NOISY = ("accuracy", "loss")
"""Objectives that are means over jets."""

MOST_CANDIDATES = 600
"""Designs whose results jet by jet are computed, one after the other."""


def chance_of(problem: Problem, table: ObjectiveTable) -> FrontChance | None:
    """Draw again what a front owes to chance: a benchmark's trainings, else the jets.

    Parameters
    ----------
    problem
        What was searched. Fine-tuned candidates are trained again, as they were.
    table
        Of all its designs.

    Returns
    -------
    FrontChance or None
        None where no objective is a mean over jets, a benchmark knows one training only, or
        there are no networks.
    """
    from moo_jsc.enumeration.benchmark import Benchmark
    from moo_jsc.problems.network_problem import NetworkProblem

    noisy = [o.name for o in table.objectives if o.name in NOISY]
    if not noisy:
        return None
    if not isinstance(problem, Benchmark):
        if not isinstance(problem, NetworkProblem):
            return None
        return chance_of_jets(problem, table, noisy)
    if problem.training == "qat":
        return chance_of_trainings(problem, noisy)
    from moo_jsc.problems.catalog import build_network_problem

    rounded = build_network_problem(
        problem.name, objectives=[*noisy, "size"], split=problem.split, training="ptq"
    )
    return chance_of_jets(rounded, table, noisy)


def chance_of_trainings(benchmark: Benchmark, noisy: Sequence[str]) -> FrontChance | None:
    """Draw the trainings of every design again.

    The standard error of a value is that of a mean over trainings, with the scatter (root mean
    square) that the designs that count have in common.
    """
    from analysis.front.chance import MARGIN, front_candidates, front_chance_of_errors
    from moo_jsc.enumeration.benchmark import PREDICTED

    table = benchmark.table
    trained = benchmark.trainings[table.inside]
    if trained.max() < 2:
        return None
    scatter = benchmark.fine_tuned.scatter(benchmark.split)[table.inside]
    errors = {}
    for name in noisy:
        found = scatter[:, PREDICTED.index(name)]
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
