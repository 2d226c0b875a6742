"""The main study: in a process of its own where that matters, else in this one."""

import html
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from studies import build_design
from studies.common.console import parse, run_study
from studies.compare_samplers import Config, main

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "studies" / "compare_samplers.py"
SMALL = ["--problem", "lab3-types", "--seeds", "3", "--budget", "12", "--workers", "1"]
SAMPLERS = ["--samplers", "optuna-tpe", "pymoo-nsga2", "exhaustive-random"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    return {**os.environ, "MOO_JSC_CACHE": str(cache), "OMP_NUM_THREADS": "1"}


def run(environment, *arguments):
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


@pytest.fixture
def here(environment, monkeypatch):
    """Let this process keep what it computes where the others do."""
    monkeypatch.setenv("MOO_JSC_CACHE", environment["MOO_JSC_CACHE"])


@pytest.fixture
def printed(here, capsys):
    """Runs the study in this process; returns what it prints."""

    def call(*arguments):
        run_study(main, Config, arguments)
        return capsys.readouterr().out

    return call


@pytest.fixture
def answer(here, capsys):
    """Runs the study in this process with settings that are wrong; returns what it says."""

    def call(*arguments):
        with pytest.raises(SystemExit) as stop:
            run_study(main, Config, arguments)
        assert stop.value.code == 2
        error = capsys.readouterr().err
        assert len(error.strip().splitlines()) == 1
        return error

    return call


def study(environment, out):
    result = run(environment, *SMALL, *SAMPLERS, "--out", str(out))
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def finished(environment, tmp_path_factory):
    out = tmp_path_factory.mktemp("results") / "whole"
    return out, study(environment, out)


def test_it_prints_the_answer_and_writes_every_file(finished):
    out, said = finished
    assert "After 12 trials" in said
    assert "knee test accuracy" in said
    files = {path.name for path in out.iterdir()}
    assert files >= {
        *("hypervolume_curves.png", "hypervolume_curves.svg", "summary.csv", "trials.csv"),
        *("manifest.json", "report.html", "study.json"),
    }
    trials = pd.read_csv(out / "trials.csv")
    assert len(trials) == 4 * 3 * 12  # random search joins as the baseline
    assert set(trials["sampler"]) == {
        *("optuna-random", "optuna-tpe", "pymoo-nsga2", "exhaustive-random")
    }


def test_a_reader_finds_a_design_and_builds_it(finished, environment):
    """From the page alone: the cheapest design above 72 % on test data, formats and command."""
    out, _ = finished
    page = (out / "report.html").read_text(encoding="utf-8")
    (table,) = re.findall(r'<table id="table-cheapest_designs">.*?</table>', page, flags=re.DOTALL)
    rows = [
        [html.unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<td.*?</td>", row)]
        for row in re.findall(r"<tr>.*?</tr>", table, flags=re.DOTALL)[1:]
    ]
    found = min((row for row in rows if float(row[0]) >= 72), key=lambda row: float(row[5]))
    number, accuracy, layers = int(found[2]), float(found[4]), found[-1]
    assert accuracy >= 72
    assert re.fullmatch(
        r"seq_blocks_2: 16 to 5, data \d bits \(\d\), weights \d bits \(\d\), bias \d bits \(\d\)",
        layers,
    )
    (command,) = re.findall(
        rf"^(.* --number {number})  # accuracy \(test\) at least {found[0][:2]} %: ", page, re.M
    )
    script, *flags = command.split(">")[-1].split()[1:]
    assert script == "studies/build_design.py"
    assert parse(build_design.Config, flags).number == number
    truth = pd.read_csv(out / "tables" / "designs.csv")
    assert len(truth) == 18
    good = truth[truth["accuracy (test)"] >= 0.72]
    assert good["size"].min() == good.set_index("design").loc[number, "size"]


def test_the_page_says_what_the_terminal_says(finished):
    """Knee designs with their accuracy, network, data and code."""
    out, said = finished
    page = (out / "report.html").read_text(encoding="utf-8")
    assert 'id="table-knee_designs"' in page
    table = pd.read_csv(out / "tables" / "knee_designs.csv", index_col="sampler")
    for name, row in table.iterrows():
        (line,) = [line for line in said.splitlines() if line.startswith(f"{name} ")]
        assert f"{row['accuracy']:.4f}" in line
    assert "jsc-tiny (16-5), rounded after training" in page
    assert "jets to train" in page and "moo_jsc 0." in page


def test_finished_runs_are_not_repeated(finished, printed):
    out, _ = finished
    logs = {path: path.stat().st_mtime_ns for path in out.rglob("*.jsonl")}
    before = (out / "trials.csv").read_bytes()
    printed(*SMALL, *SAMPLERS, "--out", str(out))
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.jsonl")} == logs
    assert (out / "trials.csv").read_bytes() == before


def test_killed_in_the_middle_it_ends_the_same(finished, environment, printed, tmp_path):
    whole, _ = finished
    out = tmp_path / "killed"
    command = [sys.executable, str(SCRIPT), *SMALL, *SAMPLERS, "--out", str(out)]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while len(list(out.rglob("*.jsonl"))) < 4 and time.monotonic() < deadline:
        if process.poll() is not None:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (out / "trials.csv").exists()
    printed(*SMALL, *SAMPLERS, "--out", str(out))
    assert (out / "trials.csv").read_bytes() == (whole / "trials.csv").read_bytes()


def test_a_config_file_sets_everything_and_flags_override(printed, tmp_path):
    config = tmp_path / "study.toml"
    config.write_text(
        'problem = "lab3-grid"\nseeds = 9\nbudget = 5\nworkers = 1\n'
        f'samplers = ["exhaustive"]\nout = "{tmp_path / "out"}"\n'
    )
    printed("--config", str(config), "--seeds", "2")
    trials = pd.read_csv(tmp_path / "out" / "trials.csv")
    assert len(trials) == 2 * 2 * 5


def test_a_search_file_of_the_reports_form_runs(printed, tmp_path):
    path = ROOT / "studies" / "lab_reports" / "data" / "lab3_search.toml"
    more = ("--seeds", "2", "--budget", "5", "--workers", "1")
    said = printed("--mase-config", str(path), *more, "--out", str(tmp_path / "out"))
    trials = pd.read_csv(tmp_path / "out" / "trials.csv")
    assert set(trials["sampler"]) == {"optuna-random", "optuna-tpe"}
    assert {"accuracy", "average-bitwidth"} <= set(trials.columns)
    assert len(trials) == 2 * 2 * 5
    assert "best trials of optuna-tpe, seed 0:\nnumber  software metrics" in said
    best = pd.read_csv(tmp_path / "out" / "best_trials.csv")
    assert set(best["seed"]) == {0, 1}
    assert (best["scaled average-bitwidth"] == 0.2 * best["average-bitwidth"]).all()


def test_several_problems_are_ranked_together(printed, tmp_path):
    settings = ("--problems", "lab3-types,lab3-grid", "--seeds", "2", "--budget", "6")
    said = printed(*settings, *SAMPLERS, "--workers", "1", "--out", str(tmp_path / "out"))
    assert "Mean rank over 2 problems" in said
    assert "so few problems tell no samplers apart" in said
    assert not (tmp_path / "out" / "critical_differences.png").exists()
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for name in ("lab3_types", "lab3_grid"):
        assert f'id="figure-hypervolume_curves_{name}"' in page
    table = pd.read_csv(tmp_path / "out" / "tables" / "ranks.csv", index_col="sampler")
    ranks = table[["rank on lab3-types", "rank on lab3-grid"]].mean(axis=1)
    assert table["rank"].to_numpy() == pytest.approx(ranks.to_numpy())
    assert (tmp_path / "out" / "lab3-grid" / "report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--budget", "0"], "budget = 0: expected a whole number of at least 1"),
        (["--budget", "many"], "--budget"),
        (["--seeds", "0"], "seeds = 0"),
        (["--replicate", "1"], "replicate: one seed tells nothing"),
        (["--margin", "0"], "margin = 0.0: expected percentage points above 0"),
        (["--samplers", "magic"], "sampler 'magic': expected one of"),
        (["--objectives", "beauty"], "objective 'beauty': expected one of"),
        (["--problem", "riddle"], "problem 'riddle': expected one of"),
        (["--problem", "lab3-grid", "--network", "jsc-huge"], "network 'jsc-huge'"),
        (["--budgt", "3"], "--budgt"),
        (["--config", "missing.toml"], "missing.toml: cannot be read"),
        (["--jets", "missing.csv", "--problem", "lab3-grid"], "missing.csv"),
        (["--problem", "lab3-grid", "--out", "/proc/nowhere"], "/proc/nowhere"),
        (["--baseline", "magic"], "sampler 'magic'"),
    ],
)
def test_bad_input_gets_one_line(answer, arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert words in answer(*arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("budget = 'x'", "budget"),
        ("bugdet = 3", "unknown key 'bugdet'"),
        ("budget = ", "not TOML"),
    ],
)
def test_bad_config_files_get_one_line(answer, text, words, tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(text)
    error = answer("--config", str(path))
    assert words in error
    assert str(path) in error


def test_help_imports_nothing_heavy(environment):
    code = (
        "import sys, runpy\n"
        f"sys.argv = [{str(SCRIPT)!r}, '--help']\n"
        "try:\n"
        f"    runpy.run_path({str(SCRIPT)!r}, run_name='__main__')\n"
        "except SystemExit as stop:\n"
        "    assert not stop.code\n"
        "heavy = {'torch', 'optuna', 'pymoo', 'sklearn', 'torchmetrics', 'seaborn', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        check=False,
    )
    assert result.stderr.strip() == "[]"
    assert "--budget" in result.stdout


def test_fresh_seeds_and_a_margin(printed, tmp_path):
    """Two studies with the same seeds are one study."""
    said = printed(
        *("--problem", "lab3-types", "--budget", "5", "--seeds", "3", "--workers", "1"),
        *("--first-seed", "100", "--replicate", "3", "--margin", "50"),
        *("--samplers", "exhaustive", "--out", str(tmp_path)),
    )
    assert "Equivalent: the whole interval lies within 50 percentage points" in said
    assert "of the test split's own front" in said.replace("\n", " ")
    assert "When the jets are drawn again" in said
    assert "fresh ones" in said or "to come back" in said
    first = pd.read_csv(tmp_path / "trials.csv")
    again = pd.read_csv(tmp_path / "replicate" / "trials.csv")
    assert sorted(first["seed"].unique()) == [100, 101, 102]
    assert sorted(again["seed"].unique()) == [103, 104, 105]
    table = pd.read_csv(tmp_path / "tables" / "robustness.csv", index_col="scenario")
    assert "on the test split" in table.index
    assert (tmp_path / "tables" / "replication.csv").is_file()
