"""Networks trained together once and kept in the store."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from moo_jsc.data import Dataset
from moo_jsc.foundation.code import code_hash, package_versions
from moo_jsc.foundation.files import sha256_of
from moo_jsc.foundation.store import Store
from moo_jsc.networks.classifier import Classifier
from moo_jsc.networks.group_training import Schedule, batch_starts
from moo_jsc.networks.specification import NetworkSpec
from moo_jsc.networks.training import TrainedEnsemble, train_ensemble
from moo_jsc.networks.weights import network_arrays, network_of

Trainer = Callable[..., TrainedEnsemble]
"""Trains as the first five arguments of `train_ensemble` say, elsewhere."""

LEAST_BATCH, MOST_BATCH = 32, 512

_STEPS = 20
"""Batches of an epoch, as far as the batch sizes above allow."""

LEAST_EPOCHS, LEAST_UPDATES = 60, 1200
"""Of any training: small tables are shown more often."""


def schedule_for(rows: int) -> Schedule:
    """Return a schedule for a table of any size: small ones in small batches, more often.

    Parameters
    ----------
    rows
        Of the training split.

    Examples
    --------
    >>> [(found.batch_size, found.epochs) for found in map(schedule_for, (100, 1078, 60_000))]
    [(32, 300), (32, 60), (512, 60)]
    """
    batch = LEAST_BATCH
    while batch * 2 <= min(rows // _STEPS, MOST_BATCH):
        batch *= 2
    updates = len(batch_starts(rows, batch))
    return Schedule(batch_size=batch, epochs=max(LEAST_EPOCHS, -(-LEAST_UPDATES // updates)))


def kept_ensemble(
    specs: Sequence[NetworkSpec],
    data: Dataset,
    schedule: Schedule | None = None,
    *,
    seed: int = 0,
    cache_dir: Path | str | None = None,
    device: str = "cpu",
    progress: bool = False,
    trainer: Trainer | None = None,
) -> list[Classifier]:
    """Return trained networks, from the store where they are there.

    Parameters
    ----------
    specs
        Networks that take the data's features.
    data
        Trained on its training split.
    schedule
        `schedule_for` the data by default.
    seed
        Of every network's weights and batches.
    cache_dir
        Folder of the store, by default the user's.
    device
        Where to train.
    progress
        Show epochs, and the time left, on standard error.
    trainer
        Who trains, with the same outcome; by default this process, which goes on from its last
        checkpoint after an interruption.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from moo_jsc.data import load_dataset
    >>> from moo_jsc.networks.specification import Linear
    >>> rng = np.random.default_rng(0)
    >>> data = load_dataset({"x": rng.normal(size=(50, 3)), "y": np.arange(50) % 2}, label="y")
    >>> spec = NetworkSpec("line", (Linear(3, 2),))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (network,) = kept_ensemble([spec], data, Schedule(epochs=1), cache_dir=folder)
    >>> network.spec.name
    'line'
    """
    schedule = schedule or schedule_for(len(data.train))
    key = sha256_of(
        json.dumps([repr(spec.layers) for spec in specs]),
        json.dumps(asdict(schedule)),
        json.dumps([seed, device]),
        data.fingerprint,
        code_hash("moo_jsc.networks"),
        json.dumps(package_versions(["torch"])),
    )
    store = Store.at(cache_dir)
    shelf = "networks", f"{specs[0].name}-{len(specs)}", key

    def train() -> dict[str, NDArray[Any]]:
        what = specs, [seed] * len(specs), data.train, data.validation, schedule
        trained = (
            trainer(*what)
            if trainer is not None
            else train_ensemble(
                *what,
                checkpoint=store.path(*shelf, ".checkpoint"),
                device=device,
                progress=progress,
            )
        )
        return network_arrays({f"{k}/": net for k, net in enumerate(trained.networks)})

    path = store.path(*shelf)
    with store.locked(path):
        arrays = store.made(*shelf, train)
    return [
        network_of(spec, arrays, prefix=f"{place}/", source=str(path))
        for place, spec in enumerate(specs)
    ]
