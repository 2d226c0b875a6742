"""Fine-tuning every configuration of a space with one seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from moo_jsc.data import Dataset
    from moo_jsc.evaluation.fine_tuning import FineTuning
    from moo_jsc.foundation.store import Store
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.problems.precision import PrecisionSpace

_SHELF = "fine-tuning"
_ARRAYS = ("data", "weight", "before", "after", "unquantized", "continued")


@dataclass(frozen=True, eq=False)
class Outcome:
    """One space and one seed.

    Attributes
    ----------
    space, seed
        Which.
    data, weight
        Narrowest data and weight width of each configuration, bits, (n,).
    labels
        Each configuration's formats as text.
    before, after
        Whether each test jet is classified correctly, quantised after training and fine-tuned,
        (n, jets) of bool.
    unquantized, continued
        The same of the float network, as it is and fine-tuned in float32, (jets,).
    """

    space: str
    seed: int
    data: NDArray[np.int64]
    weight: NDArray[np.int64]
    labels: tuple[str, ...]
    before: NDArray[np.bool_]
    after: NDArray[np.bool_]
    unquantized: NDArray[np.bool_]
    continued: NDArray[np.bool_]


def base(space: str, seed: int) -> tuple[Classifier, PrecisionSpace]:
    """Return the trained network of one repetition and the formats to choose from."""
    from moo_jsc.networks.weights import load_network, load_widened
    from moo_jsc.problems.precision import PRECISION_SPACES, PrecisionSpace, widths

    if space == "lab3-types":
        return load_network("jsc-tiny"), PRECISION_SPACES["lab3-types"]
    network = load_widened("jsc-three-linear", (1, 1), seed=seed)
    return network, PrecisionSpace(widths(2, 4), widths(2, 3, 4), per_layer=True)


def outcome(space: str, seed: int, settings: FineTuning, jets: Dataset) -> Outcome:
    """Fine-tune every configuration of a space with one seed."""
    from dataclasses import replace

    import numpy as np
    import torch

    from moo_jsc.evaluation.fine_tuning import fine_tune
    from moo_jsc.foundation.threads import one_thread
    from moo_jsc.networks.classifier import predict
    from moo_jsc.quantization.calibration import Calibration
    from moo_jsc.quantization.formats import LayerPrecision, NetworkPrecision
    from moo_jsc.quantization.network import QuantizedNetwork

    network, choices = base(space, seed)
    layers = len(network.spec.linear_layers)
    points = choices.search_space(space, network.spec)
    calibration = Calibration(network, jets.train.features)
    rows = points.configurations(np.arange(points.size))
    opened = [choices.precision(row, layers) for row in rows]
    precisions = [calibration.resolve(precision) for precision in opened]
    unquantized = (LayerPrecision(),) * layers
    features = torch.from_numpy(jets.test.features)

    def correct(member: Classifier, precision: NetworkPrecision) -> NDArray[np.bool_]:
        with one_thread():
            found = predict(QuantizedNetwork(member, precision)(features))
        return np.asarray(found.numpy() == jets.test.labels)

    asked = [*opened, unquantized]
    recipe = replace(settings, seed=seed)
    tuned = fine_tune(network, asked, jets.train, recipe, calibration=calibration)
    *after, continued = [correct(*member) for member in tuned]
    return Outcome(
        space,
        seed,
        data=np.array([min(layer.data_width for layer in p) for p in precisions]),
        weight=np.array([min(layer.weight_width for layer in p) for p in precisions]),
        labels=tuple(" ".join(f"{k}={v}" for k, v in points.named(row).items()) for row in rows),
        before=np.array([correct(network, precision) for precision in precisions]),
        after=np.array(after),
        unquantized=correct(network, unquantized),
        continued=continued,
    )


@dataclass(frozen=True, eq=False)
class Job:
    """One space and one seed, to be fine-tuned on some jets."""

    space: str
    seed: int
    settings: FineTuning
    jets: Dataset

    @property
    def name(self) -> str:
        """Of its file in the store."""
        return f"{self.space}-{self.seed}"

    @property
    def key(self) -> str:
        """Hash of all that the outcome depends on."""
        from moo_jsc.foundation.code import code_hash, version_key
        from moo_jsc.foundation.files import sha256_of
        from moo_jsc.networks.weights import network_arrays

        network, choices = base(self.space, self.seed)
        return sha256_of(
            *(self.space, str(self.seed), repr(self.settings), repr(choices)),
            self.jets.fingerprint,
            *(array.tobytes() for array in network_arrays({"": network}).values()),
            *(version_key(), code_hash(__name__)),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Fine-tune, and return the outcome as the store keeps it."""
        import numpy as np

        found = outcome(self.space, self.seed, self.settings, self.jets)
        arrays = {name: getattr(found, name) for name in _ARRAYS}
        return {**arrays, "labels": np.frombuffer("\n".join(found.labels).encode(), np.uint8)}

    def kept(self, store: Store, made: dict[str, NDArray[Any]] | None = None) -> Outcome:
        """Return the outcome from the store; keep it, made here or elsewhere, if it is new."""
        arrays = store.made(_SHELF, self.name, self.key, lambda: made or self.arrays())
        labels = tuple(arrays.pop("labels").tobytes().decode().split("\n"))
        return Outcome(self.space, self.seed, labels=labels, **arrays)


def fine_tuned(
    spaces: Sequence[str],
    seeds: int,
    settings: FineTuning,
    jets: Dataset,
    *,
    workers: int,
    scheduler: str | None = None,
) -> list[Outcome]:
    """Fine-tune every configuration of some spaces with every seed, in several processes.

    Each space and seed is kept in the store when it is done, so that an interrupted study goes
    on from there.

    Parameters
    ----------
    spaces, seeds, settings, jets
        What is fine-tuned.
    workers
        Processes of this machine.
    scheduler
        Address of a running Dask scheduler whose workers do it instead.
    """
    from joblib import delayed
    from tqdm import tqdm

    from moo_jsc.foundation.processes import processes
    from moo_jsc.foundation.store import Store

    store = Store.at()
    jobs = [Job(name, seed, settings, jets) for name in spaces for seed in range(seeds)]
    if scheduler is not None:
        _on_cluster(scheduler, store, jobs)
        workers = 1
    running = processes(workers, return_as="generator", max_nbytes=None)(
        delayed(job.kept)(store) for job in jobs
    )
    return list(tqdm(running, total=len(jobs), desc="fine-tuning", unit="seed", disable=None))


def _on_cluster(scheduler: str, store: Store, jobs: Sequence[Job]) -> None:
    """Have a cluster make what is not in the store, and keep each outcome as it arrives."""
    from tqdm import tqdm

    from moo_jsc.enumeration.cluster import map_on_cluster

    left = [
        job for job in jobs if store.read(store.path(_SHELF, job.name, job.key), job.key) is None
    ]
    if not left:
        return
    arriving = map_on_cluster(
        _made,
        left,
        [(place, place + 1) for place in range(len(left))],
        scheduler=scheduler,
        count=1,
        code=("studies.fine_tuning",),
        ordered=False,
    )
    shown = tqdm(arriving, total=len(left), desc="fine-tuning", unit="seed", disable=None)
    for (place, _), made in shown:
        left[place].kept(store, made)


def _made(jobs: Sequence[Job], start: int, stop: int) -> dict[str, NDArray[Any]]:
    (job,) = jobs[start:stop]
    return job.arrays()
