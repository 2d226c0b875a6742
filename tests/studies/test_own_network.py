"""The study of one's own network and table, as a new user meets it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from studies.common.command import main as command
from studies.common.console import read_config
from studies.own_network import Config, main

ROOT = Path(__file__).parents[2]
SMALL = {
    "hidden": (4,),
    "data_bits": (4, 6),
    "weight_bits": (2, 4),
    "epochs": 8,
    "samplers": ("optuna-random", "exhaustive"),
    "seeds": 2,
    "budget": 4,
    "workers": 1,
}

MANY_BITS = ("--weight-bits", *"23456", "--data-bits", *"45678")
"""Too many for a table where there are several layers."""


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    kinds = np.array(["oak", "ash", "elm"])[np.arange(90) % 3]
    centers = {"oak": (0, 0), "ash": (2, -1), "elm": (-1, 2)}
    values = np.array([centers[kind] for kind in kinds]) + 0.5 * rng.normal(size=(90, 2))
    return pd.DataFrame(
        {"tree": range(90), "height": values[:, 0], "girth": values[:, 1], "kind": kinds}
    )


def run(capsys, *words):
    """Return the exit code and the last line of what was said."""
    code = 0
    try:
        command(["own", *map(str, words)])
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    return code, said.out if code == 0 else said.err.strip()


def test_digits_are_trained_enumerated_compared_audited_and_built(tmp_path, capsys):
    pytest.importorskip("alkaid")
    settings = {**SMALL, "data_bits": (4,), "weight_bits": (2, 3)}
    results = main(Config(**settings, out=tmp_path / "out", cache=tmp_path / "cache"))
    printed = capsys.readouterr().out
    assert "digits: 64 features, 10 classes, 1,078 training rows; 1 network, 4 designs" in printed
    for question in (
        "How sure the front is:",
        "Which sampler finds the front sooner:",
        "What weighted sums can never pick:",
        "Which objectives are the same objective:",
        "One design as a circuit:",
    ):
        assert question in printed
    assert "the 359 test rows, against the quantized network: no logit differs." in printed
    text = results.page.read_text(encoding="utf-8")
    assert "figure-front_projections" in text and "python studies/own_network.py" in text
    assert (tmp_path / "out" / "comparison" / "report.html").exists()
    front = pd.read_csv(tmp_path / "out" / "front.csv")
    assert {"accuracy", "size", "bitops", "lut", "dense_1.weight"} <= set(front.columns)


def test_a_csv_and_a_toml_file_are_enough(tmp_path, capsys, rows, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows.to_csv("trees.csv", index=False)
    Path("trees.toml").write_text(
        """
