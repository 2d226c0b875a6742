import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.statistics.paired_accuracies import Difference, judged, paired_difference


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
    rng = np.random.default_rng(2)
    one, other = rng.random((3, 50)) < 0.7, rng.random((3, 50)) < 0.6
    d = one.astype(float) - other
    a, b = np.var(d.mean(1), ddof=1) / 3, np.var(d.mean(0), ddof=1) / 50
    found = paired_difference(one, other)
    width = np.sqrt(stats.t.ppf(0.975, 2) ** 2 * a + stats.t.ppf(0.975, 49) ** 2 * b)
    assert found.estimate == pytest.approx(d.mean())
    assert (found.low, found.high) == pytest.approx((d.mean() - width, d.mean() + width))
    turned = paired_difference(other, one)
    assert (turned.estimate, turned.p) == pytest.approx((-found.estimate, found.p))
    known = paired_difference(one, other, trainings=(0.0, 2.0))
    assert known.p == pytest.approx(2 * stats.t.sf(abs(d.mean()) / np.sqrt(b), 49))


def test_equal_networks_have_no_difference():
    same = np.random.default_rng(3).random((3, 100)) < 0.7
    found = paired_difference(same, same)
    assert (found.estimate, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_verdicts_follow_the_sign_and_the_correction():
    rng = np.random.default_rng(5)
    low, high = rng.random((4, 3000)) < 0.6, rng.random((4, 3000)) < 0.7
    claims = [("up", paired_difference(high, low)), ("down", paired_difference(low, high))]
    claims.append(("same", paired_difference(low, rng.random((4, 3000)) < 0.6)))
    words = [verdict.verdict for verdict in judged("group", claims)]
    assert words == ["better", "worse", "cannot be told apart"]
    assert judged("group", []) == []


def test_equivalence_is_two_one_sided_tests():
    rng = np.random.default_rng(3)
    one, other = rng.random((5, 4000)) < 0.71, rng.random((5, 4000)) < 0.70
    found = paired_difference(one, other)
    (a, _), (b, _) = found.parts
    for margin in np.linspace(0.001, 0.05, 25):
        # As well known: at 5 % exactly where the 90 % interval lies within the margin.
        width = np.sqrt(stats.t.ppf(0.95, 4) ** 2 * a + stats.t.ppf(0.95, 3999) ** 2 * b)
        assert (found.within(margin) <= 0.05) == (abs(found.estimate) + width <= margin)


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


def test_few_seeds_are_not_taken_for_many():
    """Trainings that scatter far more than jets do: 12 claims, all of them of no difference."""
    rng = np.random.default_rng(0)
    wrong = 0
    for _ in range(150):
        scattered = rng.normal(scale=0.02, size=(12, 3))
        parts = scattered.var(axis=1, ddof=1) / 3
        claims = [
            ("none", Difference.of(mean, [(part, 2.0), (4e-6, 9999.0)]))
            for mean, part in zip(scattered.mean(axis=1), parts, strict=True)
        ]
        wrong += any(found.verdict != "cannot be told apart" for found in judged("g", claims))
    assert wrong <= 150 * 0.05 + 2 * (150 * 0.05 * 0.95) ** 0.5


@given(st.integers(0, 10_000), st.integers(1, 12), st.sampled_from([None, 0.01]))
def test_no_interval_contradicts_its_verdict(seed, count, margin):
    """The difference -0.31 [-0.57, -0.05] beside the words "cannot be told apart"."""
    rng = np.random.default_rng(seed)
    claims = [
        (str(i), Difference.of(rng.normal(0, 0.01), [(rng.exponential(1e-5), 4.0), (1e-6, 1e4)]))
        for i in range(count)
    ]
    for among in (None, count + 10):
        for found in judged("g", claims, margin, chosen_among=among):
            low, high = found.difference.low, found.difference.high
            if found.verdict == "better":
                assert low >= 0
            elif found.verdict == "worse":
                assert high <= 0
            elif found.verdict == "equivalent":
                assert -margin <= low <= high <= margin
            else:
                assert low <= 0 <= high
