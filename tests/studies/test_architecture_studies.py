import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from studies.common.console import run_study

ROOT = Path(__file__).parents[2]
STUDIES = ("channel_multipliers", "quantization_aware")


def run(study, *arguments):
    return subprocess.run(
        [sys.executable, f"studies/{study}.py", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("study", STUDIES)
def test_help_needs_no_heavy_import(study):
    program = (
        "import sys\n"
        f"from studies.{study} import Config, main\n"
        "from studies.common.console import run_study\n"
        "try:\n"
        "    run_study(main, Config, ['--help'])\n"
        "except SystemExit:\n"
        "    heavy = {'torch', 'matplotlib', 'pandas', 'scipy'} & set(sys.modules)\n"
        "    sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert "--seeds" in found.stdout


@pytest.mark.parametrize(
    ("study", "arguments", "message"),
    [
        ("channel_multipliers", ["--seeds", "1"], "seeds = 1: expected a whole number"),
        ("channel_multipliers", ["--largest", "1"], "largest = 1: expected a whole number"),
        ("channel_multipliers", ["--out", "pyproject.toml"], "pyproject.toml: expected a folder"),
        ("channel_multipliers", ["--training", "none"], "none"),
        ("channel_multipliers", ["--choices", "1,x"], "choices = x: expected whole numbers"),
        ("channel_multipliers", ["--choices", "4"], "number of choices = 1"),
        ("channel_multipliers", ["--margin", "0"], "margin = 0.0: expected percentage points"),
        ("quantization_aware", ["--spaces", "lab4"], "space 'lab4': expected one of lab3-types"),
        ("quantization_aware", ["--samples", "0", "--spaces", "lab3-types"], "samples = 0"),
        ("quantization_aware", ["--workers", "0"], "workers = 0: expected a whole number"),
        ("quantization_aware", ["--config", "absent.toml"], "absent.toml: cannot be read"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(study, arguments, message, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    module = import_module(f"studies.{study}")
    with pytest.raises(SystemExit) as stop:
        run_study(module.main, module.Config, arguments)
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.strip().splitlines()) == 1


def test_the_grid_search_runs(tmp_path):
    found = run(
        "channel_multipliers", "--seeds", "2", "--largest", "2", "--out", str(tmp_path / "out")
    )
    assert found.returncode == 0, found.stderr
    assert "4 of 16 points exist" in found.stdout
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        *("report.html", "config.toml", "figures", "tables"),
        *("networks.csv", "seeds.csv", "verdicts.csv"),
        *("channel_multipliers.png", "channel_multipliers.svg"),
    }
    table = (tmp_path / "out" / "networks.csv").read_text()
    assert "1x1,True,661,1264.0" in table
    assert "2x2,True,1797" in table


def test_the_fine_tuning_study_has_its_former_name_too():
    found = run("quantisation_aware", "--show-config", "--samples", "7")
    assert found.returncode == 0, found.stderr
    assert "samples = 7" in found.stdout


def test_the_fine_tuning_study_runs(tmp_path):
    out = tmp_path / "out"
    found = run(
        "quantization_aware",
        *("--spaces", "lab3-types", "--seeds", "2", "--samples", "9000", "--workers", "1"),
        *("--out", str(out)),
    )
    assert found.returncode == 0, found.stderr
    assert "Best:" in found.stdout
    assert (out / "report.html").exists()
    assert (out / "quantization_aware.png").stat().st_size > 10_000
    assert len((out / "configurations.csv").read_text().splitlines()) == 1 + 2 * 18
