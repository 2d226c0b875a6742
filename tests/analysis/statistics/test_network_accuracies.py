import itertools

import numpy as np
import pytest

from analysis.statistics.network_accuracies import (
    Grid,
    compare,
    conclusions,
    front_shares,
    good_enough,
    on_front,
    per_layer,
    sample_half_width,
    seed_interval,
    widening,
)
from moo_jsc.networks.family import network_spec, widened_family
from tests.benchmarks import null_studies

SEEDS, JETS = 4, 3000


def drawn_grid(accuracy, *, largest=3, seed=0, spread=0.002):
    """Draw a grid whose networks have given accuracies, a function of the multipliers."""
    rng = np.random.default_rng(seed)
    family = widened_family(network_spec("jsc-three-linear"), range(1, largest + 1))
    truth = np.array([accuracy(*multipliers) for multipliers in family])
    trained = truth + rng.normal(scale=spread, size=(SEEDS, len(truth)))
    difficulty = rng.random(JETS)
    correct = difficulty < np.clip(trained[:, :, None] + rng.normal(0, 0.02, JETS), 0, 1)
    flops = np.array([2.0 * spec.macs for spec in family.values()])
    return Grid(
        tuple(family),
        np.array([spec.parameters for spec in family.values()]),
        flops,
        np.array([4.0 * spec.parameters for spec in family.values()]),
        trained + rng.normal(scale=0.001, size=trained.shape),
        correct,
    )


def test_seed_interval_is_students():
    from scipy import stats

    accuracy = np.array([0.74, 0.75, 0.755, 0.76])
    expected = stats.ttest_1samp(accuracy, 0).confidence_interval(0.95)
    assert seed_interval(accuracy) == pytest.approx((expected.low, expected.high))


def test_sample_half_width_is_binomial():
    grid = drawn_grid(lambda a, b: 0.7)
    assert sample_half_width(grid) == pytest.approx(1.96 * np.sqrt(0.7 * 0.3 / JETS), rel=0.05)


def test_a_margin_changes_undecided_into_equivalent_where_it_is_wide_enough():
    flat = drawn_grid(lambda a, b: 0.7, spread=0.0005)
    assert {found.verdict for found in widening(flat, 0.05)} == {"equivalent"}
    scattered = drawn_grid(lambda a, b: 0.7, spread=0.005)
    assert {found.verdict for found in widening(scattered, 1e-6)} == {"undecided"}
    cheapest, verdicts = good_enough(flat, 0.05)
    assert flat.name(cheapest) == "1x1"
    assert {found.verdict for found in verdicts} == {"equivalent"}
    assert "shown to be as good within 5 points" in conclusions(flat, 0.05)[-1]
    rising = drawn_grid(lambda a, b: 0.6 + 0.03 * (a + b))
    assert conclusions(rising, 0.01)[-1] == (
        "No cheaper network is shown to be as good as the most accurate one, 3x3."
    )


def test_verdicts_change_with_the_data():
    rising = widening(drawn_grid(lambda a, b: 0.6 + 0.03 * (a + b)))
    flat = widening(drawn_grid(lambda a, b: 0.7))
    assert {verdict.verdict for verdict in rising} == {"better"}
    assert {verdict.verdict for verdict in flat} == {"cannot be told apart"}
    assert [verdict.claim for verdict in rising] == [
        "2x2 instead of 1x1",
        "3x3 instead of 2x2",
        "3x3 instead of 1x1",
    ]


def test_per_layer_wins_where_one_layer_is_all_that_counts():
    grid = drawn_grid(lambda a, b: 0.6 + 0.05 * b)
    won = {verdict.claim.split(" instead of ")[1]: verdict for verdict in per_layer(grid)}
    assert won["2x2"].verdict == "better"
    assert won["2x2"].claim.startswith("1x3")
    lost = per_layer(drawn_grid(lambda a, b: 0.75 if a == b else 0.6))
    assert {verdict.verdict for verdict in lost} == {"worse"}


def test_challengers_never_cost_more():
    grid = drawn_grid(lambda a, b: 0.6 + 0.02 * (a + b))
    for verdict in per_layer(grid):
        names, uniform = verdict.claim.split(" instead of ")
        limit = grid.multipliers.index(tuple(int(part) for part in uniform.split("x")))
        for name in names.split("/"):
            chosen = grid.multipliers.index(tuple(int(part) for part in name.split("x")))
            assert grid.flops[chosen] <= grid.flops[limit]
            assert grid.size[chosen] <= grid.size[limit]
            assert not grid.uniform[chosen]


def test_the_cheapest_good_network_is_found():
    saturating = drawn_grid(lambda a, b: 0.65 if a * b == 1 else 0.75)
    cheapest, verdicts = good_enough(saturating)
    assert saturating.name(cheapest) in {"1x2", "2x1"}
    assert len(verdicts) == 8
    rising = drawn_grid(lambda a, b: 0.5 + 0.05 * (a + b))
    assert rising.name(good_enough(rising)[0]) == "3x3"


def test_fronts_match_a_plain_loop():
    grid = drawn_grid(lambda a, b: 0.6 + 0.02 * b)
    accuracy = grid.test.mean(axis=0)
    points = list(zip(-accuracy, grid.flops, grid.size, strict=True))
    plain = [
        not any(all(q <= p for q, p in zip(b, a, strict=True)) and b != a for b in points)
        for a in points
    ]
    assert on_front(grid, accuracy).tolist() == plain
    shares = front_shares(grid)
    assert shares[grid.position(1)] == 1.0
    assert ((shares >= 0) & (shares <= 1)).all()


def test_comparisons_are_antisymmetric():
    grid = drawn_grid(lambda a, b: 0.6 + 0.02 * b)
    for i, j in itertools.combinations(range(9), 2):
        assert compare(grid, i, j).estimate == pytest.approx(-compare(grid, j, i).estimate)


@pytest.mark.parametrize("largest", [2, 3])
def test_conclusions_say_what_was_found(largest):
    rising = conclusions(drawn_grid(lambda a, b: 0.5 + 0.05 * (a + b), largest=largest))
    assert "is better beyond noise" in rising[0]
    assert rising[-1].endswith("is better than every cheaper one.")
    flat = conclusions(drawn_grid(lambda a, b: 0.7, largest=largest))
    assert "is not better beyond noise" in flat[0]
    assert "1x1" in flat[-1]


def test_one_variance_of_trainings_for_all_pairs():
    grid = drawn_grid(lambda a, b: 0.7)
    test = grid.test
    left = test - test.mean(0) - test.mean(1)[:, None] + test.mean()
    freedom = (SEEDS - 1) * (len(grid.multipliers) - 1)
    assert grid.trainings == pytest.approx((2 * (left**2).sum() / freedom / SEEDS, freedom))
    assert compare(grid, 3, 1).parts[0] == grid.trainings


def test_networks_chosen_for_their_luck_are_rarely_told_apart():
    """Three trainings of scattering networks, all as accurate: this was wrong in every third."""
    rng = np.random.default_rng(0)
    wrong = np.zeros(3)
    for _ in range(60):
        grid = null_studies.drawn_grid(rng, np.full(25, 0.75), seeds=3, scatter=0.01)
        for place, found in enumerate((good_enough(grid)[1], widening(grid), per_layer(grid))):
            wrong[place] += any(claim.verdict != "cannot be told apart" for claim in found)
    assert (wrong <= 60 * 0.05 + 2 * (60 * 0.05 * 0.95) ** 0.5).all()
