import numpy as np
import pytest

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective, ObjectiveLike, labelled, minimised
from tests.analysis.strategies import OBJECTIVES


def test_minimising_twice_gives_the_natural_values_back():
    values = np.array([[0.7, 12.0, 0.1], [0.5, 3.0, 0.2]])
    assert np.array_equal(minimised(minimised(values, OBJECTIVES), OBJECTIVES), values)


def test_only_maximised_columns_change_their_sign():
    assert minimised([[0.7, 12.0, 0.1]], OBJECTIVES).tolist() == [[-0.7, 12.0, 0.1]]


def test_unit_is_shown_unless_it_is_one():
    assert [labelled(objective) for objective in OBJECTIVES] == [
        "accuracy",
        "size (bytes)",
        "latency (ms)",
    ]


def test_any_object_with_name_unit_and_sense_serves():
    class Other:
        name, unit, sense = "loss", "nats", "min"

    assert isinstance(Other(), ObjectiveLike)
    assert minimised([[1.0]], [Other()]).tolist() == [[1.0]]


@pytest.mark.parametrize(
    ("values", "objectives", "message"),
    [
        ([[1.0, 2.0]], [Objective("a")], r"shape \(1, 2\): expected \(n, 1\)"),
        ([[np.nan]], [Objective("a")], "a = nan in row 0"),
        ([[1.0], [np.inf]], [Objective("a")], "a = inf in row 1"),
        ([[1.0]], [], "expected at least one"),
    ],
)
def test_bad_values_get_one_line(values, objectives, message):
    with pytest.raises(InputError, match=message) as caught:
        minimised(values, objectives)
    assert "\n" not in str(caught.value)


def test_unknown_sense():
    with pytest.raises(InputError, match="sense 'maximise', expected min or max"):
        Objective("a", "maximise")