data = "trees.csv"
label = "kind"
leave_out = ["tree"]
hidden = [4]
widths = [2, 4]
data_bits = [4, 6]
weight_bits = [3]
epochs = 30
objectives = ["accuracy", "size"]
samplers = ["optuna-random", "exhaustive"]
seeds = 2
budget = 4
workers = 1
out = "out"
cache = "cache"
"""
    )
    code, said = run(capsys, "--config", "trees.toml")
    assert code == 0
    assert "trees: 2 features, 3 classes, 54 training rows; 2 networks, 8 designs" in said
    front = pd.read_csv("out/front.csv")
    assert front["accuracy"].max() > 0.6 and set(front["dense_1.channels"]) <= {2, 4}
    again, asked = (read_config(Config, Path(name)) for name in ("out/config.toml", "trees.toml"))
    assert replace(again, out=asked.out, cache=asked.cache, workers=1) == asked


def test_the_example_of_the_page_has_a_table_of_three_classes():
    from studies.own.inputs import table_of

    config = read_config(Config, ROOT / "docs/own_network/wine.toml")
    data = table_of(str(ROOT / config.data), config.label, config.split_column)
    assert len(data.feature_names) == 13 and len(data.class_names) == 3


def changed(rows, **columns):
    return rows.assign(**columns)


BROKEN = {
    "no header": (
        lambda rows: rows.to_csv(index=False, header=False),
        "; is the header missing?",
    ),
    "text": (
        lambda rows: changed(rows, girth=["thick"] * 90).to_csv(index=False),
        "column 'girth', data row 1 is 'thick'; expected a finite number",
    ),
    "one text": (
        lambda rows: rows.to_csv(index=False).replace("\n", "\n7,1.0,thin,oak\n", 1),
        "column 'girth', data row 1 is 'thin'",
    ),
    "one class": (
        lambda rows: changed(rows, kind=["oak"] * 90).to_csv(index=False),
        "column 'kind' has 1 different value; expected 2 to 1000 classes",
    ),
    "NaN": (
        lambda rows: rows.to_csv(index=False).replace("\n", "\n7,NaN,1.0,oak\n", 1),
        "column 'height', data row 1 is nan; expected a finite number",
    ),
    "no class": (
        lambda rows: rows.to_csv(index=False).replace("\n", "\n7,2.0,1.0,\n", 1),
        "column 'kind', data row 1 is empty; expected a class",
    ),
    "semicolons": (
        lambda rows: rows.to_csv(index=False, sep=";"),
        "one column 'tree;height;girth;kind'; expected commas between the columns",
    ),
    "few rows": (
        lambda rows: rows[:9].to_csv(index=False),
        "class 'ash' has 3 rows; expected at least 5",
    ),
    "other letters": (
        lambda rows: changed(rows, kind=["frêne", *rows["kind"][1:]]).to_csv(index=False),
        "byte 0xea is no UTF-8",
    ),
    "nothing": (lambda rows: "", "not a readable CSV file"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_csv_gets_one_line(tmp_path, capsys, rows, what):
    text, expected = BROKEN[what]
    path = tmp_path / "table.csv"
    path.write_text(text(rows), encoding="latin-1")
    code, said = run(capsys, "--data", path, "--label", "kind", "--out", tmp_path / "out")
    assert code == 2 and said.startswith("error: ") and "\n" not in said
    assert expected in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--label", "knd"], "label column 'knd': expected one of tree, height, girth, kind; did"),
        ([], "which column holds the class? expected label=NAME, of tree, height, girth, kind"),
        (["--label", "kind", "--network", "best.ckpt"], "holds weights alone, expected it as load"),
        (["--label", "kind", "--objectives", "size"], "objectives size: expected at least two"),
        (["--label", "kind", "--data-bits", "4", "--weight-bits", "3"], "nothing to choose"),
        (["--label", "kind", "--weight-bits"], "no weight, expected at least one"),
        (["--label", "kind", "--page", "no.md"], "no.md: no such page"),
        (["--label", "kind", "--epoch", "3"], "unknown setting --epoch, did you mean --epochs?"),
        (["--label", "kind", "--leave-out", "bark"], "column to leave out 'bark': expected one of"),
        (["--label", "kind", "--split-column", "part"], "split column 'part': expected one of"),
        (["--label", "kind", "--network", "jsc-tiny"], "jsc-tiny: 16 features; expected 3"),
        (["--label", "kind", "--network", "jsc-tinny"], "network 'jsc-tinny': expected one of"),
        (["--label", "kind", "--network", "no.onnx"], "no.onnx: no such file"),
        (["--label", "kind", "--network", "no.onnx", "--epochs", "3"], "expected no epochs"),
        (["--label", "kind", "--load", "no.ckpt"], "no.ckpt: no such file"),
        (["--label", "kind", "--hidden", "0"], "hidden = 0: expected whole numbers"),
        (["--label", "kind", "--hidden", *"888888", *MANY_BITS], "table of 6,103,515,625"),
        (["--label", "kind", "--objectives", "acuracy"], "objective 'acuracy': expected one of"),
        (["--label", "kind", "--data-bits", "0"], "0"),
        (["--data", "digits", "--label", "kind"], "its columns are known"),
        (["--data", "nowhere.csv", "--label", "kind"], "nowhere.csv: no such file"),
        (["--config", "trees.toml"], "unknown key 'lable'"),
    ],
)
def test_wrong_settings_get_one_line(tmp_path, capsys, rows, monkeypatch, flags, expected):
    monkeypatch.chdir(tmp_path)
    rows.to_csv("trees.csv", index=False)
    Path("trees.toml").write_text('data = "trees.csv"\nlable = "kind"\n')
    code, said = run(capsys, *([] if "--data" in flags else ["--data", "trees.csv"]), *flags)
    assert code == 2 and "\n" not in said and expected in said


def test_a_checkpoint_and_an_onnx_file_are_taken_as_they_are(tmp_path, rows):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3)).eval()
    state = {f"model.{key}": value for key, value in net.state_dict().items()}
    torch.save({"state_dict": state}, tmp_path / "best.ckpt")
    rows.to_csv(tmp_path / "trees.csv", index=False)
    settings = {
        **SMALL,
        "epochs": None,
        "data": str(tmp_path / "trees.csv"),
        "label": "kind",
        "leave_out": ("tree",),
        "raw": True,
        "objectives": ("accuracy", "size"),
        "cache": tmp_path / "cache",
    }
    from studies.own_network import problem_of

    problem = problem_of(Config(**settings, batch_norm=False, load=tmp_path / "best.ckpt"))
    assert (problem.data.mean == 0).all()
    features = torch.from_numpy(problem.data.test.features)
    with torch.inference_mode():
        assert torch.equal(problem.networks[0](features), net(features))
