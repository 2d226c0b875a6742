from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest
from scipy.stats import spearmanr

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.sealed import BrokenSeal
from moo_jsc.hardware import library, trace_files
from moo_jsc.hardware.form import dense_forms
from moo_jsc.hardware.lookup import circuit_tables, trace_tasks
from moo_jsc.hardware.trace_files import kept_tables, packed, read_traces, unpacked, write_traces
from moo_jsc.hardware.traces import trace_all
from moo_jsc.hardware.tracing import layer_ebops, trace_network
from moo_jsc.objectives import OBJECTIVES, get_objectives
from moo_jsc.objectives.circuit import TERMS, CircuitObjective
from moo_jsc.problems.catalog import build_problem
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision

CIRCUIT = [o for o in OBJECTIVES.values() if isinstance(o, CircuitObjective)]


@pytest.fixture(scope="module")
def case(calibrated):
    network, calibration = calibrated("jsc-three-linear")
    options = [
        [
            calibration.resolve_layer(
                position, LayerPrecision(FixedPoint(data, signed=False), weight, FixedPoint(8))
            )
            for data in (3, 6)
            for weight in (FixedPoint(2), FixedPoint(4))
        ]
        for position in range(3)
    ]
    traces = {}
    (table,) = circuit_tables([network], [options], traces)
    choices = np.array(np.meshgrid(*[range(4)] * 3)).reshape(3, -1).T
    return network, options, traces, table, choices


def test_look_up_is_close_to_whole_traces(case):
    network, options, _, table, choices = case
    chosen = choices[::4]
    totals = table.totals(chosen)
    whole = []
    for row in chosen:
        forms = dense_forms(network, tuple(o[i] for o, i in zip(options, row, strict=True)))
        whole.append(trace_network(forms).row)
        assert totals[len(whole) - 1, TERMS.index("ebops")] == sum(map(layer_ebops, forms))
    lut, traced = (OBJECTIVES["lut"].finish(values) for values in (totals, np.stack(whole)))
    assert np.abs(lut / traced - 1).max() < 0.06
    assert spearmanr(lut, traced).statistic >= 0.98
    cycles = OBJECTIVES["latency-cycles"]
    assert np.abs(cycles.finish(totals) - cycles.finish(np.stack(whole))).max() <= 1


def test_a_network_of_one_layer_is_exact(calibrated):
    network, calibration = calibrated("jsc-tiny")
    options = [
        [
            calibration.resolve_layer(
                0, LayerPrecision(FixedPoint(4), FixedPoint(bits), FixedPoint(8), share)
            )
            for bits in (2, 5)
            for share in (0.0, 0.5)
        ]
    ]
    (table,) = circuit_tables([network], [options])
    whole = [trace_network(dense_forms(network, (option,))).row for option in options[0]]
    np.testing.assert_allclose(table.totals(np.arange(4)[:, None]), np.stack(whole))


def test_traces_are_the_same_every_time_and_on_processes(case, monkeypatch):
    network, options, traces, _, _ = case
    tasks = trace_tasks(network, options)[::3]
    monkeypatch.setattr("moo_jsc.hardware.traces._WORTH_PROCESSES", 0)
    again = trace_all(tasks, {}, workers=2)
    for key, trace in again.items():
        np.testing.assert_array_equal(trace.terms, traces[key].terms)
        np.testing.assert_array_equal(trace.bits, traces[key].bits)
    assert trace_all(tasks, traces) == {}


def test_pruned_and_narrower_layers_cost_less(calibrated):
    network, calibration = calibrated("jsc-three-linear")
    options = [
        [
            calibration.resolve_layer(
                position, LayerPrecision(FixedPoint(6), FixedPoint(bits), FixedPoint(8), share)
            )
            for bits, share in ((6, 0.0), (6, 0.5), (3, 0.0))
        ]
        for position in range(3)
    ]
    (table,) = circuit_tables([network], [options])
    totals = table.totals(np.array([[0] * 3, [1] * 3, [2] * 3]))
    for name in ("lut", "ebops", "ff"):
        whole, pruned, narrow = OBJECTIVES[name].finish(totals)
        assert pruned < whole
        assert narrow < whole


