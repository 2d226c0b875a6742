from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.front.pareto import nondominated
from analysis.redundancy.association import association, binned
from analysis.redundancy.audit import audit_redundancy, pair_sentence, sentences, set_sentence
from analysis.redundancy.components import components
from analysis.redundancy.conflict import (
    best_set_of_size,
    objective_sets,
    smallest_keeping_front,
    smallest_sets,
)
from analysis.redundancy.dominance import leave_each_out


@st.composite
def designs(draw, largest=4):
    objectives = draw(st.integers(2, 4))
    rows = draw(
        st.lists(st.tuples(*[st.integers(0, largest)] * objectives), min_size=1, max_size=20)
    )
    return np.array(rows, dtype=float)


def relation(x, y, columns):
    return bool((x[columns] <= y[columns]).all()), bool((y[columns] <= x[columns]).all())


@settings(max_examples=60, deadline=None)
@given(designs())
def test_every_delta_is_that_of_its_definition(points):
    on_front = nondominated(points)
    front = np.unique(points[on_front], axis=0)
    span = np.ptp(front, axis=0)
    scaled = (front - front.min(axis=0)) / np.where(span > 0, span, 1.0)
    found = {each.columns: each for each in objective_sets(points)}
    assert len(found) == 2 ** points.shape[1] - 1
    for columns, each in found.items():
        kept = list(columns)
        delta = max(
            max(0.0, (x - y).max()) for x in scaled for y in scaled if (x[kept] <= y[kept]).all()
        )
        assert each.delta == pytest.approx(delta, abs=1e-15)
        reduced = nondominated(points[:, kept])
        assert each.newcomers == int((reduced & ~on_front).sum())
        stays = nondominated(front[:, kept])
        assert each.front_kept == pytest.approx(stays.mean())
        assert reduced[on_front].all() == (each.front_kept == 1.0)


@settings(max_examples=40, deadline=None)
@given(designs())
def test_leaving_out_agrees_with_comparing_every_pair(points):
    size = points.shape[1]
    everything = list(range(size))
    on_front = nondominated(points)
    for out in leave_each_out(points):
        kept = [k for k in everything if k != out.column]
        pairs = list(combinations(points, 2))
        changed = sum(relation(x, y, everything) != relation(x, y, kept) for x, y in pairs)
        assert out.relations_changed == pytest.approx(changed / max(len(pairs), 1))
        assert out.exact
        reduced = nondominated(points[:, kept])
        assert out.front_kept == pytest.approx(reduced[on_front].mean())
        assert out.newcomers == int((reduced & ~on_front).sum())


def test_sampled_pairs_cover_the_share_of_all(monkeypatch):
    from analysis.redundancy import dominance

    points = np.random.default_rng(0).normal(size=(400, 3))
    exact = leave_each_out(points)
    monkeypatch.setattr(dominance, "ALL_PAIRS", 100)
    monkeypatch.setattr(dominance, "SAMPLED_PAIRS", 20_000)
    for sampled, whole in zip(leave_each_out(points), exact, strict=True):
        assert not sampled.exact
        assert sampled.low - 0.005 <= whole.relations_changed <= sampled.high + 0.005
        assert sampled.front_kept == whole.front_kept


def test_smallest_sets_drop_copies_and_constants():
    generator = np.random.default_rng(1)
    first, second = generator.random((2, 60))
    points = np.c_[first, second, 3 * first + 1, np.full(60, 2.0)]
    sets = objective_sets(points)
    assert {each.columns for each in smallest_sets(sets)} == {(0, 1), (1, 2)}
    assert {each.columns for each in smallest_keeping_front(sets)} == {(0, 1), (1, 2)}
    assert best_set_of_size(sets, 1).delta == 1.0
    assert len(smallest_sets(sets, delta=1.0)[0].columns) == 1


@settings(max_examples=30, deadline=None)
@given(designs(largest=6), st.randoms(use_true_random=False))
def test_permuting_objectives_permutes_the_sets(points, random):
    order = list(range(points.shape[1]))
    random.shuffle(order)
    one = {each.columns: each for each in objective_sets(points)}
    other = {
        tuple(sorted(order[k] for k in each.columns)): each
        for each in objective_sets(points[:, order])
    }
    assert one.keys() == other.keys()
    for columns, each in one.items():
        assert each.delta == pytest.approx(other[columns].delta)
        assert (each.front_kept, each.newcomers) == (
            other[columns].front_kept,
            other[columns].newcomers,
        )


def test_two_designs_have_an_order_or_none():
    two = np.array([1.0, 2.0])
    assert association(two, two + 1).tau == 1.0
    assert association(two, -two).tau == -1.0
    assert np.isnan(association(two, np.ones(2)).tau)


