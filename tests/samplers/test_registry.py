import subprocess
import sys

import pytest

from moo_jsc.foundation.errors import InputError
from moo_jsc.samplers import SAMPLERS, default_samplers, get_samplers, register
from moo_jsc.samplers.enumeration_orders import Exhaustive


def test_names_are_looked_up_in_order():
    names = ["exhaustive", "optuna-tpe"]
    assert [sampler.name for sampler in get_samplers(names)] == names


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "samplers: expected at least one name"),
        (["optuna-tpe", "tpe"], "sampler 'tpe': expected one of optuna-random, "),
        (["exhaustive", "exhaustive"], "expected each name once"),
    ],
)
def test_bad_names_get_one_line(names, message):
    with pytest.raises(InputError, match=message) as caught:
        get_samplers(names)
    assert "\n" not in str(caught.value)


def test_former_names_are_taken():
    names = ["scalarised-tpe", "without-repeats(scalarised-tpe)"]
    assert [sampler.name for sampler in get_samplers(names)] == [
        *("scalarized-tpe", "scalarized-tpe-without-repeats")
    ]
    with pytest.raises(InputError, match="expected each name once"):
        get_samplers(["scalarised-tpe", "scalarized-tpe"])


def test_defaults():
    few = {sampler.name for sampler in default_samplers(3)}
    many = {sampler.name for sampler in default_samplers(5)}
    assert few - many == {"optuna-gp"}
    assert {"optuna-random", "exhaustive", "exhaustive-random", "scalarized-tpe"} < many
    assert few < set(SAMPLERS)


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="registered twice"):
        register(Exhaustive())


def test_the_registry_imports_nothing_heavy():
    script = (
        "import sys, moo_jsc.samplers, moo_jsc.runs, moo_jsc.runs.manifest\n"
        "heavy = {'torch', 'optuna', 'pymoo', 'sklearn', 'pandas', 'scipy', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    fresh = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert fresh.stdout.strip() == "[]"


def test_an_extra_that_is_missing_gets_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "botorch", None)
    for sampler in get_samplers(["botorch", "botorch-known-costs"]):
        with pytest.raises(InputError, match=r"needs BoTorch, install it with pip install moo-jsc"):
            sampler.load()
