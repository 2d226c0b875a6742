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


def fine_tuned(
    spaces: Sequence[str], seeds: int, settings: FineTuning, jets: Dataset, *, workers: int
) -> list[Outcome]:
    """Fine-tune every configuration of some spaces with every seed, in several processes.

    Each space and seed is kept in the store when it is done, so that an interrupted study goes
    on from there.
    """
    from joblib import delayed
    from tqdm import tqdm

    from moo_jsc.foundation.processes import processes
    from moo_jsc.foundation.store import Store

    jobs = [(name, seed) for name in spaces for seed in range(seeds)]
    running = processes(workers, return_as="generator", max_nbytes=None)(
        delayed(kept_outcome)(Store.at(), name, seed, settings, jets) for name, seed in jobs
    )
    return list(tqdm(running, total=len(jobs), desc="fine-tuning", unit="seed"))


def kept_outcome(
    store: Store, space: str, seed: int, settings: FineTuning, jets: Dataset
) -> Outcome:
    """Return an outcome from the store; make and keep it where it is not there."""
    from moo_jsc.foundation.code import code_hash, version_key
    from moo_jsc.foundation.files import sha256_of
    from moo_jsc.networks.weights import network_arrays

    network, choices = base(space, seed)
    key = sha256_of(
        *(space, str(seed), repr(settings), repr(choices), jets.fingerprint),
        *(array.tobytes() for array in network_arrays({"": network}).values()),
        *(version_key(), code_hash(__name__)),
    )
    arrays = store.made(
        "fine-tuning", f"{space}-{seed}", key, lambda: _arrays(outcome(space, seed, settings, jets))
    )
    labels = tuple(arrays.pop("labels").tobytes().decode().split("\n"))
    return Outcome(space, seed, labels=labels, **arrays)


def _arrays(found: Outcome) -> dict[str, NDArray[Any]]:
    import numpy as np

    arrays = {name: getattr(found, name) for name in _ARRAYS}
    return {**arrays, "labels": np.frombuffer("\n".join(found.labels).encode(), dtype=np.uint8)}
