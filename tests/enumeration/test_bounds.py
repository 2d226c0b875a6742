"""Tables, streaming fronts and measured shares within bounds, against a brute-force oracle."""

from itertools import product

import numpy as np
import pytest

from analysis.indicators.curves import hypervolume_curves
from moo_jsc.enumeration import TableProblem, enumerate_problem, stream_front
from moo_jsc.enumeration.table import ObjectiveTable
from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives import Bounds, get_objectives
from moo_jsc.problems.space import Choice, SearchSpace
from studies.common.regions import reference_of

OBJECTIVES = get_objectives(["accuracy", "size", "flops"])
SPACE = SearchSpace("toy", tuple(Choice(name, (1, 2, 3, 4, 5)) for name in "abc"))
ROWS = SPACE.configurations(np.arange(SPACE.size))
GENERATOR = np.random.default_rng(5)
VALUES = np.column_stack(
    [
        np.round(0.3 + 0.04 * ROWS.sum(axis=1) + 0.1 * GENERATOR.random(SPACE.size), 2),
        1.0 + ROWS @ [3.0, 2.0, 1.0],
        1.0 + ROWS @ [1.0, 1.0, 4.0],
    ]
)
BOUNDS = [
    Bounds(),
    Bounds({"accuracy": 0.5}),
    Bounds({"accuracy": 0.45}, {"size": 15.0}),
    Bounds({"flops": 8.0}, {"flops": 14.0}),
]


def problem(bounds=None, scales=None):
    table = ObjectiveTable("toy", SPACE, OBJECTIVES, VALUES.copy(), "toy-1")
    return TableProblem(table).within(bounds or Bounds(), scales)


def better(one, other):
    """Say whether a point dominates another one: accuracy up, costs down."""
    pairs = [(-one[0], -other[0]), (one[1], other[1]), (one[2], other[2])]
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def counting(bounds):
    return [
        i
        for i, row in enumerate(VALUES.tolist())
        if all(
            dict(zip(["accuracy", "size", "flops"], row, strict=True))[name] >= value
            for name, value in bounds.at_least.items()
        )
        and all(
            dict(zip(["accuracy", "size", "flops"], row, strict=True))[name] <= value
            for name, value in bounds.at_most.items()
        )
    ]


def front_of(indices):
    return [i for i in indices if not any(better(VALUES[j], VALUES[i]) for j in indices)]


@pytest.mark.parametrize("bounds", BOUNDS, ids=str)
def test_front_ideal_and_nadir_are_those_of_the_designs_that_count(bounds, tmp_path):
    table = enumerate_problem(problem(bounds), cache_dir=tmp_path, progress=False)
    indices = counting(bounds)
    front = front_of(indices)
    assert table.counting.tolist() == indices
    assert table.front_indices.tolist() == front
    np.testing.assert_array_equal(
        table.ideal,
        [VALUES[indices, 0].max(), VALUES[indices, 1].min(), VALUES[indices, 2].min()],
    )
    np.testing.assert_array_equal(
        table.nadir, [VALUES[front, 0].min(), VALUES[front, 1].max(), VALUES[front, 2].max()]
    )
    streamed = stream_front(problem(bounds), cache_dir=tmp_path, block_size=7, progress=False)
    np.testing.assert_array_equal(streamed.values, np.unique(VALUES[front], axis=0))
    assert streamed.seen == SPACE.size
    np.testing.assert_array_equal(streamed.ideal, table.ideal)


def test_bounds_share_the_enumeration_and_not_the_streamed_front(tmp_path):
    assert problem(BOUNDS[1]).fingerprint == problem().fingerprint
    sizes = {
        len(stream_front(problem(b), cache_dir=tmp_path, progress=False).values) for b in BOUNDS[:3]
    }
    assert len(sizes) == 3


@pytest.mark.parametrize("scale", ["linear", "logarithmic"])
@pytest.mark.parametrize("bounds", BOUNDS, ids=str)
def test_feasible_hypervolume_agrees_with_counting_cells(bounds, scale, tmp_path):
    given = problem(bounds, {"size": scale, "flops": scale})
    table = enumerate_problem(given, cache_dir=tmp_path, progress=False)
    reference = reference_of(table)
    tried = SPACE.permuted(np.arange(30), seed=2).tolist()

    def volume(indices):
        """Sum the cells, of the grid of all coordinates, that some point dominates."""
        points = VALUES[indices].copy()
        points[:, 0] *= -1
        ideal, nadir = table.ideal * [-1, 1, 1], table.nadir * [-1, 1, 1]
        if scale == "logarithmic":
            points[:, 1:] = np.log(points[:, 1:])
            ideal[1:], nadir[1:] = np.log(ideal[1:]), np.log(nadir[1:])
        points = (points - ideal) / (nadir - ideal)
        corner = reference.reference_point
        points = points[(points < corner).all(axis=1)]
        axes = [np.unique(np.append(points[:, k], corner[k])) for k in range(3)]
        total = 0.0
        for cell in product(*(range(len(axis) - 1) for axis in axes)):
            low = [axes[k][cell[k]] for k in range(3)]
            if (points <= low).all(axis=1).any():
                total += np.prod([axes[k][cell[k] + 1] - low[k] for k in range(3)])
        return total

    inside = [i for i in tried if i in counting(bounds)]
    expected = volume(inside) / volume(front_of(counting(bounds)))
    import pandas as pd

    trials = pd.DataFrame(VALUES[tried], columns=["accuracy", "size", "flops"]).assign(
        sampler="s", seed=0, trial=np.arange(len(tried))
    )
    curves = hypervolume_curves(trials, reference)
    assert curves.final()["s"][0] == pytest.approx(expected, rel=1e-9)


def test_a_bound_that_no_design_meets_is_one_clear_line(tmp_path):
    line = "toy: no design has accuracy at least 2"
    with pytest.raises(InputError, match=line) as caught:
        enumerate_problem(problem(Bounds({"accuracy": 2.0})), cache_dir=tmp_path, progress=False)
    best = VALUES[:, 0].max()
    assert str(caught.value).endswith(f"there is accuracy from {VALUES[:, 0].min():g} to {best:g}")
    with pytest.raises(InputError, match=line):
        stream_front(problem(Bounds({"accuracy": 2.0})), cache_dir=tmp_path, progress=False)


def test_selected_columns_keep_the_designs_that_count(tmp_path):
    bounds = Bounds({"accuracy": 0.5}, {"size": 20.0})
    table = enumerate_problem(problem(bounds), cache_dir=tmp_path, progress=False)
    costs = table.selected(["size", "flops"])
    assert costs.counting.tolist() == table.counting.tolist()
    assert costs.bounds == Bounds({}, {"size": 20.0})


def test_unknown_objective_of_a_bound():
    with pytest.raises(InputError, match="bound on objective 'sizes'"):
        problem(Bounds({"sizes": 1.0}))
