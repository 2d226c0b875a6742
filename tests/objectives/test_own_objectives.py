"""Objectives of one's own: functions of a design, tables of costs, and what marks their values."""

from dataclasses import dataclass

import numpy as np
import pytest

from moo_jsc.evaluation.design_functions import called
from moo_jsc.foundation.errors import InputError
from moo_jsc.objectives import (
    OBJECTIVES,
    Bounds,
    DesignFunction,
    get_objectives,
    read_cost_table,
    register_function,
)
from moo_jsc.objectives.objective import CostObjective
from moo_jsc.problems.catalog import build_network_problem
from moo_jsc.problems.network_problem import QuantizationProblem

HEAD = "layer,data,weight,lut [LUT],rate [1/s] max"


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """What a test registers is gone after it."""
    before = dict(OBJECTIVES)
    yield
    OBJECTIVES.clear()
    OBJECTIVES.update(before)


@pytest.fixture(scope="module")
def base():
    return build_network_problem("lab3-types")


def problem_with(base, *objectives):
    return QuantizationProblem(
        base.name, base.networks[0], base.precision, objectives, base.data, base.scoring
    )


def function(name, call, *, known=True):
    return DesignFunction(name=name, unit="1", sense="min", known=known, function=call)


def weight_bits(network, precision):
    return sum(
        layer.macs * formats.weight_width
        for layer, formats in zip(network.spec.linear_layers, precision, strict=True)
    )


class TestFunction:
    def test_values_are_the_functions(self, base):
        bits = register_function("bits-of-weights", unit="bits", sense="min")(weight_bits)
        problem = problem_with(base, *get_objectives(["size", "bits-of-weights"]))
        rows = problem.space.configurations(range(problem.space.size))
        values = problem.evaluate(rows)
        expected = [weight_bits(*base.design(row)) for row in rows]
        np.testing.assert_array_equal(values[:, 1], expected)
        np.testing.assert_array_equal(problem.known_values(rows), values)
        assert bits.definition == ""
        assert problem.within(Bounds(at_most={"bits-of-weights": 300})).bounds

    def test_a_measurement_is_made_once_and_kept(self, base, tmp_path, monkeypatch):
        monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path))
        calls = tmp_path / "calls"

        def clocked(network, precision):
            with calls.open("a") as stream:
                stream.write("x")
            return len(calls.read_text())

        clock = function("clock", clocked, known=False)
        rows = base.space.configurations([3, 5, 3])
        first = problem_with(base, clock).evaluate(rows)
        np.testing.assert_array_equal(first, [[1], [2], [1]])
        np.testing.assert_array_equal(problem_with(base, clock).evaluate(rows), first)
        assert np.isnan(problem_with(base, clock).known_values(rows)).all()

    @pytest.mark.parametrize(
        ("call", "words"),
        [
            (lambda network, precision: 1 / 0, r"ZeroDivisionError.*test_own_objectives.py, line"),
            (lambda network, precision: float("nan"), "nan, expected a finite number"),
            (lambda network, precision: "many", "'many', expected a finite number"),
        ],
    )
    def test_what_goes_wrong_is_one_line(self, base, call, words):
        with pytest.raises(InputError, match=words) as caught:
            called(function("mine", call), base.networks[0], base.design(np.zeros(3, int))[1])
        assert "\n" not in str(caught.value)

    def test_another_function_is_another_problem(self, base):
        one = problem_with(base, function("mine", lambda network, precision: 1.0))
        two = problem_with(base, function("mine", lambda network, precision: 2.0))
        assert one.fingerprint != two.fingerprint
        assert base.fingerprint == build_network_problem("lab3-types").fingerprint


@dataclass(frozen=True, kw_only=True)
class Scaled(CostObjective):
    factor: float = 1.0

    def layer_terms(self, layer, precision):
        return (self.factor * layer.parameters,)


def test_fields_of_a_class_from_elsewhere_mark_its_values(base):
    def marked(factor):
        return problem_with(base, Scaled(name="s", unit="1", sense="min", factor=factor))

    assert marked(1.0).fingerprint == marked(1.0).fingerprint
    assert marked(1.0).fingerprint != marked(2.0).fingerprint
    assert get_objectives(["size"])[0].identity == ""


class TestTable:
    def write(self, folder, text):
        path = folder / "costs.csv"
        path.write_text(text)
        return path

    def test_costs_are_looked_up_and_added(self, tmp_path):
        problem = build_network_problem("mixed-precision-coarse")
        rows = [
            f"{layer},{data},{weight},{data * weight * (place + 1)},{weight / 10}"
            for place, layer in enumerate(problem.networks[0].spec.linear_names)
            for data in (4, 6, 8)
            for weight in (2, 4, 6, 8)
        ]
        lut, rate = read_cost_table(self.write(tmp_path, "\n".join([HEAD, *rows])))
        assert (lut.name, lut.unit, lut.sense, lut.known) == ("lut", "LUT", "min", True)
        assert (rate.name, rate.unit, rate.sense) == ("rate", "1/s", "max")
        found = problem_with(problem, lut, rate).evaluate(problem.space.configurations([0, 1727]))
        np.testing.assert_allclose(found, [[8 * 6, 0.6], [64 * 6, 2.4]])

    def test_shapes_instead_of_names(self, tmp_path):
        text = "inputs,outputs,weight,dsp [DSP]\n16,5,2,1\n16,5,4,2\n16,5,8,3\n"
        (dsp,) = read_cost_table(self.write(tmp_path, text))
        problem = problem_with(build_network_problem("lab3-types"), dsp)
        values = problem.evaluate(problem.space.configurations(range(18)))
        assert sorted(set(values[:, 0])) == [1, 2, 3]

    def test_a_row_that_is_missing_is_named(self, tmp_path, base):
        (lut,) = read_cost_table(self.write(tmp_path, "layer,weight,lut [LUT]\nseq_blocks_2,4,1\n"))
        with pytest.raises(InputError, match=r"costs.csv: no row for layer seq_blocks_2, weight 2"):
            problem_with(base, lut).evaluate([[0, 0, 0]])

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "expected a column layer, or columns inputs and outputs"),
            ("inputs,lut [LUT]\n1,2", "expected a column layer, or columns inputs and outputs"),
            ("layer,weight\na,2", "expected a column of costs"),
            ("layer,lut\na,2", "column 'lut': expected one of layer, inputs"),
            ("layer,lut [LUT] least\na,2", "column 'lut \\[LUT\\] least'"),
            ("layer,a [1],a [1]\nx,1,1", "each column once"),
            ("layer,lut [LUT]\na,2,3", "line 2: 3 cells, expected 2"),
            ("layer,weight,lut [LUT]\na,4.5,3", "line 2: weight = '4.5', expected a whole number"),
            ("layer,lut [LUT]\na,many", "line 2: lut \\[LUT\\] = 'many', expected a number"),
            ("layer,lut [LUT]\na,nan", "expected a number"),
            ("layer,lut [LUT]\na,1\na,2", "line 3: the same layer and formats"),
            ("layer,lut [LUT]\n", "at least one row"),
        ],
    )
    def test_bad_tables_are_one_line(self, tmp_path, text, words):
        with pytest.raises(InputError, match=words) as caught:
            read_cost_table(self.write(tmp_path, text))
        assert str(caught.value).startswith(str(tmp_path / "costs.csv"))

    def test_a_table_that_is_not_there(self, tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_cost_table(tmp_path / "costs.csv")
