"""What every sampler around another one leaves to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from moo_jsc.objectives.bounds import Bounds
from moo_jsc.objectives.noise import Scatter
from moo_jsc.objectives.objective import Objective
from moo_jsc.objectives.scales import LINEAR, Scales
from moo_jsc.samplers.sampler import Sampler


@dataclass(frozen=True)
class Wrapped(Sampler):
    """A sampler around another one; `run` and `suffix` are its own."""

    inner: Sampler

    suffix: ClassVar[str]
    """What is added to the inner sampler's name."""

    @property
    def name(self) -> str:  # type: ignore[override]
        """The inner sampler's name and what was added."""
        return f"{self.inner.name}-{self.suffix}"

    def check(self, objectives: tuple[Objective, ...]) -> None:
        """Ask the inner sampler."""
        self.inner.check(objectives)

    def first_generation(self, budget: int) -> int | None:
        """Return the inner sampler's."""
        return self.inner.first_generation(budget)

    def within(self, bounds: Bounds, scales: Scales = LINEAR) -> Self:
        """Tell the inner sampler."""
        return replace(self, inner=self.inner.within(bounds, scales))

    def expecting(self, noise: Scatter) -> Self:
        """Tell the inner sampler."""
        return replace(self, inner=self.inner.expecting(noise))

    def load(self) -> None:
        """Import what the inner sampler needs."""
        self.inner.load()
