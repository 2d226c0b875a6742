"""Rules of thumb propose what they say, and suit the spaces that they are about."""

import contextlib

import numpy as np
import pytest

from moo_jsc.networks.family import network_spec
from moo_jsc.objectives import get_objectives
from moo_jsc.problems.architecture import ChannelMultipliers
from moo_jsc.problems.precision import PRECISION_SPACES, PrecisionSpace, widths
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.runs.ledger import Ledger
from moo_jsc.samplers import SAMPLERS, BudgetExhausted, default_samplers

SPEC = network_spec("jsc-three-linear")
PRECISION = PrecisionSpace(widths(3, 4, 6, 8), widths(2, 3, 4, 6), per_layer=True)
ARCHITECTURE = ChannelMultipliers().choices(SPEC)
FORMATS = PRECISION.choices(SPEC.linear_names)
JOINT = SearchSpace("joint", ARCHITECTURE + FORMATS)
RULES = ["cheapest-architecture", "uniform-widths", "one-factor"]


def proposed(name, seed=0, budget=20, space=JOINT):
    ledger = Ledger(space, 1, lambda rows: np.zeros((len(rows), 1)), budget=budget)
    with contextlib.suppress(BudgetExhausted):
        SAMPLERS[name].run(space, get_objectives(["size"]), ledger, seed=seed, budget=budget)
    return np.array([trial.configuration for trial in ledger.trials])


def test_cheapest_architecture_stays_there():
    rows = proposed("cheapest-architecture", budget=50)
    assert not rows[:, :2].any()
    assert len(np.unique(rows, axis=0)) == 50
    assert len(np.unique(rows[:, 2:], axis=0)) == 50


def test_cheapest_architecture_goes_on_elsewhere_when_it_is_used_up():
    space = SearchSpace("small", (*ARCHITECTURE[:1], *FORMATS[:1]))
    rows = proposed("cheapest-architecture", budget=20, space=space)
    assert len(rows) == space.size == len(np.unique(rows, axis=0))
    assert not rows[:4, 0].any()
    assert rows[4:, 0].all()


def test_uniform_widths_go_down_from_eight():
    rows = proposed("uniform-widths", budget=10)
    values = [JOINT.named(row) for row in rows]
    data = [v["seq_blocks_2.data"] for v in values]
    weight = [v["seq_blocks_2.weight"] for v in values]
    assert data[:5] == [8, 6, 4, 3, 3]
    assert weight[:5] == [6, 6, 4, 3, 2]
    for row in values:
        assert len({row[f"{layer}.data"] for layer in SPEC.linear_names}) == 1
        assert len({row[f"{layer}.weight"] for layer in SPEC.linear_names}) == 1
    assert len({tuple(row) for row in rows[:5, :2]}) == 1
    assert tuple(rows[5, :2]) != tuple(rows[0, :2])


def test_one_factor_changes_one_choice_of_the_widest_formats():
    variants = sum(radix - 1 for radix in JOINT.radices)
    rows = proposed("one-factor", budget=1 + variants)
    start = rows[0]
    assert (start[2:] == np.array(JOINT.radices[2:]) - 1).all()
    assert ((rows[1:] != start).sum(axis=1) == 1).all()
    assert len(np.unique(rows, axis=0)) == 1 + variants


@pytest.mark.parametrize("name", RULES)
def test_rules_suit_spaces_with_what_they_need(name):
    rule = SAMPLERS[name]
    assert rule.suits(JOINT)
    assert rule.suits(SearchSpace("formats", FORMATS)) == (name != "cheapest-architecture")
    assert not rule.suits(SearchSpace("networks", ARCHITECTURE))
    assert not rule.suits(SearchSpace("else", (Choice("x", (1, 2)),)))
    pairs = PRECISION_SPACES["lab3-grid"].choices(SPEC.linear_names)
    assert not rule.suits(SearchSpace("pairs", pairs))


def test_defaults_leave_out_what_does_not_suit():
    everywhere = {sampler.name for sampler in default_samplers(5)}
    assert everywhere.issuperset(RULES)
    without = {s.name for s in default_samplers(5, SearchSpace("networks", ARCHITECTURE))}
    assert everywhere - without == set(RULES)
