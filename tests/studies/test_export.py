"""What is exported is what was found, as the tools that read it see it."""

import json
import threading
import urllib.request
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import numpy as np
import optuna
import pandas as pd
import pytest
import torch
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from safetensors.numpy import load_file

from analysis import from_optuna_study
from moo_jsc import (
    Choice,
    InputError,
    Objective,
    Problem,
    SearchSpace,
    build_problem,
    load_trials,
    run_comparison,
)
from moo_jsc.enumeration.benchmark import load_benchmark
from moo_jsc.objectives import OBJECTIVES
from moo_jsc.objectives.objective import CostObjective
from moo_jsc.quantization.fixed_point import quantize
from moo_jsc.quantization.formats import FixedPoint
from moo_jsc.quantization.network import QuantizedNetwork
from studies import export
from studies.common.console import run_study
from studies.exporting import design as designs
from studies.front.points import enumerated, front_table

SAMPLERS, SEEDS, BUDGET = ("optuna-random", "exhaustive"), (0, 3), 5
PROBLEM = "lab3-types"


@pytest.fixture(scope="module")
def problem():
    return build_problem(PROBLEM)


@pytest.fixture(scope="module")
def results(tmp_path_factory, problem):
    """The folder of a small comparison."""
    folder = tmp_path_factory.mktemp("results")
    run_comparison(problem, SAMPLERS, SEEDS, BUDGET, folder, workers=1, progress=False)
    (folder / "config.toml").write_text(f'problem = "{PROBLEM}"\nbudget = {BUDGET}\n')
    return folder


@pytest.fixture(scope="module")
def exported(results):
    """The folder with everything that needs no optional package."""
    export.main(export.Config(results=results, to=("optuna,csv,safetensors",), number=9, workers=1))
    return results / "export"


@pytest.fixture(scope="module")
def trials(results):
    return load_trials(results)


def journal(folder):
    return JournalStorage(JournalFileBackend(str(folder / "optuna-journal.log")))


def test_every_run_is_a_study_with_values_and_names(exported, trials, problem):
    names = [f"{sampler}/seed-{seed}" for sampler in SAMPLERS for seed in SEEDS]
    storage = journal(exported)
    assert sorted(optuna.get_all_study_names(storage)) == sorted(names)
    for (sampler, seed), run in trials.groupby(["sampler", "seed"]):
        study = optuna.load_study(study_name=f"{sampler}/seed-{seed}", storage=storage)
        assert study.metric_names == ["accuracy", "size", "bitops"]
        assert [d.name for d in study.directions] == ["MAXIMIZE", "MINIMIZE", "MINIMIZE"]
        expected = problem.decoded(problem.space.configurations(run["configuration"]))
        assert pd.DataFrame([t.params for t in study.trials]).equals(expected)
        assert np.array_equal([t.values for t in study.trials], run[study.metric_names].to_numpy())
        assert [t.user_attrs["repeat"] for t in study.trials] == run["repeat"].tolist()
        assert [t.user_attrs["number"] for t in study.trials] == run["configuration"].tolist()
        times = [moment for t in study.trials for moment in (t.datetime_start, t.datetime_complete)]
        assert times == sorted(times)


def test_a_study_goes_on_in_optuna_and_back_into_the_analysis(exported, problem):
    found = from_optuna_study(exported / "optuna-journal.log", "exhaustive/seed-0")
    assert [objective.name for objective in found.objectives] == ["accuracy", "size", "bitops"]
    study = optuna.load_study(study_name="exhaustive/seed-0", storage=journal(exported))
    objective, _ = problem.as_optuna()
    (*_, last) = study.trials
    assert objective(optuna.trial.FixedTrial(last.params)) == tuple(last.values)


class Failing(Problem):
    name = "failing"
    space = SearchSpace("failing", (Choice("x", (1, 2, 5)), Choice("pair", ((8, 4), (4, 2)))))
    objectives = (Objective(name="cost", unit="1", sense="min"),)
    fingerprint = "failing"
    may_fail = True

    def _evaluate(self, configurations):
        return np.where(configurations[:, :1] == 1, np.nan, configurations[:, :1])

    def _failures(self, configurations):
        return ["too hot" if row[0] == 1 else "" for row in configurations]


