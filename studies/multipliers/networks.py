"""The networks of the grid: trained, shipped or anew, and scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analysis.statistics.network_accuracies import Grid
    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.networks.specification import NetworkSpec
    from moo_jsc.networks.training import TrainedEnsemble

NETWORK = "jsc-three-linear"


@dataclass(frozen=True)
class Training:
    """Where the networks of the grid come from.

    Attributes
    ----------
    anew
        Trained by the reports' schedule; else the shipped weights.
    seeds
        Trainings of each network.
    epochs, device
        Of a new training.
    scheduler
        Address of a running Dask scheduler whose workers train anew, instead of this machine.
    """

    anew: bool
    seeds: int
    epochs: int = 10
    device: str = "cpu"
    scheduler: str | None = None


Networks = dict[tuple[int, ...], list["Classifier"]]
"""Networks by their multipliers, one for each seed."""


def trained_networks(
    choices: Sequence[int], training: Training, jets: Dataset, folder: Path
) -> Networks:
    """Return the trained networks of a grid of multipliers.

    Parameters
    ----------
    choices
        Multipliers of each hidden dense layer, in ascending order.
    training
        Where they come from.
    jets
        The data of a new training.
    folder
        Keeps the checkpoints of a new training, so that an interrupted one goes on.

    Raises
    ------
    InputError
        No weights are shipped for a multiplier or a seed.
    """
    from moo_jsc.networks.family import network_spec, widened_family
    from moo_jsc.networks.weights import load_widened

    family = widened_family(network_spec(NETWORK), choices)
    seeds = range(training.seeds)
    if not training.anew:
        return {
            multipliers: [load_widened(NETWORK, multipliers, seed=seed) for seed in seeds]
            for multipliers in family
        }
    found: Networks = {multipliers: [] for multipliers in family}
    for seed in seeds:
        ensemble = _trained(list(family.values()), seed, training, jets, folder)
        for multipliers, network in zip(family, ensemble.networks, strict=True):
            found[multipliers].append(network)
    return found


def _trained(
    specs: list[NetworkSpec], seed: int, training: Training, jets: Dataset, folder: Path
) -> TrainedEnsemble:
    """Train all networks with one seed."""
    from dataclasses import replace

    from moo_jsc.enumeration.training import train_on_workers
    from moo_jsc.enumeration.workers import Workers
    from moo_jsc.foundation.threads import one_thread
    from moo_jsc.networks.training import REPORTS, train_ensemble

    what = (
        specs,
        [seed] * len(specs),
        jets.train,
        jets.validation,
        replace(REPORTS, epochs=training.epochs),
    )
    if training.scheduler is not None:
        return train_on_workers(*what, Workers(scheduler=training.scheduler))
    with one_thread():
        return train_ensemble(
            *what, checkpoint=folder / f".training-{seed}.checkpoint", device=training.device
        )


def existing_shapes(choices: Sequence[int]) -> str:
    """Say how many independent multipliers of inputs and outputs make a network."""
    from moo_jsc.networks.family import count_independent_shapes, network_spec

    shapes = count_independent_shapes(network_spec(NETWORK), choices)
    return f"With independent multipliers for inputs and outputs {shapes.explanation}."


def scored_grid(networks: Networks, jets: Dataset) -> Grid:
    """Evaluate every network in float32 on the validation and test splits."""
    import numpy as np
    import torch

    from analysis.statistics.network_accuracies import Grid
    from moo_jsc.networks.classifier import predict
    from moo_jsc.objectives import get_objectives
    from moo_jsc.objectives.objective import CostObjective
    from moo_jsc.quantization.formats import LayerPrecision

    def correct(network: Classifier, split: Literal["validation", "test"]) -> NDArray[np.bool_]:
        part = getattr(jets, split)
        with torch.inference_mode():
            found = predict(network(torch.from_numpy(part.features)))
        return np.asarray(found.numpy() == part.labels)

    specs = [members[0].spec for members in networks.values()]
    unquantized = [(LayerPrecision(),) * len(spec.linear_layers) for spec in specs]
    costs = {}
    for objective in get_objectives(("flops", "size")):
        assert isinstance(objective, CostObjective)
        costs[objective.name] = np.array(
            [objective.cost(*pair) for pair in zip(specs, unquantized, strict=True)]
        )
    by_seed = list(zip(*networks.values(), strict=True))
    return Grid(
        multipliers=tuple(networks),
        parameters=np.array([spec.parameters for spec in specs]),
        flops=costs["flops"],
        size=costs["size"],
        validation=np.array(
            [[correct(network, "validation").mean() for network in row] for row in by_seed]
        ),
        correct=np.array([[correct(network, "test") for network in row] for row in by_seed]),
    )
