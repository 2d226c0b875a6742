"""The file of a benchmark table: a card that says what it holds, and the packed numbers.

Accuracies are kept as counts of correct samples, which is exact; losses in steps of 0.0001 nats;
costs as they are. The card carries a hash over the numbers, and one over itself.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import msgspec
import numpy as np
from numpy.typing import NDArray

from moo_jsc.data import SplitName
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import atomic_path, sha256_of
from moo_jsc.foundation.sealed import BrokenSeal, read_record, write_record
from moo_jsc.problems.space import Choice, SearchSpace, Value

LOSS_STEP = 1e-4
"""Nats between two losses that the file can tell apart."""

_PURPOSE = "card of a benchmark table"
_FORMAT = 1

Scores = NDArray[np.float64]


class ChoiceEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One choice of the space."""

    name: str
    values: tuple[Any, ...]
    rises: tuple[str, ...]
    falls: tuple[str, ...]
    unit: str

    @property
    def choice(self) -> Choice:
        """The choice itself."""
        values: tuple[Value, ...] = tuple(
            tuple(value) if isinstance(value, list) else value for value in self.values
        )
        return Choice(self.name, values, rises=self.rises, falls=self.falls, unit=self.unit)


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a benchmark table holds and where it comes from.

    Attributes
    ----------
    name
        Of the benchmark.
    choices
        Of its space.
    costs
        Names of the objectives that are known beforehand, in the order of their columns.
    splits, samples
        What predictions were scored on, and how many samples each has.
    seeds
        Of the trainings of every design; none where designs were only rounded.
    recipe
        How they were trained.
    screen
        Designs whose first training lay outside these bounds were not trained again; after
        "none:", designs that those just above them excluded by these bounds were not trained.
    trained_on
        Processor and torch of the trainings, on which they repeat to the last bit.
    latency
        On which machine and how latency was measured.
    fingerprints
        Of the problems that the values come from, by training.
    command, versions
        What made the file, with which packages.
    made
        Day, as 2026-11-25.
    sha256
        Over the numbers.
    """

    name: str
    choices: tuple[ChoiceEntry, ...]
    costs: tuple[str, ...]
    splits: tuple[SplitName, ...]
    samples: tuple[int, ...]
    seeds: tuple[int, ...]
    recipe: str
    screen: str
    trained_on: str
    latency: str
    fingerprints: dict[str, str]
    command: str
    versions: dict[str, str]
    made: str
    sha256: str
    format: int = _FORMAT

    @property
    def space(self) -> SearchSpace:
        """The space."""
        return SearchSpace(self.name, tuple(entry.choice for entry in self.choices))


class Numbers(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The numbers of a table, by flat index.

    Attributes
    ----------
    rounded
        Accuracy and loss (nats) of the rounded networks, shape (size, splits, 2).
    fine_tuned
        The same after each training, shape (size, seeds, splits, 2); NaN where there was none.
        None where designs were only rounded.
    costs
        Shape (size, k), natural units.
    """

    rounded: Scores
    fine_tuned: Scores | None
    costs: NDArray[np.float64]


def write_benchmark(folder: Path, card: Card, numbers: Numbers) -> Card:
    """Write ``<name>.npz`` and ``<name>.json``; return the card with the hash of the numbers.

    Raises
    ------
    InputError
        The files cannot be written.
    """
    arrays = {"costs": numbers.costs, **_packed("rounded", numbers.rounded, card.samples)}
    if numbers.fine_tuned is not None:
        arrays |= _packed("fine_tuned", numbers.fine_tuned, card.samples)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **_by_column(arrays))  # type: ignore[arg-type]
    data = buffer.getvalue()
    card = msgspec.structs.replace(card, sha256=sha256_of(data))
    with atomic_path(folder / f"{card.name}.npz") as path:
        path.write_bytes(data)
    write_record(folder / f"{card.name}.json", card, _PURPOSE)
    return card


def read_card(folder: Path, name: str) -> Card:
    """Return the card of a benchmark.

    Raises
    ------
    InputError
        There is none, or it is damaged.
    """
    path = folder / f"{name}.json"
    try:
        card = read_record(path, Card, _PURPOSE)
    except BrokenSeal as error:
        raise InputError(f"{error}; expected the card of a benchmark") from None
    if card is None:
        raise InputError(f"{path}: no such file, expected the card of a benchmark")
    if card.format != _FORMAT:
        raise InputError(f"{path}: format {card.format}, expected {_FORMAT}")
    return card


def read_numbers(folder: Path, card: Card) -> Numbers:
    """Return the numbers of a benchmark after checking their hash.

    Raises
    ------
    InputError
        They are missing, or are not those that the card speaks of.
    """
    path = folder / f"{card.name}.npz"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if sha256_of(data) != card.sha256:
        raise InputError(f"{path}: damaged, its content does not match the hash on its card")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as found:
            columns = {name: found[name] for name in found.files}
    except (ValueError, OSError, BadZipFile) as error:
        raise InputError(f"{path}: expected packed numbers ({error})") from None
    arrays = _joined(columns)
    return Numbers(
        rounded=_unpacked("rounded", arrays, card.samples),
        fine_tuned=_unpacked("fine_tuned", arrays, card.samples) if card.seeds else None,
        costs=arrays["costs"].astype(np.float64),
    )


def _packed(name: str, scores: Scores, samples: tuple[int, ...]) -> dict[str, NDArray[Any]]:
    """Return counts and rounded losses of scores (..., splits, 2).

    The largest count of its type stands for a training that was not made.
    """
    kind = np.uint16 if max(samples) < np.iinfo(np.uint16).max else np.uint32
    missing = ~np.isfinite(scores)
    filled = np.where(missing, 0.0, scores)
    counts = np.rint(filled[..., 0] * np.asarray(samples))
    losses = np.rint(filled[..., 1] / LOSS_STEP)
    return {
        f"{name}_correct": np.where(missing[..., 0], np.iinfo(kind).max, counts).astype(kind),
        f"{name}_loss": losses.astype(np.uint32),
    }


def _unpacked(name: str, arrays: Mapping[str, NDArray[Any]], samples: tuple[int, ...]) -> Scores:
    """Invert `_packed`."""
    correct, losses = arrays[f"{name}_correct"], arrays[f"{name}_loss"]
    scores = np.stack([correct / np.asarray(samples), losses * LOSS_STEP], axis=-1)
    scores[correct == np.iinfo(correct.dtype).max] = np.nan
    return scores


def _by_column(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Split arrays into columns, which pack better; whole numbers take four bytes."""
    columns = {}
    for name, array in arrays.items():
        flat = array.reshape(len(array), -1)
        for place in range(flat.shape[1]):
            column = np.ascontiguousarray(flat[:, place])
            whole = column.astype(np.int32) if np.abs(column).max() < 2**31 else None
            if column.dtype == np.float64 and whole is not None and (whole == column).all():
                column = whole
            columns[f"{name}.{place}." + "x".join(map(str, array.shape[1:]))] = column
    return columns


def _joined(columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Invert `_by_column`, as far as values go."""
    parts: dict[str, dict[int, NDArray[Any]]] = {}
    shapes = {}
    for key, column in columns.items():
        name, place, shape = key.split(".")
        parts.setdefault(name, {})[int(place)] = column
        shapes[name] = tuple(int(part) for part in shape.split("x") if part)
    return {
        name: np.stack([found[place] for place in sorted(found)], axis=1).reshape(-1, *shapes[name])
        for name, found in parts.items()
    }
