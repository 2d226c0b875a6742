"""Runs of the grey box: no leak, no repeat, bounds, noise, failed assumptions, large spaces."""

import contextlib

import numpy as np
import pytest

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.bounds import Bounds
from moo_jsc.objectives.objective import Objective
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.runs.ledger import Ledger
from moo_jsc.samplers import BudgetExhausted, get_samplers, run_sampler
from moo_jsc.samplers.grey_box import GreyBox, Noise
from moo_jsc.samplers.grey_box import pool as pool_module
from moo_jsc.samplers.grey_box.pool import Pool
from moo_jsc.samplers.grey_box.search import Search

ACCURACY = Objective(name="accuracy", unit="1", sense="max")
LOSS = Objective(name="loss", unit="nats", sense="min")
SIZE = Objective(name="size", unit="bits", sense="min", known=True)
OPERATIONS = Objective(name="operations", unit="1", sense="min", known=True)
OBJECTIVES = (ACCURACY, SIZE, OPERATIONS)
WIDTHS = (2, 3, 4, 6, 8)
FEW = (2, 3, 4, 8)


def space(layers=2, widths=WIDTHS):
    trends = {"rises": ("accuracy",), "falls": ("loss",), "unit": "bits"}
    return SearchSpace(
        "test",
        tuple(
            Choice(f"{layer}.{tensor}", widths, **trends)
            for layer in range(layers)
            for tensor in ("data", "weight")
        ),
    )


