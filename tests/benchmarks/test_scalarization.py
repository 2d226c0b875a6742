"""The scalarization audit of a front of 1000 and more points in 5 objectives, and its core."""

import numpy as np
import pytest

from analysis.foundation.objectives import Objective
from analysis.front.pareto import pareto_front
from analysis.redundancy.audit import audit_redundancy
from analysis.scalarization.linear_programs import margin
from analysis.scalarization.support import classify
from analysis.scalarization.weight_audit import audit_weights
from analysis.scalarization.weight_space import to_unit_range

OBJECTIVES = [Objective(name="accuracy", sense="max"), *[Objective(name=name) for name in "abcd"]]


@pytest.fixture(scope="module")
def front():
    generator = np.random.default_rng(0)
    directions = abs(generator.normal(size=(60_000, 5)))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return pareto_front(1.0 - directions * generator.beta(20.0, 1.0, size=(60_000, 1)))[:1200]


def test_whole_audit(benchmark, front):
    values = front * [-1, 1, 1, 1, 1]
    found = benchmark.pedantic(audit_weights, (values, OBJECTIVES), rounds=1)
    assert found.whole and len(found.front) == 1200


def test_redundancy_audit(benchmark, front):
    values = front * [-1, 1, 1, 1, 1]
    found = benchmark.pedantic(audit_redundancy, (values, OBJECTIVES), rounds=1)
    assert found.front_size == 1200


@pytest.mark.benchmark(group="classification of 200 points in 5 objectives")
def test_classification_by_weight_space(benchmark, front):
    benchmark(classify, front[:200])


@pytest.mark.benchmark(group="classification of 200 points in 5 objectives")
def test_classification_by_linear_programs(benchmark, front):
    scaled = to_unit_range(front[:200])

    def programs():
        return [margin(point, np.delete(scaled, row, axis=0)) for row, point in enumerate(scaled)]

    benchmark.pedantic(programs, rounds=1)
