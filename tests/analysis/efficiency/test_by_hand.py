"""The sentence on rules of thumb, whichever side of a pair the rule stands on."""

import numpy as np
import pytest

from analysis.efficiency.by_hand import unbeaten_rule
from analysis.statistics.comparison import all_pairs

GENERATOR = np.random.default_rng(3)


def scores(**means):
    noise = GENERATOR.normal(0, 0.01, 20)
    return {name: mean + noise + GENERATOR.normal(0, 0.01, 20) for name, mean in means.items()}


@pytest.mark.parametrize("first", ["rule", "tpe"])
def test_who_beats_the_best_rule(first):
    finals = scores(rule=0.5, weak=0.2, tpe=0.7, random=0.3, same=0.5)
    finals = {first: finals.pop(first), **finals}
    means = {name: values.mean() for name, values in finals.items()}
    text = unbeaten_rule(all_pairs(finals), means, ["rule", "weak"])
    assert text is not None
    assert text.startswith("Not shown to find more than what is done by hand (rule, ")
    assert text.endswith(": random and same.") or text.endswith(": same and random.")


def test_nothing_to_say():
    finals = scores(rule=0.2, tpe=0.7)
    means = {name: values.mean() for name, values in finals.items()}
    assert unbeaten_rule(all_pairs(finals), means, ["rule"]) is None
    assert unbeaten_rule(all_pairs(finals), means, ["absent"]) is None


def test_all_are_behind():
    finals = scores(rule=0.7, tpe=0.3, random=0.2)
    means = {name: values.mean() for name, values in finals.items()}
    text = unbeaten_rule(all_pairs(finals), means, ["rule"])
    assert text is not None
    assert text.startswith("No sampler was shown to find more than what is done by hand (rule, ")
