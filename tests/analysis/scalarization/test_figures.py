import numpy as np
import pytest

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.plots.redundancy import association_matrices, leaving_out
from analysis.plots.scalarization import (
    method_reach,
    region_volumes,
    score_tolerances,
    support_projections,
)
from analysis.plots.weight_triangle import weight_triangle
from analysis.redundancy.audit import audit_redundancy
from analysis.scalarization.score_audit import audit_score
from analysis.scalarization.weight_audit import audit_weights
from analysis.scalarization.weights import ReportedScore, Weights

OBJECTIVES = (
    Objective(name="accuracy", sense="max"),
    Objective(name="size", unit="bytes"),
    Objective(name="flops"),
)


@pytest.fixture(scope="module")
def values():
    generator = np.random.default_rng(0)
    cost = generator.random((60, 2))
    return np.c_[1 - 1 / (1 + 5 * cost.sum(axis=1)), 1000 * cost[:, 0], cost[:, 1]]


@pytest.fixture(scope="module")
def found(values):
    return audit_weights(values, OBJECTIVES, samples=1000)


def test_figures_are_drawn_for_any_audit(values, found):
    score = audit_score(
        values, OBJECTIVES, ReportedScore("R", Weights({"accuracy": 1, "size": 0.1}))
    )
    redundancy = audit_redundancy(values, OBJECTIVES)
    for figure in (
        support_projections(found, first="size"),
        weight_triangle(found, "deviation"),
        region_volumes(found),
        score_tolerances([score]),
        method_reach(found),
        association_matrices(redundancy),
        leaving_out(redundancy),
    ):
        figure.draw_without_rendering()


def test_regions_of_the_triangle_do_not_overlap_or_leave_gaps(found):
    figure = weight_triangle(found)
    areas = [patch.get_path().vertices for patch in figure.axes[0].patches]
    total = sum(
        0.5 * abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
        for x, y in (vertices[:-1].T for vertices in areas)
    )
    assert total == pytest.approx(np.sqrt(3) / 4)


def test_a_triangle_needs_three_objectives(values, found):
    with pytest.raises(InputError, match="2 objectives, expected 3"):
        weight_triangle(audit_weights(values[:, :2], OBJECTIVES[:2], samples=100))
    with pytest.raises(InputError, match="expected one of accuracy, size, flops"):
        support_projections(found, first="loss")
