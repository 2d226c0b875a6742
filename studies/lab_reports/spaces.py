"""The spaces of the reports, and the values of all their configurations for one network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moo_jsc.objectives import get_objectives
from moo_jsc.problems.precision import PRECISION_SPACES
from moo_jsc.quantization.formats import LayerPrecision, NetworkPrecision
from studies.lab_reports.protocols import CORRECT, drawn_rows, reported_accuracy

if TYPE_CHECKING:
    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier

TYPES = "lab3-types"
"""18 configurations of `jsc-tiny`."""

GRID = "lab3-grid"
"""16 configurations of `jsc-tiny`."""

LARGE = "mixed-precision-coarse"
"""1728 configurations of `jsc-three-linear`."""


def precisions(space: str, network: Classifier) -> list[NetworkPrecision]:
    """Return the formats of every configuration of a space, by flat index."""
    formats = PRECISION_SPACES[space]
    layers = len(network.spec.linear_layers)
    choices = formats.search_space(space, network.spec)
    rows = choices.configurations(range(choices.size))
    return [formats.precision(row, layers) for row in rows]


def table(
    space: str, network: Classifier, jets: Dataset, names: tuple[str, ...]
) -> NDArray[np.float64]:
    """Return the objectives (size, m) of every configuration, scored on the validation jets."""
    from moo_jsc.problems.network_problem import QuantizationProblem

    problem = QuantizationProblem(
        space, network, PRECISION_SPACES[space], get_objectives(names), jets
    )
    return problem.evaluate(problem.space.configurations(range(problem.space.size)))


def few_jets(jets: Dataset, count: int, seed: int) -> Dataset:
    """Return the jets with a seeded draw of the validation split only."""
    rows = drawn_rows(len(jets.validation), count, seed)
    split = jets.validation
    part = replace(split, features=split.features[rows], labels=split.labels[rows])
    return replace(jets, validation=part)


def few_training_jets(jets: Dataset, count: int, seed: int) -> Dataset:
    """Return the jets with a seeded draw of the training split in the place of validation."""
    rows = drawn_rows(len(jets.train), count, seed)
    part = replace(jets.train, features=jets.train.features[rows], labels=jets.train.labels[rows])
    return replace(jets, validation=part)


def float_accuracy(network: Classifier, jets: Dataset) -> float:
    """Return the fraction of validation jets that the float network has right."""
    floats = (LayerPrecision(),) * len(network.spec.linear_layers)
    (accuracy,) = reported_accuracy(CORRECT, network, [floats], jets, order=[0], seed=0)
    return float(accuracy)


def dead_classes(network: Classifier, jets: Dataset) -> int:
    """Return how many classes have an output that is 0 or less for every validation jet."""
    import torch

    with torch.no_grad():
        logits = network(torch.from_numpy(jets.validation.features))
    return int((logits <= 0).all(dim=0).sum())
