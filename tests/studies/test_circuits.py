import json

import numpy as np
import pandas as pd
import pytest

from moo_jsc.enumeration.benchmark import load_benchmark
from moo_jsc.evaluation.recipe import FineTuning
from moo_jsc.foundation.errors import InputError
from moo_jsc.hardware import tools
from moo_jsc.hardware.emulation import Design
from moo_jsc.hardware.trace_files import read_traces
from moo_jsc.problems.catalog import build_problem
from studies import build_design, check_circuits, circuit_front, trace_circuits
from studies.circuits.proxies import front_by_proxy
from studies.circuits.published import beside_published, caption, published
from studies.common.choosing import bounds, chosen
from studies.common.console import run_study
from studies.common.pages import fill


@pytest.fixture
def no_tools(monkeypatch):
    monkeypatch.setattr(tools.shutil, "which", lambda _: None)


class Space:
    name = "four designs"
    objectives = (
        type("Accuracy", (), {"name": "accuracy", "sense": "max"}),
        type("Lut", (), {"name": "lut", "sense": "min"}),
    )


VALUES = np.array([[0.7, 10.0], [0.75, 12.0], [0.76, 90.0], [0.75, 12.5], [0.74, 12.0]])


def test_least_cost_within_bounds():
    assert chosen(Space, VALUES, {"accuracy": 0.74}, {}, "lut") == 1
    assert chosen(Space, VALUES, {"accuracy": 0.755}, {}, "lut") == 2
    assert chosen(Space, VALUES, {}, {"lut": 11}, "accuracy") == 0


def test_the_knee_of_the_front_is_the_default():
    assert chosen(Space, VALUES, {}, {}, None) == 1


def test_bounds_that_no_design_meets():
    with pytest.raises(InputError, match=r"no design has accuracy >= 0\.9 and lut <= 5"):
        chosen(Space, VALUES, {"accuracy": 0.9}, {"lut": 5}, None)


@pytest.mark.parametrize("word", ["accuracy", "accuracy=much", "size=3"])
def test_wrong_bounds(word):
    with pytest.raises(InputError, match=f"--at-least {word}: expected"):
        bounds("--at-least", [word], ["accuracy", "lut"])


def test_a_design_by_number(tmp_path, capsys, no_tools, monkeypatch):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "design"
    build_design.main(
        build_design.Config(problem="lab3-types", number=9, out=folder, bench_jets=20)
    )
    printed = capsys.readouterr().out
    assert "jets of the test split: 0 differ" in printed
    assert "yosys: not installed, left out (apt-get install yosys)" in printed
    formats = json.loads((folder / "formats.json").read_text())
    assert formats["layers"]["seq_blocks_2"]["weight"]["width"] == 2
    assert len((folder / "inputs.hex").read_text().splitlines()) == 20
    assert (folder / "src" / "classifier.v").exists()
    assert "| lut (look-up) |" in (folder / "README.md").read_text()


def test_a_fine_tuned_design_is_built_as_it_is_scored(tmp_path, capsys, no_tools, monkeypatch):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "design"
    flags = {"problem": "lab3-types", "network": "jsc-toy", "samples": 3000, "seed": 3}
    build_design.main(
        build_design.Config(**flags, training="qat", number=9, out=folder, bench_jets=20)
    )
    assert "jets of the test split: 0 differ" in capsys.readouterr().out
    names = ["accuracy", "lut"]
    problem = build_problem("lab3-types", network="jsc-toy", objectives=names, training="qat")
    row = problem.space.configurations([9])
    recipe = FineTuning(samples=3000, seed=3)
    scores = problem.fine_tuned(row, [recipe], ["validation", "test"])[0, 0, :, 0]
    page = (folder / "README.md").read_text()
    for split, score in zip(("validation", "test"), scores, strict=True):
        assert f"| accuracy ({split} split) | {score:.6g} " in page
    (tuned,) = problem.tuned(row, recipe)
    whole = Design.of(*tuned).circuit.terms["lut"]
    assert f"| lut (whole trace) | {whole:.6g} LUT" in page


