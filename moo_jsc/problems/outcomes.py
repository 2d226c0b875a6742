"""What came of single designs, kept one by one: a sealed record for each."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.sealed import BrokenSeal, read_record, write_record
from moo_jsc.foundation.store import Store, file_lock

log = logging.getLogger(__name__)

SHELF = "functions"


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Values of a design (m,), or none and the reason."""

    values: tuple[float, ...]
    failure: str = ""


@dataclass(frozen=True)
class OutcomeStore:
    """The outcomes of one function.

    Attributes
    ----------
    folder
        A file for each design, named by its flat index.
    key
        SHA-256 over everything that the values depend on.

    Examples
    --------
    >>> import tempfile
    >>> kept = OutcomeStore.of(Store(Path(tempfile.mkdtemp())), "example", "0123456789abcdef")
    >>> kept.write(7, Outcome((0.5, 3.0)))
    >>> kept.read(7), kept.read(8)
    (Outcome(values=(0.5, 3.0), failure=''), None)
    """

    folder: Path
    key: str

    @classmethod
    def of(cls, store: Store, name: str, key: str) -> OutcomeStore:
        """Return the outcomes of a function in a store."""
        return cls(store.path(SHELF, name, key, ending=""), key)

    def path(self, index: int) -> Path:
        """Return the file of a design."""
        return self.folder / f"{index:012d}.json"

    def read(self, index: int) -> Outcome | None:
        """Return the outcome of a design; None where there is none, or a damaged one."""
        try:
            return read_record(self.path(index), Outcome, self._place(index))
        except BrokenSeal as error:
            log.warning("%s; it is made again", error)
            return None

    def write(self, index: int, outcome: Outcome) -> None:
        """Keep an outcome.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        write_record(self.path(index), outcome, self._place(index))

    @contextmanager
    def locked(self, index: int) -> Iterator[None]:
        """Let one process at a time compute a design."""
        with file_lock(self.path(index)):
            yield

    def failed(self) -> Iterator[int]:
        """Yield the flat indices of the designs that have failed."""
        for path in sorted(self.folder.glob("*.json")):
            outcome = self.read(int(path.stem))
            if outcome is not None and outcome.failure:
                yield int(path.stem)

    def _place(self, index: int) -> str:
        return f"{self.key} {index}"


def as_rows(outcomes: list[Outcome], objectives: int) -> NDArray[np.float64]:
    """Return the values (n, objectives) of outcomes, NaN where a design has failed."""
    nothing = (np.nan,) * objectives
    rows = [outcome.values or nothing for outcome in outcomes]
    return np.array(rows, dtype=np.float64).reshape(len(outcomes), objectives)
