"""Training many networks at the same time, each as if it were alone."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from moo_jsc.data import Split
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of
from moo_jsc.foundation.sealed import BrokenSeal, OtherPurpose, read_sealed, write_sealed
from moo_jsc.foundation.threads import one_thread
from moo_jsc.networks.classifier import Classifier, initialized
from moo_jsc.networks.group_training import GroupTraining, Samples, Schedule, batch_order
from moo_jsc.networks.grouping import grouped
from moo_jsc.networks.specification import NetworkSpec

__all__ = [
    "CURVES",
    "REPORTS",
    "Schedule",
    "TrainedEnsemble",
    "batch_order",
    "train_ensemble",
]

log = logging.getLogger(__name__)

CURVES = ("train_loss", "validation_loss", "validation_accuracy")

REPORTS = Schedule(epochs=10, learning_rate=1e-3, decay="none")
"""As in the reports' channel multiplier search."""


@dataclass(frozen=True)
class TrainedEnsemble:
    """Networks trained together.

    Attributes
    ----------
    networks
        In evaluation mode.
    seeds
        Of each.
    curves
        ``train_loss``, ``validation_loss`` (nats) and ``validation_accuracy``, each of shape
        (networks, epochs).
    """

    networks: tuple[Classifier, ...]
    seeds: tuple[int, ...]
    curves: dict[str, NDArray[np.float64]]


def train_ensemble(
    specs: Sequence[NetworkSpec],
    seeds: Sequence[int],
    train: Split,
    validation: Split,
    schedule: Schedule | None = None,
    *,
    start: Sequence[Classifier] | None = None,
    checkpoint: Path | None = None,
    device: str = "cpu",
    progress: bool = True,
) -> TrainedEnsemble:
    """Train networks as batched computations, many at a time.

    Each network has its own seed for its initial weights and for the order of its batches, so it
    comes out as if trained alone, up to the rounding of float32 sums. On a CPU, networks are
    stacked in groups of similar widths (`moo_jsc.networks.grouping`), and the groups share
    torch's threads, one each; the result does not depend on the number of threads. On a GPU
    all networks are one stack in the order given, and must agree in structure.

    Parameters
    ----------
    specs, seeds
        One of each for every network.
    train, validation
        Standardised features and labels.
    schedule
        `Schedule` by default.
    start
        Initial networks; freshly initialised from their seeds by default.
    checkpoint
        A sealed file that is rewritten after every epoch and taken up when it is there; removed
        at the end. A run that resumes equals one that was not interrupted. A damaged checkpoint
        is named in a warning, and the training starts anew.
    device
        ``"cpu"`` or ``"cuda"``.
    progress
        Show epochs, and the time left, on standard error.

    Raises
    ------
    InputError
        Different numbers of networks and seeds; structures that differ; a checkpoint of another
        training.
    """
    from tqdm import tqdm

    schedule = schedule or Schedule()
    if len(specs) != len(seeds):
        raise InputError(f"{len(seeds)} seeds for {len(specs)} networks: expected one for each")
    members = start or [initialized(spec, seed) for spec, seed in zip(specs, seeds, strict=True)]
    groups = grouped(specs) if device == "cpu" else (_all(specs),)
    trainings = [
        GroupTraining(
            [members[member] for member in group],
            [seeds[member] for member in group],
            schedule,
            device,
        )
        for group in groups
    ]
    curves = {name: np.zeros((len(specs), schedule.epochs)) for name in CURVES}
    data = Samples.of(train, device), Samples.of(validation, device)
    identity = _identity(specs, seeds, train, validation, schedule, members)
    done = _resume(checkpoint, identity, trainings, curves)

    def advance(group: int, epoch: int) -> None:
        rows = list(groups[group])
        curves["train_loss"][rows, epoch] = trainings[group].epoch(epoch, data[0])
        loss, accuracy = trainings[group].scores(data[1])
        curves["validation_loss"][rows, epoch] = loss
        curves["validation_accuracy"][rows, epoch] = accuracy

    epochs = tqdm(
        range(done, schedule.epochs),
        initial=done,
        total=schedule.epochs,
        desc=f"training {len(specs)} networks",
        unit="epoch",
        disable=None if progress else True,
    )
    with _workers(len(groups)) as pool:
        for epoch in epochs:
            list(pool.map(advance, range(len(groups)), [epoch] * len(groups)))
            if checkpoint is not None:
                _save(checkpoint, identity, epoch + 1, trainings, curves)
    if checkpoint is not None:
        checkpoint.unlink(missing_ok=True)
    networks = {
        member: training.stack.network(place)
        for group, training in zip(groups, trainings, strict=True)
        for place, member in enumerate(group)
    }
    return TrainedEnsemble(
        tuple(networks[member] for member in range(len(specs))), tuple(seeds), curves
    )


@contextmanager
def _workers(groups: int) -> Iterator[ThreadPoolExecutor]:
    """Give as many workers as torch has threads, each with one thread of torch.

    Products of this size gain nothing from several threads, and on one thread they come out the
    same however many there are.
    """
    threads = torch.get_num_threads()
    with one_thread(), ThreadPoolExecutor(min(threads, groups)) as pool:
        yield pool


def _all(specs: Sequence[NetworkSpec]) -> tuple[int, ...]:
    return tuple(range(len(specs)))


def _identity(
    specs: Sequence[NetworkSpec],
    seeds: Sequence[int],
    train: Split,
    validation: Split,
    schedule: Schedule,
    members: Sequence[Classifier],
) -> str:
    weights = [
        tensor.numpy().tobytes() for network in members for tensor in network.state_dict().values()
    ]
    data = [
        part.tobytes() for split in (train, validation) for part in (split.features, split.labels)
    ]
    shapes = json.dumps([repr(spec.layers) for spec in specs])
    return sha256_of(shapes, json.dumps(list(seeds)), json.dumps(asdict(schedule)), *weights, *data)


def _save(
    path: Path,
    identity: str,
    epochs: int,
    trainings: Sequence[GroupTraining],
    curves: dict[str, NDArray[np.float64]],
) -> None:
    arrays: dict[str, NDArray[Any]] = {"epochs": np.array(epochs)}
    arrays |= {f"curve/{key}": value for key, value in curves.items()}
    for group, training in enumerate(trainings):
        arrays |= {f"{group}/{key}": value.numpy() for key, value in training.state().items()}
    write_sealed(path, arrays, identity)


def _resume(
    path: Path | None,
    identity: str,
    trainings: Sequence[GroupTraining],
    curves: dict[str, NDArray[np.float64]],
) -> int:
    """Take up a checkpoint; return the number of epochs that are done."""
    if path is None:
        return 0
    try:
        arrays = read_sealed(path, identity)
    except OtherPurpose:
        raise InputError(
            f"{path}: checkpoint of another training, delete it to start anew"
        ) from None
    except BrokenSeal as error:
        log.warning("%s; the training starts anew", error)
        return 0
    if arrays is None:
        return 0
    epochs = int(arrays.pop("epochs"))
    for name, curve in curves.items():
        curve[:] = arrays.pop(f"curve/{name}")
    states: dict[int, dict[str, Tensor]] = {}
    for key, array in arrays.items():
        group, _, name = key.partition("/")
        states.setdefault(int(group), {})[name] = torch.from_numpy(array.copy())
    for group_number, state in states.items():
        trainings[group_number].load_state(state)
    return epochs
