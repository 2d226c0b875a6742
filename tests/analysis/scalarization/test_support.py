from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings

from analysis.front.pareto import pareto_front
from analysis.scalarization.linear_programs import excess, margin
from analysis.scalarization.rational import classify_exactly, rationals
from analysis.scalarization.regions import region_of, volumes
from analysis.scalarization.support import Support, classify
from analysis.scalarization.weight_space import WeightSpace, to_unit_range
from tests.analysis.scalarization.strategies import integer_fronts, sphere_front

E, S, W, U = Support.EXTREME, Support.SUPPORTED, Support.WEAK, Support.UNSUPPORTED

CONSTRUCTED = {
    "single point": ([[3, 4]], [E]),
    "convex": ([[0, 4], [1, 1], [4, 0]], [E, E, E]),
    "concave": ([[0, 4], [3, 3], [4, 0]], [E, U, E]),
    "on the edge of the hull": ([[0, 4], [1, 3], [2, 2], [4, 0]], [E, S, S, E]),
    "disconnected": ([[0, 9], [1, 8], [5, 5], [6, 1], [9, 0]], [E, U, U, E, E]),
    "on a face of three objectives": (
        [[3, 0, 0], [0, 3, 0], [0, 0, 3], [1, 1, 1], [2, 1, 0]],
        [E, E, E, S, S],
    ),
    "inside and outside a face": (
        [[4, 0, 0], [0, 4, 0], [0, 0, 4], [1, 1, 1], [2, 2, 1]],
        [E, E, E, E, U],
    ),
    "above a mixture in the last objective only": (
        [[0, 2, 2], [2, 0, 0], [1, 1, 1.5]],
        [E, E, W],
    ),
    "constant objective": ([[0, 4, 7], [1, 1, 7], [4, 0, 7], [3.5, 0.5, 7]], [E, E, E, U]),
    "all on one hyperplane": (
        [[a, b, 4 - a - b] for a in range(5) for b in range(5 - a)],
        [E if 4 in (a, b, 4 - a - b) else S for a in range(5) for b in range(5 - a)],
    ),
}


@pytest.mark.parametrize("name", CONSTRUCTED)
def test_constructed_fronts(name):
    points, expected = CONSTRUCTED[name]
    assert classify(np.array(points, dtype=float)).classes.tolist() == expected
    assert classify_exactly(np.array(points, dtype=float)).tolist() == expected


def test_weakly_supported_points_are_optimal_for_weights_with_a_zero_only():
    # The even mixture of the first two is (1, 1, 1): as good as the third in two objectives,
    # better in the last.
    found = classify(np.array([[0, 2, 2], [2, 0, 0], [1, 1, 1.5]]))
    assert found.classes[2] == W
    assert found.weights[2] == pytest.approx([0.5, 0.5, 0.0])


@settings(max_examples=100, deadline=None)
@given(integer_fronts())
def test_agrees_with_exact_arithmetic(points):
    assert classify(points).classes.tolist() == classify_exactly(points).tolist()


@pytest.mark.parametrize("objectives", [3, 4, 5])
def test_agrees_with_exact_arithmetic_on_degenerate_lattices(objectives):
    generator = np.random.default_rng(objectives)
    lattice = np.array(
        [
            np.bincount(chosen, minlength=objectives)
            for chosen in combinations_with_replacement(range(objectives), 3)
        ],
        dtype=float,
    )
    chosen = lattice[generator.permutation(len(lattice))[:18]]
    assert classify(chosen).classes.tolist() == classify_exactly(chosen).tolist()


@pytest.mark.parametrize(("objectives", "steps"), [(2, 400), (3, 60), (4, 24)])
def test_agrees_with_a_dense_grid_of_weights(objectives, steps):
    grid = np.array(
        [
            np.bincount(chosen, minlength=objectives)
            for chosen in combinations_with_replacement(range(objectives), steps)
        ],
        dtype=float,
    )
    spacing = np.sqrt(2.0 * objectives) / steps
    for seed in range(8):
        generator = np.random.default_rng([objectives, seed])
        raw = generator.integers(0, 9, size=(40, objectives)).astype(float)
        points = pareto_front(raw)
        found = classify(points)
        scaled = to_unit_range(points)
        space = WeightSpace.of(points)
        scores = grid @ scaled.T / steps
        tied = scores <= scores.min(axis=1, keepdims=True) + 1e-12
        alone = tied & (tied.sum(axis=1) == 1)[:, None]
        positive = (grid > 0).all(axis=1)
        assert not tied[:, found.of(U)].any()
        assert not tied[positive][:, found.of(W)].any()
        assert not alone[positive][:, ~found.of(E)].any()
        for row in np.flatnonzero(found.of(E)):
            if region_of(space, int(row)).radius > spacing:
                assert alone[:, row].any()


def test_agrees_with_linear_programs_on_a_real_size_front():
    points = sphere_front(60, 5, seed=1)
    found = classify(points)
    scaled = to_unit_range(points)
    for row, point in enumerate(scaled):
        others = np.delete(scaled, row, axis=0)
        value = margin(point, others).value
        if found.classes[row] == E:
            assert value > 1e-9
        elif found.classes[row] == U:
            assert value == pytest.approx(-found.depth[row], abs=1e-9)
        else:
            assert value == pytest.approx(0.0, abs=1e-9)
            assert (excess(point, others).value <= 1e-7) == (found.classes[row] == S)


def test_weights_are_optimal_for_supported_points_and_positive():
    points = sphere_front(150, 4, seed=2)
    found = classify(points)
    scores = found.weights @ to_unit_range(points).T
    own = np.diag(scores)
    assert own - scores.min(axis=1) == pytest.approx(found.depth, abs=1e-9)
    assert (found.weights[found.supported] > 0).all()
    assert found.weights.sum(axis=1) == pytest.approx(1.0)


def test_float_noise_does_not_decide():
    line = np.linspace(0.0, 1.0, 11)
    noisy = np.c_[line, 1.0 - line] / 3.0 * 0.1
    assert classify(noisy).classes.tolist() == [E, *[S] * 9, E]


def test_rationals_recover_shares_and_keep_other_values():
    assert [str(each) for each in rationals([1 / 3000, 2999 / 3000, 5.25])] == [
        "1/3000",
        "2999/3000",
        "21/4",
    ]
    assert float(rationals([np.pi])[0]) == np.pi


def test_points_that_differ_by_rounding_share_one_region():
    points = np.array([[0.0, 1.0], [0.2, 0.3], [0.2 + 1e-13, 0.3 - 1e-13], [1.0, 0.0]])
    space = WeightSpace.of(points)
    assert classify(space).classes.tolist() == [E, E, S, E]
    assert volumes(space).sum() == pytest.approx(1.0)
