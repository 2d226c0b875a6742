"""What the pages show runs, and what they point to exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def blocks(page, language="python"):
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), flags=re.DOTALL)


def run(code, folder):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=False
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist(page):
    for script in re.findall(r"python ((?:studies|tests)/\S+\.py)", page.read_text()):
        assert (ROOT / script).exists(), script


def test_readme_searches_with_pymoo_and_optuna_alone(tmp_path):
    (code,) = [block for block in blocks(ROOT / "README.md") if "as_pymoo" in block]
    small = code.replace('"joint"', '"lab3-types"')
    done = run(small + "\nassert len(result.F) and len(study.trials) == 20", tmp_path)
    assert done.returncode == 0, done.stderr


def test_readme_analyses_an_optuna_journal(tmp_path):
    make = """
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(
    storage=JournalStorage(JournalFileBackend("journal.log")), study_name="my-study",
    directions=["minimize", "maximize"], sampler=optuna.samplers.RandomSampler(1))
study.optimize(lambda t: (t.suggest_int("x", 0, 9), 10 * t.suggest_int("y", 0, 9)), n_trials=15)
"""
    assert run(make, tmp_path).returncode == 0
    (code,) = [block for block in blocks(ROOT / "README.md") if "from_optuna_study" in block]
    done = run(code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report" / "report.html").exists()


def test_readme_analyses_a_pymoo_run(tmp_path):
    make = """
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.optimize import minimize
from pymoo.problems import get_problem
result = minimize(get_problem("zdt1"), NSGA2(pop_size=10), ("n_gen", 4), seed=1, save_history=True)
"""
    (code,) = [block for block in blocks(ROOT / "README.md") if "from_pymoo_result" in block]
    done = run(make + code, tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_extensions_work(tmp_path):
    metric, space, sampler = blocks(ROOT / "docs" / "extending.md")
    use = """
from moo_jsc.problems.catalogue import build_problem
from moo_jsc.runs import run_comparison
from moo_jsc.samplers import get_samplers
problem = build_problem("narrow-weights", objectives=("accuracy", "weight-bits"))
comparison = run_comparison(problem, get_samplers(["neighbourhood"]), [0], 12, "out", workers=1)
assert len(comparison.trials()) == 12
"""
    done = run("\n".join((metric, space, sampler, use)), tmp_path)
    assert done.returncode == 0, done.stderr
