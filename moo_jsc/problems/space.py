"""Search spaces: named choices, and a flat index for every configuration."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of
from moo_jsc.foundation.notebooks import html_table

if TYPE_CHECKING:
    import pandas

Value = int | float | str | tuple[int, ...]
"""What a choice may take: anything that JSON can hold."""

_FEISTEL_ROUNDS = 6
_MAX_SIZE = 2**62


@dataclass(frozen=True)
class Choice:
    """A name and the values it may take, in order.

    Parameters
    ----------
    name
        Unique in its space.
    values
        At least one, each once.
    rises, falls
        Names of the objectives whose value, as a rule, rises or falls from one value of the
        choice to the next, all else equal. A belief, not a promise: what uses it must survive
        designs that break it.
    unit
        What the values count, ``"bits"`` or ``"channels"``, where that tells how fast the effect
        of one more fades; empty where it does not.

    Raises
    ------
    InputError
        There is no value, or one appears twice; an objective is said to do both.

    Examples
    --------
    >>> weight = Choice("weight", (2, 4, 8), rises=("accuracy",))
    >>> weight.ordered, Choice("format", ("b", "a")).ordered
    (True, False)
    """

    name: str
    values: tuple[Value, ...]
    rises: tuple[str, ...] = ()
    falls: tuple[str, ...] = ()
    unit: str = ""

    def __post_init__(self) -> None:
        if not self.values:
            raise InputError(f"choice {self.name!r}: expected at least one value")
        if len(set(self.values)) != len(self.values):
            raise InputError(f"choice {self.name!r}: expected each value once, got {self.values}")
        for objective in self.rises:
            if objective in self.falls:
                raise InputError(
                    f"choice {self.name!r}: expected {objective!r} to rise or to fall, not both"
                )

    @property
    def ordered(self) -> bool:
        """Whether the values are numbers in increasing order."""
        numbers = [value for value in self.values if isinstance(value, int | float)]
        return len(numbers) == len(self.values) and numbers == sorted(numbers)

    def trend(self, objective: str) -> int:
        """Return 1 if an objective is said to rise with the choice, -1 if to fall, else 0."""
        return int(objective in self.rises) - int(objective in self.falls)


@dataclass(frozen=True)
class SearchSpace:
    """An ordered tuple of choices; a configuration is a row of choice indices, shape (d,).

    Every configuration has a flat mixed-radix index in 0..size - 1 (the last choice varies
    fastest), so that a space of any size below 2^62 can be enumerated or shuffled lazily.

    Parameters
    ----------
    name
        For tables and files.
    choices
        At least one, with different names.

    Raises
    ------
    InputError
        No choice, a repeated name, or 2^62 configurations and more.

    Examples
    --------
    >>> space = SearchSpace("toy", (Choice("data", (4, 8)), Choice("weight", (2, 4, 8))))
    >>> space.size
    6
    >>> space.configurations([0, 5])
    array([[0, 0],
           [1, 2]])
    >>> space.indices([[1, 2]])
    array([5])
    >>> space.named([1, 0])
    {'data': 8, 'weight': 2}
    """

    name: str
    choices: tuple[Choice, ...]

    def __post_init__(self) -> None:
        if not self.choices:
            raise InputError(f"space {self.name!r}: expected at least one choice")
        names = [choice.name for choice in self.choices]
        if len(set(names)) != len(names):
            raise InputError(f"space {self.name!r}: expected each choice name once, got {names}")
        if self.size >= _MAX_SIZE:
            raise InputError(f"space {self.name!r}: {self.size} configurations, expected < 2^62")

    @cached_property
    def radices(self) -> tuple[int, ...]:
        """Number of values of each choice."""
        return tuple(len(choice.values) for choice in self.choices)

    @cached_property
    def size(self) -> int:
        """Number of configurations."""
        return math.prod(self.radices)

    @property
    def dimensions(self) -> int:
        """Number of choices, d."""
        return len(self.choices)

    @cached_property
    def _strides(self) -> NDArray[np.int64]:
        tail = np.cumprod([1, *self.radices[:0:-1]], dtype=np.int64)
        return tail[::-1]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the choices (names and values, in order; not of the space's name)."""
        return sha256_of(json.dumps([[choice.name, choice.values] for choice in self.choices]))

    def configurations(self, indices: ArrayLike) -> NDArray[np.int64]:
        """Return the configurations (n, d) of flat indices (n,)."""
        flat = np.asarray(indices, dtype=np.int64)
        if flat.size and (flat.min() < 0 or flat.max() >= self.size):
            raise InputError(f"space {self.name!r}: expected indices in 0..{self.size - 1}")
        return (flat[:, None] // self._strides) % np.asarray(self.radices, dtype=np.int64)

    def indices(self, configurations: ArrayLike) -> NDArray[np.int64]:
        """Return the flat indices (n,) of configurations (n, d)."""
        return self.validated(configurations) @ self._strides

    def validated(self, configurations: ArrayLike) -> NDArray[np.int64]:
        """Return configurations as an int64 array (n, d) after checking every entry.

        Raises
        ------
        InputError
            Wrong shape, fractional or out-of-range entries.
        """
        given = np.asarray(configurations)
        if given.ndim != 2 or given.shape[1] != self.dimensions:
            raise InputError(
                f"space {self.name!r}: configurations of shape {given.shape}, "
                f"expected (n, {self.dimensions})"
            )
        rows = given.astype(np.int64)
        if not np.array_equal(rows, given):
            raise InputError(f"space {self.name!r}: expected whole choice indices")
        wrong = (rows < 0) | (rows >= np.asarray(self.radices))
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            choice = self.choices[column]
            raise InputError(
                f"space {self.name!r}: choice {choice.name!r} has index {rows[row, column]}, "
                f"expected 0..{len(choice.values) - 1}"
            )
        return rows

    def named(self, configuration: ArrayLike) -> dict[str, Value]:
        """Return one configuration (d,) as a mapping from choice name to value."""
        (row,) = self.validated(np.asarray(configuration)[None])
        return {
            choice.name: choice.values[index]
            for choice, index in zip(self.choices, row, strict=True)
        }

    def configuration(self, values: Mapping[str, Value]) -> NDArray[np.int64]:
        """Return the configuration (d,) of named values; the inverse of `named`.

        Raises
        ------
        InputError
            A name is missing or unknown, or a value is not one of its choice's.
        """
        names = [choice.name for choice in self.choices]
        if set(values) != set(names):
            raise InputError(f"space {self.name!r}: got {sorted(values)}, expected {sorted(names)}")
        row = []
        for choice in self.choices:
            value = values[choice.name]
            value = tuple(value) if isinstance(value, list) else value
            if value not in choice.values:
                raise InputError(f"{choice.name} = {value!r}: expected one of {choice.values}")
            row.append(choice.values.index(value))
        return np.asarray(row, dtype=np.int64)

    def decoded(self, configurations: ArrayLike) -> pandas.DataFrame:
        """Return configurations as a table of values, one column for each choice.

        Parameters
        ----------
        configurations
            Shape (n, d), or (d,) for one. Rounded to whole choice indices, as the real vectors
            that pymoo returns are before they are evaluated.

        Raises
        ------
        InputError
            There is none (pymoo's answer where no design keeps the bounds), the shape is wrong,
            or an index is out of range.

        Examples
        --------
        >>> space = SearchSpace("toy", (Choice("data", (4, 8)), Choice("format", ((8, 4), "x"))))
        >>> space.decoded([[0, 1], [1.2, 0]])
           data  format
        0     4       x
        1     8  (8, 4)
        """
        import pandas

        if configurations is None:
            raise InputError(f"space {self.name!r}: no designs, expected rows of choice indices")
        try:
            given = np.atleast_2d(np.asarray(configurations, dtype=float))
        except (TypeError, ValueError):
            raise InputError(f"space {self.name!r}: expected rows of choice indices") from None
        if not np.isfinite(given).all():
            raise InputError(f"space {self.name!r}: expected whole choice indices")
        rows = self.validated(np.rint(given))
        return pandas.DataFrame(
            {
                choice.name: [choice.values[index] for index in column]
                for choice, column in zip(self.choices, rows.T, strict=True)
            }
        )

    def _repr_html_(self) -> str:
        """Return the choices as a table, for a notebook."""
        rows = [(c.name, ", ".join(map(str, c.values))) for c in self.choices]
        title = f"{self.name}: {self.size} configurations"
        return html_table(title, ("choice", "values"), rows)

    def blocks(self, block_size: int) -> Iterator[NDArray[np.int64]]:
        """Yield flat indices 0..size - 1 in order, at most `block_size` at a time."""
        for start in range(0, self.size, block_size):
            yield np.arange(start, min(start + block_size, self.size), dtype=np.int64)

    def permuted(self, positions: ArrayLike, seed: int) -> NDArray[np.int64]:
        """Return the flat indices at `positions` of a seeded random permutation of the space.

        The permutation is never held in memory: positions (n,) pass through a balanced Feistel
        network on the smallest even number of bits that covers the space, and are walked along
        their cycle until they land inside (Black and Rogaway, "Ciphers with arbitrary finite
        domains", 2002). Takes O(n) time and memory.

        Examples
        --------
        >>> space = SearchSpace("toy", (Choice("a", (1, 2, 3)), Choice("b", (1, 2, 3))))
        >>> sorted(space.permuted(range(9), seed=1).tolist())
        [0, 1, 2, 3, 4, 5, 6, 7, 8]
        """
        given = np.asarray(positions, dtype=np.int64)
        if given.size and (given.min() < 0 or given.max() >= self.size):
            raise InputError(f"space {self.name!r}: expected positions in 0..{self.size - 1}")
        half_bits = max(1, math.ceil(math.ceil(math.log2(max(self.size, 2))) / 2))
        state = np.random.SeedSequence([seed, self.size])
        keys = state.generate_state(_FEISTEL_ROUNDS, dtype=np.uint64).astype(np.uint64)
        values = _feistel(given.astype(np.uint64), keys, half_bits)
        outside = values >= self.size
        while outside.any():
            values[outside] = _feistel(values[outside], keys, half_bits)
            outside = values >= self.size
        return values.astype(np.int64)


def _feistel(
    values: NDArray[np.uint64], keys: NDArray[np.uint64], half_bits: int
) -> NDArray[np.uint64]:
    """Permute 0..4^half_bits - 1; the round function is a SplitMix64 finaliser."""
    shift, mask = np.uint64(half_bits), np.uint64((1 << half_bits) - 1)
    left, right = values >> shift, values & mask
    for key in keys:
        mixed = (right + key) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(30)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(31)
        left, right = right, left ^ (mixed & mask)
    return (left << shift) | right
