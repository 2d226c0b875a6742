"""What users import, how fast, and how their mistakes are answered."""

import subprocess
import sys

import numpy as np
import pytest

import moo_jsc
from moo_jsc import InputError, Objective, Problem, SearchSpace, run_comparison
from moo_jsc.problems.space import Choice


class Line(Problem):
    name = "line"
    space = SearchSpace("line", (Choice("x", (-1, 0, 1)),))
    objectives = (Objective(name="<cost>", unit="1", sense="min"),)
    fingerprint = "1"

    def _evaluate(self, configurations):
        return (configurations - 1.0) ** 2


def test_every_public_name_is_there():
    for name in moo_jsc.__all__:
        assert getattr(moo_jsc, name).__module__.startswith("moo_jsc.")
        assert name in dir(moo_jsc)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = moo_jsc.nothing


def test_importing_the_package_imports_nothing_else():
    script = (
        "import sys; before = set(sys.modules); import moo_jsc; "
        "print(sorted(name for name in set(sys.modules) - before if name != 'moo_jsc'))"
    )
    fresh = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    found = fresh.stdout.strip()
    assert "moo_jsc." not in found
    assert "numpy" not in found


def test_samplers_may_be_given_by_name(tmp_path):
    found = run_comparison(
        Line(), ["exhaustive", "optuna-random"], range(2), 3, tmp_path, workers=1, progress=False
    )
    assert found.samplers == ("exhaustive", "optuna-random")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": 3}, r"^seeds = 3: expected a list, for instance range\(3\)$"),
        ({"seeds": [0.5]}, r"^seed = 0.5: expected a whole number in 0"),
        ({"seeds": []}, "expected at least one"),
        ({"seeds": "12"}, "seed = '1'"),
        ({"samplers": "exhaustive"}, r"^samplers = 'exhaustive': expected a list"),
        ({"samplers": ["exhaustiv"]}, "did you mean 'exhaustive'"),
        ({"budget": 2.5}, r"^budget = 2.5: expected a whole number"),
        ({"budget": "20"}, r"^budget = '20': expected a whole number"),
        ({"workers": None}, r"^workers = None: expected a whole number"),
    ],
)
def test_mistakes_are_answered_in_one_line(changes, message, tmp_path):
    arguments = {"samplers": ["exhaustive"], "seeds": [0], "budget": 3, "workers": 1} | changes
    with pytest.raises(InputError, match=message) as caught:
        run_comparison(Line(), folder=tmp_path / "new", **arguments)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "new").exists()


def test_problems_and_tables_show_themselves(tmp_path):
    problem = Line()
    assert repr(problem) == "<Line 'line': 3 configurations; <cost> (min)>"
    assert "&lt;cost&gt;" in problem._repr_html_()
    assert "-1, 0, 1" in problem._repr_html_()
    table = moo_jsc.enumerate_problem(problem, cache_dir=tmp_path, progress=False)
    assert "3 configurations, 1 on the front; <cost> (min)" in repr(table)
    assert "1 of 1 points of the front" in table._repr_html_()
    with pytest.raises(InputError, match=r"objective 'cost': expected one of <cost>; did you mean"):
        table.column("cost")
    assert np.array_equal(table.column("<cost>"), [1.0, 0.0, 1.0])
