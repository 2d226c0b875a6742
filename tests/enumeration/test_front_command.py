"""The command line of studies/enumerate_front.py, on a problem without networks."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from studies import enumerate_front
from studies.common.console import run_study

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(wavy, monkeypatch, tmp_path, capsys):
    """Runs the study on the wavy problem; returns exit code, output and error output."""
    catalog = pytest.importorskip("moo_jsc.problems.catalog")
    monkeypatch.setattr(catalog, "build_problem", lambda name, **settings: wavy())

    def call(*arguments):
        code = 0
        try:
            run_study(enumerate_front.main, enumerate_front.Config, arguments)
        except SystemExit as stop:
            code = stop.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.mark.parametrize("flags", [(), ("--stream",)])
def test_prints_and_draws_the_front(run, tmp_path, flags):
    out = tmp_path / "out"
    code, printed, _ = run("--out", str(out), "--workers", "1", *flags)
    assert code == 0
    assert "300 configurations" in printed
    assert "cost (min): quality 0, cost 0, other 0" in printed
    assert "c0=0 c1=0 c2=0 c3=0" in printed
    assert {path.name for path in out.iterdir()} >= {
        "config.toml",
        "front.csv",
        "front_parallel.png",
        "front_parallel.svg",
        "front_projections.png",
        "front_projections.svg",
        "report.html",
    }
    with (out / "front.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len({(row["quality"], row["cost"], row["other"]) for row in rows}) == len(rows)
    assert f"{len(rows)} distinct points" in printed


def test_bad_input_is_one_line(run, tmp_path):
    (tmp_path / "file").write_text("")
    for arguments, words in (
        (("--workers", "0"), "workers = 0"),
        (("--out", str(tmp_path / "file")), "expected a folder"),
        (("--scheduler", "nonsense://"), "scheduler nonsense"),
        (("--cache", str(tmp_path / "file")), "file"),
        (("--config", str(tmp_path / "missing.toml")), "missing.toml"),
    ):
        code, printed, error = run(*arguments)
        assert code == 2
        assert words in error
        assert error.count("\n") == 1
        assert not printed


def test_help_imports_nothing_heavy():
    script = (
        "import sys\n"
        "from studies.enumerate_front import Config\n"
        "from studies.common.console import parse\n"
        "try:\n    parse(Config, ['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'pandas', 'matplotlib', 'scipy', 'sklearn'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
    assert "--scheduler" in shown.stdout
