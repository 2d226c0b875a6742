import numpy as np
import pytest

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.scalarization.front import Front
from analysis.scalarization.inverse import justify
from analysis.scalarization.suggested import box_corners
from analysis.scalarization.support import classify
from analysis.scalarization.weight_space import WeightSpace
from analysis.scalarization.weights import Weights, checked_importance, shares

OBJECTIVES = (Objective(name="accuracy", sense="max"), Objective(name="size", unit="bytes"))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"accuracy": 1.0, "size": -0.2}, "weight of size = -0.2: expected a number of at least 0"),
        ({"accuracy": 0.0}, "weights of accuracy, size are all 0"),
        ([0, 0], "weights of accuracy, size are all 0"),
        ({"flops": 1.0}, "weight of 'flops': expected one of accuracy, size"),
        ([1.0, float("nan")], "weight of size = nan: expected a finite number"),
        ({"accuracy": float("inf")}, "weight of accuracy = inf: expected a finite number"),
        ([1.0, 2.0, 3.0], "3 weights: expected 2, for accuracy, size"),
        ({"accuracy": "much"}, "weight of accuracy = 'much': expected a number"),
        ([1.0, None], "weight of size = None: expected a number"),
    ],
)
def test_bad_weights_get_one_line(weights, message):
    with pytest.raises(InputError) as caught:
        checked_importance(weights, OBJECTIVES)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_shares_survive_huge_and_tiny_weights():
    assert shares([1e300, 1e300]).tolist() == [0.5, 0.5]
    assert shares([5e-324, 5e-324]).tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("terms", "direction", "message"),
    [
        ({}, "max", "expected one not 0"),
        ({"accuracy": 0.0}, "max", "expected one not 0"),
        ({"accuracy": float("nan")}, "max", "expected a finite number"),
        ({"accuracy": 1.0}, "up", "direction 'up'"),
    ],
)
def test_bad_sums_get_one_line(terms, direction, message):
    with pytest.raises(InputError, match=message):
        Weights.of_sum(terms, direction)


def test_a_score_of_unknown_metrics_is_refused():
    with pytest.raises(InputError, match="weight of 'flops': expected one of accuracy, size"):
        Weights({"flops": 1.0}).importance(OBJECTIVES)


def test_signs_follow_the_senses():
    mase = Weights.of_sum({"accuracy": 1.0, "size": 0.2}, "max")
    assert mase.importance(OBJECTIVES).tolist() == [1.0, -0.2]
    assert mase.rewarded(OBJECTIVES) == ("size",)
    down = Weights.of_sum({"accuracy": 1.0, "size": 0.2}, "min")
    assert down.importance(OBJECTIVES).tolist() == [-1.0, 0.2]
    assert down.rewarded(OBJECTIVES) == ("accuracy",)
    assert down.formula == "-accuracy - 0.2 x size"
    assert Weights({"size": -2.0, "accuracy": 1}).formula == "-2 x size + accuracy"


def test_what_a_user_says_and_the_signed_weights_are_one_thing():
    own = Weights.of_importance([1.0, 0.2], OBJECTIVES)
    assert dict(own) == {"accuracy": 1.0, "size": -0.2}
    assert own == Weights(dict(own)) and hash(own) == hash(Weights(dict(own)))
    values = np.array([[0.7, 10.0], [0.6, 2.0]])
    natural = values @ [own["accuracy"], own["size"]]
    turned = -(values * [-1.0, 1.0]) @ own.importance(OBJECTIVES)
    assert natural.tolist() == turned.tolist()


def test_unknown_points_scalings_and_boxes_are_refused():
    front = Front.from_values([[0.5, 1.0], [0.7, 2.0]], OBJECTIVES)
    space = WeightSpace.of(front.points)
    with pytest.raises(InputError, match=r"point 2: expected a row of the front, 0..1"):
        justify(front, space, classify(space), 2)
    with pytest.raises(InputError, match="scaling 'log'"):
        front.divisors("log")
    with pytest.raises(InputError, match="between which weights sum to 1"):
        box_corners([0.6, 0.6], [1.0, 1.0])
    with pytest.raises(InputError, match="at least two"):
        Front.from_values([[1.0]], [Objective(name="a")])
    with pytest.raises(InputError, match="expected a finite number"):
        Front.from_values([[1.0, np.nan]], OBJECTIVES)
    with pytest.raises(InputError, match="empty"):
        Front.from_values(np.empty((0, 2)), OBJECTIVES)
