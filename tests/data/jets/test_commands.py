from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from moo_jsc.data.jets.sources import read_file
from studies import compare_generator_settings, compare_jets_to_openml, generate_jets
from studies.common.console import run_study
from studies.common.pages import marks

Columns = dict[str, np.ndarray]


def exit_code(study: ModuleType, arguments: list[str], out: Path) -> int:
    """Run a study as from the command line."""
    try:
        run_study(study.main, study.Config, [*arguments, "--out", str(out)])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workers", "0"], "workers = 0: expected a whole number of at least 1"),
        (["--jets", "0"], "jets = 0: expected a whole number of at least 1"),
    ],
)
def test_generation_answers_bad_values_with_one_line(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sample.npz"
    flags = [*arguments, "--parts", str(tmp_path)]
    assert exit_code(generate_jets, flags, out) == 2
    assert capsys.readouterr().err == f"error: {message}\n"
    assert list(tmp_path.iterdir()) == []


def test_comparison_writes_table_and_figure(tmp_path: Path) -> None:
    page, figure = tmp_path / "page.md", tmp_path / "figure.png"
    tables = (compare_jets_to_openml.TABLE, compare_jets_to_openml.SHARES)
    between = ["\nold\n".join(marks(title)) for title in tables]
    page.write_text("\n".join(["before", *between, "after\n"]))
    flags = ["--page", str(page), "--figure", str(figure)]
    assert exit_code(compare_jets_to_openml, flags, tmp_path / "out") == 0
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert text.count("\n| `") == 16
    assert figure.read_bytes().startswith(b"\x89PNG")


def test_page_in_the_documentation_is_up_to_date(tmp_path: Path) -> None:
    from moo_jsc.data.jets.sample import read_sample

    page = Path(__file__).parents[3] / "docs" / "jets.md"
    assert compare_jets_to_openml.comparison_table(read_sample().features) in page.read_text()
    assert compare_jets_to_openml.shares_table(read_sample()) in page.read_text()


def test_comparison_within_classes(
    columns: Columns,
    write_csv: Callable[[Columns], Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    columns["mass_mmdt"] = np.where(columns["class"] == "w", 80.0, columns["mass_mmdt"])
    path = write_csv(columns)
    assert exit_code(compare_jets_to_openml, ["--against", str(path)], tmp_path / "out") == 0
    shares, distances, *_ = capsys.readouterr().out.split("\n\n")
    assert "| w within 1 GeV of the pole | 100.0 % |" in shares
    real = read_file(path)
    assert compare_jets_to_openml.class_table(real, real).count(" 0.000 |") == 16 * 5
    for line in distances.splitlines()[2:]:
        assert all(0 < float(cell) <= 1 for cell in line.split("|")[2:-1])


def test_missing_real_jets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(compare_jets_to_openml, ["--against", "nowhere.csv"], tmp_path) == 2
    assert capsys.readouterr().err == "error: nowhere.csv: no such file\n"


def test_generator_settings_print_one_row_each(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pythia8mc")
    tried = [row for row in compare_generator_settings.settings() if not row.natural_widths]
    monkeypatch.setattr(compare_generator_settings, "settings", lambda: tried)
    assert exit_code(compare_generator_settings, ["--jets", "2"], tmp_path / "out") == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert len(lines) == 3 + len(tried)
    assert lines[2].startswith("| OpenML 42468 | 33.0 % | 29.0 % | 1.4 % |")
    assert {line.count("|") for line in lines} == {8}


@pytest.mark.parametrize("text", [None, "no markers"])
def test_comparison_answers_a_bad_page_with_one_line(
    text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, figure = tmp_path / "page.md", tmp_path / "figure.png"
    if text is not None:
        page.write_text(text)
    flags = ["--page", str(page), "--figure", str(figure)]
    assert exit_code(compare_jets_to_openml, flags, tmp_path / "out") == 2
    assert capsys.readouterr().err.startswith(f"error: {page}: ")
    assert not figure.exists()


def test_generator_settings_answer_bad_values_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(compare_generator_settings, ["--jets", "0"], tmp_path / "out") == 2
    expected = "jets = 0: expected a whole number of at least 1"
    assert capsys.readouterr().err == f"error: {expected}\n"


def test_generated_parts_become_a_sample_and_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moo_jsc.data.jets import CLASSES, FEATURES
    from moo_jsc.data.jets.generation import GeneratedJets
    from moo_jsc.data.jets.sample import part_path, write_part

    rng = np.random.default_rng(0)
    for code, label in enumerate(CLASSES):
        features = rng.normal(size=(6, len(FEATURES))).astype(np.float32)
        part = GeneratedJets(
            label=label, seed=10 + code, features=features, events=9, pythia_version="8"
        )
        write_part(part_path(tmp_path / "parts", label, 6, 10 + code), part)
    flags = ["--jets", "6", "--seed", "10", "--parts", str(tmp_path / "parts")]
    assert exit_code(generate_jets, flags, tmp_path / "made" / "own.npz") == 0
    made = {path.name for path in (tmp_path / "made").iterdir()}
    assert {"own.npz", "provenance.json", "report.html", "config.toml"} <= made
    assert len(read_file(tmp_path / "made" / "own.npz").labels) == 30
