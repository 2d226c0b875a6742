"""Small runs of the simulations whose full size is tests/benchmarks/coverage_simulation.py."""

import numpy as np

from tests.benchmarks.coverage_simulation import (
    SCORES,
    a12_coverage,
    false_equivalence,
    family_wise_error,
    mean_coverage,
    shown,
    simulated_power,
    simultaneous_coverage,
    stated_power,
    target_coverage,
)


def binomial_slack(share, repetitions):
    return 4.0 * np.sqrt(share * (1.0 - share) / repetitions)


def test_intervals_of_the_mean_cover():
    """92 to 97 % on continuous scores, from 10 seeds on; where the others fall short."""
    rows = mean_coverage(800, 1000)
    slack = binomial_slack(0.95, 800)
    for row in rows:
        if str(row["scores"]).startswith("five values"):
            continue
        assert 0.92 - slack / 2 <= row["studentized"] <= 0.97 + slack / 2, row
    skewed = [row for row in rows if row["seeds"] == 10]
    assert np.mean([row["percentile"] for row in skewed]) < 0.91
    assert np.mean([row["BCa"] for row in skewed]) < 0.91


def test_intervals_of_a12_and_of_medians_cover():
    slack = binomial_slack(0.95, 800) / 2
    for row in a12_coverage(800):
        for seeds in (10, 20, 30):
            assert 0.92 - slack <= row[f"{seeds} seeds"] <= 0.97 + slack, row
    for row in target_coverage(150):
        assert 0.92 - binomial_slack(0.95, 150) / 2 <= row["median"], row
        assert 0.90 - binomial_slack(0.95, 150) / 2 <= row["expected trials"], row


def test_equal_samplers_are_rarely_told_apart():
    """At most 5 % of studies of equal samplers have a verdict, of the mean or of ranks."""
    limit = 0.05 + binomial_slack(0.05, 100)
    for row in family_wise_error(100, samplers=5, sources=SCORES[1::3], resamples=400):
        for name, share in row.items():
            if name not in ("scores", "family"):
                assert share <= limit, row


def test_simultaneous_intervals_cover_together():
    least = 0.93 - binomial_slack(0.93, 100)
    for row in simultaneous_coverage(100, samplers=7, resamples=400):
        for name, share in row.items():
            if name != "scores":
                assert share >= least, row


def test_equivalence_is_rarely_declared_at_the_margin():
    limit = 0.05 + binomial_slack(0.05, 100)
    for row in false_equivalence(100, samplers=7, resamples=400):
        for name, share in row.items():
            if name != "scores":
                assert share <= limit, row


def test_stated_power_is_the_simulated_one():
    rows = stated_power(100, pilots=25, scores=SCORES[:2], plans=False)
    found = [row["30 seeds"] for row in rows]
    assert abs(np.mean(found) - 0.8) <= 0.05 + 0.03


def test_power_grows_with_the_difference():
    rng = np.random.default_rng(0)
    found = [simulated_power(SCORES[0], shift, 20, 2.1, 200, rng) for shift in (0.0, 0.8, 2.0)]
    assert found[0] < 0.08 < found[1] < found[2]


def test_tables_are_shown_in_percent():
    assert "| a | 10 | 95.1 |" in shown([{"scores": "a", "seeds": 10, "share": 0.951}])
