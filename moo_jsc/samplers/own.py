"""Samplers from functions: optimizers of other packages in a few lines."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moo_jsc.foundation.functions import function_hash
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import SearchSpace
from moo_jsc.samplers.registry import register
from moo_jsc.samplers.sampler import Evaluate, Sampler
from moo_jsc.samplers.scalarized import RandomWeights, ScalarizedSampler, Weighting


class Optimizer(Protocol):
    """What proposes one point at a time and is told what it costs."""

    def ask(self) -> Any:
        """Return a point: d numbers, or an object with them in ``value``."""

    def tell(self, point: Any, loss: Any, /) -> Any:
        """Take what `ask` returned and its loss, all objectives minimized: m numbers, or one."""


Start = Callable[[NDArray[np.float64], int, int], Optimizer]
"""Upper limits of the choices' indices (d,), seed, budget -> a fresh optimizer."""

Loss = Callable[[ArrayLike], float]
Minimize = Callable[[Loss, NDArray[np.float64], int, int], object]
"""Loss of d numbers, their upper limits (d,), seed, budget -> whatever, when it is done."""


@dataclass(frozen=True, repr=False)
class FunctionSampler(Sampler):
    """A sampler around a function; points are numbers from 0 to `upper`, rounded to indices.

    Choices of a single value are left out of the points.
    """

    name: str
    function: Callable[..., Any] = field(repr=False)

    @property
    def settings(self) -> str:
        """The class, the name and the function's hash."""
        return f"{type(self).__name__}({self.name!r}, {function_hash(self.function)[:16]})"

    def run(
        self,
        space: SearchSpace,
        objectives: tuple[Objective, ...],
        evaluate: Evaluate,
        *,
        seed: int,
        budget: int,
    ) -> None:
        """See `Sampler.run`."""
        free = np.flatnonzero(np.asarray(space.radices) > 1)
        upper = np.asarray(space.radices, dtype=np.float64)[free] - 1.0
        signs = np.array([-1.0 if o.sense == "max" else 1.0 for o in objectives])

        def losses(point: ArrayLike) -> NDArray[np.float64]:
            numbers = np.nan_to_num(np.asarray(point, dtype=np.float64)).reshape(len(upper))
            row = np.zeros((1, space.dimensions), dtype=np.int64)
            row[0, free] = np.clip(np.rint(numbers), 0, upper).astype(np.int64)
            return signs * evaluate(row)[0]

        if not len(free):
            losses([])
            return
        self.search(losses, upper, seed=seed, budget=budget)

    @abstractmethod
    def search(
        self,
        losses: Callable[[ArrayLike], NDArray[np.float64]],
        upper: NDArray[np.float64],
        *,
        seed: int,
        budget: int,
    ) -> None:
        """Search points (d,) from 0 to `upper` for small `losses` (m,)."""


class AskAndTell(FunctionSampler):
    """Asks the optimizer that the function starts, and tells it all losses, or the only one."""

    def search(
        self,
        losses: Callable[[ArrayLike], NDArray[np.float64]],
        upper: NDArray[np.float64],
        *,
        seed: int,
        budget: int,
    ) -> None:
        """Ask and tell until the budget is used up."""
        optimizer: Optimizer = self.function(upper, seed, budget)
        while True:
            point = optimizer.ask()
            loss = losses(getattr(point, "value", point))
            optimizer.tell(point, loss.tolist() if len(loss) > 1 else float(loss[0]))


class Minimizer(FunctionSampler):
    """Lets the function minimize one number; the run ends when it returns."""

    def search(
        self,
        losses: Callable[[ArrayLike], NDArray[np.float64]],
        upper: NDArray[np.float64],
        *,
        seed: int,
        budget: int,
    ) -> None:
        """Call the function."""
        self.function(lambda point: float(losses(point)[0]), upper, seed, budget)


def ask_and_tell(name: str, *, weighting: Weighting | None = None) -> Callable[[Start], Sampler]:
    """Register a function that starts an optimizer with `ask` and `tell` as a sampler.

    Parameters
    ----------
    name
        Of the sampler.
    weighting
        For optimizers of a single number: they are told the weighted sum of the objectives
        (see `moo_jsc.samplers.scalarized.ScalarizedSampler`, scales from the space's corners).
        By default they are told a list of all losses.

    Raises
    ------
    ValueError
        There is a sampler of this name.

    Examples
    --------
    >>> from moo_jsc.samplers import SAMPLERS
    >>> @ask_and_tell("darts")
    ... class Darts:
    ...     def __init__(self, upper, seed, budget):
    ...         self.upper, self.generator = upper, np.random.default_rng(seed)
    ...     def ask(self):
    ...         return self.generator.uniform(0, self.upper)
    ...     def tell(self, point, losses):
    ...         pass
    >>> SAMPLERS.pop("darts").name
    'darts'
    """

    def registered(start: Start) -> Sampler:
        plain = AskAndTell(name, start)
        return register(plain if weighting is None else _weighted(plain, weighting))

    return registered


def minimizer(name: str, *, weighting: Weighting | None = None) -> Callable[[Minimize], Sampler]:
    """Register a function that minimizes one number as a sampler.

    Parameters
    ----------
    name
        Of the sampler.
    weighting
        What the number is: by default a weighted sum of the objectives whose weights each run
        draws by its seed (`RandomWeights`), relative to the space's corners.

    Raises
    ------
    ValueError
        There is a sampler of this name.

    Examples
    --------
    >>> from moo_jsc.samplers import SAMPLERS
    >>> @minimizer("coordinates")
    ... def coordinates(loss, upper, seed, budget):
    ...     for column in range(len(upper)):
    ...         loss(np.eye(len(upper))[column] * upper)
    >>> SAMPLERS.pop("coordinates").name
    'coordinates'
    """

    def registered(minimize: Minimize) -> Sampler:
        return register(_weighted(Minimizer(name, minimize), weighting or RandomWeights()))

    return registered


def _weighted(inner: FunctionSampler, weighting: Weighting) -> Sampler:
    return ScalarizedSampler(inner.name, weighting, inner, normalization="corners")
