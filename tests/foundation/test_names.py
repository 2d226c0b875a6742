import pytest

from moo_jsc.foundation.devices import check_device
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.names import listed_names, unknown_name
from moo_jsc.objectives import get_objectives
from moo_jsc.problems.catalog import build_problem
from moo_jsc.samplers import get_samplers


def test_nothing_near_is_suggested_for_a_name_far_from_all():
    assert str(unknown_name("split", "zzz", ["train", "test"])).endswith("one of train, test")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: build_problem("jont"), r"^problem 'jont': expected .*; did you mean 'joint'\?$"),
        (lambda: build_problem("lab3-types", split="tset"), "did you mean 'test'"),
        (lambda: build_problem("lab3-types", training="qta"), "did you mean 'qat'"),
        (lambda: build_problem("lab3-types", device="gpu"), r"^device 'gpu': expected cpu, cuda"),
        (lambda: build_problem("lab3-types", objectives="size"), r"expected a list: \['size'\]"),
        (lambda: build_problem("lab3-types", objectives=[]), "expected at least one name"),
        (lambda: build_problem("channel-multipliers", training="qat"), "no formats to train with"),
        (lambda: get_objectives(["accuracy", "szie"]), r"did you mean 'size'\?"),
        (lambda: get_samplers("optuna-tpe"), r"^samplers = 'optuna-tpe': expected a list"),
        (lambda: get_samplers(["optuna-tep"]), r"did you mean 'optuna-tpe'\?"),
        (lambda: listed_names("sampler", ["a", "a"], ["a"]), "each name once"),
        (lambda: check_device("cuda:99"), r"^device 'cuda:99': torch sees \d+ CUDA devices"),
    ],
)
def test_mistakes_are_answered_in_one_line(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
