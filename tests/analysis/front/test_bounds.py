"""Bounds and scales against the obvious way: drop designs, transform numbers, start anew."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Bounds, Reference, audit_redundancy, audit_weights
from analysis.efficiency.robustness import robustness, scenarios
from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.indicators.attainment import attainment
from analysis.indicators.curves import hypervolume_curves, igd_plus_curves
from analysis.scalarization.front import Front
from analysis.trials.table import Trials
from tests.analysis.strategies import OBJECTIVES, trial_table

NAMES = [objective.name for objective in OBJECTIVES]
LINEAR = (
    OBJECTIVES[0],
    Objective(name="size", unit="bytes"),
    Objective(name="latency", unit="ms"),
)


def logged(values):
    return np.column_stack([values[:, 0], np.log(values[:, 1]), np.log(values[:, 2])])


def grid_volume(points, corner, steps=60):
    """Hypervolume by counting: the share of grid cells below the corner that are dominated."""
    edges = [np.linspace(0, corner, steps + 1) for _ in range(points.shape[1])]
    centers = np.stack(
        np.meshgrid(*[(e[1:] + e[:-1]) / 2 for e in edges], indexing="ij"), axis=-1
    ).reshape(-1, points.shape[1])
    dominated = np.zeros(len(centers), dtype=bool)
    for point in points:
        dominated |= (point <= centers).all(axis=1)
    return dominated.mean() * corner ** points.shape[1]


@given(st.integers(0, 1000), st.floats(0.45, 0.6), st.floats(20, 70))
@settings(max_examples=25, deadline=None)
def test_feasible_hypervolume_is_that_of_the_designs_that_count(seed, least, most):
    table, values = trial_table(seeds=2, budget=12, space=80, seed=seed)
    bounds = Bounds({"accuracy": least}, {"size": most})
    inside = (values[:, 0] >= least) & (values[:, 1] <= most)
    if not inside.any():
        with pytest.raises(InputError, match="none of 80 designs has accuracy at least"):
            Reference.from_values(values, OBJECTIVES, bounds=bounds)
        return
    reference = Reference.from_values(values, OBJECTIVES, bounds=bounds)
    obvious = Reference.from_values(values[inside], OBJECTIVES)
    assert np.array_equal(reference.front, obvious.front)
    assert reference.hypervolume == obvious.hypervolume
    assert inside[[np.flatnonzero((values == z).all(axis=1))[0] for z in reference.front]].all()
    curves = hypervolume_curves(table, reference)
    for name, runs in Trials.of(table, OBJECTIVES).runs.items():
        for row, run in enumerate(runs):
            found = run.values[(run.values[:, 0] >= least) & (run.values[:, 1] <= most)]
            points = obvious.normalized(found)
            share = 0.0
            if len(points):
                volume = grid_volume(points, obvious.reference_point[0])
                share = volume / grid_volume(obvious.normalized_front, obvious.reference_point[0])
            assert curves.values[name][row, -1] == pytest.approx(share, abs=0.12)
            kept = pd.DataFrame(found, columns=NAMES).assign(sampler="x", seed=0)
            if len(found):
                kept["trial"] = range(len(found))
                exact = hypervolume_curves(kept, obvious).final()["x"][0]
                assert curves.values[name][row, -1] == exact


def test_designs_that_do_not_count_are_trials_all_the_same():
    table, values = trial_table(seeds=2, budget=12, space=80)
    bounds = Bounds({"accuracy": 0.55})
    reference = Reference.from_values(values, OBJECTIVES, bounds=bounds)
    curves = hypervolume_curves(table, reference)
    times = attainment(table, reference).times
    for name, runs in Trials.of(table, OBJECTIVES).runs.items():
        for row, run in enumerate(runs):
            feasible = run.values[:, 0] >= 0.55
            first = int(np.argmax(feasible)) if feasible.any() else len(run)
            assert (curves.values[name][row, :first] == 0.0).all()
            assert np.isinf(igd_plus_curves(table, reference).values[name][row, :first]).all()
            reached = times[name][row][np.isfinite(times[name][row])]
            assert (reached > first).all() or len(reached) == 0
    assert curves.budget == 12
    assert robustness(table, reference).table.loc["as reported", "pairs"] == 1


def test_logarithmic_scales_are_logarithms():
    table, values = trial_table(seeds=4, budget=12, space=80)
    scales = {"size": "logarithmic", "latency": "logarithmic"}
    reference = Reference.from_values(values, OBJECTIVES, scales=scales)
    direct = Reference.from_values(logged(values), LINEAR)
    assert reference.normalized(values) == pytest.approx(direct.normalized(logged(values)))
    assert reference.hypervolume == pytest.approx(direct.hypervolume)
    other = table.copy()
    other[NAMES] = logged(table[NAMES].to_numpy())
    assert hypervolume_curves(table, reference).final()["tpe"] == pytest.approx(
        hypervolume_curves(other, direct).final()["tpe"]
    )
    assert "linear scales" in scenarios(reference)[0]
    assert reference.scale_label == "size and latency on a logarithmic scale"


def test_audits_honor_bounds_and_scales():
    _, values = trial_table(space=120)
    bounds = Bounds({"accuracy": 0.5}, {"latency": 0.4})
    scales = {"size": "logarithmic"}
    inside = (values[:, 0] >= 0.5) & (values[:, 2] <= 0.4)
    changed = values.copy()
    changed[:, 1] = np.log(values[:, 1])
    front = Front.from_values(values, OBJECTIVES, scales=scales, bounds=bounds)
    direct = Front.from_values(changed[inside], LINEAR)
    assert front.normalized == pytest.approx(direct.normalized)
    assert np.array_equal(values[front.designs], front.values)
    found = audit_weights(values, OBJECTIVES, samples=500, scales=scales, bounds=bounds)
    expected = audit_weights(changed[inside], LINEAR, samples=500)
    assert found.designs == expected.designs == inside.sum()
    assert found.support.classes.tolist() == expected.support.classes.tolist()
    assert found.volumes["range"] == pytest.approx(expected.volumes["range"])
    one = audit_redundancy(values, OBJECTIVES, scales=scales, bounds=bounds)
    two = audit_redundancy(changed[inside], LINEAR)
    assert [pair.space.tau for pair in one.pairs] == [pair.space.tau for pair in two.pairs]
    assert [each.delta for each in one.sets] == pytest.approx([each.delta for each in two.sets])
    for call in (audit_weights, audit_redundancy):
        with pytest.raises(InputError, match="none of 120 designs has accuracy at least 2"):
            call(values, OBJECTIVES, bounds=Bounds({"accuracy": 2.0}))


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: Bounds({"a": np.nan}), "a at least nan: expected a finite number"),
        (lambda: Bounds({"a": 2.0}, {"a": 1.0}), "no value can be both"),
        (lambda: Bounds({"b": 1.0}).met([[1.0]], [Objective(name="a")]), "bound on 'b'"),
        (
            lambda: Reference.from_values([[1.0]], [Objective(name="a")], scales={"b": "linear"}),
            "scale of 'b'",
        ),
        (
            lambda: Reference.from_values([[1.0]], [Objective(name="a")], scales={"a": "log"}),
            "scale of 'a' = 'log': expected linear or logarithmic",
        ),
        (
            lambda: Reference((Objective(name="a"),), np.array([[1.0]]), bounds=Bounds({"a": 2.0})),
            "outside the bounds",
        ),
    ],
)
def test_bad_bounds_and_scales_get_one_line(made, message):
    with pytest.raises(InputError, match=message) as caught:
        made()
    assert "\n" not in str(caught.value)
