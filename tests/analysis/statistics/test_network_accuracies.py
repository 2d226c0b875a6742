import itertools

import numpy as np
import pytest

from analysis.statistics.network_accuracies import (
    Grid,
    compare,
    conclusions,
    front_shares,
    good_enough,
    judged,
    on_front,
    paired_difference,
    per_layer,
    sample_half_width,
    seed_interval,
    widening,
)
from moo_jsc.networks.family import network_spec, widened_family

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


def test_interval_of_a_difference_has_its_coverage():
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(200):
        levels = 0.75 + rng.normal(scale=0.01, size=(2, 5, 1))
        hard = rng.random(2000)
        one, other = (hard < level for level in levels)
        found = paired_difference(one, other)
        inside += found.low <= 0 <= found.high
    assert inside >= 0.9 * 200


def test_difference_matches_its_formula():
    from scipy import stats

    rng = np.random.default_rng(2)
    one, other = rng.random((3, 50)) < 0.7, rng.random((3, 50)) < 0.6
    d = one.astype(float) - other
    a, b = np.var(d.mean(1), ddof=1) / 3, np.var(d.mean(0), ddof=1) / 50
    freedom = (a + b) ** 2 / (a**2 / 2 + b**2 / 49)
    found = paired_difference(one, other)
    width = stats.t.ppf(0.975, freedom) * np.sqrt(a + b)
    assert found.estimate == pytest.approx(d.mean())
    assert (found.low, found.high) == pytest.approx((d.mean() - width, d.mean() + width))
    turned = paired_difference(other, one)
    assert (turned.estimate, turned.p) == pytest.approx((-found.estimate, found.p))


def test_equal_networks_have_no_difference():
    same = np.random.default_rng(3).random((3, 100)) < 0.7
    found = paired_difference(same, same)
    assert (found.estimate, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_seed_interval_is_students():
    from scipy import stats

    accuracy = np.array([0.74, 0.75, 0.755, 0.76])
    expected = stats.ttest_1samp(accuracy, 0).confidence_interval(0.95)
    assert seed_interval(accuracy) == pytest.approx((expected.low, expected.high))


def test_sample_half_width_is_binomial():
    grid = drawn_grid(lambda a, b: 0.7)
    assert sample_half_width(grid) == pytest.approx(1.96 * np.sqrt(0.7 * 0.3 / JETS), rel=0.05)


def test_verdicts_follow_the_sign_and_the_correction():
    rng = np.random.default_rng(5)
    low, high = rng.random((4, 3000)) < 0.6, rng.random((4, 3000)) < 0.7
    claims = [("up", paired_difference(high, low)), ("down", paired_difference(low, high))]
    claims.append(("same", paired_difference(low, rng.random((4, 3000)) < 0.6)))
    words = [verdict.verdict for verdict in judged("group", claims)]
    assert words == ["better", "worse", "cannot be told apart"]
    assert judged("group", []) == []


def test_equivalence_is_two_one_sided_tests():
    from scipy import stats

    rng = np.random.default_rng(3)
    one, other = rng.random((5, 4000)) < 0.71, rng.random((5, 4000)) < 0.70
    found, wide = paired_difference(one, other), paired_difference(one, other, level=0.90)
    for margin in np.linspace(0.001, 0.05, 25):
        sides = (margin - found.estimate, margin + found.estimate)
        tails = [stats.t.sf(side / found.error, found.freedom) for side in sides]
        assert found.within(margin) == pytest.approx(max(tails))
        # As well known: at 5 % exactly where the 90 % interval lies within the margin.
        assert (found.within(margin) <= 0.05) == (-margin <= wide.low and wide.high <= margin)


def test_equivalence_is_corrected_and_wrong_in_at_most_5_percent_of_families():
    rng = np.random.default_rng(4)
    margin, families, wrong = 0.01, 200, 0
    for _ in range(families):
        levels = 0.75 + margin * np.array([[-0.5], [0.5]]) + rng.normal(scale=0.004, size=(2, 5))
        claims = []
        for _ in range(3):
            hard = rng.random(2000)
            one, other = (hard < level[:, None] for level in levels)
            claims.append(("at the margin", paired_difference(one, other)))
        wrong += any(found.verdict == "equivalent" for found in judged("g", claims, margin))
    assert wrong <= 0.05 * families + 2 * (families * 0.05 * 0.95) ** 0.5


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
