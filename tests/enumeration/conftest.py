"""Problems that need no network, so that what is tested is the enumeration."""

import os
import time
from dataclasses import dataclass

import numpy as np
import pytest

from moo_jsc.foundation.files import sha256_of
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.problem import Problem
from moo_jsc.problems.space import Choice, SearchSpace

OBJECTIVES = (
    Objective(
        name="quality",
        unit="1",
        sense="max",
        definition="a wavy function of the choices",
        source="test",
    ),
    Objective(
        name="cost", unit="1", sense="min", definition="a sum over the choices", source="test"
    ),
    Objective(
        name="other",
        unit="1",
        sense="min",
        definition="another sum, with few values",
        source="test",
    ),
)


@dataclass(eq=False)
class Wavy(Problem):
    """Three objectives with ties and duplicates; counts its own evaluations in a file."""

    radices: tuple[int, ...] = (5, 4, 5, 3)
    seed: int = 0
    log: str | None = None
    delay: float = 0.0
    die_at: int | None = None
    name: str = "wavy"
    objectives: tuple[Objective, ...] = OBJECTIVES

    @property
    def space(self):
        return SearchSpace(
            "wavy", tuple(Choice(f"c{i}", tuple(range(r))) for i, r in enumerate(self.radices))
        )

    @property
    def fingerprint(self):
        return sha256_of(self.space.fingerprint, str(self.seed))

    def _evaluate(self, configurations):
        indices = self.space.indices(configurations)
        if self.log:
            with open(self.log, "a") as stream:  # noqa: PTH123
                stream.write("".join(f"{index}\n" for index in indices))
        if self.die_at is not None and self.die_at in indices:
            os._exit(9)
        time.sleep(self.delay)
        weights = np.arange(1, len(self.radices) + 1) + self.seed
        cost = (configurations * weights).sum(axis=1)
        quality = np.round(np.sin(cost * 0.7) + 0.2 * cost, 1)
        return np.stack([quality, cost, configurations.sum(axis=1) // 3], axis=1).astype(float)


@dataclass(eq=False)
class Where(Wavy):
    """Notes which process it arrives in and which evaluates it.

    It waits until so many processes evaluate it together.
    """

    together: int = 1

    def evaluators(self):
        with open(self.log) as stream:  # noqa: PTH123
            return {line.split()[0] for line in stream if "evaluated" in line}

    def _note(self, what):
        with open(self.log, "a") as stream:  # noqa: PTH123
            stream.write(f"{os.getpid()} {what}\n")

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._note("unpickled")

    def _evaluate(self, configurations):
        self._note("evaluated")
        deadline = time.monotonic() + 60
        while len(self.evaluators()) < self.together and time.monotonic() < deadline:
            time.sleep(0.02)
        return Wavy(delay=self.delay)._evaluate(configurations)


@pytest.fixture
def wavy():
    return Wavy


@pytest.fixture(autouse=True)
def no_shared_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path / "cache"))