def test_traces_survive_the_file(case, tmp_path):
    _, _, traces, _, _ = case
    back = unpacked(packed(traces), len(TERMS))
    write_traces(tmp_path / "traces.safetensors", traces)
    read = read_traces(tmp_path / "traces.safetensors")
    assert set(traces) == set(back) == set(read)
    for key, trace in traces.items():
        for other in (back[key], read[key]):
            np.testing.assert_array_equal(trace.terms, other.terms)
            np.testing.assert_array_equal(trace.bits, other.bits)


def test_a_changed_file_is_noticed(case, tmp_path):
    path = tmp_path / "traces.safetensors"
    write_traces(path, case[2])
    data = bytearray(path.read_bytes())
    data[-9] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(BrokenSeal, match=r"traces\.safetensors"):
        read_traces(path)


def test_tables_come_from_the_store_the_second_time(case, tmp_path, monkeypatch):
    network, options, _, table, choices = case
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path))
    monkeypatch.setattr(trace_files, "shipped_traces", dict)
    (first,) = kept_tables([network], [options])
    monkeypatch.setattr(trace_files, "trace_all", None)
    (second,) = kept_tables([network], [options])
    for found in (first, second):
        np.testing.assert_array_equal(found.totals(choices), table.totals(choices))


def test_objectives_of_a_problem(tmp_path, monkeypatch):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path))
    problem = build_problem(
        "lab3-types", objectives=["accuracy", "lut", "latency-cycles", "latency-ns", "ebops"]
    )
    configurations = problem.space.configurations(np.arange(problem.space.size))
    known = problem.known_values(configurations)
    assert np.isnan(known[:, 0]).all()
    assert (known[:, 1] > 0).all()
    np.testing.assert_array_equal(known[:, 3], known[:, 2] * 5)
    network, precision = problem.design(configurations[-1])
    whole = trace_network(dense_forms(network, precision)).row
    assert known[-1, 1] == pytest.approx(float(OBJECTIVES["lut"].finish(whole)))
    assert known[-1, 4] == whole[TERMS.index("ebops")]


def test_float_designs_have_no_circuit(tmp_path, monkeypatch):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path))
    problem = build_problem("channel-multipliers", objectives=["accuracy", "lut"])
    with pytest.raises(InputError, match="dense layer 0: the data is float32"):
        problem.known_values(problem.space.configurations([0]))


@pytest.fixture
def no_tracer(monkeypatch):
    def missing(name):
        raise ImportError(name)

    def unknown(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(library, "import_module", missing)
    monkeypatch.setattr(library, "version", unknown)


@pytest.mark.usefixtures("no_tracer")
def test_a_missing_tracer_gets_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path))
    monkeypatch.setattr("moo_jsc.hardware.traces._WORTH_PROCESSES", np.inf)
    problem = build_problem("hardware-formats", objectives=["lut"])
    with pytest.raises(InputError, match=r"alkaid: pip install 'moo-jsc\[hardware\]'"):
        problem.known_values(problem.space.configurations([0]))


@pytest.mark.usefixtures("no_tracer")
def test_shipped_traces_answer_for_whole_spaces_without_the_tracer(tmp_path, monkeypatch):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path))
    names = [objective.name for objective in CIRCUIT]
    problem = build_problem("codesign-hardware", objectives=names)
    values = problem.known_values(problem.space.configurations(np.arange(problem.space.size)))
    assert values.shape == (102_400, len(CIRCUIT))
    assert np.isfinite(values).all()
    assert not list(tmp_path.iterdir())


def test_shipped_traces_are_those_that_the_tracer_makes():
    shipped = trace_files.read_traces(trace_files.SHIPPED)
    problem = build_problem("codesign-hardware")
    ((_, batch),) = problem.batches(problem.space.configurations([5 * 4096]))
    tasks = trace_tasks(batch.network, batch.options)[::5]
    for key, trace in trace_all(tasks, {}).items():
        np.testing.assert_array_equal(trace.terms, shipped[key].terms)
        np.testing.assert_array_equal(trace.bits, shipped[key].bits)


def test_values_are_finite_where_nothing_is_built():
    nothing = np.zeros((1, len(TERMS)))
    values = {o.name: float(o.finish(nothing)[0]) for o in CIRCUIT}
    assert values["latency-cycles"] == 1.0
    assert values["lut"] == values["ff"] == 0.0
    assert get_objectives(["lut"])[0].known
