"""Weights on disk: shipped ones by name, any network's by path; hashes are checked on reading."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import torch
from numpy.typing import NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import atomic_path, sha256_of_file
from moo_jsc.foundation.sealed import BrokenSeal, read_sealed, write_sealed
from moo_jsc.networks.classifier import Classifier
from moo_jsc.networks.family import NETWORKS, WIDENINGS, network_spec, widened
from moo_jsc.networks.specification import NetworkSpec

if TYPE_CHECKING:
    from torch import Tensor

_PURPOSE = "networks"

WEIGHTS = Path(__file__).parent / "weights"
MANIFEST = "manifest.json"


def widened_stem(name: str) -> str:
    """Return the name of the file that holds the trained widened forms of a network.

    Examples
    --------
    >>> widened_stem("jsc-two-hidden")
    'jsc-two-hidden-widened'
    """
    return f"{name}-widened"


class WeightFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the manifest says of one shipped file.

    Attributes
    ----------
    sha256
        Of the file.
    networks, seeds
        Names of the networks in it, and their training seeds.
    schedule
        Epochs, learning rate, batch size and decay of the training.
    jets
        Fingerprint of the data it was trained on.
    command
        What reproduces it.
    """

    sha256: str
    networks: tuple[str, ...]
    seeds: tuple[int, ...]
    schedule: dict[str, float | int | str]
    jets: str
    command: str


def load_network(name: str, *, final_relu: bool = False) -> Classifier:
    """Return a shipped network of the family, in evaluation mode.

    Raises
    ------
    InputError
        The name is unknown, no weights are shipped for it, or the file is damaged.

    Examples
    --------
    >>> load_network("jsc-tiny").spec.parameters
    117
    """
    spec = network_spec(name, final_relu=final_relu)
    return _network(spec, _shipped(spec.name), prefix="")


def load_widened(name: str, multipliers: tuple[int, ...], *, seed: int = 0) -> Classifier:
    """Return a shipped network with channel multipliers, in evaluation mode.

    Parameters
    ----------
    name
        A network whose widened forms are shipped (`moo_jsc.networks.family.WIDENINGS`).
    multipliers
        One of those listed there for each of the two hidden layers.
    seed
        Which of the shipped trainings (`shipped_seeds`).

    Raises
    ------
    InputError
        No weights are shipped for these settings, or the file is damaged.

    Examples
    --------
    >>> load_widened("jsc-three-linear", (2, 4)).spec.parameters
    3013
    """
    spec = widened(network_spec(name), multipliers)
    if name not in WIDENINGS:
        raise InputError(
            f"{spec.name}: no weights are shipped, expected widened {', '.join(WIDENINGS)}"
        )
    tensors = _shipped(widened_stem(name))
    prefix = f"{spec.name}/{seed}/"
    if not any(key.startswith(prefix) for key in tensors):
        raise InputError(
            f"{spec.name} with training seed {seed}: no weights are shipped, expected multipliers "
            f"in {list(WIDENINGS[name])} and a seed in {list(shipped_seeds(name))}"
        )
    return _network(spec, tensors, prefix)


def shipped_seeds(name: str = "jsc-three-linear") -> tuple[int, ...]:
    """Return the training seeds of a network's shipped widened forms."""
    return tuple(sorted(set(_manifest()[widened_stem(name)].seeds)))


def read_network(path: Path | str, spec: NetworkSpec) -> Classifier:
    """Read a network's weights from a safetensors file that `save_network` wrote.

    Raises
    ------
    InputError
        The file is missing, damaged, not sealed by `save_network`, or holds another network.
    """
    try:
        arrays = read_sealed(Path(path), _PURPOSE)
    except BrokenSeal as error:
        raise InputError(f"{error}; expected a file that save_network wrote") from None
    if arrays is None:
        raise InputError(f"{path}: no such file, expected one that save_network wrote")
    return network_of(spec, arrays, source=str(path))


def network_of(
    spec: NetworkSpec, arrays: Mapping[str, NDArray[Any]], *, prefix: str = "", source: str
) -> Classifier:
    """Return the network whose arrays (`network_arrays`) carry a prefix, in evaluation mode.

    Raises
    ------
    InputError
        They are those of another network; the message begins with `source`.
    """
    tensors = {key: torch.from_numpy(array.copy()) for key, array in arrays.items()}
    return _network(spec, tensors, prefix, source)


def network_arrays(networks: Mapping[str, Classifier]) -> dict[str, NDArray[Any]]:
    """Return weights and statistics of several networks, each name under its prefix."""
    return {
        prefix + key: tensor.detach().cpu().numpy()
        for prefix, network in networks.items()
        for key, tensor in network.state_dict().items()
    }


def save_network(path: Path | str, network: Classifier) -> None:
    """Write a network's weights and statistics as safetensors, whole or not at all."""
    save_networks(path, {"": network})


def save_networks(path: Path | str, networks: Mapping[str, Classifier]) -> None:
    """Write several networks into one sealed file, each under its prefix."""
    write_sealed(Path(path), network_arrays(networks), _PURPOSE)


def write_manifest(folder: Path, entries: Mapping[str, WeightFile]) -> None:
    """Write the manifest of a folder of weights."""
    with atomic_path(folder / MANIFEST) as temporary:
        encoded = msgspec.json.encode(dict(sorted(entries.items())))
        temporary.write_bytes(msgspec.json.format(encoded) + b"\n")


def read_manifest(folder: Path = WEIGHTS) -> dict[str, WeightFile]:
    """Read the manifest of a folder of weights: file stem -> what it holds.

    Raises
    ------
    InputError
        It is missing or damaged.
    """
    path = folder / MANIFEST
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, WeightFile])
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except msgspec.DecodeError as error:
        raise InputError(f"{path}: expected a manifest of weights ({error})") from None


@lru_cache(maxsize=1)
def _manifest() -> dict[str, WeightFile]:
    return read_manifest()


@lru_cache(maxsize=16)
def _shipped(stem: str) -> dict[str, Tensor]:
    """Read a shipped file after checking its hash."""
    entries = _manifest()
    if stem not in entries:
        names = [name for name in NETWORKS if name in entries]
        raise InputError(f"network {stem!r}: no weights are shipped, expected {', '.join(names)}")
    path = WEIGHTS / f"{stem}.safetensors"
    return verified(path, entries[stem].sha256)


def verified(path: Path, sha256: str) -> dict[str, Tensor]:
    """Read the tensors of a file whose hash must be `sha256`.

    Raises
    ------
    InputError
        The file is missing or not what it should be.
    """
    if not path.exists():
        raise InputError(f"{path}: missing, expected shipped weights; install the package again")
    found = sha256_of_file(path)
    if found != sha256:
        raise InputError(
            f"{path}: damaged (sha256 {found[:12]}..., expected {sha256[:12]}...); "
            "install the package again"
        )
    return _tensors(path)


def _tensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return dict(load_file(path))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file, expected safetensors") from None
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path}: not readable as safetensors ({error})") from None


def _network(
    spec: NetworkSpec, tensors: Mapping[str, Tensor], prefix: str, source: str | None = None
) -> Classifier:
    network = Classifier(spec)
    state = {
        key.removeprefix(prefix): tensor
        for key, tensor in tensors.items()
        if key.startswith(prefix)
    }
    try:
        network.load_state_dict(state)
    except RuntimeError:
        raise InputError(f"{source or spec.name}: holds another network than {spec.name}") from None
    for name, tensor in network.state_dict().items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise InputError(f"{source or spec.name}: {name} holds a value that is not finite")
    return network.eval()
