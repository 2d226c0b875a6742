from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import friedmanchisquare

from analysis.foundation.errors import InputError
from analysis.statistics.several_problems import friedman


def test_textbook_example():
    """Demsar 2006, tables 5 and 6: four classifiers on 14 data sets; there q(0.05) = 2.569."""
    scores = pd.DataFrame(np.random.default_rng(0).normal(size=(14, 4)), columns=list("abcd"))
    found = friedman(scores)
    assert found.critical_difference == pytest.approx(2.569 * np.sqrt(4 * 5 / (6 * 14)), abs=1 / 14)
    assert found.p == pytest.approx(friedmanchisquare(*scores.to_numpy().T).pvalue)
    assert sum(found.ranks.values()) == pytest.approx(10.0)


def test_few_problems_have_the_critical_difference_of_all_their_orders():
    orders = np.array(list(permutations(range(3))))
    ranges = [
        np.ptp(np.sum(rows, axis=0)) / 4 for rows in product(orders, repeat=4)
    ]  # 1,296 ways to rank three samplers on four problems
    scores = pd.DataFrame(np.random.default_rng(0).normal(size=(4, 3)), columns=list("abc"))
    difference = friedman(scores).critical_difference
    assert np.mean(ranges > np.float64(difference)) <= 0.05
    assert np.mean(ranges > np.float64(difference - 1 / 4)) > 0.05


def test_groups_are_the_maximal_ones():
    base = np.arange(5.0)
    scores = pd.DataFrame(np.tile(-base, (40, 1)), columns=list("abcde"))
    found = friedman(scores)
    assert found.critical_difference < 1
    assert found.groups == ()
    few = friedman(scores.iloc[:5])
    assert few.groups == (("a", "b", "c"), ("b", "c", "d"), ("c", "d", "e"))


def test_smaller_may_be_better():
    scores = pd.DataFrame(np.tile(np.arange(3.0), (6, 1)), columns=list("abc"))
    assert list(friedman(scores, sense="min").ranks) == ["a", "b", "c"]
    assert list(friedman(scores).ranks) == ["c", "b", "a"]


def test_identical_samplers_are_not_told_apart():
    found = friedman(pd.DataFrame(np.ones((5, 3)), columns=list("abc")))
    assert found.p == 1.0
    assert found.groups == (("a", "b", "c"),)


@pytest.mark.parametrize("shape", [(1, 3), (5, 2)])
def test_too_few(shape):
    with pytest.raises(InputError, match="needs at least 3 and 2"):
        friedman(pd.DataFrame(np.ones(shape)))
