"""The wheel, installed outside the checkout: the command runs, and its types are seen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAM = """\
from analysis.front.reference import Reference
from moo_jsc.enumeration import enumerate_problem
from moo_jsc.problems.catalog import build_problem

problem = build_problem("lab3-types", objectives=("accuracy", "size"))
table = enumerate_problem(problem, workers=1)
reference = Reference.from_values(table.values, table.objectives)
best: float = float(table.column("accuracy").max())
name: str = table.objectives[0].name
wrong: int = table.objectives[0].name
"""

MYPY_FLAGS = (
    *("--no-incremental", "--ignore-missing-imports", "--no-site-packages"),
    *("--follow-imports", "silent"),
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Build the wheel from a copy of the packages, and unpack it into a folder of its own."""
    import shutil

    source = tmp_path_factory.mktemp("source")
    for name in ("moo_jsc", "analysis", "studies"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    quiet = ("--quiet", "--no-deps", "--disable-pip-version-check")
    pip = (sys.executable, "-m", "pip")
    for arguments in (
        ("wheel", *quiet, "--no-build-isolation", "--wheel-dir", str(wheels), str(source)),
        (
            "install",
            *quiet,
            "--no-index",
            "--find-links",
            str(wheels),
            "--target",
            str(target),
            "moo-jsc",
        ),
    ):
        done = subprocess.run([*pip, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return target


def environment(installed, folder):
    return {
        **os.environ,
        "PYTHONPATH": str(installed),
        "MOO_JSC_CACHE": str(folder / "cache"),
        "OMP_NUM_THREADS": "1",
    }


def test_the_command_compares_samplers_from_anywhere(installed, tmp_path):
    settings = ("--budget", "5", "--seeds", "2", "--problem", "lab3-types", "--workers", "1")
    samplers = ("--samplers", "optuna-tpe", "exhaustive-random")
    done = subprocess.run(
        [sys.executable, str(installed / "bin" / "moo-jsc"), "compare", *settings, *samplers],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(installed, tmp_path),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "After 5 trials" in done.stdout
    (folder,) = (tmp_path / "results").iterdir()
    assert {"report.html", "config.toml", "trials.csv"} <= {path.name for path in folder.iterdir()}
    assert (
        str(installed)
        in subprocess.run(
            [sys.executable, "-c", "import studies; print(studies.__file__)"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(installed, tmp_path),
            check=True,
        ).stdout
    )


def test_a_program_against_the_wheel_is_type_checked(installed, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *MYPY_FLAGS, str(program)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**environment(installed, tmp_path), "MYPYPATH": str(installed)},
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if "error:" in line]
    assert len(lines) == 1, done.stdout
    assert lines[0].startswith("program.py:10:")
    assert 'expression has type "str", variable has type "int"' in lines[0]
    for package in ("moo_jsc", "analysis"):
        assert (installed / package / "py.typed").exists()
