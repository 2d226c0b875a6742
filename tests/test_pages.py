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
    "benchmark.md": ("studies/benchmark_card.py",),
    "channel_multipliers.md": ("studies/channel_multipliers.py",),
    "codesign.md": ("studies/discrimination_table.py", "studies/finish_front.py"),
    "default_study.md": ("studies/compare_samplers.py",),
    "fine_tuning.md": (
        "studies/quantization_aware.py",
        "tests/benchmarks/fine_tuning_recipe.py",
        "tests/benchmarks/skipped_designs.py",
        "tests/benchmarks/test_fine_tuning.py",
    ),
    "grey_box.md": (
        "studies/grey_box_peers.py",
        "studies/grey_box_assumptions.py",
        "studies/grey_box_constants.py",
    ),
    "hardware.md": ("studies/check_circuits.py", "studies/circuit_front.py"),
    "jets.md": ("studies/compare_jets_to_openml.py", "studies/compare_generator_settings.py"),
    "latency.md": ("tests/benchmarks/test_latency.py",),
    "method.md": ("tests/benchmarks/coverage_simulation.py", "tests/benchmarks/test_analysis.py"),
    "own_network.md": ("studies/own_network.py",),
    "performance.md": (
        "tests/benchmarks/evaluation_profile.py",
        "tests/benchmarks/test_evaluation.py",
    ),
    "reports.md": ("studies/reproduce_reports.py",),
    "samplers.md": ("tests/samplers/test_known_behavior.py",),
    "which_sampler.md": ("studies/which_sampler.py", "studies/choose_design.py"),
}
"""The commands of each page that has marks."""

PARTS_OF = {
    "studies/grey_box_constants.py": "studies/peers/choosing.py",
    "studies/grey_box_peers.py": "studies/peers/page.py",
    "studies/grey_box_assumptions.py": "studies/peers/assumptions_page.py",
    "studies/reproduce_reports.py": "studies/lab_reports/markdown.py",
    "studies/which_sampler.py": "studies/budgets/page.py",
}
"""Where a command's names of marks stand, if not in its script."""

COMPOSED = {
    r"[a-z-]+, properties": 'f"{config.problem}, properties"',
    r"[a-z-]+, \d+ trials": 'f"{table.name}, {config.budget} trials"',
    r"choices(, \d+ trials)?": 'f"choices{alone}": ',
    r"means(, \d+ trials)?": 'f"means{alone}": ',
    r"within [\d.]+ points": 'f"within {config.margin:g} points"',
    r"codesign|codesign-hardware|joint": "{problem.name: text}",
    r"digits|wine": "{found.problem.name: ",
}
"""Names of marks that are put together, and the code that does it."""


def parts(page):
    return re.findall(r"^<!-- begin: (.+?) -->", (DOCS / page).read_text(), re.MULTILINE)


def code(path):
    return (ROOT / path).read_text() + (ROOT / PARTS_OF.get(path, path)).read_text()


def test_every_page_with_marks_and_every_command_that_fills_one_is_listed():
    assert {path.name for path in DOCS.glob("*.md") if parts(path.name)} == set(WRITERS)
    known = {path for paths in WRITERS.values() for path in (*paths, *map(PARTS_OF.get, paths))}
    fills = re.compile(r"(?<!def )\bfill\((config\.|given\.)?page\b|measured\.row\(")
    filling = {
        path.relative_to(ROOT).as_posix()
        for folder in ("studies", "tests/benchmarks", "tests/samplers")
        for path in (ROOT / folder).rglob("*.py")
        if fills.search(path.read_text())
    }
    assert filling <= known


@pytest.mark.parametrize("page", WRITERS)
def test_every_part_of_a_page_is_written_by_a_command_that_it_names(page):
    text = (DOCS / page).read_text()
    found = "".join(map(code, WRITERS[page]))
    for name in parts(page):
        composed = [made for form, made in COMPOSED.items() if re.fullmatch(form, name)]
        forms = (f'"{name}"', f"def {name}()", *composed)
        assert any(form in found for form in forms), name
        assert text.index(marks(name)[0]) < text.index(marks(name)[1])
    for path in WRITERS[page]:
        command = path.removesuffix(".py")
        assert path in text or command.replace("/", ".") in text, path


@pytest.mark.parametrize("page", sorted(set(WRITERS) - {"benchmark.md", "grey_box.md"}))
def test_no_table_of_measured_figures_is_outside_of_the_marks(page):
    """But for the sizes of what ships, and a run of an earlier version with its command."""
    text = (DOCS / page).read_text()
    outside = re.sub(r"<!-- begin: (.+?) -->.*?<!-- end: \1 -->", "", text, flags=re.DOTALL)
    figure = re.compile(r"^\|.*\| *[-+±]?\d[\d.,]* ?(%|\w+)? *\|")
    assert not [line for line in outside.splitlines() if figure.search(line)]


@pytest.mark.parametrize("page", WRITERS)
def test_every_table_of_a_benchmark_has_its_place_on_the_page(page):
    for path in WRITERS[page]:
        if path.startswith("tests/"):
            written = re.findall(r"measured\.row\(\s*\"(.+?)\"", code(path))
            written += re.findall(r'^        "(.+?)": lambda', code(path), re.MULTILINE)
            assert set(written) <= set(parts(page)), path


def test_cheap_tables_are_what_their_command_gives():
    page = (DOCS / "method.md").read_text()
    rows = coverage_simulation.a12_coverage(coverage_simulation.REPETITIONS)
    assert coverage_simulation.shown(rows) in page


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