def test_designs_that_failed_are_failed_trials(tmp_path, capsys):
    run_comparison(Failing(), ["exhaustive"], [0], 6, tmp_path, workers=1, progress=False)
    export.main(export.Config(results=tmp_path, to=("optuna", "csv"), workers=1))
    assert "note: costs are left out" in capsys.readouterr().out
    study = optuna.load_study(study_name="exhaustive/seed-0", storage=journal(tmp_path / "export"))
    failed = [trial for trial in study.trials if trial.state.name == "FAIL"]
    assert {trial.params["pair"] for trial in failed} == {"(8, 4)", "(4, 2)"}
    assert all(t.params["x"] == 2 and t.user_attrs["failure"] == "too hot" for t in failed)
    assert len(study.trials) == 6 and len(study.best_trials) == 2
    assert pd.read_csv(tmp_path / "export" / "designs.csv")["cost"].isna().sum() == 2


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def test_the_dashboard_shows_names_and_values(exported):
    reason = "optuna-dashboard is not installed"
    dashboard = pytest.importorskip("optuna_dashboard", reason=reason)
    application = dashboard.wsgi(journal(exported))
    with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            asked = f"http://127.0.0.1:{server.server_port}"
            with urllib.request.urlopen(f"{asked}/dashboard", timeout=20) as page:
                assert b"Optuna Dashboard" in page.read()
            with urllib.request.urlopen(f"{asked}/api/studies", timeout=20) as answer:
                studies = json.load(answer)["study_summaries"]
            assert {s["study_name"] for s in studies} >= {"exhaustive/seed-0"}
            (one,) = (s["study_id"] for s in studies if s["study_name"] == "exhaustive/seed-3")
            with urllib.request.urlopen(f"{asked}/api/studies/{one}", timeout=20) as answer:
                shown = json.load(answer)
        finally:
            server.shutdown()
            thread.join()
    assert shown["objective_names"] == ["accuracy", "size", "bitops"]
    assert len(shown["trials"]) == BUDGET
    params = {p["name"]: p["param_external_value"] for p in shown["trials"][0]["params"]}
    assert set(params) == {"data", "weight", "bias"} and params["data"] in ("4", "8")


def test_the_table_has_every_choice_and_every_cost(exported, trials, problem):
    table = pd.read_csv(exported / "designs.csv")
    assert table["number"].tolist() == trials["configuration"].tolist()
    for name in ("sampler", "seed", "trial", "repeat", "accuracy"):
        assert table[name].tolist() == trials[name].tolist()
    costs = [o for o in OBJECTIVES.values() if isinstance(o, CostObjective)]
    assert {cost.name for cost in costs} <= set(table.columns)
    described = pd.read_csv(exported / "costs.csv")
    assert set(described["name"]) == {cost.name for cost in costs} - {"size", "bitops"}
    for row in table.iloc[[0, -1]].to_dict("records"):
        configuration = problem.space.configurations([row["number"]])[0]
        assert problem.space.named(configuration) == {k: row[k] for k in ("data", "weight", "bias")}
        network, precision = problem.design(configuration)
        for cost in costs:
            assert row[cost.name] == cost.cost(network.spec, precision)


