import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import PermutationMethod, wilcoxon

from analysis.foundation.errors import InputError
from analysis.statistics.comparison import (
    against_baseline,
    all_pairs,
    best_in_resamples,
    holm,
    signed_rank_p,
)
from analysis.statistics.effects import a12_interval


def scores(seed=0, seeds=20, shifts=(0.0, 0.1, 1.5)):
    rng = np.random.default_rng(seed)
    names = ["random", "alike", "better"]
    return {name: rng.normal(size=seeds) + shift for name, shift in zip(names, shifts, strict=True)}


def test_p_values_are_scipy_s_without_ties():
    differences = np.random.default_rng(0).normal(size=(17, 5))
    expected = [wilcoxon(column).pvalue for column in differences.T]
    assert signed_rank_p(differences) == pytest.approx(expected)


@given(st.lists(st.integers(-3, 3), min_size=2, max_size=8))
@settings(deadline=None)
def test_tied_p_values_count_all_signs(differences):
    """The definition: every pattern of signs is equally likely, given the sizes."""
    array = np.array(differences, dtype=float)
    if not array.any():
        assert signed_rank_p(array[:, None]).tolist() == [1.0]
        return
    sizes = np.abs(array)
    ranks = np.array([(sizes < size).sum() + ((sizes == size).sum() + 1) / 2 for size in sizes])
    ranks[sizes == 0] = 0.0
    observed = ranks[array > 0].sum()
    sums = np.array(
        [ranks @ np.array(signs) for signs in itertools.product((0, 1), repeat=len(array))]
    )
    expected = min(1.0, 2 * min(np.mean(sums >= observed), np.mean(sums <= observed)))
    assert signed_rank_p(array[:, None])[0] == pytest.approx(expected)


def test_tied_p_values_agree_with_scipy_s_permutations():
    differences = np.array([1.0, 1.0, -2.0, 3.0, 3.0, 0.0, 4.0, -1.0, 5.0, 5.0])
    method = PermutationMethod(n_resamples=np.inf)
    expected = wilcoxon(differences, zero_method="pratt", method=method).pvalue
    assert signed_rank_p(differences[:, None])[0] == pytest.approx(expected)


def test_many_seeds_with_ties_use_the_normal_approximation():
    differences = np.random.default_rng(0).integers(-3, 5, size=(80, 1)).astype(float)
    expected = wilcoxon(differences[:, 0], zero_method="pratt", method="asymptotic").pvalue
    assert signed_rank_p(differences)[0] == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_the_step_down_procedure(p):
    order = sorted(range(len(p)), key=lambda i: p[i])
    expected, highest = [0.0] * len(p), 0.0
    for step, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p) - step) * p[index]))
        expected[index] = highest
    assert holm(p) == pytest.approx(expected)


def test_better_sampler_is_found_and_equal_ones_are_not_told_apart():
    table = against_baseline(scores(), "random")
    assert table["verdict"].to_dict() == {"alike": "undecided", "better": "better"}
    row = table.loc["better"]
    assert row["difference_low"] < row["difference"] < row["difference_high"]
    assert row["wins"] + row["ties"] + row["losses"] == 20
    assert row["a12_low"] < row["a12"] < row["a12_high"]


def test_smaller_may_be_better():
    smaller = {name: -values for name, values in scores().items()}
    table = against_baseline(smaller, "random", sense="min")
    larger = against_baseline(scores(), "random")
    assert table["verdict"].tolist() == larger["verdict"].tolist()
    assert table["a12"].tolist() == larger["a12"].tolist()
    assert table["difference"].to_numpy() == pytest.approx(-larger["difference"].to_numpy())


def test_identical_samplers_are_called_so():
    same = scores()["random"]
    table = against_baseline({"random": same, "copy": same}, "random")
    assert table.loc["copy", "verdict"] == "identical"
    assert table.loc["copy", "a12"] == 0.5
    assert table.loc["copy", "p_holm"] == 1.0


def test_all_pairs_mirror_the_baseline_s():
    pairs = all_pairs(scores()).set_index(["one", "other"])
    table = against_baseline(scores(), "random")
    assert len(pairs) == 3
    assert pairs.loc[("random", "better"), "difference"] == pytest.approx(
        -table.loc["better", "difference"]
    )
    assert pairs.loc[("random", "better"), "verdict"] == "worse"
    assert pairs.loc[("random", "better"), "p"] == table.loc["better", "p"]


def test_a12_is_the_share_of_pairs():
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 5, (2, 9, 4)).astype(float)
    expected = [
        np.mean([(a > b) + 0.5 * (a == b) for a in one[:, k] for b in other[:, k]])
        for k in range(4)
    ]
    assert a12_interval(one, other)[0] == pytest.approx(expected)


def test_a12_of_complete_separation_has_an_interval():
    estimate, low, high = a12_interval(np.arange(10.0) + 100, np.arange(10.0))
    assert (estimate, high) == (1.0, 1.0)
    assert low == pytest.approx(0.025 ** (1 / 10))


def test_best_in_resamples_sums_to_one_and_shares_ties():
    values = scores()
    found = best_in_resamples(values)
    assert sum(found.values()) == pytest.approx(1.0)
    assert found["better"] > 0.99
    twins = best_in_resamples({"a": values["random"], "b": values["random"]})
    assert twins == {"a": 0.5, "b": 0.5}


def test_rounding_is_no_finding():
    """Differences of 1e-16 were "found less: by 0.0 [0.0, 0.0]" with p = 6.9e-5."""
    rng = np.random.default_rng(0)
    one = rng.uniform(0.5, 1.0, 30)
    table = against_baseline(
        {"random": one, "same": one - 1e-16 - 2e-16 * rng.random(30)}, "random"
    )
    row = table.loc["same"]
    assert row["verdict"] == row["verdict_ranks"] == "identical"
    assert (row["p"], row["a12"], row["ties"]) == (1.0, 0.5, 30)


def test_equivalent_is_not_the_same_as_undecided():
    rng = np.random.default_rng(0)
    near = {"random": rng.normal(0.7, 0.01, 30), "near": rng.normal(0.7, 0.01, 30)}
    assert against_baseline(near, "random").loc["near", "verdict"] == "undecided"
    table = against_baseline(near, "random", margin=0.02)
    assert table.loc["near", "verdict"] == "equivalent"
    assert against_baseline(near, "random", margin=0.002).loc["near", "verdict"] == "undecided"
    with pytest.raises(InputError, match="margin = 0"):
        against_baseline(near, "random", margin=0.0)


def test_the_mean_and_the_ranks_may_disagree():
    """Many small losses and a few large gains: better on average, worse by ranks."""
    differences = np.r_[np.full(36, -0.01), np.full(4, 0.5)] + np.linspace(0, 1e-3, 40)
    table = against_baseline({"random": np.zeros(40), "bold": differences}, "random")
    row = table.loc["bold"]
    assert row["difference"] > 0
    assert row["verdict_ranks"] == "worse" and row["verdict"] != "worse"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"random": [1.0, 2.0], "x": [1.0]}, "not paired"),
        ({"random": [1.0], "x": [1.0]}, "at least 2 seeds"),
        ({"random": [1.0, np.nan], "x": [1.0, 2.0]}, "not finite"),
        ({"x": [1.0, 2.0]}, "baseline 'random'"),
    ],
)
def test_bad_scores(table, message):
    with pytest.raises(InputError, match=message):
        against_baseline(table, "random")