def values(where, rows, seed=0, order=None):
    """Accuracy that rounding damages, size and operations; `order` shuffles what widths mean."""
    generator = np.random.default_rng(seed)
    table = np.array(where.choices[0].values, dtype=float)
    bits = table[np.asarray(rows)]
    effective = bits if order is None else table[np.take_along_axis(order, np.asarray(rows).T, 1).T]
    damage = generator.uniform(0.05, 0.25, where.dimensions)
    rough = np.sin(np.asarray(rows) @ generator.uniform(1, 9, where.dimensions))
    accuracy = 0.75 * np.exp(-(np.exp(-1.1 * (effective - 2)) @ damage)) + 0.004 * rough
    layers = generator.uniform(50, 300, where.dimensions // 2)
    data, weight = bits[:, ::2], bits[:, 1::2]
    return np.column_stack([accuracy, weight @ layers, (data * weight) @ layers])


def known(found):
    found = found.copy()
    found[:, 0] = np.nan
    return found


def run(sampler, where, function, budget=20, seed=0, objectives=OBJECTIVES, told=True):
    ledger = Ledger(where, len(objectives), function, budget=budget)
    sampler.load()
    with contextlib.suppress(BudgetExhausted):
        if isinstance(sampler, GreyBox):
            sampler.run(
                where,
                objectives,
                ledger,
                seed=seed,
                budget=budget,
                known=(lambda rows: known(function(rows))) if told else None,
            )
        else:
            sampler.run(where, objectives, ledger, seed=seed, budget=budget)
    return np.array([trial.configuration for trial in ledger.trials])


def share(where, function, rows):
    """Hypervolume of the trials over that of the whole space, between its ideal and nadir."""
    import moocore

    signs = np.array([-1.0, 1.0, 1.0])
    everything = signs * function(where.configurations(np.arange(where.size)))
    front = everything[moocore.is_nondominated(everything)]
    low, high = front.min(axis=0), front.max(axis=0)
    scaled = (signs * function(rows) - low) / (high - low)
    return moocore.hypervolume(scaled, ref=1.1) / moocore.hypervolume(
        (front - low) / (high - low), ref=1.1
    )


@pytest.mark.parametrize("name", ["grey-box", "grey-box-plain"])
def test_no_value_leaks_before_its_trial(name):
    where = space()
    table = values(where, where.configurations(np.arange(where.size)))
    (sampler,) = get_samplers([name])
    open_book = run(sampler, where, lambda rows: table[where.indices(rows)])
    hidden = known(table)

    def closed_book(rows):
        at = where.indices(rows)
        hidden[at] = table[at]
        return hidden[at]

    ledger = Ledger(where, 3, closed_book, budget=20)
    with contextlib.suppress(BudgetExhausted):
        sampler.run(
            where,
            OBJECTIVES,
            ledger,
            seed=0,
            budget=20,
            known=lambda rows: known(hidden[where.indices(rows)]),
        )
    assert np.isnan(hidden[:, 0]).sum() == where.size - 20
    assert np.array_equal([trial.configuration for trial in ledger.trials], open_book)


def test_ahead_of_random_search_where_its_assumptions_hold():
    (random,) = get_samplers(["optuna-random"])
    for seed in range(3):
        where = space(3, FEW)

        def function(rows, where=where, seed=seed):
            return values(where, rows, seed)

        informed = share(where, function, run(GreyBox(), where, function, seed=seed))
        blind = share(where, function, run(random, where, function, seed=seed))
        assert informed > blind + 0.05
        assert informed > 0.85


def test_every_design_once_when_the_budget_is_larger_than_the_space():
    where = space(1)
    rows = run(GreyBox(), where, lambda rows: values(where, rows), budget=60)
    assert len(rows) == where.size
    assert len(np.unique(rows, axis=0)) == where.size


def test_several_black_boxes():
    where = space()
    objectives = (ACCURACY, LOSS, SIZE)

    def function(rows):
        found = values(where, rows)
        return np.column_stack([found[:, 0], 2 - 2 * found[:, 0], found[:, 1]])

    def hidden(rows):
        found = function(rows)
        found[:, :2] = np.nan
        return found

    ledger = Ledger(where, 3, function, budget=12)
    with contextlib.suppress(BudgetExhausted):
        GreyBox().run(where, objectives, ledger, seed=0, budget=12, known=hidden)
    assert len({trial.configuration for trial in ledger.trials}) == 12


def test_everything_known_is_greedy_choice():
    where = space()
    table = values(where, where.configurations(np.arange(where.size)))

    def function(rows):
        return table[where.indices(rows)]

    ledger = Ledger(where, 3, function, budget=10)
    with contextlib.suppress(BudgetExhausted):
        GreyBox().run(where, OBJECTIVES, ledger, seed=0, budget=10, known=function)
    rows = np.array([trial.configuration for trial in ledger.trials])
    assert share(where, function, rows) > 0.95


def test_bounds_keep_trials_inside_and_aim_at_what_counts():
    where = space()

    def function(rows):
        return values(where, rows)

    limit = float(np.median(function(where.configurations(np.arange(where.size)))[:, 1]))
    bounded = GreyBox(bounds=Bounds({"accuracy": 0.6}, {"size": limit}))
    found = function(run(bounded, where, function))
    assert (found[:, 1] <= limit).all()
    free = function(run(GreyBox(), where, function))
    assert (found[:, 0] >= 0.6).sum() > (free[:, 0] >= 0.6).sum()


def test_told_bounds_and_scales_of_a_problem_are_those_of_its_settings():
    where = space()
    bounds, scales = Bounds({"accuracy": 0.7}), {"size": "logarithmic"}
    proposals = []
    for sampler, told in [
        (GreyBox(), {"bounds": bounds, "scales": scales}),
        (GreyBox(bounds=bounds, scales=scales), {}),
        (GreyBox(), {}),
    ]:
        ledger = Ledger(where, 3, lambda rows: values(where, rows), budget=12)
        with contextlib.suppress(BudgetExhausted):
            run_sampler(
                sampler,
                where,
                OBJECTIVES,
                ledger,
                seed=0,
                budget=12,
                known=lambda rows: known(values(where, rows)),
                **told,
            )
        proposals.append([trial.configuration for trial in ledger.trials])
    assert proposals[0] == proposals[1] != proposals[2]


@pytest.mark.parametrize("logarithmic", [False, True])
def test_proposals_have_the_largest_gain_of_all_designs_within_bounds(logarithmic):
    """What is left out before the gains are computed had none of the largest ones."""
    where = space(2, FEW)
    scales = {"accuracy": "logarithmic", "size": "logarithmic"} if logarithmic else {}
    sampler = GreyBox(bounds=Bounds({"accuracy": 0.65}, {"size": 2500.0}), scales=scales)
    pool = Pool(where, lambda rows: known(values(where, rows)), 3, seed=0)
    search = Search(where, OBJECTIVES, pool, sampler, seed=0)
    for _ in range(8):
        index = search.proposal()
        search.learn(index, values(where, where.configurations([index]))[0])
    everything = np.flatnonzero(search._region.counts(search._region.measured(pool.known)))
    tried = np.array(search._tried)
    measured = search._region.measured(pool.known)
    beliefs = search._beliefs(tried)
    found = search._learned()
    reference = np.array([0.0 if logarithmic else -0.6, *np.nanmax(measured[:, 1:], axis=0)])
    kept = search._candidates(everything, measured, beliefs, found, reference)
    most = search._improvement(everything, measured, beliefs, found, reference).max()
    assert len(kept) < len(everything)
    assert np.isclose(
        search._improvement(kept, measured, beliefs, found, reference).max(), most, rtol=1e-12
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bounds": Bounds(at_most={"size": 1.0})}, "no design meets the bounds on known costs"),
        (
            {"bounds": Bounds({"acuracy": 0.7})},
            "bound on objective .acuracy.: expected one of accuracy, size",
        ),
        ({"noise": {"x": Noise()}}, "noise of objective .x.: expected one of"),
    ],
)
def test_bad_settings_get_one_line(settings, message):
    where = space(1)
    with pytest.raises(InputError, match=message):
        run(GreyBox(**settings), where, lambda rows: values(where, rows))