def test_a_difference_stops_with_the_first_jet(tmp_path, capsys, no_tools, monkeypatch):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path / "cache"))
    exact = Design.reference

    def spoiled(design, features):
        logits = exact(design, features)
        logits[7:9, 0] += 1
        return logits

    monkeypatch.setattr(Design, "reference", spoiled)
    with pytest.raises(SystemExit) as stop:
        build_design.main(
            build_design.Config(problem="lab3-types", number=9, out=tmp_path / "d", bench_jets=5)
        )
    assert stop.value.code == 1
    assert "jet 7 of the test split is the first to differ" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--number", "18"], "number = 18: expected 0..17"),
        (["--number", "1", "--least", "lut"], "--number: expected without"),
        (["--bench-jets", "0"], "bench-jets = 0"),
        (["--least", "size"], "--least size: expected one of accuracy, lut"),
    ],
)
def test_bad_input(flags, message, capsys, tmp_path):
    with pytest.raises(SystemExit) as stop:
        run_study(
            build_design.main,
            build_design.Config,
            ["--problem", "lab3-types", "--out", str(tmp_path), *flags],
        )
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_a_fine_tuned_design_is_chosen_by_the_shipped_table():
    config = build_design.Config(
        problem="codesign", training="qat", at_least=("accuracy=0.74",), least="lut"
    )
    problem, number = build_design.chosen_design(config)
    benchmark = load_benchmark("codesign", objectives=("accuracy", "lut"), training="qat")
    accuracy, lut = benchmark.table.values.T
    assert lut[number] == lut[accuracy >= 0.74].min()
    assert problem.scoring.training == "qat"


def test_random_designs_are_checked(tmp_path, capsys):
    check_circuits.main(check_circuits.Config(emulate=3, out=tmp_path))
    found = capsys.readouterr().out
    assert "3 random designs of jsc-tiny" in found
    assert "jets each: no logit differs between circuit and quantized network" in found


def test_pages_are_filled_between_their_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- begin: a -->\nold\n<!-- end: a -->\nafter\n")
    fill(page, {"a": "new \\1"})
    assert page.read_text() == "before\n<!-- begin: a -->\nnew \\1\n<!-- end: a -->\nafter\n"
    with pytest.raises(InputError, match="expected the marks <!-- begin: b -->"):
        fill(page, {"b": "new"})


def test_what_a_front_by_a_proxy_pays():
    values = pd.DataFrame(
        {"accuracy": [0.7, 0.7, 0.8], "size": [1.0, 2.0, 3.0], "lut": [20.0, 10.0, 30.0]}
    )
    assert front_by_proxy(values, "size", "lut") == (2, 1.5)
    assert front_by_proxy(values, "lut", "lut") == (2, 1.0)


@pytest.mark.parametrize("data", ["sample", "openml", "cernbox"])
def test_our_front_is_drawn_beside_its_own_data_set(data):
    ours = pd.DataFrame({"accuracy": [74.0], "lut": [1000.0], "latency_ns": [20.0]})
    figure = beside_published(ours, data)
    titles = [axes.get_title("left") for axes in figure.axes[:2]]
    with_ours = ["this front" in axes.get_legend_handles_labels()[1] for axes in figure.axes[:2]]
    assert [title.split()[0] for title in titles] == ["OpenML", "CERNBox"]
    assert with_ours == [data != "cernbox", data != "openml"]
    assert ("neither data set" in caption(data, 1)) == (data == "sample")


def test_published_designs_say_where_they_come_from():
    rows = published()
    assert len(rows) >= 25
    assert rows["source"].str.contains(r"^arXiv:\d{4}\.\d{5}").all()
    assert set(rows["encoder"]) <= {"counted", "left out", "not stated", "not applicable"}


def test_shipped_traces_are_made_by_one_command(tmp_path, capsys):
    trace_circuits.main(
        trace_circuits.Config(
            problems=("lab3-types",), out=tmp_path, cache=tmp_path / "cache", workers=1
        )
    )
    assert "wrote 18 traces" in capsys.readouterr().out
    assert len(read_traces(tmp_path / "traces.safetensors")) == 18


def test_the_fit_to_yosys_is_a_power():
    table = pd.DataFrame({"lut": [100, 1000, 10000], "yosys LUTs": [200, 2000, 20000]})
    assert check_circuits.calibration(table).startswith("yosys LUTs = 2.00 x lut^1.000, 3 designs")


def test_the_front_as_circuits(tmp_path, capsys):
    results = circuit_front.main(
        circuit_front.Config(problem="lab3-types", whole=3, workers=1, out=tmp_path / "out")
    )
    assert "latency-cycles" in capsys.readouterr().out
    assert (tmp_path / "out" / "published.png").exists()
    assert results.page.exists()
