import pytest

from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives.flops import Flops
from moo_jsc.objectives.objective import OBJECTIVES, Objective


def test_fields_are_given_by_name_only():
    with pytest.raises(TypeError):
        Objective("accuracy", "max", "1")


@pytest.mark.parametrize("kind", [Objective, Flops])
@pytest.mark.parametrize(
    ("name", "sense", "message"),
    [("a", "1", "sense of objective 'a' '1': expected one of min, max"), ("", "min", "a name")],
)
def test_sense_and_name_are_checked(kind, name, sense, message):
    with pytest.raises(InputError, match=message):
        kind(name=name, unit="1", sense=sense)


def test_registered_objectives_say_what_they_are():
    for name, objective in OBJECTIVES.items():
        assert name == objective.name
        assert objective.unit
        assert objective.definition
        assert objective.source
