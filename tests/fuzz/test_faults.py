"""Faults as a user meets them at the command line: one line, exit code 2, nothing half-written."""

import os
import subprocess
import sys
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.common.console import parse, run_study
from tests.fuzz.answers import FUZZ, answer, leftovers

ROOT = Path(__file__).parents[2]
STUDIES = sorted(
    path.stem
    for path in (ROOT / "studies").glob("*.py")
    if "run_study(main, Config)" in path.read_text()
)
SMALL = ("--problem", "lab3-types", "--workers", "1")
odd_words = st.one_of(
    st.sampled_from(
        ["", "-", "--", "0", "-1", "1e25", "9" * 30, "nan", "é", "x" * 300, "$\\frac{a}$"]
    ),
    st.text(max_size=6),
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(cache, tmp_path, capsys, monkeypatch):
    """Calls a study in this process; returns exit code, output and error output."""
    monkeypatch.setenv("MOO_JSC_CACHE", str(cache))
    monkeypatch.chdir(tmp_path)

    def call(name, *arguments):
        study = import_module(f"studies.{name}")
        code = 0
        try:
            run_study(study.main, study.Config, arguments)
        except SystemExit as stop:
            code = stop.code
        return code, *capsys.readouterr()

    return call


@FUZZ
@given(data=st.data())
def test_flags(data):
    study = import_module(f"studies.{data.draw(st.sampled_from(STUDIES))}")
    flags = [f"--{field.name.replace('_', '-')}" for field in fields(study.Config)]
    words = st.one_of(st.sampled_from(flags), st.sampled_from(["--bugdet", "--help="]), odd_words)
    arguments = data.draw(st.lists(words, max_size=4))
    if {"-h", "--help"} & set(arguments):
        return
    answer(parse, study.Config, arguments)


@pytest.mark.parametrize(
    ("study", "arguments", "words"),
    [
        ("compare_samplers", ("--seeds", "100000000000"), "seeds = 1e+11"),
        ("compare_samplers", ("--budget", "1" + "0" * 25), "budget = 1e+25"),
        ("compare_samplers", ("--out", "x" * 300), "File name too long"),
        ("compare_samplers", ("--config", "x" * 300), "File name too long"),
        ("compare_samplers", ("--jets", "x" * 300 + ".csv"), "File name too long"),
        ("compare_samplers", ("--device", "foo"), "foo"),
        ("compare_samplers", ("--samplers", "optuna-tpee"), "optuna-tpe"),
        ("compare_samplers", ("--samplers", "$\\frac{a}$"), "frac"),
        ("compare_samplers", ("--problem", "lab3-type"), "lab3-types"),
        ("enumerate_front", ("--scheduler", "tcp://127.0.0.1:9"), "no answer"),
        ("compare_samplers", ("--scheduler", "tcp://127.0.0.1:9"), "no answer"),
        ("analyze_trials", ("x" * 300, "--objectives", "a:max"), ""),
        ("analyze_trials", ("--source", "x" * 300, "--objectives", "a:max"), "File name too long"),
    ],
)
def test_one_line_and_nothing_written(run, tmp_path, study, arguments, words):
    small = SMALL if study in ("compare_samplers", "enumerate_front") else ()
    if "--problem" in arguments:
        small = small[2:]
    code, _, error = run(study, *small, *arguments)
    assert code == 2, error
    assert error.startswith("error: ") and error.count("\n") == 1, error
    assert words in error
    assert len(error) < 700
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("study", "flag"),
    [
        *(("compare_samplers", flag) for flag in ("--problem", "--samplers", "--objectives")),
        ("compare_samplers", "--network"),
        ("enumerate_front", "--problem"),
    ],
)
def test_suggested_names_are_accepted(run, study, flag):
    wrong = "no-such-name"
    code, _, error = run(study, "--workers", "1", flag, wrong)
    assert code == 2 and wrong in error
    listed = error.split("expected ")[1].removeprefix("one of ").split(";")[0].split("(")[0]
    for name in listed.strip().split(", "):
        assert known(flag, name), (name, error)


def known(flag, name):
    from moo_jsc.networks.weights import load_network
    from moo_jsc.objectives import get_objectives
    from moo_jsc.problems.catalog import recipe_of
    from moo_jsc.samplers import get_samplers

    calls = {
        "--problem": recipe_of,
        "--samplers": lambda name: get_samplers([name]),
        "--objectives": lambda name: get_objectives([name]),
        "--network": load_network,
    }
    return answer(calls[flag], name)


def test_no_cuda(run):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    for study in ("compare_samplers", "enumerate_front"):
        code, _, error = run(study, *SMALL, "--device", "cuda")
        assert code == 2 and error.count("\n") == 1
        assert "cuda" in error


def test_a_sampler_named_like_a_formula_is_drawn(run, tmp_path):
    rows = ["sampler,seed,trial,accuracy,size"]
    rows += [
        f"{name},{seed},{trial},{0.5 + 0.01 * trial * (seed + 1)},{100 - trial}"
        for name in ("$\\frac{a}$", "_b", "é")
        for seed in range(3)
        for trial in range(6)
    ]
    path = tmp_path / "trials.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    code, printed, error = run(
        "analyze_trials", "--source", str(path), "--objectives", "accuracy:max", "size:min",
        "--out", str(tmp_path / "out"),
    )  # fmt: skip
    assert code == 0, error
    assert "frac" in printed
    assert leftovers(tmp_path / "out") == []


def test_huge_values_are_named(run, tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text("sampler,seed,trial,a,b\nx,0,0,1e308,1\nx,0,1,-1e308,2\ny,0,0,1,1\ny,0,1,2,2\n")
    code, _, error = run(
        "analyze_trials", "--source", str(path), "--objectives", "a:max", "b:min",
        "--out", str(tmp_path / "out"),
    )  # fmt: skip
    assert code == 2 and error.count("\n") == 1, error
    assert "1e+308" in error


def study_process(cache, *arguments, before="", **environment):
    """A study in a process of its own, after some Python code."""
    script = (
        f"{before}\n"
        "import sys\n"
        "from studies import compare_samplers\n"
        "from studies.common.console import run_study\n"
        "run_study(compare_samplers.main, compare_samplers.Config, sys.argv[1:])\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "MOO_JSC_CACHE": str(cache),
            "OMP_NUM_THREADS": "1",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


FEW = (*SMALL, "--seeds", "2", "--budget", "4", "--samplers", "optuna-random", "exhaustive")


def test_a_terminal_of_few_letters(cache, tmp_path):
    done = study_process(
        cache, *FEW, "--out", str(tmp_path / "out"), PYTHONIOENCODING="ascii", LC_ALL="C"
    )
    assert done.returncode == 0, done.stderr
    assert "After 4 trials" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize("limit", [600, 40000] if "FUZZ_CASES" in os.environ else [600])
def test_a_disk_that_fills_up(cache, tmp_path, limit):
    """Files end at a limit: in the logs, in the tables, or in the figures."""
    out = tmp_path / "out"
    before = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))"
    done = study_process(cache, *FEW, "--out", str(out), before=before)
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.strip().splitlines()[-1:]
    assert line.startswith("error: ") and "File too large" in line
    assert "Traceback" not in done.stderr
    assert leftovers(out) == []
    for path in out.rglob("*.jsonl"):
        assert path.read_bytes()[-1:] in (b"\n", b"")
