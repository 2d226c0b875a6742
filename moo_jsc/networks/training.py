"""Training many networks at the same time, each as if it were alone."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from moo_jsc.errors import InputError
from moo_jsc.files import atomic_path, sha256_of
from moo_jsc.jets import JetSplit
from moo_jsc.networks.classifier import JetClassifier, initialised
from moo_jsc.networks.specification import NetworkSpec
from moo_jsc.networks.stacking import StackedNetworks, Transform

CURVES = ("train_loss", "validation_loss", "validation_accuracy")


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train with Adam.

    Parameters
    ----------
    epochs
        Passes over the training split.
    learning_rate
        At the start.
    batch_size
        In samples; the last batch of an epoch may be smaller.
    decay
        ``"cosine"``: down to 0 along half a cosine, step by step; ``"none"``: constant.

    Raises
    ------
    InputError
        A number is not positive.
    """

    epochs: int = 60
    learning_rate: float = 1e-2
    batch_size: int = 512
    decay: Literal["cosine", "none"] = "cosine"

    def __post_init__(self) -> None:
        for name in ("epochs", "learning_rate", "batch_size"):
            if not getattr(self, name) > 0:
                raise InputError(f"{name} = {getattr(self, name)}: expected a positive number")

    def rate(self, step: int, steps: int) -> float:
        """Return the learning rate of step 0..steps - 1."""
        if self.decay == "none":
            return self.learning_rate
        return self.learning_rate * 0.5 * (1.0 + math.cos(math.pi * step / steps))


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

    networks: tuple[JetClassifier, ...]
    seeds: tuple[int, ...]
    curves: dict[str, NDArray[np.float64]]


def train_ensemble(
    specs: Sequence[NetworkSpec],
    seeds: Sequence[int],
    train: JetSplit,
    validation: JetSplit,
    schedule: Schedule | None = None,
    *,
    start: Sequence[JetClassifier] | None = None,
    transform: Transform | None = None,
    checkpoint: Path | None = None,
    device: str = "cpu",
    progress: bool = True,
) -> TrainedEnsemble:
    """Train networks of one structure, of any widths, as one batched computation.

    Each network has its own seed for its initial weights and for the order of its batches, so it
    comes out as if trained alone, up to the rounding of float32 sums.

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
    transform
        Changes inputs, weights and biases of dense layers before each product (quantisation).
    checkpoint
        A file that is rewritten after every epoch and taken up when it is there; removed at the
        end. A run that resumes equals one that was not interrupted.
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
    members = start or [initialised(spec, seed) for spec, seed in zip(specs, seeds, strict=True)]
    stack = StackedNetworks(members).to(device)
    optimiser = torch.optim.Adam(
        [tensor for tensor in stack.tensors.values() if tensor.requires_grad],
        lr=schedule.learning_rate,
    )
    curves = {name: np.zeros((len(specs), schedule.epochs)) for name in CURVES}
    data = _on(train, device), _on(validation, device)
    identity = _identity(specs, seeds, train, validation, schedule, members)
    done = _resume(checkpoint, identity, stack, optimiser, curves)
    for epoch in tqdm(
        range(done, schedule.epochs),
        initial=done,
        total=schedule.epochs,
        desc=f"training {len(specs)} networks",
        unit="epoch",
        disable=not progress,
    ):
        curves["train_loss"][:, epoch] = _epoch(
            stack, optimiser, data[0], seeds, epoch, schedule, transform
        )
        loss, accuracy = stacked_scores(stack, *data[1], transform)
        curves["validation_loss"][:, epoch] = loss
        curves["validation_accuracy"][:, epoch] = accuracy
        if checkpoint is not None:
            _save(checkpoint, identity, epoch + 1, stack, optimiser, curves)
    if checkpoint is not None:
        checkpoint.unlink(missing_ok=True)
    networks = tuple(stack.network(member) for member in range(len(stack)))
    return TrainedEnsemble(networks, tuple(seeds), curves)


def stacked_scores(
    stack: StackedNetworks,
    features: Tensor,
    labels: Tensor,
    transform: Transform | None = None,
    chunk: int = 2048,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean cross-entropy (nats) and accuracy of each network, each of shape (E,)."""
    stack.eval()
    loss = torch.zeros(len(stack), dtype=torch.float64, device=features.device)
    correct = torch.zeros_like(loss)
    with torch.inference_mode():
        for first in range(0, len(labels), chunk):
            part = features[first : first + chunk].T
            truth = labels[first : first + chunk].expand(len(stack), -1)
            logits = stack(part.expand(len(stack), *part.shape), transform)
            nats = functional.cross_entropy(logits, truth, reduction="none")
            loss += nats.double().sum(dim=1)
            correct += (logits.argmax(dim=1) == truth).sum(dim=1)
    return (loss / len(labels)).cpu().numpy(), (correct / len(labels)).cpu().numpy()


