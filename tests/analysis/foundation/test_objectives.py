from types import SimpleNamespace

import numpy as np
import pytest

from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective, ObjectiveLike, labeled, minimized
from tests.analysis.strategies import OBJECTIVES


def test_minimizing_twice_gives_the_natural_values_back():
    values = np.array([[0.7, 12.0, 0.1], [0.5, 3.0, 0.2]])
    assert np.array_equal(minimized(minimized(values, OBJECTIVES), OBJECTIVES), values)


def test_only_maximized_columns_change_their_sign():
    assert minimized([[0.7, 12.0, 0.1]], OBJECTIVES).tolist() == [[-0.7, 12.0, 0.1]]


def test_unit_is_shown_unless_it_is_one():
    assert [labeled(objective) for objective in OBJECTIVES] == [
        "accuracy",
        "size (bytes)",
        "latency (ms)",
    ]


def test_any_object_with_name_unit_and_sense_serves():
    class Other:
        name, unit, sense = "loss", "nats", "min"

    assert isinstance(Other(), ObjectiveLike)
    assert minimized([[1.0]], [Other()]).tolist() == [[1.0]]


@pytest.mark.parametrize(
    ("values", "objectives", "message"),
    [
        ([[1.0, 2.0]], [Objective(name="a")], r"shape \(1, 2\): expected \(n, 1\)"),
        ([[np.nan]], [Objective(name="a")], "a = nan in row 0"),
        ([[1.0], [np.inf]], [Objective(name="a")], "a = inf in row 1"),
        ([[1.0]], [], "expected at least one"),
    ],
)
def test_bad_values_get_one_line(values, objectives, message):
    with pytest.raises(InputError, match=message) as caught:
        minimized(values, objectives)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (
            {"name": "a", "sense": "maximize"},
            "objective 'a': sense 'maximize', expected min or max",
        ),
        ({"name": "a", "sense": "1", "unit": "max"}, "sense '1', expected min or max"),
    ],
)
def test_unknown_senses_are_refused_wherever_they_come_from(made, message):
    with pytest.raises(InputError, match=message):
        Objective(**made)
    with pytest.raises(InputError, match=message):
        minimized([[1.0]], [SimpleNamespace(**{"unit": "1"} | made)])


def test_fields_have_names_so_that_none_is_taken_for_another():
    with pytest.raises(TypeError):
        Objective("accuracy", "max")
    with pytest.raises(InputError, match="expected a name, a unit and a sense"):
        minimized([[1.0]], ["accuracy"])
    with pytest.raises(InputError, match="expected each name once"):
        minimized([[1.0, 2.0]], [Objective(name="a"), Objective(name="a")])
