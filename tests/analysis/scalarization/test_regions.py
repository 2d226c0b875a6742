from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from analysis.front.simplex import sampled_weights
from analysis.scalarization.regions import region_of, simplex_radius, volumes
from analysis.scalarization.samples import sampled_volumes
from analysis.scalarization.weight_space import WeightSpace
from tests.analysis.scalarization.strategies import integer_fronts, sphere_front


def exact_volumes(points):
    """Clip the simplex of 2 or 3 weights by every other point, in fractions."""
    whole = [[Fraction(int(value)) for value in row] for row in points]
    return [float(_exact_volume(row, whole)) for row in whole]


def _exact_volume(row, points):
    objectives = len(row)
    region = [[Fraction(int(k == j)) for k in range(objectives)] for j in range(objectives)]
    for other in points:
        wall = [theirs - own for theirs, own in zip(other, row, strict=True)]
        if any(wall):
            region = _clipped(region, wall)
    if objectives == 2:
        return max(w[0] for w in region) - min(w[0] for w in region) if region else Fraction(0)
    area = Fraction(0)
    for first, second in pairwise(region[1:]):
        area += _determinant(region[0], first, second)
    return abs(area)


def _clipped(region, wall):
    side = [sum(a * w for a, w in zip(wall, corner, strict=True)) for corner in region]
    kept = []
    for index, corner in enumerate(region):
        following = (index + 1) % len(region)
        if side[index] >= 0:
            kept.append(corner)
        if side[index] * side[following] < 0:
            part = side[index] / (side[index] - side[following])
            kept.append(
                [a + part * (b - a) for a, b in zip(corner, region[following], strict=True)]
            )
    return kept


def _determinant(a, b, c):
    return (
        a[0] * (b[1] * c[2] - b[2] * c[1])
        - a[1] * (b[0] * c[2] - b[2] * c[0])
        + a[2] * (b[0] * c[1] - b[1] * c[0])
    )


@settings(max_examples=60, deadline=None)
@given(integer_fronts(2, 3))
def test_volumes_are_exact_for_two_and_three_objectives(points):
    space = WeightSpace.of(points)
    span = np.ptp(points, axis=0)
    stretch = 1.0 / np.where(span > 0, span, 1.0)  # back to raw units
    assert volumes(space, [stretch])[0] == pytest.approx(exact_volumes(points), abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(integer_fronts(2, 5))
def test_regions_fill_the_simplex_in_every_scaling(points):
    space = WeightSpace.of(points)
    assert volumes(space).sum() == pytest.approx(1.0, abs=1e-9)
    stretch = 10.0 ** np.linspace(-4, 4, points.shape[1])
    assert volumes(space, [stretch])[0].sum() == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("objectives", [2, 3, 4, 5])
def test_sampled_volumes_cover_the_exact_ones(objectives):
    points = sphere_front(100, objectives, seed=objectives)
    space = WeightSpace.of(points)
    exact = volumes(space)
    found = sampled_volumes(space.points, sampled_weights(objectives, 20_000, seed=3))
    assert found.share.sum() == pytest.approx(1.0)
    assert found.low.sum() <= 1.0 <= found.high.sum()
    inside = (found.low <= exact) & (exact <= found.high)
    assert inside[exact > 0].mean() >= 0.9


def test_ball_touches_walls_and_picks_its_point_everywhere_inside():
    points = sphere_front(80, 4, seed=5)
    space = WeightSpace.of(points)
    generator = np.random.default_rng(0)
    for stretch in (np.ones(4), 10.0 ** np.array([-4.0, 3.0, 0.0, 2.0])):
        for row in np.flatnonzero(space.extreme)[:20]:
            region = region_of(space, int(row), stretch)
            moves = generator.normal(size=(200, 4))
            moves -= moves.mean(axis=1, keepdims=True)
            moves /= np.linalg.norm(moves, axis=1, keepdims=True)
            near = region.center + 0.999 * region.radius * moves
            assert (near >= 0).all()
            assert ((near / stretch @ space.points.T).argmin(axis=1) == row).all()
            walls = (np.delete(space.points, row, axis=0) - space.points[row]) / stretch
            walls = np.vstack([walls, np.eye(4)])
            sizes = np.linalg.norm(walls - walls.mean(axis=1, keepdims=True), axis=1)
            nearest = (walls @ region.center / sizes).min()
            assert nearest == pytest.approx(region.radius, rel=1e-6)


def test_whole_simplex_belongs_to_a_single_point():
    region = region_of(WeightSpace.of([[1.0, 2.0, 3.0]]), 0)
    assert region.volume == pytest.approx(1.0)
    assert region.radius == pytest.approx(simplex_radius(3))
    assert region.center == pytest.approx(np.full(3, 1 / 3))
    assert region.neighbors.tolist() == []


@settings(max_examples=40, deadline=None)
@given(integer_fronts(2, 4))
def test_neighbors_are_mutual_and_share_a_wall(points):
    space = WeightSpace.of(points)
    regions = {int(row): region_of(space, int(row)) for row in np.flatnonzero(space.extreme)}
    for row, region in regions.items():
        for other in region.neighbors:
            assert row in regions[int(other)].neighbors
    if len(regions) > 1:
        assert all(len(region.neighbors) > 0 for region in regions.values())


def test_neighbors_of_two_objectives_are_the_next_ones():
    space = WeightSpace.of([[0, 9], [1, 5], [3, 2], [6, 0.5], [9, 0]])
    found = [region_of(space, row).neighbors.tolist() for row in range(5)]
    assert found == [[1], [0, 2], [1, 3], [2, 4], [3]]
