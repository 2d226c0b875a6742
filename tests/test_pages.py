"""Tables of the pages are written by what measures them: every mark has its writer."""

import re
from pathlib import Path

import pytest

from studies.common.pages import marks
from tests.benchmarks import coverage_simulation, evaluation_profile
from tests.conftest import Measured

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
WRITERS = {
    "method.md": ("tests/benchmarks/coverage_simulation.py", "tests/benchmarks/test_analysis.py"),
    "performance.md": (
        "tests/benchmarks/evaluation_profile.py",
        "tests/benchmarks/test_evaluation.py",
    ),
    "samplers.md": ("tests/samplers/test_known_behavior.py",),
    "latency.md": ("tests/benchmarks/test_latency.py",),
    "fine_tuning.md": (
        "studies/quantization_aware.py",
        "tests/benchmarks/fine_tuning_recipe.py",
        "tests/benchmarks/test_fine_tuning.py",
    ),
}


def parts(page):
    return re.findall(r"<!-- begin: (.+?) -->", (DOCS / page).read_text())


@pytest.mark.parametrize("page", WRITERS)
def test_every_table_of_figures_has_a_writer(page):
    text = (DOCS / page).read_text()
    code = "".join((ROOT / path).read_text() for path in WRITERS[page])
    for name in parts(page):
        assert f'"{name}"' in code or f"def {name}()" in code, name
        assert text.index(marks(name)[0]) < text.index(marks(name)[1])
    for path in WRITERS[page]:
        command = path.removesuffix(".py")
        assert Path(path).name in text or command.replace("/", ".") in text, path
    # Outside of the marks there is no table of measured figures.
    outside = re.sub(r"<!-- begin: (.+?) -->.*?<!-- end: \1 -->", "", text, flags=re.DOTALL)
    figure = re.compile(r"^\|.*\| *[-+±]?\d[\d.,]* ?(%|\w+)? *\|")
    figures = [line for line in outside.splitlines() if figure.search(line)]
    assert not figures


def test_cheap_tables_are_what_their_command_gives():
    page = (DOCS / "method.md").read_text()
    assert coverage_simulation.shown(coverage_simulation.a12_coverage(1000)) in page


def test_tables_of_tests_are_written_when_all_have_run(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("\nold\n".join(marks("speed")))
    measured = Measured(page)
    measured.row("speed", what="a", found="1 s")
    measured.row("speed", what="b", found="2 s")
    assert "old" in page.read_text()
    measured.write()
    assert "| a | 1 s |\n| b | 2 s |" in page.read_text()
    Measured(None).write()


def test_the_profile_writes_each_table_onto_the_page(tmp_path, monkeypatch, capsys):
    page = tmp_path / "page.md"
    page.write_text("\nold\n".join(marks("rows")) + "\n" + "\nkept\n".join(marks("width")))
    table = [{"rows": "100", "CPU s": "0.1"}]
    monkeypatch.setattr(evaluation_profile, "rows", lambda: table)
    evaluation_profile.rows.__name__ = "rows"
    monkeypatch.setattr("sys.argv", ["evaluation_profile", "rows", "--page", str(page)])
    evaluation_profile.main()
    assert "| 100 | 0.1 |" in capsys.readouterr().out
    assert "| 100 | 0.1 |" in page.read_text() and "kept" in page.read_text()
