"""Designs traced whole, on any workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from moo_jsc.enumeration import Workers
    from moo_jsc.problems.network_problem import NetworkProblem

TOGETHER = 4
"""Designs that a worker gets at once."""


@dataclass(frozen=True)
class _Designs:
    problem: NetworkProblem
    numbers: tuple[int, ...]

    @property
    def fingerprint(self) -> str:
        from moo_jsc.foundation.files import sha256_of

        return sha256_of(self.problem.fingerprint, repr(self.numbers))


def traced_whole(
    problem: NetworkProblem, numbers: Sequence[int] | NDArray[np.int64], crew: Workers
) -> NDArray[np.float64]:
    """Return what the circuits of some designs cost, shape (n, terms).

    Parameters
    ----------
    problem
        In hardware form.
    numbers
        Of the designs, by flat index, n of them.
    crew
        Who traces.

    Raises
    ------
    InputError
        The tracer is not installed, or see `Workers.map`.
    """
    chosen = tuple(int(number) for number in numbers)
    ranges = [
        (start, min(start + TOGETHER, len(chosen))) for start in range(0, len(chosen), TOGETHER)
    ]
    found = crew.map(_traced, _Designs(problem, chosen), ranges, code=("studies.circuits",))
    return np.concatenate(list(found))


def _traced(designs: _Designs, start: int, stop: int) -> NDArray[np.float64]:
    from moo_jsc.hardware.form import dense_forms
    from moo_jsc.hardware.tracing import trace_network

    rows = designs.problem.space.configurations(designs.numbers[start:stop])
    return np.stack([trace_network(dense_forms(*designs.problem.design(row))).row for row in rows])
