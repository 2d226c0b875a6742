import numpy as np
import pytest

from analysis.foundation.objectives import Objective
from analysis.scalarization.picks import pick
from analysis.scalarization.score_audit import Rating, audit_score
from analysis.scalarization.sentences import (
    audit_sentences,
    justification_sentence,
    score_sentence,
    suggestion_sentence,
    tolerance_sentence,
)
from analysis.scalarization.support import Support
from analysis.scalarization.weight_audit import audit_weights, side_by_side
from analysis.scalarization.weights import ReportedScore, Weights
from tests.analysis.scalarization.strategies import sphere_front

ACCURACY, SIZE = Objective(name="accuracy", sense="max"), Objective(name="size", unit="bytes")
FLOPS, LATENCY = Objective(name="flops"), Objective(name="latency", unit="ms")


def name(row):
    return f"design {row}"


def test_a_score_that_rewards_a_cost_picks_a_dominated_design():
    values = [[0.70, 1.0], [0.69, 5.0], [0.5, 0.5]]
    found = audit_score(
        values, [ACCURACY, LATENCY], ReportedScore("R2", Weights({"accuracy": 1, "latency": 0.1}))
    )
    assert found.verdict is Rating.WRONG_SIGN
    assert (found.design, found.dominating, found.on_front, found.volume) == (1, 1, None, 0.0)
    sentence = score_sentence(found, name)
    assert "improves as latency gets worse" in sentence
    assert "which 1 other design dominates" in sentence


def test_a_reward_for_what_does_not_vary_is_said_to_be_harmless_here():
    values = [[0.70, 1.0], [0.5, 1.0]]
    found = audit_score(
        values, [ACCURACY, LATENCY], ReportedScore("R2", Weights({"accuracy": 1, "latency": 0.1}))
    )
    assert found.verdict is Rating.WRONG_SIGN
    assert "only because latency does not vary" in score_sentence(found, name)


def test_a_score_decided_by_one_objective():
    values = [[0.75, 1000.0], [0.70, 500.0], [0.20, 100.0]]
    found = audit_score(
        values, [ACCURACY, SIZE], ReportedScore("R1", Weights({"accuracy": 1, "size": -0.2}))
    )
    assert found.verdict is Rating.ONE_OBJECTIVE
    assert found.design == 2
    assert found.vacuous == ("accuracy",)
    assert "the pick is just the best in size" in score_sentence(found, name)


@pytest.mark.parametrize(
    ("size_weight", "verdict"),
    [(0.0101, Rating.FRAGILE), (0.013, Rating.MODERATE), (0.03, Rating.ROBUST)],
)
def test_fragile_and_robust_scores(size_weight, verdict):
    # size 10 against 20: accuracy 0.1 apart, so the pick changes at 0.01 and at 0.09
    values = [[0.7, 20.0], [0.6, 10.0], [0.15, 5.0]]
    found = audit_score(
        values, [ACCURACY, SIZE], ReportedScore("s", Weights({"accuracy": 1, "size": -size_weight}))
    )
    assert found.design == 1
    assert found.verdict is verdict
    sentence = score_sentence(found, name)
    if verdict is Rating.FRAGILE:
        assert "it is fragile: the weight of" in sentence and "makes it design 0" in sentence


def test_constant_objectives_and_unnamed_ones_are_said_to_be_vacuous():
    values = [[0.7, 20.0, 640.0], [0.6, 10.0, 640.0], [0.15, 5.0, 640.0]]
    found = audit_score(
        values,
        [ACCURACY, SIZE, FLOPS],
        ReportedScore("R3", Weights({"accuracy": 1, "size": -0.03, "flops": -0.1})),
    )
    assert found.constant == ("flops",)
    assert "flops is constant here" in score_sentence(found, name)
    assert tolerance_sentence(found.tolerances[2], name) == (
        "the weight of flops (stated 0.1) is vacuous: flops is constant."
    )
    assert found.volume == pytest.approx(
        audit_score(
            np.array(values)[:, :2],
            [ACCURACY, SIZE],
            ReportedScore("R3", Weights({"accuracy": 1, "size": -0.03})),
        ).volume
    )


def test_zero_weights_never_pick_a_dominated_design():
    values = [[0.7, 30.0], [0.7, 20.0], [0.6, 10.0]]
    found = audit_score(values, [ACCURACY, SIZE], ReportedScore("s", Weights({"accuracy": 1})))
    assert (found.design, found.tied, found.dominating) == (1, 2, 0)


def test_the_whole_audit_of_a_front_and_its_sentences():
    points = sphere_front(60, 3, seed=1)
    values = np.vstack([points, points[:10] + 0.2]) * [-1, 1, 1]
    found = audit_weights(values, [ACCURACY, SIZE, FLOPS], samples=5000)
    assert found.whole
    assert found.designs == 70
    counts = found.support.counts()
    assert sum(counts.values()) == len(found.front) == 60
    assert set(found.regions) == set(np.flatnonzero(found.support.of(Support.EXTREME)))
    assert 0.5 < found.hypervolume_share <= 1.0
    for scaling, volume in found.volumes.items():
        sampled = found.sampled[scaling]
        assert ((sampled.low <= volume) & (volume <= sampled.high)).mean() > 0.9
    text = audit_sentences(found)
    assert "has 60 distinct points (60 of 70 designs)" in text[0]
    assert f"pick {counts[Support.UNSUPPORTED]} of them" in text[1]
    for suggestion in found.suggestions:
        assert pick(found.front, suggestion.weights, "range").point == suggestion.point
        assert suggestion_sentence(found, suggestion, name).endswith(".")
    kinds = {}
    for row in range(60):
        sentence = justification_sentence(found.front, found.justify(row), name)
        kinds.setdefault(found.support.classes[row], sentence)
    assert kinds[Support.UNSUPPORTED].startswith("No weights justify design")
    assert "is justified by" in kinds[Support.EXTREME]


def test_methods_side_by_side_name_a_point_each():
    points = sphere_front(60, 3, seed=2)
    found = audit_weights(points, [Objective(name=each) for each in "abc"], samples=1000)
    for choice in side_by_side(found.front, np.ones(3)):
        assert choice.point is None or 0 <= choice.point < 60
    strict = side_by_side(found.front, np.ones(3), target=found.front.ideal - 1.0)
    assert [choice.point for choice in strict if choice.method.startswith("best")] == [None]


def test_volumes_that_would_take_long_are_sampled_and_said_to_be(monkeypatch):
    points = sphere_front(60, 4, seed=0)
    objectives = [Objective(name=f"f{k}") for k in range(4)]
    exact = audit_weights(points, objectives, samples=4000)
    assert exact.exact and exact.whole
    monkeypatch.setattr("analysis.scalarization.weight_audit.MOST_SECONDS", -1.0)
    found = audit_weights(points, objectives, samples=4000)
    assert not found.exact
    assert any("estimated from 4000 sampled weights" in text for text in audit_sentences(found))
    for row, region in found.regions.items():
        assert region.volume == found.volumes["range"][row]
        low, high = exact.sampled["range"].low[row], exact.sampled["range"].high[row]
        assert low - 0.02 <= exact.volumes["range"][row] <= high + 0.02
    for name in ("raw", "range", "deviation"):
        assert found.volumes[name] == pytest.approx(exact.volumes[name], abs=0.04)
