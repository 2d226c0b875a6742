"""Pieces of a table on disk: written whole, hashed, verified when read.

A shard is one safetensors file named by its range of flat indices. Its header carries the
SHA-256 of its values and of the place they belong to, so that a damaged, truncated or misplaced
file is recognised.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.code import version_key
from moo_jsc.foundation.files import sha256_of, write_text
from moo_jsc.foundation.sealed import write_sealed
from moo_jsc.foundation.store import Store
from moo_jsc.problems.problem import Problem


def table_key(problem: Problem, *settings: str) -> str:
    """Return a SHA-256 over a problem's fingerprint, the code, package versions and settings.

    The fingerprint covers network weights, data, space and objectives.
    """
    return sha256_of(problem.fingerprint, version_key(), *settings)


@dataclass(frozen=True)
class ShardStore:
    """The shards of one table in a folder.

    Attributes
    ----------
    store, folder
        Where they are.
    key
        SHA-256 over the problem's fingerprint, the code version and the shard size.
    size
        Configurations of the space.
    objectives
        Columns of the values.
    shard_size
        Configurations of a shard; the last one may be smaller.
    """

    store: Store
    folder: Path
    key: str
    size: int
    objectives: int
    shard_size: int

    @classmethod
    def of(cls, problem: Problem, store: Store, shard_size: int) -> ShardStore:
        """Return the store of a problem's table, with a description for people beside it."""
        key = table_key(problem, str(shard_size))
        folder = store.path("tables", problem.name, key, ending="")
        description = {
            "problem": problem.name,
            "fingerprint": problem.fingerprint,
            "code": version_key(),
            "size": problem.space.size,
            "shard_size": shard_size,
            "objectives": [objective.name for objective in problem.objectives],
        }
        if not (folder / "table.json").is_file():
            write_text(folder / "table.json", json.dumps(description, indent=2) + "\n")
        return cls(store, folder, key, problem.space.size, len(problem.objectives), shard_size)

    def ranges(self) -> Iterator[tuple[int, int]]:
        """Yield the range of flat indices of every shard."""
        for start in range(0, self.size, self.shard_size):
            yield start, min(start + self.shard_size, self.size)

    def path(self, start: int, stop: int) -> Path:
        """Return the file of a shard."""
        return self.folder / f"{start:012d}-{stop:012d}.safetensors"

    def write(self, start: int, stop: int, values: NDArray[np.float64]) -> None:
        """Write a shard, whole or not at all."""
        write_sealed(self.path(start, stop), {"values": values}, self._place(start, stop))

    def read(self, start: int, stop: int) -> NDArray[np.float64] | None:
        """Return the verified values (stop - start, m) of a shard.

        None where there is none, or one that is damaged or belongs elsewhere, which is said.
        """
        arrays = self.store.read(self.path(start, stop), self._place(start, stop))
        return None if arrays is None else arrays["values"]

    def _place(self, start: int, stop: int) -> str:
        return f"{self.key} {start} {stop}"
