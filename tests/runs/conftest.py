import numpy as np
import pytest

from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.problem import Problem
from moo_jsc.problems.space import Choice, SearchSpace


class ToyProblem(Problem):
    """A quality and two costs on 6 x 6 x 6, with values that need all their digits."""

    name = "toy"
    space = SearchSpace("toy", tuple(Choice(name, (2, 3, 4, 5, 6, 7)) for name in "abc"))
    objectives = (
        Objective(name="accuracy", unit="1", sense="max", definition="quality", source="test"),
        Objective(name="size", unit="bytes", sense="min", definition="cost", source="test"),
        Objective(
            name="bitops", unit="bit operations", sense="min", definition="cost", source="test"
        ),
    )

    def __init__(self, version="1"):
        self.version = version

    @property
    def fingerprint(self):
        return self.version

    def _evaluate(self, configurations):
        x = configurations / 7
        return np.column_stack(
            [1 - np.exp(-x.sum(axis=1)), x.sum(axis=1) / 3, 1e4 * np.pi * x.prod(axis=1)]
        )


class BrokenProblem(ToyProblem):
    def _evaluate(self, configurations):
        return np.full((len(configurations), 3), np.nan)


@pytest.fixture
def broken():
    return BrokenProblem()


@pytest.fixture
def toy():
    return ToyProblem


@pytest.fixture
def problem():
    return ToyProblem()
