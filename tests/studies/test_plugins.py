"""Plugins from the shell: names in every study, repeated by the kept settings, one-line errors."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from moo_jsc.problems.registered import PROBLEMS
from moo_jsc.runs.plugins import LOADED, load_plugin, unload
from studies import compare_samplers, enumerate_front
from studies.common import command
from studies.common.console import parse, run_study

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture(autouse=True)
def unloaded():
    yield
    for name in list(LOADED):
        unload(name)


@pytest.fixture
def plugin(tmp_path):
    """The code of the page on extensions, as a user would keep it."""
    text = (ROOT / "docs" / "extending.md").read_text()
    code = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    path = tmp_path / "mine.py"
    path.write_text("\n".join(block for block in code if "LabReport" not in block))
    return path


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MOO_JSC_CACHE", str(tmp_path / "cache"))


def compare(*arguments):
    run_study(compare_samplers.main, compare_samplers.Config, list(map(str, arguments)))


def test_a_comparison_knows_the_names_and_is_repeated_by_its_settings(plugin, tmp_path, capsys):
    out = tmp_path / "out"
    small = ("--seeds", 2, "--budget", 6, "--workers", 1)
    samplers = ("--samplers", "scipy-annealing", "tpe-early")
    compare("--plugin", plugin, "--problem", "trees", *samplers, *small, "--out", out)
    printed = capsys.readouterr().out
    assert "6 of 15 designs failed and do not count, the first with depth = 1" in printed
    failed = pd.read_csv(out / "failed_designs.csv")
    assert failed["failure"].str.startswith("ValueError: no tree of depth").all()
    kept = tomllib.loads((out / "config.toml").read_text())
    mark = LOADED["mine.py"].hash
    assert kept["plugin"] == [f"{plugin}@{mark}"]
    assert f'"mine.py": "{mark}"' in (out / "study.json").read_text()
    assert f'"mine.py": "{mark}"' in (out / "manifest.json").read_text()
    assert f"--plugin {plugin}" in (out / "report.html").read_text()
    unload("mine.py")
    again = parse(compare_samplers.Config, ["--config", str(out / "config.toml")])
    assert "trees" in PROBLEMS
    assert (again.plugin, again.samplers) == ((f"{plugin}@{mark}",), samplers[1:])

    plugin.write_text(plugin.read_text() + "\n# edited\n")
    with pytest.raises(SystemExit) as stopped:
        compare("--config", out / "config.toml", "--out", out)
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert "changed, its hash is" in error
    assert len(error.strip().splitlines()) == 1
    with pytest.raises(SystemExit):
        compare("--config", out / "config.toml", "--plugin", plugin, "--out", out)
    assert "holds another study" in capsys.readouterr().err


def test_own_objectives_and_bounds_in_another_study_repeated_by_its_settings(plugin, tmp_path):
    costs = tmp_path / "costs.csv"
    rows = [f"16,5,{width},{width * 3}" for width in (2, 4, 8)]
    costs.write_text("\n".join(["inputs,outputs,weight,dsp [DSP]", *rows]))
    settings = ("--plugin", plugin, f"--plugin={costs}", "--problem", "lab3-types", "--workers", 1)
    chosen = ("--objectives", "accuracy,weight-bits,dsp", "--at-most", "weight-bits=400")
    run_study(
        enumerate_front.main,
        enumerate_front.Config,
        [*map(str, settings), *chosen, "--out", str(tmp_path / "out")],
    )
    front = pd.read_csv(tmp_path / "out" / "front.csv")
    again = ["--config", str(tmp_path / "out" / "config.toml"), "--workers", "1"]
    run_study(
        enumerate_front.main, enumerate_front.Config, [*again, "--out", str(tmp_path / "again")]
    )
    assert front.equals(pd.read_csv(tmp_path / "again" / "front.csv"))
    assert set(front["weight-bits"]) <= {160, 320}
    np.testing.assert_array_equal(front["dsp"], front["weight"] * 3)


def test_help_lists_what_plugins_add(plugin, capsys):
    command.main(["--plugin", str(plugin), "--help"])
    printed = capsys.readouterr().out
    for name in ("trees", "narrow-weights", "weight-bits", "scipy-annealing", "nsga2-8"):
        assert name in printed
    with pytest.raises(SystemExit):
        compare("--help", "--plugin", plugin)
    printed = capsys.readouterr().out
    assert "scipy-annealing" in printed
    assert "--plugin" in printed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--plugin", "missing.py"], "plugin missing.py: no such file"),
        (["--plugin"], "--plugin: expected a file"),
        (["--plugin", "{broken}"], "line 1: ZeroDivisionError: division by zero"),
        (["--plugin", "{mine}", "--problem", "tree"], "did you mean 'trees'?"),
        (
            ["--plugin", "{mine}", "--problem", "trees", "--network", "jsc-s"],
            "network is a setting",
        ),
        (["--plugin", "{mine}", "--problem", "trees", "--objectives", "node"], "'nodes'?"),
        (["--plugin", "{mine}", "--samplers", "scipy-anealing"], "'scipy-annealing'?"),
    ],
)
def test_what_is_wrong_is_one_line(plugin, tmp_path, arguments, words, capsys):
    broken = tmp_path / "broken.py"
    broken.write_text("1 / 0\n")
    with pytest.raises(SystemExit) as stopped:
        compare(*(each.format(mine=plugin, broken=broken) for each in arguments))
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert words in error
    assert len(error.strip().splitlines()) == 1


def test_boosted_trees(tmp_path):
    load_plugin(EXAMPLES / "boosted_trees.py")
    problem = PROBLEMS["boosted-trees"].kept_in(tmp_path)
    values = problem.evaluate([[0, 0, 2], [0, 2, 2]])
    assert problem.failures([[0, 0, 2], [0, 2, 2]]) == ["", ""]
    assert values[0, 1] == 2 * 5 * 3 < values[1, 1] <= 2 * 5 * 15
    assert 0.5 < values[0, 0] < values[1, 0] < 0.8
    np.testing.assert_array_equal(problem.evaluate([[0, 0, 2], [0, 2, 2]]), values)


def test_a_convolution(tmp_path):
    load_plugin(EXAMPLES / "convolution.py")
    problem = PROBLEMS["convolution"].kept_in(tmp_path)
    rows = [[1, 1, 2], [0, 3, 2]]
    values = problem.evaluate(rows)
    assert values[0, 0] > 0.15
    np.testing.assert_array_equal(values[:, 1:], problem.known_values(rows)[:, 1:])
    assert problem.failures(rows)[1].startswith("RuntimeError: Given input size")