def test_noise_is_binomial_and_of_training():
    with pytest.raises(InputError, match="jets = 0"):
        Noise(jets=0)
    with pytest.raises(InputError, match="training = -1"):
        Noise(training=-1)
    generator = np.random.default_rng(0)
    drawn = generator.binomial(500, 0.7, 20_000) / 500 + generator.normal(0, 0.01, 20_000)
    (expected,) = Noise(jets=500, training=0.01).variance(np.array([0.7]))
    assert np.isclose(drawn.var(), expected, rtol=0.05)


def test_noisy_scores_do_not_bring_it_below_random_search():
    (random,) = get_samplers(["optuna-random"])
    sampler = GreyBox(noise={"accuracy": Noise(jets=500, training=0.01)})
    where = space(3, FEW)
    lead = []
    for seed in range(4):
        generator = np.random.default_rng(seed)

        def scored(rows, generator=generator):
            found = values(where, rows)
            found[:, 0] = generator.binomial(500, found[:, 0]) / 500
            found[:, 0] += generator.normal(0, 0.01, len(found))
            return found

        informed = run(sampler, where, scored, seed=seed)
        blind = run(random, where, scored, seed=seed)

        def mean_values(rows):
            return values(where, rows)

        lead.append(share(where, mean_values, informed) - share(where, mean_values, blind))
    assert np.mean(lead) > 0


def test_shuffled_choices_do_not_bring_it_below_random_search():
    (random,) = get_samplers(["without-repeats(optuna-random)"])
    where = space(2)
    lead = []
    for seed in range(6):
        generator = np.random.default_rng(seed)
        order = np.array([generator.permutation(len(WIDTHS)) for _ in range(where.dimensions)])

        def shuffled(rows, seed=seed, order=order):
            return values(where, rows, seed, order)

        informed = share(where, shuffled, run(GreyBox(), where, shuffled, seed=seed))
        blind = share(where, shuffled, run(random, where, shuffled, seed=seed))
        lead.append(informed - blind)
    assert np.mean(lead) > -0.02


def test_a_space_too_large_to_score_is_searched_from_a_sample_that_grows(monkeypatch):
    monkeypatch.setattr(pool_module, "WHOLE", 1500)
    monkeypatch.setattr(pool_module, "SAMPLE", 400)
    where = space(3, FEW)
    assert where.size > pool_module.WHOLE

    def function(rows):
        return values(where, rows)

    (random,) = get_samplers(["optuna-random"])
    rows = run(GreyBox(), where, function)
    assert len(np.unique(rows, axis=0)) == 20
    assert share(where, function, rows) > share(where, function, run(random, where, function))
    pool = Pool(where, None, 3, seed=1)
    before = len(pool.indices)
    assert not pool.whole
    assert {0, where.size - 1} <= set(pool.indices.tolist())
    pool.grow(where.configurations([0]))
    neighbors = where.indices(np.eye(where.dimensions, dtype=int))
    assert set(neighbors.tolist()) <= set(pool.indices.tolist())
    assert len(np.unique(pool.indices)) == len(pool.indices) > before


def test_logarithmic_costs_need_positive_ones():
    where = space(1)

    def function(rows):
        found = values(where, rows)
        found[:, 1] = 0.0
        return found

    with pytest.raises(InputError, match="objective 'size': 0, expected positive"):
        run(GreyBox(scales={"size": "logarithmic", "operations": "logarithmic"}), where, function)
    rows = run(
        GreyBox(scales={"size": "logarithmic", "operations": "logarithmic"}),
        where,
        lambda rows: values(where, rows),
        budget=8,
    )
    assert len(np.unique(rows, axis=0)) == 8