def batch_order(seed: int, epoch: int, samples: int) -> NDArray[np.int64]:
    """Return the order of the samples in one epoch of one network, shape (samples,)."""
    return np.random.default_rng([seed, epoch, samples]).permutation(samples)


def _epoch(
    stack: StackedNetworks,
    optimiser: torch.optim.Optimizer,
    train: tuple[Tensor, Tensor],
    seeds: Sequence[int],
    epoch: int,
    schedule: Schedule,
    transform: Transform | None,
) -> NDArray[np.float64]:
    """Train one epoch and return each network's mean loss over it, shape (E,)."""
    features, labels = train
    samples = len(labels)
    orders = {seed: batch_order(seed, epoch, samples) for seed in set(seeds)}
    order = torch.from_numpy(np.stack([orders[seed] for seed in seeds])).to(features.device)
    batches = math.ceil(samples / schedule.batch_size)
    total = torch.zeros(len(seeds), dtype=torch.float64, device=features.device)
    stack.train()
    for batch in range(batches):
        step = epoch * batches + batch
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate(step, schedule.epochs * batches)
        rows = order[:, batch * schedule.batch_size : (batch + 1) * schedule.batch_size]
        logits = stack(features[rows].transpose(1, 2).contiguous(), transform)
        nats = functional.cross_entropy(logits, labels[rows], reduction="none")
        losses = nats.mean(dim=1)
        optimiser.zero_grad(set_to_none=True)
        losses.sum().backward()
        optimiser.step()
        total += losses.detach().double() * rows.shape[1]
    return (total / samples).cpu().numpy()


def _on(split: JetSplit, device: str) -> tuple[Tensor, Tensor]:
    return (
        torch.from_numpy(split.features).to(device),
        torch.from_numpy(split.labels).to(device),
    )


def _identity(
    specs: Sequence[NetworkSpec],
    seeds: Sequence[int],
    train: JetSplit,
    validation: JetSplit,
    schedule: Schedule,
    members: Sequence[JetClassifier],
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
    stack: StackedNetworks,
    optimiser: torch.optim.Optimizer,
    curves: dict[str, NDArray[np.float64]],
) -> None:
    from safetensors.torch import save_file

    tensors = {f"tensor/{key}": value.detach().cpu() for key, value in stack.tensors.items()}
    for index, state in optimiser.state_dict()["state"].items():
        tensors |= {f"adam/{index}/{key}": value.cpu() for key, value in state.items()}
    tensors |= {f"curve/{key}": torch.from_numpy(value) for key, value in curves.items()}
    with atomic_path(path) as temporary:
        save_file(
            {key: value.contiguous() for key, value in tensors.items()},
            temporary,
            metadata={"identity": identity, "epochs": str(epochs)},
        )


def _resume(
    path: Path | None,
    identity: str,
    stack: StackedNetworks,
    optimiser: torch.optim.Optimizer,
    curves: dict[str, NDArray[np.float64]],
) -> int:
    """Take up a checkpoint; return the number of epochs that are done."""
    if path is None or not path.exists():
        return 0
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as stored:
            metadata = stored.metadata() or {}
            tensors = {key: stored.get_tensor(key) for key in stored.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise InputError(f"{path}: damaged checkpoint ({error}), delete it to start anew") from None
    if metadata.get("identity") != identity:
        raise InputError(f"{path}: checkpoint of another training, delete it to start anew")
    with torch.no_grad():
        for key, tensor in stack.tensors.items():
            tensor.copy_(tensors[f"tensor/{key}"])
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        kind, _, rest = key.partition("/")
        if kind == "adam":
            index, name = rest.split("/")
            state.setdefault(int(index), {})[name] = tensor
        elif kind == "curve":
            curves[rest][:] = tensor.numpy()
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
    return int(metadata["epochs"])
