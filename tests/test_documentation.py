"""What the pages show runs, and what they point to exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])


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


SMALL = """
import moo_jsc
whole = moo_jsc.build_problem
moo_jsc.build_problem = lambda name, whole=whole, **settings: whole("lab3-types", **settings)
"""
"""Every problem of a page is the smallest one."""

OPTUNA_JOURNAL = """
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(
    storage=JournalStorage(JournalFileBackend("journal.log")),
    study_name="my-study", load_if_exists=True,
    directions=["maximize", "minimize"], sampler=optuna.samplers.RandomSampler(1))
study.set_metric_names(["accuracy", "size"])
study.optimize(lambda t: (t.suggest_int("x", 0, 9), 10 * t.suggest_int("y", 0, 9)), n_trials=15)
"""

PYMOO_RUN = """
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.optimize import minimize
from pymoo.problems import get_problem
problem = get_problem("zdt1")
result = minimize(problem, NSGA2(pop_size=10), ("n_gen", 4), seed=1, save_history=True)
"""

PREPARED = {
    "README.md": SMALL + OPTUNA_JOURNAL + PYMOO_RUN,
    "benchmark.md": "",
    "extending.md": "",
    "functions.md": "",
    "grey_box.md": "",
    "jets.md": "",
    "own_network.md": "",
    "method.md": OPTUNA_JOURNAL + PYMOO_RUN,
    "pages.md": "",
    "performance.md": SMALL,
    "samplers.md": SMALL + "problem = whole('lab3-types')",
    "scalarization.md": "",
}
"""What the blocks of a page take for granted."""


def test_no_page_with_code_is_left_out():
    assert {page.name for page in PAGES if blocks(page)} == set(PREPARED)


@pytest.mark.parametrize("name", sorted(PREPARED))
def test_the_code_of_a_page_runs_from_top_to_bottom(name, tmp_path):
    page = ROOT / name if name == "README.md" else ROOT / "docs" / name
    done = run("\n".join(PREPARED[name] + "\n" + code for code in blocks(page)), tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_extensions_work(tmp_path):
    code = "\n".join(blocks(ROOT / "docs" / "extending.md"))
    use = """
from moo_jsc.problems.catalog import build_problem
from moo_jsc.runs import run_comparison
from moo_jsc.samplers import get_samplers
problem = build_problem("narrow-weights", objectives=("accuracy", "weight-bits", "narrow-layers"))
names = ["neighborhood", "scipy-annealing", "tpe-early", "nsga2-8"]
comparison = run_comparison(problem, get_samplers(names), [0], 12, "out", workers=1)
assert set(comparison.trials()["sampler"]) == set(names)
comparison = run_comparison(build_problem("trees"), names, [0], 12, "own", workers=1)
assert comparison.trials()["failure"].any()
"""
    done = run("\n".join((code, use)), tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("heading", "most"),
    [("An objective", 10), ("A sampler from another package", 6), ("A problem", 15)],
)
def test_the_extensions_are_short(heading, most):
    section = (ROOT / "docs" / "extending.md").read_text().split(f"## {heading}\n")[1]
    code = re.search(r"```python\n(.*?)```", section, flags=re.DOTALL)[1]
    assert len([line for line in code.splitlines() if line]) <= most