def test_parquet_is_the_same_table(results, tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    export.main(export.Config(results=results, to=("csv", "parquet"), out=tmp_path, workers=1))
    written = pd.read_csv(tmp_path / "designs.csv")
    assert pd.read_parquet(tmp_path / "designs.parquet").equals(written)


def by_hand(folder, features):
    """Compute logits from the two files of a design alone."""
    meaning = json.loads((folder / "design.json").read_text())
    tensors = load_file(folder / "design.safetensors")
    values = np.array(features, dtype=np.float64)
    for layer in meaning["layers"]:
        name = layer["name"]
        if layer["kind"] == "relu":
            values = np.maximum(values, 0)
        elif layer["kind"] == "affine":
            scaled = np.float32(values) * tensors[f"{name}.scale"] + tensors[f"{name}.shift"]
            values = np.float64(scaled)
        else:
            data = layer["data"]
            assert data["signed"] and data["rounding"] == "even"
            limit = 2 ** (data["width"] - 1)
            step = 2.0 ** -data["fraction"]
            codes = np.clip(np.round(values / step), -limit, limit - 1)
            values = codes * step @ np.float64(tensors[f"{name}.weight"]).T
            values = values + tensors[f"{name}.bias"]
    return values, meaning


def test_two_files_are_enough_to_compute_a_design(exported, problem):
    test = problem.data.test
    logits, meaning = by_hand(exported, test.features)
    network, precision = problem.design(problem.space.configurations([9])[0])
    right = QuantizedNetwork(network, precision)(torch.from_numpy(test.features))
    assert np.array_equal(logits, right.double().numpy())
    accuracy = float((logits.argmax(axis=1) == test.labels).mean())
    assert meaning["values"]["test"]["accuracy"] == pytest.approx(accuracy, abs=1e-3)
    configuration = problem.space.configurations([9])
    for split in ("validation", "test"):
        found = list(meaning["values"][split].values())
        assert found == problem.on(split).evaluate(configuration)[0].tolist()
    assert meaning["choices"] == problem.space.named(configuration[0])
    assert [f["name"] for f in meaning["features"]] == list(problem.data.feature_names)
    (layer,) = (layer for layer in meaning["layers"] if layer["kind"] == "dense")
    fmt = FixedPoint(layer["weight"]["width"], layer["weight"]["fraction"])
    weight = load_file(exported / "design.safetensors")[f"{layer['name']}.weight"]
    assert np.array_equal(quantize(torch.from_numpy(weight), fmt).numpy(), weight)


@pytest.fixture
def onnx():
    for name in ("onnx", "onnxruntime", "qonnx"):
        pytest.importorskip(name, reason=f"{name} is not installed")


def test_onnx_files_are_compared_on_the_whole_test_split(onnx, tmp_path, capsys):
    export.main(export.Config(problem=PROBLEM, to=("onnx",), out=tmp_path, workers=1))
    line = "20000 samples, arithmetic exact: 0 with another logit"
    printed = capsys.readouterr().out
    assert f"design.onnx: {line}\n" in printed and f"design.qonnx.onnx: {line}\n" in printed
    assert f"design.onnx: {line}" in (tmp_path / "README.md").read_text()


def test_a_difference_stops_with_exit_code_1(onnx, tmp_path, capsys, monkeypatch):
    from moo_jsc.hardware import onnx_check

    whole = onnx_check.run_onnx
    monkeypatch.setattr(onnx_check, "run_onnx", lambda *given: whole(*given) + np.float32(1))
    monkeypatch.setattr(designs.ChosenDesign, "features", np.zeros((4, 16), dtype=np.float32))
    with pytest.raises(SystemExit) as stop:
        export.main(export.Config(problem=PROBLEM, number=3, to=("onnx",), out=tmp_path))
    assert stop.value.code == 1
    assert "error: design.onnx computes other logits than it must" in capsys.readouterr().err


def test_hls4ml_reads_its_configuration(onnx, tmp_path, monkeypatch, capsys):
    pytest.importorskip("hls4ml", reason="hls4ml is not installed")
    from hls4ml.converters import convert_from_config

    export.main(export.Config(problem=PROBLEM, number=9, to=("hls4ml",), out=tmp_path, workers=1))
    monkeypatch.chdir(tmp_path)
    model = convert_from_config("hls4ml.yml")
    inputs, *_, output = model.get_layers()
    assert str(inputs.get_output_variable().type.precision) == "fixed<8,4,RND_CONV,SAT,0>"
    assert output.get_output_variable().shape == [5]
    (dense,) = (layer for layer in model.get_layers() if layer.class_name == "Dense")
    assert str(dense.weights["weight"].type.precision).startswith("fixed<2,1,")


def test_a_compiler_that_fails_gets_one_line(onnx, tmp_path, monkeypatch):
    pytest.importorskip("hls4ml", reason="hls4ml is not installed")
    from hls4ml.model import ModelGraph

    def fails(_):
        raise Exception("g++: not found\nand more")

    monkeypatch.setattr(ModelGraph, "compile", fails)
    here = Path.cwd()
    config = export.Config(problem=PROBLEM, number=9, to=("hls4ml",), out=tmp_path, compile=True)
    with pytest.raises(InputError, match=r"hls4ml cannot compile it \(g\+\+: not found\)$"):
        export.main(config)
    assert Path.cwd() == here


def test_the_points_of_a_front_are_exported(tmp_path, problem):
    found = enumerated(problem, stream=False, workers=1, backend="loky", scheduler=None)
    front_table(problem, found).to_csv(tmp_path / "front.csv", index=False)
    (tmp_path / "config.toml").write_text(f'problem = "{PROBLEM}"\n')
    export.main(export.Config(results=tmp_path, workers=1))
    front = pd.read_csv(tmp_path / "front.csv")
    table = pd.read_csv(tmp_path / "export" / "designs.csv")
    assert table["number"].tolist() == front["index"].tolist()
    assert table["accuracy"].tolist() == front["accuracy"].tolist()
    assert {"data", "weight", "bias", "flops-mase"} <= set(table.columns)
    assert not (tmp_path / "export" / "optuna-journal.log").exists()


def test_results_without_settings_keep_their_table_and_say_what_is_missing(
    results, tmp_path, capsys
):
    folder = tmp_path / "copy"
    folder.mkdir()
    (folder / "study.json").write_bytes((results / "study.json").read_bytes())
    (folder / "logs").symlink_to(results / "logs")
    export.main(export.Config(results=folder, workers=1))
    assert "note: costs are left out of the table" in capsys.readouterr().out
    table = pd.read_csv(folder / "export" / "designs.csv")
    assert "data" in table.columns and "flops-mase" not in table.columns


def test_a_fine_tuned_design_of_a_shipped_table(onnx, tmp_path, capsys):
    config = export.Config(
        problem="codesign",
        objectives=("accuracy", "lut"),
        at_least=("accuracy=0.74",),
        least="lut",
        samples=2000,
        out=tmp_path,
        to=("safetensors", "onnx"),
    )
    export.main(config)
    assert "design.onnx: 20000 samples, arithmetic exact: 0 with another" in capsys.readouterr().out
    meaning = json.loads((tmp_path / "design.json").read_text())
    benchmark = load_benchmark("codesign", objectives=("accuracy", "lut"))
    accuracy, lut = benchmark.table.values.T
    assert lut[meaning["number"]] == lut[accuracy >= 0.74].min()
    assert meaning["training"] == "qat"
    assert meaning["values"]["test"]["lut"] == lut[meaning["number"]]


def test_other_values_than_recorded_are_noted(results, tmp_path, capsys, monkeypatch):
    from moo_jsc.problems.network_problem import NetworkProblem

    right = NetworkProblem.evaluate
    monkeypatch.setattr(NetworkProblem, "evaluate", lambda *given: right(*given) + 1)
    export.main(export.Config(results=results, to=("safetensors",), number=1, out=tmp_path))
    printed = capsys.readouterr().out
    assert "has accuracy" in printed and "in the results and" in printed


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"to": "onyx"}, "--to onyx: expected some of optuna, csv, parquet, safetensors"),
        ({"results": "nowhere"}, "nowhere: no such folder, expected one of a finished study"),
        ({"results": "."}, r"expected the folder of a comparison (study.json in it)"),
        ({"results": None}, "expected --results FOLDER, or --problem NAME"),
        ({"results": None, "problem": PROBLEM, "to": "optuna"}, "expected --results of a comp"),
        ({"to": "onnx", "number": "18"}, "number = 18: expected 0..17"),
        ({"to": "onnx", "least": "lutt"}, "--least lutt: expected one of accuracy"),
        ({"to": "onnx", "number": "1", "least": "size"}, "--number: expected without"),
        ({"costs": "accuracy"}, "--costs accuracy: expected some of"),
        ({"costs": "nonsense"}, "nonsense"),
        ({"problem": "lab3-grid"}, "its designs are not those of lab3-grid"),
        ({"seed": "-1"}, "seed = -1"),
        (
            {"results": None, "problem": "channel-multipliers", "number": "0", "to": "csv,hls4ml"}
            | {"objectives": "accuracy,size"},
            "dense layer 0: the data is float32, expected a fixed-point format",
        ),
    ],
)
def test_bad_input_gets_one_line_and_writes_nothing(changes, message, results, tmp_path, capsys):
    given = {"results": str(results), "to": "csv"} | changes
    given = {key: value for key, value in given.items() if value is not None}
    words = [word for key, value in given.items() for word in (f"--{key}", value)]
    with pytest.raises(SystemExit) as stop:
        run_study(export.main, export.Config, [*words, "--out", str(tmp_path / "new")])
    error = capsys.readouterr().err
    assert stop.value.code == 2 and message in error
    assert len(error.strip().splitlines()) == 1
    assert not (tmp_path / "new").exists()


def test_compiling_is_part_of_one_target(results):
    with pytest.raises(InputError, match="--compile: expected hls4ml among --to"):
        export.Config(results=results, compile=True, to=("onnx",)).check()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "front.csv: expected the front of lab3-types"),
        (
            "accuracy,size,bitops,configurations,index\n0.5,9,9,1,18\n",
            "expected numbers of designs",
        ),
    ],
)
def test_a_damaged_front_gets_one_line(text, message, tmp_path):
    (tmp_path / "front.csv").write_text(text)
    (tmp_path / "config.toml").write_text(f'problem = "{PROBLEM}"\n')
    with pytest.raises(InputError, match=message):
        export.main(export.Config(results=tmp_path, out=tmp_path / "new"))
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [("problem = 3", "Expected `str"), ("problem = ", "not the settings of a study")],
)
def test_damaged_settings_get_one_line(text, message, results, tmp_path):
    (tmp_path / "study.json").write_bytes((results / "study.json").read_bytes())
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(InputError, match=message):
        export.main(export.Config(results=tmp_path, out=Path(tmp_path / "new")))