def test_association_of_the_same_the_opposite_and_the_unrelated():
    generator = np.random.default_rng(2)
    values = generator.random(2000)
    same = association(values, np.exp(values))
    assert (same.tau, same.exact) == (pytest.approx(1.0), True)
    assert same.shared == pytest.approx(1.0)
    assert same.information == pytest.approx(np.log(32), abs=0.01)
    assert association(values, -values).tau == pytest.approx(-1.0)
    unrelated = association(values, generator.random(2000))
    assert abs(unrelated.tau) < 0.05
    assert abs(unrelated.shared) < 0.02 < unrelated.information
    constant = association(values, np.ones(2000))
    assert np.isnan(constant.tau) and constant.shared == 0.0


def test_subsampled_tau_has_an_interval_that_holds_the_whole(monkeypatch):
    from analysis.redundancy import association as module

    generator = np.random.default_rng(3)
    first = generator.random(6000)
    second = first + generator.random(6000)
    whole = association(first, second)
    monkeypatch.setattr(module, "WHOLE", 4000)
    part = association(first, second)
    assert not part.exact
    assert part.low < whole.tau < part.high


def test_bins_hold_equal_values_together_and_equal_counts():
    values = np.random.default_rng(4).integers(0, 500, 10_000).astype(float)
    bins = binned(values)
    assert bins.min() == 0 and bins.max() == 31
    assert np.bincount(bins).max() < 450
    for value in range(0, 500, 50):
        assert len(set(bins[values == value])) <= 1
    assert (np.diff(bins[np.argsort(values)]) >= 0).all()


def test_components_of_two_independent_trade_offs():
    generator = np.random.default_rng(5)
    t, u = generator.random((2, 400))
    found = components(np.c_[t, 1 - t, u, 1 - u, np.ones(400)])
    assert found.columns == (0, 1, 2, 3)
    assert found.needed == 2
    assert found.shares[:2].sum() == pytest.approx(1.0)
    assert set(found.selected) == {0, 1, 2, 3}
    assert found.loadings @ found.loadings.T == pytest.approx(np.eye(4), abs=1e-9)
    assert components(np.ones((3, 2))).columns == ()


def test_sentences_name_constants_twins_and_near_twins():
    generator = np.random.default_rng(6)
    accuracy = generator.random(300).round(3)
    loss = 2 - 2 * accuracy + 0.01 * generator.random(300)
    size = 100 * accuracy + 20 * generator.random(300)
    values = np.c_[accuracy, loss, size, size / 8, np.full(300, 640.0)]
    found = audit_redundancy(
        values,
        [
            Objective(name="accuracy", sense="max"),
            Objective(name="loss", unit="nats"),
            Objective(name="size", unit="bytes"),
            Objective(name="words"),
            Objective(name="flops"),
        ],
    )
    text = sentences(found)
    assert text[0].startswith("flops is constant over all 300 designs")
    assert "nearly the same objective" in pair_sentence(found, found.pair("loss", "accuracy"))
    assert "are the same objective here" in pair_sentence(found, found.pair("size", "words"))
    assert "are not the same" in pair_sentence(found, found.pair("accuracy", "size"))
    assert "no smaller set does" in set_sentence(found)
    with pytest.raises(InputError, match="two different ones that vary"):
        found.pair("flops", "size")
    assert not any("without flops" in each.lower() for each in text)


def test_bad_input_gets_one_line():
    with pytest.raises(InputError, match="at least one row and two objectives"):
        audit_redundancy(np.ones((3, 1)), [Objective(name="a")])
    with pytest.raises(InputError, match="expected a finite number"):
        audit_redundancy([[1.0, np.nan]], [Objective(name="a"), Objective(name="b")])
    with pytest.raises(InputError, match="at most 12"):
        objective_sets(np.eye(13))


def test_single_design_and_constant_front():
    found = audit_redundancy([[1.0, 2.0]], [Objective(name="a"), Objective(name="b")])
    assert found.constant == (0, 1)
    assert len(sentences(found)) >= 3
    assert audit_redundancy(
        [[1.0, 2.0], [2.0, 2.0], [1.0, 5.0]], [Objective(name="a"), Objective(name="b")]
    ).constant_on_front == (0, 1)


def test_exact_opposites_are_named():
    width = np.arange(1.0, 9.0)
    objectives = [Objective(name="speed", sense="max"), Objective(name="width")]
    found = audit_redundancy(np.c_[1 / width, width], objectives)
    assert found.pairs[0].space.tau == pytest.approx(1.0)
    opposed = audit_redundancy(
        np.c_[width, width], [Objective(name="memory", sense="max"), Objective(name="width")]
    )
    assert "memory and width are exact opposites here" in pair_sentence(opposed, opposed.pairs[0])
    assert any("exact opposites" in text for text in sentences(opposed))
    assert opposed.front_size == len(width)
